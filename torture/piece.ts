// One piece of a run: fresh servers, known input, faults one after another, then everything that is there compared with the model.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ensureTopics } from '../local/topics.ts';
import { projectFolder, schemaCacheFile } from '../local/project.ts';
import { LATENESS } from '../pipeline/core/lateness.ts';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { openRegistry } from '../schemas/avro/registry.ts';
import { openPool } from '../store/connect.ts';
import { migrate } from '../store/migrate.ts';
import { installationTopics } from '../topologies/settings.ts';
import type { Brokers } from './brokers.ts';
import { openBrokers } from './brokers.ts';
import { faultOf, faults } from './faults/index.ts';
import type { Recovery } from './flow.ts';
import { watchFlow } from './flow.ts';
import { startGenerator } from './generator.ts';
import type { Members } from './members.ts';
import { openMembers } from './members.ts';
import { compare, modelOf } from './model.ts';
import type { Observed } from './observe.ts';
import { observe, outputOf } from './observe.ts';
import type { Place } from './place.ts';
import type { Random } from './random.ts';
import { openRandom } from './random.ts';
import { Script } from './script.ts';
import type { Server } from './servers.ts';
import { openDatabase, openSchemaRegistry } from './servers.ts';
import type { Fault, World } from './world.ts';

export interface PieceOptions {
  readonly place: Place;
  readonly seed: string;
  readonly index: number;
  readonly brokers: 1 | 3;
  readonly members: number;
  /** Whichever is reached first ends the piece. */
  readonly faults: number;
  readonly untilMs: number;
  /** Kinds; empty for all. */
  readonly only: readonly string[];
  readonly perSecond: number;
  /** Loaded into each stage process before the product: breaks it on purpose. */
  readonly breaks: readonly URL[];
  readonly log: Logger;
}
export interface Suffered {
  readonly kind: string;
  readonly target: string;
  readonly at: string;
  /** Null = not within two minutes. */
  readonly recovery: Recovery | null;
}
export interface PieceResult {
  readonly suffered: readonly Suffered[];
  /** What differs from the model, or broke otherwise. Empty = passed. */
  readonly problems: readonly string[];
  readonly sent: number;
  /** Records of all topics that were compared. */
  readonly compared: number;
  readonly seconds: number;
  /** Highest resident bytes of any stage process. */
  readonly memoryBytes: number;
  /** Stage processes that ended by themselves and were started again: allowed, as a platform does. */
  readonly ends: readonly string[];
  readonly skipped: readonly string[];
  /** Processes that wanted a core when it ended (the machine's load over 15 minutes): recovery times follow it. */
  readonly load: number;
  /** What a record takes when nothing is done, measured as after a fault. */
  readonly calm: readonly Recovery[];
}

const PARTITIONS = 4;
const RECOVERY_MS = 120_000;
const SETTLE_MS = 150_000;
const CALM_PROBES = 4;
/** What a stage process may hold: state, fetches and the runtime itself stay far below it at any rate. */
export const MEMORY_BOUND_BYTES = 768 * 1024 * 1024;

export async function runPiece(options: PieceOptions): Promise<PieceResult> {
  const { place } = options;
  const opened: (() => Promise<unknown>)[] = [];
  try {
    return await tortured(options, opened);
  } finally {
    for (const close of opened.reverse()) await close().catch((error: unknown) => place.report.say('torture', `Could not close a part: ${String(error)}`));
  }
}

async function tortured(options: PieceOptions, opened: (() => Promise<unknown>)[]): Promise<PieceResult> {
  const { place, seed, index, log } = options;
  const began = performance.now();
  const [brokers, registry, database] = await openServers(options, opened);
  const client = kafkaBroker({ brokers: brokers.directAddresses.split(','), clientId: 'torture', log });
  opened.push(() => client.close());
  const folder = join(place.folder, 'stages');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'goshawk.yaml'), JSON.stringify(configuration(brokers.replication))); // JSON is YAML
  const [ids] = await Promise.all([
    openRegistry({ url: registry.url, cacheFile: schemaCacheFile(folder), refresh: true }),
    migrate({ databaseUrl: database.url, log }),
    ensureTopics(client.admin(), installationTopics({ partitions: PARTITIONS }), brokers.replication),
  ]);
  const codec = new Codec(ids);
  const ends: string[] = [];
  const env = environment(place, { brokers: brokers.addresses, registry: registry.url, database: database.url });
  const members = openMembers({ place, env, preloads: options.breaks, onEnd: (name, how) => void ends.push(`${name}: ${how}`) });
  opened.push(() => members.stopAll());
  const crew = Array.from({ length: options.members }, (_unused, i) => `torture-${i + 1}`);
  await Promise.all(crew.map((name) => members.start(name)));
  const flow = watchFlow({ addresses: brokers.directAddresses, databaseUrl: database.url, codec, partitions: PARTITIONS, log, signal: place.signal });
  opened.push(() => flow.close());
  const memory = watchMemory(members);
  opened.push(async () => memory.end());

  const script = new Script(`${seed}-${index}`, PARTITIONS);
  const generator = startGenerator({ script, addresses: brokers.directAddresses, log, perSecond: options.perSecond, signal: place.signal });
  const suffered: Suffered[] = [];
  const problems: string[] = [];
  const calm: Recovery[] = [];
  for (let probe = 0; probe < CALM_PROBES; probe++) {
    const found = await flow.recovered(Date.now(), RECOVERY_MS);
    if (found !== null && probe > 0) calm.push(found); // the first waits for everything to begin
  }
  if (calm.length === 0) problems.push('nothing came out before any fault');
  const world: World = { place, brokers, registry, database, members, crew, flow };
  const { chosen, skipped } = choice(world, options);
  const random = openRandom(seed, index, 'faults');
  while (problems.length === 0 && suffered.length < options.faults && Date.now() < options.untilMs) {
    place.signal.throwIfAborted();
    await delay(random.between(0, 1_000), undefined, { signal: place.signal });
    const one = await suffer(world, weighted(chosen, random), random);
    suffered.push(one);
    if (one.recovery === null) problems.push(`${one.kind} of ${one.target}: nothing came through within ${RECOVERY_MS / 1000} s`);
  }
  await generator.finish();
  const goshawk = (...args: string[]) =>
    outputOf(process.execPath, [join(projectFolder, 'cli/main.ts'), ...args, '--data', folder], { ...env, KAFKA_BROKERS: brokers.directAddresses });
  const pool = openPool({ databaseUrl: database.url, max: 2, applicationName: 'torture' });
  opened.push(() => pool.end());
  const { observed, differences } = await settled(() => observe({ broker: client, codec, pool, goshawk }), place);
  const memoryBytes = memory.highest();
  if (memoryBytes > MEMORY_BOUND_BYTES) problems.push(`a stage process held ${mebibytes(memoryBytes)} MiB, more than ${mebibytes(MEMORY_BOUND_BYTES)}`);
  return {
    suffered,
    problems: [...problems, ...differences],
    sent: generator.sent(),
    compared: observed.records,
    seconds: Math.round((performance.now() - began) / 1000),
    memoryBytes,
    ends,
    skipped,
    load: loadavg()[2] ?? 0,
    calm,
  };
}
/** Every dataset is ten seconds late at most, so that what waits for the watermark comes out within a piece. */
const configuration = (replication: number) => ({
  kafka: { replication, partitions: PARTITIONS },
  time: { latenessSeconds: Object.fromEntries(LATENESS.filter(({ lateness }) => lateness > 0).map(({ datasets }) => [datasets, 10])) },
});
export const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576);

async function openServers({ place, brokers: count }: PieceOptions, opened: (() => Promise<unknown>)[]): Promise<[Brokers, Server, Server]> {
  const keep = async <T>(opening: Promise<T>, close: (server: T) => Promise<unknown>): Promise<T> => {
    const server = await opening;
    opened.push(() => close(server));
    return server;
  };
  const all = await Promise.allSettled([
    keep(openBrokers(count, place), (brokers) => brokers.close()),
    keep(openSchemaRegistry(place), (server) => server.stop()),
    keep(openDatabase(place), (server) => server.stop()),
  ]);
  for (const result of all) if (result.status === 'rejected') throw result.reason;
  return all.map((result) => (result as PromiseFulfilledResult<unknown>).value) as [Brokers, Server, Server];
}

/** Nothing of the caller's own configuration reaches the processes under torture. */
function environment(place: Place, addresses: { readonly brokers: string; readonly registry: string; readonly database: string }): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  return {
    PATH,
    HOME,
    NODE_COMPILE_CACHE,
    TMPDIR: place.temporary,
    TZ: 'UTC',
    KAFKA_BROKERS: addresses.brokers,
    SCHEMA_REGISTRY_URL: addresses.registry,
    DATABASE_URL: addresses.database,
    GOSHAWK_INSTALLATION_ID: place.installationId,
  };
}

function choice(world: World, { only }: PieceOptions): { readonly chosen: readonly Fault[]; readonly skipped: readonly string[] } {
  const wanted = only.length === 0 ? faults : only.map((kind) => faultOf(kind)).filter((fault) => fault !== undefined);
  const problems = new Map(wanted.map((fault) => [fault, fault.problem?.(world) ?? null]));
  return {
    chosen: wanted.filter((fault) => problems.get(fault) === null),
    skipped: [...problems].flatMap(([{ kind }, problem]) => (problem === null ? [] : [`${kind}: ${problem}`])),
  };
}

function weighted(from: readonly Fault[], random: Random): Fault {
  let rest = random.next() * from.reduce((sum, { weight }) => sum + weight, 0);
  for (const fault of from) if ((rest -= fault.weight) < 0) return fault;
  return from.at(-1)!;
}

async function suffer(world: World, fault: Fault, random: Random): Promise<Suffered> {
  const at = new Date().toISOString();
  const { target, sinceMs, repair } = await fault.inflict(world, random);
  const recovery = await world.flow.recovered(sinceMs, RECOVERY_MS);
  world.place.report.say(
    'fault',
    `${at.slice(11, 19)} ${fault.kind} (${target}): ${recovery === null ? 'did not recover' : `enriched ${recovery.enrichedMs} ms, alerts ${recovery.alertsMs} ms, stored ${recovery.storedMs} ms`}.`,
    { kind: fault.kind, target, at, ...recovery },
  );
  await repair?.();
  return { kind: fault.kind, target, at, recovery };
}

/** Waits until what is there is what the model says; what still differs when nothing changes any more is told. */
async function settled(
  look: () => Promise<Observed>,
  { report, signal }: Place,
): Promise<{ readonly observed: Observed; readonly differences: readonly string[] }> {
  const STILL_MS = 30_000; // longer than a transaction's timeout, a session's, and a ledger's span
  let before = '';
  let changedAt = performance.now();
  for (const end = performance.now() + SETTLE_MS; ; await delay(1_000, undefined, { signal })) {
    const observed = await look();
    const differences = [...compare(modelOf(observed.inputs), observed.outcomes), ...observed.problems];
    if (differences.length === 0) return { observed, differences };
    const now = performance.now();
    const text = differences.join('\n');
    if (text !== before) changedAt = now;
    before = text;
    if (now - changedAt > STILL_MS || now > end) return { observed, differences };
    report.progress('settle', 'Differences from the model', differences.length, 0);
  }
}

function watchMemory(members: Members): { readonly highest: () => number; readonly end: () => void } {
  let highest = 0;
  const timer = setInterval(() => {
    highest = Math.max(highest, ...Object.values(members.memory()));
  }, 1_000);
  return { highest: () => highest, end: () => clearInterval(timer) };
}
