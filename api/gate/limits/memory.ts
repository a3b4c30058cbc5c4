import type { Bucket, LimitStore, Verdict } from './bucket.ts';
import { costMs, EPSILON, verdictOf, WINDOW_MS } from './bucket.ts';

/** Callers at once, of whom something was taken within the last minute. */
const MAX_BUCKETS = 100_000;

/** Counts of this process alone. A bucket that is full again is forgotten; beyond the bound, those are that were opened first. */
export class MemoryLimits implements LimitStore {
  /** When each bucket is full again, in the clock's milliseconds. */
  readonly #fullAt = new Map<string, number>();
  readonly #nowMs: () => number;
  readonly #maxBuckets: number;

  constructor(nowMs: () => number = () => performance.now(), maxBuckets: number = MAX_BUCKETS) {
    this.#nowMs = nowMs;
    this.#maxBuckets = maxBuckets;
  }

  take(buckets: readonly Bucket[], amount: number): Verdict {
    const now = this.#nowMs();
    const debts = buckets.map(({ key }) => Math.max(0, (this.#fullAt.get(key) ?? 0) - now));
    const after = debts.map((debt, index) => debt + costMs(amount, buckets[index]!.perMinute));
    // What is more than a bucket ever holds is taken from a full one: else it would be refused for ever.
    const refusedBy = after.findIndex((debt, index) => debt > WINDOW_MS + EPSILON && debts[index]! > 0);
    if (refusedBy >= 0) return verdictOf(buckets, debts, amount, refusedBy);
    for (const [index, { key }] of buckets.entries()) this.#fullAt.set(key, now + after[index]!);
    if (this.#fullAt.size > this.#maxBuckets) this.#forget(now);
    return verdictOf(buckets, after, amount, null);
  }

  /** A tenth at a time, so that it is not done again at once. */
  #forget(now: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
    const wanted = this.#maxBuckets * 0.9;
    for (const key of this.#fullAt.keys()) {
      if (this.#fullAt.size <= wanted) return;
      this.#fullAt.delete(key);
    }
  }

  get size(): number {
    return this.#fullAt.size;
  }
}
