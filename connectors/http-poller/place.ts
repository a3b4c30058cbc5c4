// Where the poller stands: what it has seen, and how far it is within the pages that it reads now.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HttpPollerConfig } from './config.ts';

const passSchema = z.object({
  /** Of `window`, milliseconds since 1970: [from, to). */
  from: z.number().optional(),
  to: z.number().optional(),
  /** The next page: its address or cursor; null = the first. */
  next: z.string().nullable(),
  /** Of `page`: pages read; of `offset`: records. */
  count: z.int().min(0),
  /** Of `field`: the greatest value on the pages so far. */
  greatest: z.string().nullable(),
});
export const placeSchema = z.strictObject({
  /** Of `window`: up to where it has looked, milliseconds since 1970. */
  to: z.number().optional(),
  /** Of `field`. */
  since: z.string().optional(),
  /** Of `cursor`: the page to ask for next, which may have been empty so far. */
  next: z.string().nullable().optional(),
  /** The latest ids, as hashes: 12 bytes each, base64. */
  ids: z.string().optional(),
  pass: passSchema.nullable().optional(),
});
export type Place = z.infer<typeof placeSchema>;
export type Pass = z.infer<typeof passSchema>;

/** What is asked for from now on, to the last page. Null: the window would be empty. */
export function begin(config: HttpPollerConfig, place: Place, nowMs: number): Pass | null {
  const fresh = { next: null, count: 0, greatest: null };
  if (config.progress === 'cursor') return { ...fresh, next: place.next ?? null };
  if (config.progress !== 'window') return fresh;
  const { lookBackHours, overlapSeconds, delaySeconds, maxWindowMinutes } = config;
  const end = nowMs - delaySeconds * 1_000;
  const start = place.to === undefined ? end - lookBackHours * 3_600_000 : place.to;
  if (end <= start && place.to !== undefined) return null;
  const from = place.to === undefined ? start : start - overlapSeconds * 1_000;
  return { ...fresh, from, to: Math.max(start, Math.min(end, start + maxWindowMinutes * 60_000)) };
}

/** After the last page. `next`: what the last page that was asked for was, or the one it named. */
export function ended(place: Place, pass: Pass, next: string | null): Place {
  const since = pass.greatest === null ? place.since : place.since === undefined ? pass.greatest : greater(place.since, pass.greatest);
  return {
    ...(pass.to !== undefined && { to: pass.to }),
    ...(since !== undefined && { since }),
    ...(next !== null && { next }),
    ...(place.ids !== undefined && { ids: place.ids }),
  };
}

/** Whole numbers as numbers, all else as text. */
export function greater(a: string, b: string): string {
  const areNumbers = /^-?\d+$/.test(a) && /^-?\d+$/.test(b);
  return (areNumbers ? BigInt(a) >= BigInt(b) : a >= b) ? a : b;
}

const HASH_BYTES = 12;

/** The latest ids, oldest first. */
export class RememberedIds {
  readonly #hashes: Set<string>;
  readonly #most: number;

  constructor(text: string | undefined, most: number) {
    const bytes = Buffer.from(text ?? '', 'base64');
    this.#most = most;
    this.#hashes = new Set(
      Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_none, index) => bytes.toString('base64', index * HASH_BYTES, (index + 1) * HASH_BYTES)),
    );
  }

  /** @returns Whether it was not there. */
  add(id: string): boolean {
    const hash = createHash('sha256').update(id).digest().toString('base64', 0, HASH_BYTES);
    const isNew = !this.#hashes.delete(hash);
    this.#hashes.add(hash);
    return isNew;
  }

  text(): string {
    const kept = this.#most === 0 ? [] : [...this.#hashes].slice(-this.#most);
    return Buffer.concat(kept.map((hash) => Buffer.from(hash, 'base64'))).toString('base64');
  }
}
