// How a rate is counted: the generic cell rate algorithm. Of each bucket one number is kept, the time at which it will be empty again.

/** What somebody may do in a minute: all of it at once, and then as much again as time gives back. */
export interface Bucket {
  /** Who, and in which class of routes. */
  readonly key: string;
  readonly perMinute: number;
}

/** A bucket after somebody has taken from it, or was refused. */
export interface Standing {
  readonly perMinute: number;
  /** What may be taken now. */
  readonly remaining: number;
  /** Until it is all there again. */
  readonly resetSeconds: number;
}
export interface Verdict {
  /** Of the bucket that holds the caller back, or will first. */
  readonly standing: Standing;
  /** Index of the bucket that refuses; null = taken, from all of them. */
  readonly refusedBy: number | null;
  /** Until it is worth trying again; 0 when taken. */
  readonly retryAfterSeconds: number;
}

/** Takes from all buckets, or from none. Never throws. */
export interface LimitStore {
  readonly take: (buckets: readonly Bucket[], amount: number) => Promise<Verdict> | Verdict;
}

export const WINDOW_MS = 60_000;
export const costMs = (amount: number, perMinute: number): number => (amount * WINDOW_MS) / perMinute;

/**
 * @param debts Milliseconds until each bucket is full again: as if the amount had been taken where that is allowed, and as they are where it is not.
 * @param refusedBy The first bucket that has too little.
 */
export function verdictOf(buckets: readonly Bucket[], debts: readonly number[], amount: number, refusedBy: number | null): Verdict {
  const standings = buckets.map(({ perMinute }, index): Standing => {
    const debt = debts[index]!;
    return { perMinute, remaining: Math.max(0, Math.floor((WINDOW_MS - debt) / costMs(1, perMinute) + EPSILON)), resetSeconds: Math.ceil(debt / 1_000) };
  });
  if (refusedBy === null) {
    const tightest = standings.reduce((least, each) => (each.remaining < least.remaining ? each : least));
    return { standing: tightest, refusedBy, retryAfterSeconds: 0 };
  }
  const cost = Math.min(costMs(amount, buckets[refusedBy]!.perMinute), WINDOW_MS);
  const waitMs = debts[refusedBy]! + cost - WINDOW_MS;
  return { standing: standings[refusedBy]!, refusedBy, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) };
}

/** Of sums of thirds and the like. */
export const EPSILON = 1e-6;
