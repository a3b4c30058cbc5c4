// A worker that runs connectors, from addresses to serving: for `up` and for `./goshawk connect`.
import { hostname } from 'node:os';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { alarmRecord } from '../connectors/_worker/alarm.ts';
import { openCatalogue } from '../connectors/_worker/catalogue.ts';
import { workerMetrics } from '../connectors/_worker/metrics.ts';
import { serveStarting } from '../connectors/_worker/rest/starting.ts';
import type { Starting } from '../connectors/_worker/rest/starting.ts';
import { plugins } from '../connectors/_worker/settings/plugins.ts';
import { openSecrets } from '../connectors/_worker/settings/secrets.ts';
import type { ConnectConfig } from '../connectors/_worker/settings/section.ts';
import { startTasks } from '../connectors/_worker/start-task.ts';
import { openWorker } from '../connectors/_worker/worker.ts';
import type { Worker } from '../connectors/_worker/worker.ts';
import { allowListOf } from '../outbound/allow-list.ts';
import { openOutbound } from '../outbound/client.ts';
import type { OutboundConfig } from '../outbound/config.ts';
import { outboundMetrics } from '../outbound/metrics.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import type { Broker, Producer } from '../pipeline/runtime/port.ts';
import { systemClock } from '../pipeline/core/wall-clock.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import { topics } from '../topologies/topics.ts';
import { askApi } from './connect-caller.ts';
import { openClusters } from './other-clusters.ts';
import { version } from './version.ts';

/** What its REST interface says it speaks: tools look at it. */
const SPEAKS = '4.2.2';

export interface ConnectOptions {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly config: ConnectConfig;
  readonly outbound: OutboundConfig;
  readonly isPortExplicit: boolean;
  /** Where the API serves, as far as it is known now. */
  readonly apiUrl: () => string | null;
  readonly replicationFactor: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly metrics: Registry;
}
export interface RunningConnect {
  readonly url: string;
  readonly port: number;
  readonly failed: Promise<Error>;
  readonly stop: () => Promise<void>;
}

/** Resolves when it serves. @throws ConfigError PORT_IN_USE; RetryableError while topics are missing or the broker is away. */
export async function serveConnect(options: ConnectOptions): Promise<RunningConnect> {
  const { config, log, metrics } = options;
  const starting = await listen(config, options.isPortExplicit);
  const isEverywhere = config.host === '0.0.0.0' || config.host === '::';
  const workerId = `${isEverywhere ? hostname() : config.host}:${starting.port}`;
  const outbound = openOutbound(options.outbound, { metrics: outboundMetrics(metrics) });
  let worker: Worker | undefined;
  try {
    worker = await open(options, workerId, outbound, () => worker);
    await starting.close();
    await worker.app.listen({ host: config.host, port: starting.port });
  } catch (error) {
    await starting.close();
    await worker?.stop();
    outbound.close();
    throw error;
  }
  const running = worker;
  workerMetrics(metrics, running);
  const shown = isEverywhere ? '127.0.0.1' : config.host;
  const { port } = running.app.server.address() as AddressInfo;
  const url = `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
  log.info({ url, worker: workerId }, 'The worker serves.');
  return {
    url,
    port,
    failed: running.failed,
    async stop() {
      await running.stop();
      outbound.close();
    },
  };
}

async function open(options: ConnectOptions, workerId: string, outbound: ReturnType<typeof openOutbound>, self: () => Worker | undefined): Promise<Worker> {
  const { broker, codec, config, environment, log } = options;
  const ownLog = log.child({ worker: workerId });
  /** As it was when the organization last changed one of its connectors. */
  const allowOf = async (organization: string) => {
    const own = (self()?.connectors() ?? []).filter((connector) => connector.organization === organization);
    const [newest] = [...own].sort((a, b) => b.revision - a.revision);
    return allowListOf(newest?.outboundHosts ?? [], 'outboundHosts');
  };
  const extra = { openCluster: openClusters(outbound, ownLog), fileFolders: config.fileFolders };
  const catalogue = openCatalogue({
    plugins: await plugins(),
    version,
    secretsOf: (organization) => openSecrets(config, organization, environment),
    outbound,
    allowOf,
    extra,
    log: ownLog,
  });
  const admin = broker.admin();
  const createRawTopic = async (name: string) => {
    const partitions = (await admin.topics()).get(topics.parsed.name) ?? 1;
    await admin.createTopics([settingsOf(topics.raw, partitions, name)], options.replicationFactor);
  };
  let alarms: Producer | undefined;
  return openWorker({
    broker,
    workerId,
    catalogue,
    async tell(kind, connector, risk) {
      const record = alarmRecord(kind, connector, risk, systemClock.nowMs());
      await createRawTopic(record.topic);
      await (alarms ??= broker.producer()).send([{ ...record, partition: 0 }]);
    },
    start: startTasks({
      broker,
      catalogue,
      outbound,
      allowOf,
      encodeEntry: (entry) => codec.encode(schemas.ledgerEntry, entry),
      createRawTopic,
      extra,
      clock: systemClock,
      log: ownLog,
    }),
    authorize: askApi({ apiUrl: options.apiUrl, nowMs: () => performance.now() }),
    version: SPEAKS,
    commit: `goshawk-${version}`,
    log: ownLog,
  });
}

async function listen({ host, port }: ConnectConfig, isPortExplicit: boolean): Promise<Starting> {
  try {
    return await serveStarting(host, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (isPortExplicit) throw new ConfigError('PORT_IN_USE', `Port ${port} is taken. Choose another with --port, or 0 for any.`, { port }, { cause: error });
    return serveStarting(host, 0);
  }
}
