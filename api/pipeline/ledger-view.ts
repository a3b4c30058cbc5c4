// The ledger as the pipeline page shows it: sums since it begins, how fast records come in now, how far each stage is in event time.
import type { Micros } from '../../pipeline/core/index.ts';
import type { RawBatch } from '../../pipeline/runtime/port.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';

export interface StageSums {
  readonly in: number;
  readonly passed: number;
  readonly out: number;
  readonly dropped: ReadonlyMap<string, number>;
  readonly rejected: ReadonlyMap<string, number>;
  /** Of the furthest dataset; null before the first. */
  readonly watermark: Micros | null;
  /** Of each dataset that is not idle, the lowest over its tasks; the slowest first. */
  readonly watermarks: readonly DatasetMark[];
  readonly inPerSecond: number;
}

export interface DatasetMark {
  readonly dataset: string;
  readonly watermark: Micros;
}

const WINDOW = 60_000_000; // over which the rate is taken
const FRESH = 25_000_000; // an entry comes every 10 s; without one for so long there is no input

interface Task {
  readonly to: number;
  /** Of all its datasets. */
  readonly watermark: Micros | null;
  readonly watermarks: LedgerEntry['watermarks'];
  readonly at: Micros;
}
interface Stage {
  in: number;
  passed: number;
  out: number;
  readonly dropped: Map<string, number>;
  readonly rejected: Map<string, number>;
  /** By input partition: the offset up to which it is counted, the last watermarks, and the wall-clock time of its last entry. */
  readonly tasks: Map<string, Task>;
  /** Of the last minute, oldest first. */
  recent: { readonly at: Micros; readonly in: number }[];
}

export class LedgerView {
  readonly #stages = new Map<string, Stage>();
  /** Topics that a stage left alone, and when it last said so. */
  readonly #throttled = new Map<string, Micros>();
  readonly #codec: Codec;
  readonly #app: string;

  /** @param app Whose entries count: `goshawk`, or a lane. */
  constructor(codec: Codec, app: string) {
    this.#codec = codec;
    this.#app = app;
  }

  /** Takes records of ledger.v1 in order. @throws CodecError for bytes that are no ledger entry. */
  async takeBatch({ records }: RawBatch): Promise<void> {
    for (const { value } of records) {
      if (value === null) continue;
      const missing = this.#codec.missingWriter(value);
      if (missing !== undefined) await this.#codec.load(missing);
      this.take(this.#codec.decode<LedgerEntry>(schemas.ledgerEntry, value));
    }
  }

  /** An entry that was counted already, as after a reader began again, changes nothing. */
  take(entry: LedgerEntry): void {
    if (entry.app !== this.#app) return;
    const stage = this.#stage(entry.stage);
    const key = `${entry.topic}/${entry.partition}`;
    const task = stage.tasks.get(key);
    if (task !== undefined && entry.to <= task.to && entry.in > 0) return;
    const { watermark, watermarks } = entry.watermark === null && task !== undefined ? task : entry;
    stage.tasks.set(key, { to: Math.max(entry.to, task?.to ?? 0), watermark, watermarks, at: entry.wallTo });
    if (entry.throttledMs > 0) this.#throttled.set(entry.topic, entry.wallTo);
    stage.in += entry.in;
    stage.passed += entry.passed;
    for (const { count } of entry.out) stage.out += count;
    for (const { reason, count } of entry.dropped) stage.dropped.set(reason, (stage.dropped.get(reason) ?? 0) + count);
    for (const { reason, count } of entry.rejected) stage.rejected.set(reason, (stage.rejected.get(reason) ?? 0) + count);
    stage.recent.push({ at: entry.wallTo, in: entry.in });
    const newest = Math.max(...stage.recent.slice(-8).map(({ at }) => at));
    if (stage.recent.length % 64 === 0) stage.recent = stage.recent.filter(({ at }) => at > newest - WINDOW);
  }

  /** Undefined for a stage that the ledger does not know yet. `now` is wall-clock time. */
  sums(name: string, now: Micros): StageSums | undefined {
    const stage = this.#stages.get(name);
    if (stage === undefined) return undefined;
    const tasks = [...stage.tasks.values()];
    // A partition without new entries has nothing to read: it holds nobody back, and what it said last is no news.
    const lastAt = Math.max(...tasks.map(({ at }) => at));
    const fresh = tasks.filter(({ at }) => at >= lastAt - FRESH);
    const watermarks = marksOf(fresh);
    const overall = fresh.flatMap(({ watermark }) => watermark ?? []);
    const newest = stage.recent.reduce((latest, { at }) => Math.max(latest, at), 0);
    const end = newest > now - FRESH ? newest : now;
    const inWindow = stage.recent.reduce((sum, entry) => (entry.at > end - WINDOW && entry.at <= end ? sum + entry.in : sum), 0);
    return {
      in: stage.in,
      passed: stage.passed,
      out: stage.out,
      dropped: stage.dropped,
      rejected: stage.rejected,
      watermark: watermarks.at(-1)?.watermark ?? (overall.length === 0 ? null : Math.min(...overall)),
      watermarks,
      inPerSecond: inWindow / (WINDOW / 1_000_000),
    };
  }

  /** Topics that are read more slowly because too much of them is refused, as of the last minute. */
  throttled(now: Micros): readonly string[] {
    for (const [topic, at] of this.#throttled) if (at < now - WINDOW) this.#throttled.delete(topic);
    return [...this.#throttled.keys()].sort();
  }

  #stage(name: string): Stage {
    let stage = this.#stages.get(name);
    if (stage === undefined) {
      stage = { in: 0, passed: 0, out: 0, dropped: new Map(), rejected: new Map(), tasks: new Map(), recent: [] };
      this.#stages.set(name, stage);
    }
    return stage;
  }
}

function marksOf(tasks: readonly Task[]): readonly DatasetMark[] {
  const least = new Map<string, Micros>();
  for (const { watermarks } of tasks) for (const { dataset, at } of watermarks) least.set(dataset, Math.min(at, least.get(dataset) ?? Infinity));
  return [...least].map(([dataset, watermark]) => ({ dataset, watermark })).sort((a, b) => a.watermark - b.watermark || (a.dataset < b.dataset ? -1 : 1));
}
