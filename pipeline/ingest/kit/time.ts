// Times as sensors write them, read by hand: microseconds since 1970 UTC, NaN when they cannot be read. `Date` takes ten times as long,
// keeps milliseconds only and accepts far more than sensors mean.

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
/** What event times are kept within: positive and below 2^53, so 1970 to 2255. */
const LATEST = Number.MAX_SAFE_INTEGER;

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar. @param month 1 to 12 */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** @param month 1 to 12 */
const daysIn = (year: number, month: number): number => (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : DAYS[month - 1]!);

/** @returns NaN for a day or a time that no calendar has. Second 60 is a leap second and means the next one. */
export function civilMicros(year: number, month: number, day: number, hour: number, minute: number, second: number, micros = 0): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  return daysSince1970(year, month, day) * DAY + (hour * 3600 + minute * 60 + second) * SECOND + micros;
}

/** The number that the digits [from, from + count) of `text` say; NaN when one is no digit. */
export function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48; // NaN past the end, which fails the test
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Where the run of digits that begins at `from` ends. */
function endOfDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at;
}

/** Microseconds of a fraction whose digits are [from, to); what is finer is cut off. */
function fractionMicros(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < from + 6; at++) value = value * 10 + (at < to ? text.charCodeAt(at) - 48 : 0);
  return value;
}

/** A time as its text gave it. */
export interface ReadTime {
  /** NaN when it could not be read; as if UTC when no zone was named. */
  readonly micros: number;
  readonly hasZone: boolean;
  readonly hasYear: boolean;
  /** Where reading ended: the rest of the text is not part of the time. */
  readonly end: number;
}
const read = (micros: number, hasZone: boolean, end: number, hasYear = true): ReadTime => ({
  micros: micros > -LATEST && micros < LATEST ? micros : Number.NaN,
  hasZone,
  hasYear,
  end,
});

/** `2024-05-01T10:00:00.123456Z`: also with a blank for the T, a comma, any number of fraction digits, `+0200`, `+02:00`, ` UTC`, or no zone. */
export function readIso(text: string, from = 0): ReadTime {
  const isDate = text.charCodeAt(from + 4) === 45 && text.charCodeAt(from + 7) === 45;
  const separator = text.charCodeAt(from + 10) | 32; // T, t or blank
  if (!isDate || (separator !== 116 && separator !== 32) || text.charCodeAt(from + 13) !== 58 || text.charCodeAt(from + 16) !== 58)
    return read(Number.NaN, false, from);
  let end = from + 19;
  let micros = 0;
  const mark = text.charCodeAt(end);
  if (mark === 46 || mark === 44) {
    const last = endOfDigits(text, end + 1);
    micros = fractionMicros(text, end + 1, last);
    end = last;
  }
  const local = civilMicros(
    digits(text, from, 4),
    digits(text, from + 5, 2),
    digits(text, from + 8, 2),
    digits(text, from + 11, 2),
    digits(text, from + 14, 2),
    digits(text, from + 17, 2),
    micros,
  );
  return withZone(text, end, local);
}

export function withZone(text: string, at: number, local: number): ReadTime {
  const code = text.charCodeAt(at);
  if (code === 90 || code === 122) return read(local, true, at + 1);
  if (code === 43 || code === 45) {
    const hasColon = text.charCodeAt(at + 3) === 58;
    const hours = digits(text, at + 1, 2);
    const minutes = digits(text, at + (hasColon ? 4 : 3), 2);
    if (!(hours <= 23 && minutes <= 59)) return read(Number.NaN, false, at);
    const offset = (hours * 60 + minutes) * 60 * SECOND;
    return read(code === 43 ? local - offset : local + offset, true, at + (hasColon ? 6 : 5));
  }
  if (code === 32 && (text.startsWith('UTC', at + 1) || text.startsWith('GMT', at + 1))) return read(local, true, at + 4);
  return read(local, false, at);
}

/**
 * A number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size (up to 11, 14 and 17 digits before the
 * point). Small ones are kept as they are: a capture that counts from 0 is in 1970.
 */
export function epochMicros(value: number): number {
  const size = Math.abs(value);
  const micros = Math.round(size < 1e11 ? value * SECOND : size < 1e14 ? value * 1000 : size < 1e17 ? value : value / 1000);
  return Number.isSafeInteger(micros) ? micros : Number.NaN; // of the micros: each unit reaches that far by another number
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** @returns 1 to 12, 0 when the three letters are no month. */
export const monthNumber = (text: string, from: number): number => MONTHS.indexOf(text.slice(from, from + 3).toLowerCase()) + 1;

const WEEK = 7 * DAY;
/**
 * `Mmm dd hh:mm:ss` of RFC 3164, the day padded or not, optionally with a year behind the day or the time and with a fraction.
 * A missing year is that of `appendedAt`, or the one before when the result would lie more than a week ahead of it.
 */
export function readBsd(text: string, from: number, appendedAt: number): ReadTime {
  const month = monthNumber(text, from);
  if (month === 0 || text.charCodeAt(from + 3) !== 32) return read(Number.NaN, false, from);
  let at = from + 4;
  if (text.charCodeAt(at) === 32) at++;
  const dayEnd = endOfDigits(text, at);
  const day = dayEnd > at && dayEnd <= at + 2 ? digits(text, at, dayEnd - at) : Number.NaN;
  at = dayEnd + 1;
  let year = 0;
  if (endOfDigits(text, at) === at + 4 && text.charCodeAt(at + 4) === 32) {
    year = digits(text, at, 4);
    at += 5;
  }
  if (text.charCodeAt(dayEnd) !== 32 || text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return read(Number.NaN, false, from);
  const hour = digits(text, at, 2);
  const minute = digits(text, at + 3, 2);
  const second = digits(text, at + 6, 2);
  at += 8;
  let micros = 0;
  if (text.charCodeAt(at) === 46 && endOfDigits(text, at + 1) > at + 1) {
    const end = endOfDigits(text, at + 1);
    micros = fractionMicros(text, at + 1, end);
    at = end;
  }
  if (year === 0 && text.charCodeAt(at) === 32 && endOfDigits(text, at + 1) === at + 5 && [32, 58].includes(text.charCodeAt(at + 5))) {
    year = digits(text, at + 1, 4);
    at += 5;
  }
  if (year > 0) return withZone(text, at, civilMicros(year, month, day, hour, minute, second, micros));
  const guess = yearOf(appendedAt);
  const thisYear = civilMicros(guess, month, day, hour, minute, second, micros);
  const isAhead = thisYear > appendedAt + WEEK || Number.isNaN(thisYear); // 29 February belongs to the last year that had one
  return read(isAhead ? lastYearWith(guess - 1, month, day, hour, minute, second, micros) : thisYear, false, at, false);
}

function lastYearWith(year: number, month: number, day: number, hour: number, minute: number, second: number, micros: number): number {
  const needsLeapDay = month === 2 && day === 29;
  for (let back = 0; back < (needsLeapDay ? 8 : 1); back++) {
    const found = civilMicros(year - back, month, day, hour, minute, second, micros);
    if (!Number.isNaN(found)) return found;
  }
  return Number.NaN;
}

/** Year of a time, UTC. */
const yearOf = (micros: number): number => new Date(micros / 1000).getUTCFullYear();

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
/**
 * How far a zone is ahead of UTC at a local time.
 * @param zone `UTC`, `+02:00` or an IANA name; `isZone` says whether it is one.
 * @param local Microseconds as if the local time were UTC.
 */
export function zoneOffset(zone: string, local: number): number {
  if (zone === 'UTC') return 0;
  const hour = Math.floor(local / (3600 * SECOND));
  const key = `${zone}/${hour}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    offset = computedOffset(zone, hour * 3600 * SECOND);
    if (offsets.size > 10_000) offsets.clear();
    offsets.set(key, offset);
  }
  return offset;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

function computedOffset(zone: string, local: number): number {
  const format = formatOf(zone);
  const wallOf = (utc: number): number => {
    const part = Object.fromEntries(format.formatToParts(utc / 1000).map(({ type, value }) => [type, Number(value)])) as Record<string, number>;
    return civilMicros(part.year!, part.month!, part.day!, part.hour!, part.minute!, part.second!);
  };
  const first = wallOf(local) - local;
  return wallOf(local - first) - (local - first); // the zone as it is at the result, not an offset earlier
}

/** Whether the name can be given to `zoneOffset`. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}
