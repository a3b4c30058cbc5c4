import type { Micros } from '../pipeline/core/index.ts';

const ISO = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d{2}:?\d{2})$/;

const HOUR: Micros = 3_600_000_000;
const SECOND: Micros = 1_000_000;
const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_unused, n) => String(n).padStart(2, '0'));
/** Of the last time that was written: those of a page are near each other, and a calendar costs eight times as much as the rest. */
let hour = Number.NaN;
let hourText = '';

/** ISO 8601 in UTC with six digits, `2026-11-25T12:46:45.123456Z`. Years 0000 to 9999; others come out as JavaScript writes them. */
export function isoOf(time: Micros): string {
  const itsHour = Math.floor(time / HOUR);
  if (itsHour !== hour) {
    hourText = new Date((itsHour * HOUR) / 1_000).toISOString().slice(0, -'00:00.000Z'.length);
    hour = itsHour;
  }
  const micros = time - itsHour * HOUR;
  const seconds = Math.floor(micros / SECOND);
  return `${hourText}${TWO_DIGITS[Math.floor(seconds / 60)]}:${TWO_DIGITS[seconds % 60]}.${String(micros % SECOND).padStart(6, '0')}Z`;
}

/**
 * Reads ISO 8601 with a zone; digits below a microsecond are cut off.
 * @returns null for anything else, a date without zone and one that no calendar has included.
 */
export function parseTime(text: string): Micros | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = 'Z'] = match;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(ms);
  const isInCalendar =
    date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!isInCalendar || Number(year) < 1900 || Number(year) > 2200) return null;
  const offsetMinutes = /^z$/i.test(zone) ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return (ms - offsetMinutes * 60_000) * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
