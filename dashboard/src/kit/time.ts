// Instants as the API writes them (ISO 8601, microseconds, UTC) and as a reader sees them: in a named zone, always.

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', {
      ...(zone === 'local' ? {} : { timeZone: zone }),
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    });
    formats.set(zone, found);
  }
  return found;
}

interface Parts {
  readonly date: string;
  readonly time: string;
  readonly offset: string;
}

function parts(ms: number, zone: string): Parts {
  const found: Record<string, string> = {};
  for (const part of format(zone).formatToParts(ms)) found[part.type] = part.value;
  const offset = (found['timeZoneName'] ?? 'GMT').replace('GMT', 'UTC');
  return { date: `${found['year']}-${found['month']}-${found['day']}`, time: `${found['hour']}:${found['minute']}:${found['second']}`, offset };
}

/** Milliseconds since 1970 with the microseconds cut off; NaN when `iso` is no instant. */
export const toMs = (iso: string): number => Date.parse(iso);

/** Six digits after the second; zeros where the text has fewer. */
function fraction(iso: string): string {
  const digits = /\.(\d+)/.exec(iso)?.[1] ?? '';
  return digits.padEnd(6, '0').slice(0, 6);
}

/** `12:46:45.123`. The zone stands beside it, in the column's head. */
export const clockTime = (iso: string, zone: string): string => `${parts(toMs(iso), zone).time}.${fraction(iso).slice(0, 3)}`;

/** `2026-11-25 12:46:45.123456 UTC+01:00`. */
export function exactTime(iso: string, zone: string): string {
  const { date, time, offset } = parts(toMs(iso), zone);
  return `${date} ${time}.${fraction(iso)} ${offset}`;
}

/** `2026-11-25 12:46:45`, without a zone: only where one is shown beside it. */
export function plainTime(ms: number, zone: string): string {
  const { date, time } = parts(ms, zone);
  return `${date} ${time}`;
}

/** `12:46` on a short axis, `12:46:45` on a very short one, `25 Nov` and `25 Nov 12:00` on long ones. */
export function axisTime(ms: number, zone: string, stepMs: number): string {
  const { date, time } = parts(ms, zone);
  const day = `${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;
  if (stepMs >= 86_400_000) return day;
  if (time === '00:00:00') return day;
  return stepMs < 60_000 ? time : time.slice(0, 5);
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `UTC+01:00` as it is at that moment. */
export const zoneOffset = (zone: string, ms: number): string => parts(ms, zone).offset;

/** `Europe/Berlin`, with the browser's own zone resolved. */
export const zoneName = (zone: string): string => (zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone);

/**
 * Reads `2026-11-25 12:46[:45]`, also with a T, as a wall time of the zone; with `Z` or an offset at its end, as that instant.
 *
 * @returns Milliseconds since 1970, or null when the text is no such time. A time that a clock change skips is read an hour later.
 */
export function parseWallTime(text: string, zone: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  if (match === null) return null;
  const [, date, minutes = '00:00', seconds = ':00', offset] = match;
  const wall = Date.parse(`${date}T${minutes}${seconds}${offset ?? 'Z'}`);
  if (Number.isNaN(wall)) return null;
  if (offset !== undefined) return wall;
  const shift = (ms: number) => Date.parse(`${plainTime(ms, zone).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;
  const first = wall - shift(wall);
  return wall - shift(first);
}
