// `./goshawk up`: everything on this machine, in one command.
import pino from 'pino';
import { ConfigError } from '../pipeline/core/errors.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import { migrate } from '../store/migrate.ts';
import { installationTopics } from '../topologies/settings.ts';
import { openBroker } from './broker.ts';
import type { Service } from './choice.ts';
import { loadProcessConfig, loadTopologyFile } from './config.ts';
import type { OwnConfig } from './config.ts';
import { ensureDashboard } from './dashboard.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import type { Interruption } from './interruption.ts';
import { openLog } from './part.ts';
import { isPortFree } from './ports.ts';
import { startProcesses } from './processes.ts';
import { schemaCacheFile } from './project.ts';
import type { Report } from './report.ts';
import { planServices, requireComplete, startServices } from './services.ts';
import type { ServiceAddresses } from './services.ts';
import { createSupervisor } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';
import { requireSameHistory } from './topic-positions.ts';
import { ensureTopics } from './topics.ts';

export interface UpOptions {
  /** Absolute. */
  readonly data: string;
  /** As asked for; undefined = what the configuration says, 8080 unless it says more, or another when that is taken. */
  readonly port: number | undefined;
  readonly sample: boolean;
  /** Only these servers, none of our processes; undefined = everything. */
  readonly only: readonly Service[] | undefined;
  /** Undefined = goshawk.yaml of the project, if there. */
  readonly configFile: string | undefined;
}
export interface UpEnvironment {
  readonly report: Report;
  readonly interruption: Interruption;
  /** Results: the ready line. */
  readonly print: (line: string) => void;
}

const FORCED = 130;

/**
 * Runs until it is interrupted or a part dies; everything that it started has ended when it returns.
 * @returns the exit code of the signal that ended it.
 * @throws ConfigError before anything was started, FatalError when a part died.
 */
export async function up(options: UpOptions, environment: UpEnvironment): Promise<number> {
  const { report, interruption } = environment;
  const { signal } = interruption;
  const config = options.only === undefined ? loadProcessConfig(await loadTopologyFile('telemetry'), process.env, options.configFile).own : null;
  const port = options.port ?? (config !== null && (process.env.PORT || process.env.GOSHAWK_API_PORT) ? config.api.port : undefined);
  if (port !== undefined && port !== 0 && !(await isPortFree(port, config?.api.host))) {
    throw new ConfigError('PORT_IN_USE', `Port ${port} is taken. Choose another with --port, or 0 for any.`);
  }
  const plan = await planServices(options.only ?? ['broker', 'registry', 'database'], options.data, process.env);
  requireComplete(plan);
  const supervisor = createSupervisor();
  interruption.onForce(() => {
    supervisor.killAll();
    process.exit(FORCED);
  });
  const installation = await openInstallation(options.data, report, signal);
  try {
    const services = startServices(installation, plan, { report, signal, isDurable: true, onPart: supervisor.addService });
    const dashboard = config !== null ? ensureDashboard(report, signal) : null;
    dashboard?.catch(() => {}); // awaited below, after the servers
    const addresses = await services;
    supervisor.watch();
    await publish(installation, addresses, { api: null, connect: null });
    if (config !== null) {
      await prepare(installation, addresses, config);
      await startAll(installation, addresses, supervisor, { ...options, port, dashboard: (await dashboard) ?? null }, environment);
    } else environment.print([`Goshawk is ready: ${plan.wanted.join(', ')}`, ...variables(addresses)].join('\n'));
    report.say('ready', `Started in ${process.uptime().toFixed(1)} s; logs are in ${installation.parts.logs}. Ctrl-C ends everything.`);
    await untilOver(supervisor, signal);
    return interruption.code() ?? 0;
  } catch (error) {
    const code = interruption.code();
    if (code !== null) return code; // whatever failed, it failed because it was interrupted
    throw error;
  } finally {
    await end(supervisor, installation);
  }
}

const publish = (installation: Installation, addresses: ServiceAddresses, urls: { readonly api: string | null; readonly connect: string | null }) =>
  installation.publish({
    ...addresses,
    apiUrl: urls.api,
    connectUrl: urls.connect,
    clusterId: installation.identity.clusterId,
    installationId: installation.identity.installationId,
  });

/** Tables, topics and schemas: each once, all harmless when they are there. */
async function prepare(installation: Installation, addresses: ServiceAddresses, { kafka }: OwnConfig): Promise<void> {
  const { fd } = openLog(installation.parts.logs, 'prepare');
  const log = pino({ level: 'info' }, pino.destination({ fd, sync: true }));
  const broker = openBroker(addresses.kafkaBrokers, 'goshawk-up', log);
  try {
    await Promise.all([
      migrate({ databaseUrl: addresses.databaseUrl, log }),
      ensureTopics(broker.admin(), installationTopics({ partitions: kafka.partitions }), kafka.replication),
      openRegistry({ url: addresses.registryUrl, cacheFile: schemaCacheFile(installation.folder), refresh: true }),
    ]);
    await requireSameHistory(broker.admin(), addresses.databaseUrl, log);
  } finally {
    await broker.close();
  }
}

/** Our processes, then the player; prints the ready line when all stages run and the API serves. */
async function startAll(
  installation: Installation,
  addresses: ServiceAddresses,
  supervisor: Supervisor,
  options: UpOptions & { readonly dashboard: string | null },
  { report, print, interruption }: UpEnvironment,
): Promise<void> {
  interruption.signal.throwIfAborted();
  const processes = startProcesses({
    installation,
    addresses,
    configFile: options.configFile ?? null,
    port: options.port ?? null,
    isPortExplicit: options.port !== undefined,
    dashboardFolder: options.dashboard,
    report,
    onProcess: supervisor.addProcess,
    onFail: supervisor.fail,
    onServing: (urls) => void publish(installation, addresses, urls),
    onFirstPassword: (password) =>
      report.say('administrator', `Sign in as admin with the password ${password} (shown this once, kept nowhere).`, { user: 'admin', password }),
  });
  const isOver = untilOver(supervisor, interruption.signal).then(() => null);
  const url = await Promise.race([processes.ready, isOver]);
  if (url === null) return;
  if (options.sample) processes.startPlayer();
  print(`Goshawk is ready: ${url}`);
}

/** Lines that a shell can take over. */
const variables = ({ kafkaBrokers, registryUrl, databaseUrl }: ServiceAddresses): readonly string[] =>
  [
    ['KAFKA_BROKERS', kafkaBrokers],
    ['SCHEMA_REGISTRY_URL', registryUrl],
    ['DATABASE_URL', databaseUrl],
  ].flatMap(([name, address]) => (address === '' ? [] : [`${name}=${address}`]));

/** Resolves when the signal aborts. @throws FatalError when a part died. */
async function untilOver(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
  const failure = await Promise.race([aborted, supervisor.failed]);
  if (failure !== null) throw failure;
}

async function end(supervisor: Supervisor, installation: Installation): Promise<void> {
  await installation.announceStop();
  await supervisor.stopAll();
  await installation.release();
}
