// The state of the pipeline: parts, stages with lag and rate, topics. Asked of broker and database at most every 1.5 s, whoever asks.
import type { Logger } from 'pino';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Topology, Wire } from '../../pipeline/core/topology.ts';
import type { Admin, Broker, Offsets, TopicPartition } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { RefusedSource } from '../../store/queries/dead-letters.ts';
import { ledgerTotals, storedOffsets } from '../../store/queries/pipeline.ts';
import type { StageTotals, StoredOffset } from '../../store/queries/pipeline.ts';
import type { DatabasePool } from '../../store/queries/sql.ts';
import { topics as catalogue } from '../../topologies/topics.ts';
import type { TopicDeclaration } from '../../topologies/topics.ts';
import type { LagMeter, Position } from './lag.ts';
import type { DatasetMark, LedgerView } from './ledger-view.ts';
import { withinTime } from './parts.ts';
import type { Part, Parts } from './parts.ts';

export interface ReasonCount {
  readonly name: string;
  readonly count: number;
}
export interface StageStatus {
  readonly name: string;
  readonly inputTopic: string;
  readonly outputTopics: readonly string[];
  /** Records not read yet; null while the broker is away. */
  readonly lag: number | null;
  /** Of the furthest dataset that is not idle; null before the first record. */
  readonly watermark: Micros | null;
  /** By dataset, the slowest first: some may come late by nature. */
  readonly watermarks: readonly DatasetMark[];
  readonly inPerSecond: number;
  readonly in: number;
  readonly passed: number;
  readonly out: number;
  readonly dropped: readonly ReasonCount[];
  readonly rejected: readonly ReasonCount[];
}
export interface TopicStatus {
  readonly name: string;
  readonly partitions: number;
  readonly records: number;
  readonly schema: string;
  readonly key: string;
}
export interface PipelineSnapshot {
  readonly state: 'ready' | 'degraded' | 'down';
  readonly parts: readonly Part[];
  readonly stages: readonly StageStatus[];
  /** Of all organizations: to be narrowed by `topicsOf`. */
  readonly topics: readonly TopicStatus[];
  /** Raw topics that are read more slowly because too much of them is refused; of all organizations. */
  readonly throttled: readonly string[];
}

const KEPT_MICROS = 1_500_000;
const RATE_MICROS = 60_000_000;

export interface MonitorDeps {
  readonly broker: Broker;
  readonly pool: DatabasePool;
  readonly topology: Topology;
  readonly ledger: LedgerView;
  readonly parts: Parts;
  readonly lag: LagMeter;
  readonly app: string;
  readonly log: Logger;
  readonly wallMicros: () => Micros;
}

export class PipelineMonitor {
  readonly #deps: MonitorDeps;
  #last: { readonly at: Micros; readonly snapshot: Promise<PipelineSnapshot> } | undefined;

  constructor(deps: MonitorDeps) {
    this.#deps = deps;
  }

  /** Never rejects: what is away is named in `parts`, and its numbers are null or those that are known without it. */
  snapshot(): Promise<PipelineSnapshot> {
    const now = this.#deps.wallMicros();
    if (this.#last === undefined || now - this.#last.at > KEPT_MICROS) this.#last = { at: now, snapshot: this.#take(now) };
    return this.#last.snapshot;
  }

  async #take(now: Micros): Promise<PipelineSnapshot> {
    const { parts, pool, app, log } = this.#deps;
    const [checked, kafka, stored] = await Promise.all([
      parts.check(),
      withinTime(() => this.#fromBroker()).catch((error: unknown) => {
        log.debug({ reason: String(error) }, 'The broker told nothing for the pipeline page.');
        return undefined;
      }),
      withinTime(() => Promise.all([ledgerTotals(pool, app, now - RATE_MICROS), storedOffsets(pool)])).catch((error: unknown) => {
        log.debug({ reason: String(error) }, 'The database told nothing for the pipeline page.');
        return undefined;
      }),
    ]);
    const lags = kafka === undefined ? undefined : await this.#lags(kafka, stored?.[1] ?? []);
    const stages = this.#deps.topology.wires.map((wire, index) => this.#stage(wire, now, lags?.[index] ?? null, stored?.[0] ?? []));
    const all = kafka === undefined ? checked : [...checked, stagesPart(this.#deps.topology, kafka.members)];
    return { state: overallState(all), parts: all, stages, topics: kafka?.topics ?? [], throttled: this.#deps.ledger.throttled(now) };
  }

  async #fromBroker(): Promise<BrokerView> {
    const { broker, topology } = this.#deps;
    const admin = broker.admin();
    try {
      const partitionCounts = await admin.topics();
      const partitions = [...partitionCounts]
        .filter(([name]) => declarationOf(name) !== undefined)
        .flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
      const [earliest, ends, groups, committed] = await Promise.all([
        admin.offsets(partitions, 'earliest'),
        admin.offsets(partitions, 'stable'),
        admin.groups(),
        committedOffsets(admin, topology, partitionCounts),
      ]);
      return {
        partitionCounts,
        earliest,
        ends,
        committed,
        members: new Map(groups.map(({ groupId, members }) => [groupId, members])),
        topics: topicStatuses(partitionCounts, earliest, ends),
      };
    } finally {
      await admin.close();
    }
  }

  /** One per wire; undefined when the broker went away meanwhile. */
  async #lags(kafka: BrokerView, stored: readonly StoredOffset[]): Promise<readonly number[] | undefined> {
    const { wires } = this.#deps.topology;
    const positions = wires.flatMap((wire) => positionsOf(wire, kafka, stored));
    try {
      const lags = await withinTime(() => this.#deps.lag.measure(positions));
      let at = 0;
      return wires.map((wire) => {
        const count = inputsOf(wire, kafka.partitionCounts).length;
        return lags.slice(at, (at += count)).reduce((sum, lag) => sum + lag, 0);
      });
    } catch {
      return undefined;
    }
  }

  #stage(wire: Wire, now: Micros, lag: number | null, stored: readonly StageTotals[]): StageStatus {
    const sums = wire.kind === 'stage' ? this.#deps.ledger.sums(wire.name, now) : undefined;
    const totals = stored.filter(({ stage, topic }) => wire.kind === 'loader' && stage === wire.group && topic === wire.from.name);
    const total = (pick: (row: StageTotals) => number) => totals.reduce((sum, row) => sum + pick(row), 0);
    return {
      // Loaders share a group, and one of them may be named as a stage is.
      name: wire.kind === 'loader' ? `${wire.group}-${wire.name}` : wire.name,
      inputTopic: wire.from.name,
      outputTopics: wire.kind === 'stage' ? wire.to.map(({ name }) => name) : [],
      lag,
      watermark: sums?.watermark ?? null,
      watermarks: sums?.watermarks ?? [],
      inPerSecond: (sums?.inPerSecond ?? 0) + total(({ recent }) => recent) / (RATE_MICROS / 1_000_000),
      in: (sums?.in ?? 0) + total((row) => row.in),
      passed: (sums?.passed ?? 0) + total(({ passed }) => passed),
      out: sums?.out ?? 0,
      dropped: merged([sums?.dropped ?? new Map(), ...totals.map(({ dropped }) => new Map(Object.entries(dropped)))]),
      rejected: merged([sums?.rejected ?? new Map(), ...totals.map(({ rejected }) => new Map(Object.entries(rejected)))]),
    };
  }
}

/** Names of raw and sink topics tell other organizations' names. */
export const topicsOf = (topics: readonly TopicStatus[], organization: string): readonly TopicStatus[] =>
  topics.filter(({ name }) => !/^(raw|sink)\./.test(name) || name.startsWith(`raw.${organization}.`) || name.startsWith(`sink.${organization}.`));

/** @param refused Of one organization, by raw topic. */
export const refusedSources = (refused: readonly RefusedSource[], { throttled }: PipelineSnapshot) =>
  refused.map((source) => ({ ...source, isThrottled: throttled.includes(source.topic) }));

interface BrokerView {
  readonly partitionCounts: ReadonlyMap<string, number>;
  readonly earliest: Offsets;
  readonly ends: Offsets;
  /** By group. */
  readonly committed: ReadonlyMap<string, Offsets>;
  readonly members: ReadonlyMap<string, number>;
  readonly topics: readonly TopicStatus[];
}

const groupOf = (wire: Wire): string => `goshawk.${wire.kind === 'loader' ? wire.group : wire.name}`;

/** All raw topics stand behind one declaration. */
function inputsOf(wire: Wire, partitionCounts: ReadonlyMap<string, number>): readonly TopicPartition[] {
  const names = wire.from.name === catalogue.raw.name ? [...partitionCounts.keys()].filter((name) => name.startsWith('raw.')) : [wire.from.name];
  return names.flatMap((topic) => Array.from({ length: partitionCounts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })));
}

async function committedOffsets(admin: Admin, { wires }: Topology, partitionCounts: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, Offsets>> {
  const inputs = Map.groupBy(wires, groupOf);
  return new Map(
    await Promise.all(
      [...inputs].map(
        async ([group, members]) =>
          [
            group,
            await admin.committed(
              group,
              members.flatMap((wire) => inputsOf(wire, partitionCounts)),
            ),
          ] as const,
      ),
    ),
  );
}

/** Where a group is in each partition of its input: what the database says of it comes first, since Kafka has a hint only. */
function positionsOf(wire: Wire, { partitionCounts, earliest, ends, committed }: BrokerView, stored: readonly StoredOffset[]): readonly Position[] {
  const group = groupOf(wire);
  return inputsOf(wire, partitionCounts).map((tp): Position => {
    const key = tpKey(tp);
    const inDatabase = stored.find((row) => row.group === group && row.topic === tp.topic && row.partition === tp.partition)?.next;
    const start = earliest.get(key) ?? 0;
    return { group, tp, next: Math.max(inDatabase ?? committed.get(group)?.get(key) ?? start, start), end: ends.get(key) ?? 0 };
  });
}

function declarationOf(topic: string): TopicDeclaration<unknown> | undefined {
  if (topic.startsWith('raw.')) return catalogue.raw;
  if (topic.startsWith('sink.')) return { ...catalogue.raw, name: topic, key: 'event, finding or alert id' };
  return Object.values(catalogue).find(({ name }) => name === topic);
}

function topicStatuses(partitionCounts: ReadonlyMap<string, number>, earliest: Offsets, ends: Offsets): readonly TopicStatus[] {
  return [...partitionCounts]
    .flatMap(([name, partitions]): readonly TopicStatus[] => {
      const declaration = declarationOf(name);
      if (declaration === undefined) return [];
      let records = 0;
      for (let partition = 0; partition < partitions; partition += 1) {
        const key = tpKey({ topic: name, partition });
        records += (ends.get(key) ?? 0) - (earliest.get(key) ?? 0);
      }
      return [{ name, partitions, records, schema: declaration.schema === 'bytes' ? 'bytes' : declaration.schema.fullName, key: declaration.key }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One part for all stages: it is down when one of them has nobody who runs it. */
function stagesPart({ wires }: Topology, members: ReadonlyMap<string, number>): Part {
  const groups = new Set(wires.map(groupOf));
  const missing = [...groups].filter((group) => (members.get(group) ?? 0) === 0).map((group) => group.replace('goshawk.', ''));
  const base = { name: 'stages', kind: 'stages', url: null, version: null, downSince: null };
  if (missing.length === 0) return { ...base, state: 'up', detail: `${groups.size} of ${groups.size} run.` };
  return {
    ...base,
    state: missing.length === groups.size ? 'starting' : 'down',
    detail: `Nobody runs ${missing.join(', ')}. Start it with \`./goshawk run telemetry --stage NAME\`, or look at the logs of the processes.`,
  };
}

function overallState(parts: readonly Part[]): PipelineSnapshot['state'] {
  const away = new Set(parts.filter(({ state }) => state === 'down').map(({ name }) => name));
  if (away.has('broker') && away.has('database')) return 'down';
  return away.size > 0 || parts.some(({ state }) => state === 'starting') ? 'degraded' : 'ready';
}

function merged(maps: readonly ReadonlyMap<string, number>[]): readonly ReasonCount[] {
  const sum = new Map<string, number>();
  for (const map of maps) for (const [name, count] of map) sum.set(name, (sum.get(name) ?? 0) + count);
  return [...sum].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
