// `./goshawk up`: everything on this machine, in one command.
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Service } from './choice.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import type { Interruption } from './interruption.ts';
import { isPortFree } from './ports.ts';
import type { Report } from './report.ts';
import { planServices, requireComplete, startServices } from './services.ts';
import type { ServiceAddresses } from './services.ts';
import { createSupervisor } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';

export interface UpOptions {
  /** Absolute. */
  readonly data: string;
  /** As asked for; undefined = 8080, or another when that is taken. */
  readonly port: number | undefined;
  readonly sample: boolean;
  /** Only these servers, none of our processes; undefined = everything. */
  readonly only: readonly Service[] | undefined;
}
export interface UpEnvironment {
  readonly report: Report;
  readonly interruption: Interruption;
  /** Results: the ready line. */
  readonly print: (line: string) => void;
}

/**
 * Runs until it is interrupted or a part dies; everything that it started has ended when it returns.
 * @returns the exit code of the signal that ended it.
 * @throws ConfigError before anything was started, FatalError when a part died.
 */
export async function up(options: UpOptions, { report, interruption, print }: UpEnvironment): Promise<number> {
  const { signal } = interruption;
  const startedAt = performance.now();
  if (options.port !== undefined && options.port !== 0 && !(await isPortFree(options.port))) {
    throw new ConfigError('PORT_IN_USE', `Port ${options.port} is taken. Choose another with --port, or 0 for any.`);
  }
  const plan = await planServices(options.only ?? ['broker', 'registry', 'database'], options.data, process.env);
  requireComplete(plan);
  const supervisor = createSupervisor();
  interruption.onForce(() => {
    supervisor.killAll();
    process.exit(130);
  });
  const installation = await openInstallation(options.data, report, signal);
  try {
    const addresses = await startServices(installation, plan, { report, signal, isDurable: true, onPart: supervisor.addService });
    supervisor.watch();
    await installation.publish({ ...addresses, apiUrl: null, clusterId: installation.identity.clusterId, installationId: installation.identity.installationId });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (options.only !== undefined) {
      print([`Goshawk is ready: ${options.only.join(', ')}`, ...variables(addresses)].join('\n'));
      report.say('ready', `Started in ${seconds} s. Ctrl-C ends everything.`);
    }
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

/** Lines that a shell can take over. */
const variables = ({ kafkaBrokers, registryUrl, databaseUrl }: ServiceAddresses): readonly string[] =>
  [['KAFKA_BROKERS', kafkaBrokers], ['SCHEMA_REGISTRY_URL', registryUrl], ['DATABASE_URL', databaseUrl]].flatMap(([name, address]) => (address === '' ? [] : [`${name}=${address}`]));

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
