// How often one address may ask: a bucket each, which fills again with time.

export interface RateOptions {
  readonly perSecond: number;
  readonly burst: number;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
}
const MAX_BUCKETS = 10_000;

/** @returns Takes one; 0, or how long the bucket is empty yet, in milliseconds. */
export function rateLimit({ perSecond, burst, nowMs }: RateOptions): (address: string) => number {
  const buckets = new Map<string, { left: number; atMs: number }>();
  return (address) => {
    const now = nowMs();
    const bucket = buckets.get(address) ?? { left: burst, atMs: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.atMs) / 1_000) * perSecond);
    buckets.delete(address); // the least recent is the first
    buckets.set(address, { left: left < 1 ? left : left - 1, atMs: now });
    if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value!);
    return left < 1 ? ((1 - left) / perSecond) * 1_000 : 0;
  };
}
