const BURST = 2000;
const PER_SECOND = 200;
const LONGEST_MS = 10_000;

/** A source that sends garbage is read more slowly, alone: at most so many rejected records a second, after a burst. */
export class RejectThrottle {
  readonly #left = new Map<string, { tokens: number; atMs: number }>();

  /** @returns How long the topic is to be paused, 0 for not at all. */
  note(topic: string, rejected: number, nowMs: number): number {
    let bucket = this.#left.get(topic);
    if (bucket === undefined) this.#left.set(topic, (bucket = { tokens: BURST, atMs: nowMs }));
    bucket.tokens = Math.min(BURST, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * PER_SECOND) - rejected;
    bucket.atMs = nowMs;
    return bucket.tokens >= 0 ? 0 : Math.min(LONGEST_MS, Math.ceil((-bucket.tokens / PER_SECOND) * 1000));
  }
}
