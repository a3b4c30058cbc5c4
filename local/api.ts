// The API in this process, from addresses to serving: for `up` and for `./goshawk api`.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { keyFolderOf } from '../api/auth/keys.ts';
import type { ApiConfig } from '../api/config.ts';
import type { OpenedInputs, PartProbe, TryLetters } from '../api/deps.ts';
import type { TickerConfig } from '../api/ticker/index.ts';
import { registryProbe } from '../api/pipeline/parts.ts';
import { startApi } from '../api/start.ts';
import type { RunningApi } from '../api/start.ts';
import { openOutbound } from '../outbound/client.ts';
import type { OutboundConfig } from '../outbound/config.ts';
import { outboundMetrics } from '../outbound/metrics.ts';
import type { Topology } from '../pipeline/core/topology.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import { openClient, openPool } from '../store/connect.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { topics } from '../topologies/topics.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { ruleOptionsOf } from '../pipeline/detect/index.ts';
import { openDetection } from './detection.ts';
import { openInputs } from './inputs.ts';
import { openRecordTrials } from './record-trials.ts';
import { version } from './version.ts';

export interface ApiOptions {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly topology: Topology;
  readonly databaseUrl: string;
  readonly statementTimeoutMs: number;
  readonly registryUrl: string;
  /** `host:port,...` as sensors reach the broker, for the configurations that they are given. */
  readonly kafkaBrokers: string;
  readonly installationId: string;
  /** Holds the signing key. */
  readonly dataFolder: string;
  readonly dashboardFolder: string | null;
  readonly config: ApiConfig;
  readonly outbound: OutboundConfig;
  /** How the stages of the installation read rules. */
  readonly detect: DetectConfig;
  /** Of the inputs that listen beside the routes, by section. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** How long the installation keeps what it stores. */
  readonly ticker: TickerConfig;
  readonly isPortExplicit: boolean;
  readonly probes: readonly PartProbe[];
  /** Where a worker of connectors serves; absent = the configuration says. */
  readonly connectUrl?: () => string | null;
  readonly tryLetters: TryLetters;
  readonly replicationFactor: number;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly onFirstPassword: (password: string) => void;
}

/** Null while the input is off. */
function syslogTlsOf({ inputs, config }: ApiOptions): { readonly host: string; readonly port: number } | null {
  const { tlsPort = 0, host = config.host } = (inputs['syslog'] ?? {}) as { readonly tlsPort?: number; readonly host?: string };
  return tlsPort === 0 ? null : { host, port: tlsPort };
}

const ROLE = 'goshawk_api';

/** `stop` also ends its database connections. */
export async function serveApi(options: ApiOptions): Promise<RunningApi> {
  const { broker, codec, topology, databaseUrl, registryUrl, installationId, dataFolder, dashboardFolder, config, log, metrics, replicationFactor } = options;
  const pool = openPool({ databaseUrl, role: ROLE, statementTimeoutMs: options.statementTimeoutMs, applicationName: 'goshawk api', log });
  const outbound = openOutbound(options.outbound, { metrics: outboundMetrics(metrics) });
  let inputs: OpenedInputs | undefined;
  const detection = openDetection(options.detect);
  const running = await startApi(
    {
      config,
      log,
      pool,
      broker,
      codec,
      topology,
      metrics,
      outbound,
      installationId,
      dashboardFolder,
      version,
      openableNetworks: options.outbound.organizationNetworks,
      retentionDays: { events: options.ticker.eventDays, findings: options.ticker.findingDays, features: options.ticker.featureDays },
      keyFolder: keyFolderOf(dataFolder),
      openListener: () => openClient({ databaseUrl, role: ROLE, applicationName: 'goshawk api listener' }),
      createRawTopic: async (name) => {
        const admin = broker.admin();
        try {
          const partitions = (await admin.topics()).get(topics.parsed.name) ?? 1;
          await admin.createTopics([settingsOf(topics.raw, partitions, name)], replicationFactor);
        } finally {
          await admin.close();
        }
      },
      sensorAddresses: { kafkaBrokers: options.kafkaBrokers, syslogTls: syslogTlsOf(options) },
      ...(options.connectUrl !== undefined && { connectUrl: options.connectUrl }),
      tryLetters: options.tryLetters,
      recordTrials: openRecordTrials(),
      ruleOptions: ruleOptionsOf(options.detect),
      detection,
      openInputs: async (through) => (inputs = await openInputs({ config: options.inputs, log, metrics })(through)),
      probes: [
        registryProbe(registryUrl),
        ...options.probes,
        { name: 'inputs', kind: 'input', check: async () => inputs?.state() ?? { state: 'starting', version: null, detail: '' } },
      ],
    },
    { isPortExplicit: options.isPortExplicit, onFirstPassword: options.onFirstPassword },
  ).catch(async (error: unknown) => {
    outbound.close();
    await pool.end();
    throw error;
  });
  return {
    ...running,
    async stop() {
      await running.stop();
      outbound.close();
      await detection.close();
      await pool.end();
    },
  };
}
