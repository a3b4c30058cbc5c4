// One of the Node processes of an installation. `up` starts it with its task in GOSHAWK_PROCESS and ends it by letting go of the channel.
import pino from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import type { Registry } from 'prom-client';
import type { PartProbe } from '../api/deps.ts';
import { ConfigError, PipelineError } from '../pipeline/core/errors.ts';
import type { Topology } from '../pipeline/core/topology.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import { serveApi } from './api.ts';
import { openBroker } from './broker.ts';
import { serveConnect } from './connect.ts';
import { loadProcessConfig, loadTopologyFile } from './config.ts';
import type { ProcessConfig } from './config.ts';
import { DUTIES, startDuties } from './duties.ts';
import { openTrials } from './preview.ts';
import { SharedMetrics } from './metrics.ts';
import { playForEver } from './player-loop.ts';
import type { Notice, ProcessSpec, ProcessState, Report } from './process-messages.ts';
import { findRunning } from './installation.ts';
import { schemaCacheFile } from './project.ts';
import { startStages } from './stages.ts';

const STOP_MS = 15_000;
const TOPOLOGY = 'telemetry';

/** What is open, in the order in which it was opened; closed in reverse. */
const open: (() => Promise<void>)[] = [];
let isEnding = false;

const spec = JSON.parse(process.env.GOSHAWK_PROCESS ?? '{}') as ProcessSpec;
const log = pino({ level: process.env.LOG_LEVEL || 'info', base: { process: spec.name } }, pino.destination({ fd: 1, sync: true }));
const tell = (message: Report) => {
  if (process.connected) process.send?.(message);
};

const [printWarning] = process.listeners('warning');
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') printWarning?.(warning); // kafkajs, on every Node since 23
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
process.on('disconnect', () => void end(0));
process.on('unhandledRejection', (error) => fail(error));
process.on('uncaughtException', (error) => fail(error));

try {
  const file = await loadTopologyFile(TOPOLOGY);
  await run(loadProcessConfig(file, process.env, spec.configFile ?? undefined));
} catch (error) {
  fail(error);
}

async function run(config: ProcessConfig): Promise<void> {
  const broker = openBroker(spec.addresses.kafkaBrokers, `goshawk-${spec.name}`, log);
  open.push(() => broker.close());
  if (spec.player)
    return playForEver({ broker, dataFolder: spec.dataFolder, log, onOpen: (close) => open.push(close), onReady: () => tell({ type: 'ready' }) });
  if (spec.connect !== null) return runConnect(broker, config);
  await runStages(broker, config);
}

async function runConnect(broker: Broker, { own }: ProcessConfig): Promise<void> {
  const metrics = new SharedMetrics({ process: spec.name });
  collectDefaultMetrics({ register: metrics });
  listenToSupervisor(metrics);
  const port = spec.connect?.port ?? own.connect.port;
  const connect = await serveConnect({
    broker,
    codec: new Codec(await openRegistry({ url: spec.addresses.registryUrl, cacheFile: schemaCacheFile(spec.dataFolder) })),
    config: { ...own.connect, port },
    outbound: own.outbound,
    isPortExplicit: spec.connect?.port === null && Boolean(process.env.GOSHAWK_CONNECT_PORT),
    apiUrl: () => findRunning(spec.dataFolder)?.apiUrl ?? null,
    replicationFactor: own.kafka.replication,
    environment: process.env,
    log,
    metrics,
  });
  open.push(() => connect.stop());
  void connect.failed.then((error) => fail(error));
  tell({ type: 'connecting', url: connect.url });
  tell({ type: 'ready' });
}

async function runStages(broker: Broker, config: ProcessConfig): Promise<void> {
  const metrics = new SharedMetrics({ process: spec.name });
  collectDefaultMetrics({ register: metrics });
  const codec = new Codec(await openRegistry({ url: spec.addresses.registryUrl, cacheFile: schemaCacheFile(spec.dataFolder) }));
  const stages = await startStages({
    file: await loadTopologyFile(TOPOLOGY),
    config,
    stages: spec.stages,
    broker,
    codec,
    databaseUrl: spec.addresses.databaseUrl,
    installationId: spec.installationId,
    instanceId: `up-${spec.name}`,
    log,
    metrics,
  });
  open.push(() => stages.stop());
  void stages.running.failed.then((error) => fail(error));
  const states = listenToSupervisor(metrics);
  if (spec.api !== null) {
    await startApi({ broker, codec, config, topology: stages.topology, metrics, states });
    const duties = startDuties({
      duties: DUTIES,
      config: config.own,
      detect: config.topology['detect'] as DetectConfig,
      broker,
      codec,
      databaseUrl: spec.addresses.databaseUrl,
      installationId: spec.installationId,
      dataFolder: spec.dataFolder,
      log,
    });
    open.push(() => duties.stop());
    void duties.failed.then((error) => fail(error));
  }
  await stages.running.ready;
  log.info({ stages: spec.stages }, 'All stages of this process run.');
  tell({ type: 'ready' });
}

interface ApiParts {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly config: ProcessConfig;
  readonly topology: Topology;
  readonly metrics: Registry;
  readonly states: () => ProcessStates;
}
async function startApi({ broker, codec, config, topology, metrics, states }: ApiParts): Promise<void> {
  const { api: ports, addresses } = spec;
  if (ports === null) return;
  const trials = openTrials({ file: await loadTopologyFile(TOPOLOGY), config, broker, codec, installationId: spec.installationId, log });
  open.push(() => trials.close());
  const api = await serveApi({
    tryLetters: trials.tryLetter,
    detect: config.topology['detect'] as DetectConfig,
    broker,
    codec,
    topology,
    databaseUrl: addresses.databaseUrl,
    statementTimeoutMs: config.own.database.statementTimeoutMs,
    registryUrl: addresses.registryUrl,
    kafkaBrokers: addresses.kafkaBrokers,
    installationId: spec.installationId,
    dataFolder: spec.dataFolder,
    dashboardFolder: ports.dashboardFolder,
    outbound: config.own.outbound,
    config: { ...config.own.api, port: ports.port ?? config.own.api.port },
    ticker: config.own.ticker,
    inputs: config.inputs,
    isPortExplicit: ports.isPortExplicit,
    probes: [
      ...(['collect', 'analyse', 'serve'] as const).map((name): PartProbe => ({ name, kind: 'process', check: async () => stateOf(states().states[name]) })),
      connectProbe(states),
    ],
    connectUrl: () => states().connectUrl,
    replicationFactor: config.own.kafka.replication,
    log,
    metrics,
    onFirstPassword: (password) => tell({ type: 'administrator', password }),
  });
  open.push(() => api.stop());
  tell({ type: 'serving', url: api.url });
}

/** Its address is known once it serves. */
function connectProbe(states: () => ProcessStates): PartProbe {
  return {
    name: 'connect',
    kind: 'connect',
    get url() {
      return states().connectUrl ?? undefined;
    },
    check: async () => stateOf(states().states.connect, 'It ended and is started again. What connectors owe stays owed; nothing is lost.'),
  };
}
const stateOf = (
  state: ProcessState | undefined,
  whenDown = 'It ended and is started again. Its stages wait; nothing is lost.',
): Awaited<ReturnType<PartProbe['check']>> => ({ state: state ?? 'starting', version: null, detail: state === 'down' ? whenDown : '' });

type ProcessStates = Notice & { readonly type: 'processes' };
/** The supervisor says how the other processes are, and asks for numbers on behalf of the one that serves them. */
function listenToSupervisor(metrics: SharedMetrics): () => ProcessStates {
  let last: ProcessStates = { type: 'processes', states: {}, connectUrl: null };
  metrics.connect((id) => tell({ type: 'metrics?', id }));
  process.on('message', (notice: Notice) => {
    if (notice.type === 'processes') last = notice;
    else if (notice.type === 'metrics') metrics.take(notice.id, notice.families);
    else void metrics.own().then((families) => tell({ type: 'metrics', id: notice.id, families }));
  });
  return () => last;
}

/** Closes everything in reverse order; what takes longer than 15 s is left to the system. */
async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(code), STOP_MS).unref();
  for (const close of open.reverse()) await close().catch((error: unknown) => log.warn({ err: error }, 'Something could not be closed.'));
  process.exit(code);
}

/** A process of the installation that meets something it cannot go on from ends; the supervisor starts it again. */
function fail(error: unknown): void {
  if (isEnding) return;
  const { code, message } = error as PipelineError;
  log.fatal({ err: error instanceof PipelineError ? undefined : error, code }, message ?? String(error));
  void end(error instanceof ConfigError ? 2 : 1);
}
