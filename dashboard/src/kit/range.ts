// A time range as it stands in the address: `now-15m` to `now`, or two instants.

export interface Range {
  readonly from: string;
  readonly to: string;
}
export interface Span {
  /** Milliseconds since 1970, inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const UNIT_WORDS: Record<string, string> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days', w: 'weeks' };

/** @returns Milliseconds since 1970, or null when the text is neither `now`, `now-<n><s|m|h|d|w>` nor an instant. */
export function resolvePoint(text: string, now: number): number | null {
  if (text === 'now') return now;
  const relative = /^now-(\d{1,6})([smhdw])$/.exec(text);
  if (relative !== null) return now - Number(relative[1]) * (UNITS[relative[2] ?? ''] ?? 0);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** An address that was typed or cut off gives the fallback instead of an error page. */
export function readRange(from: unknown, to: unknown, fallback: Range): Range {
  if (typeof from !== 'string' || typeof to !== 'string') return fallback;
  const span = { from: resolvePoint(from, 1e15), to: resolvePoint(to, 1e15) };
  return span.from === null || span.to === null || span.from >= span.to ? fallback : { from, to };
}

export function resolveRange(range: Range, now: number): Span {
  return { from: resolvePoint(range.from, now) ?? now, to: resolvePoint(range.to, now) ?? now };
}

/** True while the range ends now, so that what is shown goes on. */
export const isMoving = (range: Range): boolean => range.to === 'now';

/** `Last 15 minutes`; null when the range is not of that kind. */
export function relativeWords(range: Range): string | null {
  const match = /^now-(\d+)([smhdw])$/.exec(range.from);
  if (match === null || range.to !== 'now') return null;
  const count = Number(match[1]);
  const word = UNIT_WORDS[match[2] ?? ''] ?? '';
  return count === 1 ? `Last ${word.slice(0, -1)}` : `Last ${count} ${word}`;
}

export const toIso = (ms: number): string => new Date(ms).toISOString();

const NICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/** The smallest usual bar width, in seconds, that cuts the span into at most `bars` bars. */
export function barSeconds(span: Span, bars: number): number {
  const wanted = (span.to - span.from) / 1000 / bars;
  return NICE_SECONDS.find((seconds) => seconds >= wanted) ?? 604_800;
}

export const QUICK_RANGES: readonly Range[] = ['now-5m', 'now-15m', 'now-1h', 'now-4h', 'now-24h', 'now-7d', 'now-30d'].map((from) => ({ from, to: 'now' }));
