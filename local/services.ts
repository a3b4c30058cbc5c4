// Broker, registry and database of an installation, started side by side.
import { join } from 'node:path';
import { ConfigError } from '../pipeline/core/errors.ts';
import { addressesFrom, choose } from './choice.ts';
import type { Choice, Machine, Service } from './choice.ts';
import { hasDockerEngine, startContainers } from './docker.ts';
import type { Installation } from './installation.ts';
import { ensureJars, hasJars, hasMaven } from './jars.ts';
import type { Jars } from './jars.ts';
import { findJava } from './java.ts';
import type { Java } from './java.ts';
import { prepareKafka, startKafka } from './kafka.ts';
import type { Starting } from './kafka.ts';
import { lastLines } from './part.ts';
import type { Part } from './part.ts';
import { findPort } from './ports.ts';
import { choosePostgres, ensureDatabase, preparePostgres, startPostgres } from './postgres.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { registryUrl, startRegistry } from './registry.ts';
import type { Report } from './report.ts';

/** What was found on this machine, decided before anything starts. */
export interface Plan {
  readonly choice: Choice;
  readonly wanted: readonly Service[];
  readonly machine: Machine;
  readonly java: Java | null;
  readonly postgres: PostgresBinaries | null;
}

/** Looks at what there is. `choice.missing` says what is not; nothing is started or fetched. */
export async function planServices(wanted: readonly Service[], dataFolder: string, env: NodeJS.ProcessEnv): Promise<Plan> {
  const addresses = addressesFrom(env);
  const own = wanted.filter((service) => addresses[service] === undefined);
  const needsJava = own.some((service) => service !== 'database');
  const java = needsJava ? findJava(env) : null;
  const jars = java !== null && hasJars(java);
  const postgres = own.includes('database') ? await choosePostgres(postgresFolder(dataFolder), env) : null;
  const machine: Machine = {
    addresses,
    hasJava: java !== null,
    hasJars: jars,
    hasMaven: needsJava && !jars ? await hasMaven(java) : null,
    hasPostgres: postgres !== null,
    hasDocker: null,
  };
  const choice = choose(wanted, machine, env.GOSHAWK_JAVA);
  if (choice.missing.length === 0) return { choice, wanted, machine, java, postgres };
  const withDocker = { ...machine, hasDocker: await hasDockerEngine() };
  return { choice: choose(wanted, withDocker, env.GOSHAWK_JAVA), wanted, machine: withDocker, java, postgres };
}

const postgresFolder = (dataFolder: string) => join(dataFolder, 'postgres');

/** @throws ConfigError PREREQUISITE_MISSING that lists everything to install. */
export function requireComplete({ choice }: Plan): void {
  if (choice.missing.length > 0)
    throw new ConfigError(
      'PREREQUISITE_MISSING',
      [...choice.missing, 'Or start a Docker engine, or set KAFKA_BROKERS, SCHEMA_REGISTRY_URL and DATABASE_URL.'].join('\n'),
    );
}

export interface ServiceAddresses {
  readonly kafkaBrokers: string;
  readonly registryUrl: string;
  readonly databaseUrl: string;
}
export interface StartOptions {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** False for tests. */
  readonly isDurable: boolean;
  /** Called with each part as soon as it runs, so that it can be stopped whatever happens next. */
  readonly onPart: (part: Part) => void;
}

const NAMES: Record<Service, string> = { broker: 'Apache Kafka', registry: 'the schema registry', database: 'PostgreSQL' };

/**
 * Starts what the plan says and waits until all of it answers. Addresses of services that were not wanted are empty.
 * @throws FatalError or ConfigError of the first part that fails; parts that were handed to `onPart` are the caller's to stop.
 */
export async function startServices(installation: Installation, plan: Plan, options: StartOptions): Promise<ServiceAddresses> {
  requireComplete(plan);
  const { report } = options;
  for (const service of plan.wanted) {
    const origin = plan.choice.origins[service];
    if (origin === 'environment') report.say('services', `Using ${NAMES[service]} at the address of the environment.`, { service, origin });
    if (origin === 'docker') report.say('services', `Starting ${NAMES[service]} in Docker, since this machine cannot run it directly.`, { service, origin });
  }
  const isEmbedded = (service: Service) => plan.wanted.includes(service) && plan.choice.origins[service] === 'embedded';
  const taken = new Set<number>();
  // The database needs no jars, so it starts while they are fetched.
  let jars: Promise<Jars> | undefined;
  const getJars = () => (jars ??= ensureJars(plan.java as Java, report, options.signal));
  const containers = plan.wanted.filter((service) => plan.choice.origins[service] === 'docker');
  const docker: Promise<Partial<Record<Service, string>>> | Partial<Record<Service, string>> =
    containers.length === 0 ? {} : startContainers(containers, installation, options);
  const started = await settleAll([
    isEmbedded('broker') ? embedBroker(installation, plan, getJars(), taken, options) : '',
    isEmbedded('registry') ? embedRegistry(installation, plan, getJars(), taken, options) : '',
    isEmbedded('database') ? embedDatabase(installation, plan, options) : '',
    docker,
  ]);
  const [kafkaBrokers, registry, databaseUrl, fromDocker] = started;
  const given = (service: Service) => (plan.wanted.includes(service) ? plan.machine.addresses[service] : undefined) ?? '';
  return {
    kafkaBrokers: kafkaBrokers || (fromDocker.broker ?? given('broker')),
    registryUrl: registry || (fromDocker.registry ?? given('registry')),
    databaseUrl: databaseUrl || (fromDocker.database ?? given('database')),
  };
}

/** Waits for all, also when one fails, so that nothing starts behind the caller's back; then throws the first failure. */
async function settleAll<const T extends readonly unknown[]>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

const PORT_TRIES = 3;

/** Between the probe of a port and its use somebody else may take it: then others are tried. */
async function withPorts(
  names: readonly [string, string],
  installation: Installation,
  taken: Set<number>,
  { onPart }: StartOptions,
  start: (ports: readonly [number, number]) => Promise<Starting>,
): Promise<number> {
  for (let round = 1; ; round++) {
    const preferred = round === 1 ? installation.identity.ports : {};
    const ports = [await findPort(taken, preferred[names[0]]), await findPort(taken, preferred[names[1]])] as const;
    const { part, isReady } = await start(ports);
    onPart(part);
    try {
      await isReady;
      await installation.rememberPorts({ [names[0]]: ports[0], [names[1]]: ports[1] });
      return ports[0];
    } catch (error) {
      if (round === PORT_TRIES || !/Address already in use|Port already bound/i.test(lastLines(part.logFile, 60))) throw error;
      await part.stop();
    }
  }
}

async function embedBroker(installation: Installation, plan: Plan, jars: Promise<Jars>, taken: Set<number>, options: StartOptions): Promise<string> {
  const { kafka } = await jars;
  const port = await withPorts(['broker', 'controller'], installation, taken, options, async ([clientPort, controllerPort]) => {
    const spec = {
      folder: join(installation.folder, 'kafka'),
      jars: kafka,
      java: plan.java as Java,
      clusterId: installation.identity.clusterId,
      clientPort,
      controllerPort,
      temporary: installation.temporary,
    };
    await prepareKafka(spec, options.signal);
    // An installation that is kept runs for long: the second compiler halves what the broker costs. Tests want a quick start.
    return startKafka({ ...spec, isForSpeed: options.isDurable }, installation.parts, options.signal);
  });
  return `127.0.0.1:${port}`;
}

async function embedRegistry(installation: Installation, plan: Plan, jars: Promise<Jars>, taken: Set<number>, options: StartOptions): Promise<string> {
  const found = await jars;
  const port = await withPorts(['registry', 'registryManagement'], installation, taken, options, ([port, managementPort]) =>
    startRegistry(
      { folder: join(installation.folder, 'registry'), jars: found, java: plan.java as Java, port, managementPort, temporary: installation.temporary },
      installation.parts,
      options.signal,
    ),
  );
  return registryUrl(port);
}

async function embedDatabase(installation: Installation, plan: Plan, { signal, isDurable, onPart }: StartOptions): Promise<string> {
  const prepared = await preparePostgres(postgresFolder(installation.folder), plan.postgres as PostgresBinaries, signal);
  signal.throwIfAborted();
  const { part, isReady } = startPostgres(prepared, { isDurable }, installation.parts, signal);
  onPart(part);
  await isReady;
  return ensureDatabase(prepared.socketFolder);
}
