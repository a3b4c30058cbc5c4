// Counts of one input partition. Between two entries they lie in the metadata of the committed offset, so position and counts cannot part.
import type { LedgerEntry, OutCount } from '../../schemas/avro/types.gen.ts';
import type { OutputMarks } from '../core/stores.ts';
import type { Appended, OutRecord } from './port.ts';
import { tpKey } from './port.ts';
import type { Told } from './watermark.ts';

/** What is told of records from `from` on. Immutable: a commit makes the next one. Times in milliseconds. */
export interface Tally {
  readonly from: number;
  readonly in: number;
  readonly passed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly emitted: number;
  /** By topic, then partition: [count, first offset, last offset]. */
  readonly out: Readonly<Record<string, Readonly<Record<number, Out>>>>;
  readonly wallFromMs: number;
  readonly wallToMs: number;
}
type Out = readonly [count: number, first: number, last: number];
/** What one transaction adds to it. */
export class Counts {
  in = 0;
  passed = 0;
  emitted = 0;
  readonly dropped: Record<string, number> = {};
  readonly rejected: Record<string, number> = {};
  readonly out: Record<string, Record<number, Out>> = {};
}

export const emptyTally = (from: number): Tally => ({ from, in: 0, passed: 0, dropped: {}, rejected: {}, emitted: 0, out: {}, wallFromMs: 0, wallToMs: 0 });
export const isEmptyTally = (tally: Tally): boolean => tally.in === 0 && tally.emitted === 0;

export function added(tally: Tally, counts: Counts, wallMs: number): Tally {
  const out: Record<string, Record<number, Out>> = {};
  for (const [topic, partitions] of Object.entries(tally.out)) out[topic] = { ...partitions };
  for (const [topic, partitions] of Object.entries(counts.out)) {
    const into = (out[topic] ??= {});
    for (const [partition, [count, first, last]] of Object.entries(partitions)) {
      const before = into[Number(partition)];
      into[Number(partition)] = before ? [before[0] + count, before[1], last] : [count, first, last];
    }
  }
  return {
    from: tally.from,
    in: tally.in + counts.in,
    passed: tally.passed + counts.passed,
    emitted: tally.emitted + counts.emitted,
    dropped: summed(tally.dropped, counts.dropped),
    rejected: summed(tally.rejected, counts.rejected),
    out,
    wallFromMs: isEmptyTally(tally) ? wallMs : tally.wallFromMs,
    wallToMs: wallMs,
  };
}
function summed(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/**
 * Gives each owner the place of its records. `owners` runs along with `records`; null belongs to nobody.
 * @returns Offset after the last record of this send, by `tpKey`.
 */
export function assignOffsets(records: readonly OutRecord[], owners: readonly (Counts | null)[], appended: readonly Appended[]): Map<string, number> {
  const cursors = new Map<string, Cursor[]>();
  const ends = new Map<string, number>();
  for (const { tp, first, count } of appended) {
    let partitions = cursors.get(tp.topic);
    if (partitions === undefined) cursors.set(tp.topic, (partitions = []));
    (partitions[tp.partition] ??= new Cursor()).spans.push([first, count]);
    ends.set(tpKey(tp), Math.max(ends.get(tpKey(tp)) ?? 0, first + count));
  }
  let topic = '';
  let partitions: Cursor[] = [];
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    if (record.topic !== topic) {
      topic = record.topic;
      partitions = cursors.get(topic)!;
    }
    const offset = partitions[record.partition]!.next();
    const owner = owners[i];
    if (owner === null || owner === undefined) continue;
    const out = (owner.out[topic] ??= {});
    const before = out[record.partition];
    out[record.partition] = before === undefined ? [1, offset, offset] : [before[0] + 1, before[1], offset];
  }
  return ends;
}
class Cursor {
  readonly spans: (readonly [first: number, count: number])[] = [];
  #span = 0;
  #within = 0;
  next(): number {
    let [first, count] = this.spans[this.#span]!;
    if (this.#within === count) {
      [first, count] = this.spans[++this.#span]!;
      this.#within = 0;
    }
    return first + this.#within++;
  }
}

export function entryOf(
  tally: Tally,
  to: number,
  {
    app,
    stage,
    topic,
    partition,
    watermark,
    watermarks = {},
    throttledMs = 0,
  }: {
    readonly app: string;
    readonly stage: string;
    readonly topic: string;
    readonly partition: number;
    readonly watermark: number | null;
    readonly watermarks?: Told;
    readonly throttledMs?: number;
  },
): LedgerEntry {
  const reasons = (counts: Readonly<Record<string, number>>) =>
    Object.keys(counts)
      .sort()
      .map((reason) => ({ reason, count: counts[reason]! }));
  const out = Object.keys(tally.out)
    .sort()
    .flatMap((name) =>
      Object.entries(tally.out[name]!).map(([number, [count, first, last]]): OutCount => ({ topic: name, partition: Number(number), count, first, last })),
    );
  return {
    app,
    stage,
    topic,
    partition,
    from: tally.from,
    to,
    in: tally.in,
    passed: tally.passed,
    dropped: reasons(tally.dropped),
    rejected: reasons(tally.rejected),
    emitted: tally.emitted,
    out,
    watermark,
    wallFrom: tally.wallFromMs * 1000,
    wallTo: tally.wallToMs * 1000,
    watermarks: byDataset(watermarks),
    throttledMs,
    begins: false,
  };
}

const MOST_DATASETS = 64;
/** The slowest first. Where there are too many, the furthest stays. */
function byDataset(told: Told): LedgerEntry['watermarks'] {
  const all = Object.entries(told)
    .filter(([dataset]) => !dataset.startsWith('@')) // clocks
    .map(([dataset, at]) => ({ dataset, at }))
    .sort((a, b) => a.at - b.at);
  return all.length <= MOST_DATASETS ? all : [...all.slice(0, MOST_DATASETS - 1), all.at(-1)!];
}

/** What is committed beside an offset. */
export interface Beside {
  /** Number of the commit, so that a commit which moved no offset can be told from the one before. */
  readonly n: number;
  readonly tally: Tally;
  /** By store the end, after this commit, of its changelog, or of the output that it comes back from. */
  readonly changelogs: Readonly<Record<string, number>>;
  readonly marks: Readonly<Record<string, OutputMarks>>;
  /** The instance that committed it; absent where an earlier version did. */
  readonly by?: string | undefined;
}
/** Of the 4,096 bytes that a broker takes. A tally that does not fit becomes an entry at once. */
export const MAX_METADATA_BYTES = 3800;

export function toMetadata({ n, tally, changelogs, marks, by }: Beside): string {
  const { from, in: read, passed, dropped, rejected, emitted, out, wallFromMs, wallToMs } = tally;
  return JSON.stringify([1, n, [from, read, passed, dropped, rejected, emitted, out, wallFromMs, wallToMs], changelogs, marks, by]);
}

/** Undefined when it is not ours: a group whose offsets were set by hand begins anew. */
export function fromMetadata(metadata: string): Beside | undefined {
  if (metadata === '') return undefined;
  try {
    const [version, n, tally, changelogs, marks, by] = JSON.parse(metadata) as [
      number,
      number,
      [number, number, number, Tally['dropped'], Tally['rejected'], number, Tally['out'], number, number],
      Beside['changelogs'],
      Beside['marks'],
      string | null | undefined,
    ];
    if (version !== 1) return undefined;
    const [from, read, passed, dropped, rejected, emitted, out, wallFromMs, wallToMs] = tally;
    return { n, tally: { from, in: read, passed, dropped, rejected, emitted, out, wallFromMs, wallToMs }, changelogs, marks, by: by ?? undefined };
  } catch {
    return undefined;
  }
}

/**
 * What is committed beside an offset but is in no entry yet, as the entry that would be written now. `to` is the offset.
 * @returns Undefined when the metadata is not ours.
 */
export function openEntry(
  metadata: string,
  { to, ...place }: { readonly app: string; readonly stage: string; readonly topic: string; readonly partition: number; readonly to: number },
): LedgerEntry | undefined {
  const beside = fromMetadata(metadata);
  return beside === undefined ? undefined : entryOf(beside.tally, to, { ...place, watermark: null });
}
