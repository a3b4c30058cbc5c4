// Times in whatever writing: numbers of any width, ISO, RFC 3164, web servers, appliances.
import type { Micros } from '../../core/index.ts';
import type { ReadTime } from './time.ts';
import { civilMicros, digits, epochMicros, monthNumber, readBsd, readIso, withZone } from './time.ts';

const NO_TIME: ReadTime = { micros: Number.NaN, hasZone: false, hasYear: true, end: 0 };
const epoch = (micros: number): ReadTime => ({ micros, hasZone: true, hasYear: true, end: 0 });

/**
 * A time in any of the usual writings: seconds, milliseconds, microseconds or nanoseconds since 1970 (number or text), ISO 8601,
 * `Mmm dd hh:mm:ss`, `Mmm dd yyyy hh:mm:ss`, `dd/Mmm/yyyy:hh:mm:ss +zzzz`, `Www, dd Mmm yyyy hh:mm:ss`, `Www Mmm dd hh:mm:ss yyyy`,
 * `yyyy/mm/dd hh:mm:ss`, `yyyy-m-d h:mm:ss`, `mm/dd/yyyy hh:mm:ss [AM|PM]`.
 * @param appendedAt Gives the year where none is written.
 * @returns micros NaN when it is none of them.
 */
export function readTime(value: unknown, appendedAt: Micros): ReadTime {
  if (typeof value === 'number') return epoch(epochMicros(value));
  if (typeof value !== 'string') return NO_TIME;
  const from = value.charCodeAt(0) === 32 ? value.length - value.trimStart().length : 0;
  const code = value.charCodeAt(from);
  if (!(code >= 48 && code <= 57)) return readNamed(value, from, appendedAt);
  const iso = readIso(value, from);
  if (!Number.isNaN(iso.micros)) return iso;
  if (value.charCodeAt(from + 2) === 47 && monthNumber(value, from + 3) > 0) return readClf(value, from);
  if (isNumber(value)) return epoch(exactEpoch(value));
  return readNumbered(value, from);
}
const isNumber = (text: string): boolean => text.length <= 24 && /^\d+(?:\.\d*)?$/.test(text);

/** Digits beyond what a double holds (nanoseconds) are cut, not rounded. */
function exactEpoch(text: string): number {
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  if (whole.length >= 18) return Number(whole.slice(0, -3));
  if (whole.length <= 11 && point > 0) return Number(whole) * 1_000_000 + Number(text.slice(point + 1, point + 7).padEnd(6, '0'));
  return epochMicros(Number(text));
}

/** As `withZone`, and with a blank before `+0200`. */
function zoneBehind(text: string, at: number, local: Micros): ReadTime {
  const next = text.charCodeAt(at + 1);
  return withZone(text, text.charCodeAt(at) === 32 && (next === 43 || next === 45) ? at + 1 : at, local);
}

/** `10/Oct/2000:13:55:36 -0700`, also with a blank before the time. */
export function readClf(text: string, from = 0): ReadTime {
  const local = civilMicros(
    digits(text, from + 7, 4),
    monthNumber(text, from + 3),
    digits(text, from, 2),
    digits(text, from + 12, 2),
    digits(text, from + 15, 2),
    digits(text, from + 18, 2),
  );
  return zoneBehind(text, from + 20, local);
}

/** Beginning with the name of a day or a month. */
function readNamed(text: string, from: number, appendedAt: Micros): ReadTime {
  if (monthNumber(text, from) > 0) {
    const bsd = readBsd(text, from, appendedAt);
    return bsd.hasYear || Number.isNaN(bsd.micros) ? bsd : withYearBehind(text, bsd);
  }
  // `Thu, 01 Jan 2026 ..`, `Thu Jan 01 00:00:00 2026`, `Thu Jan 01 2026 ..`
  const next = text.charCodeAt(from + 3) === 44 ? from + 5 : from + 4;
  if (monthNumber(text, next) > 0) return readNamed(text, next, appendedAt);
  const blank = text.indexOf(' ', next);
  const month = blank > 0 && blank - next <= 2 ? monthNumber(text, blank + 1) : 0;
  if (month === 0) return NO_TIME;
  const at = blank + 5;
  const local = civilMicros(
    digits(text, at, 4),
    month,
    digits(text, next, blank - next),
    digits(text, at + 5, 2),
    digits(text, at + 8, 2),
    digits(text, at + 11, 2),
  );
  return zoneBehind(text, at + 13, local);
}
/** `Jan 01 00:00:00 2026` at the end of the text, which `readBsd` takes for a text of its own. */
function withYearBehind(text: string, bsd: ReadTime): ReadTime {
  const rest = text.slice(bsd.end).trim();
  if (!/^(?:[A-Z]{3,4} )?\d{4}$/.test(rest)) return bsd;
  const written = new Date(bsd.micros / 1000);
  const micros = civilMicros(
    Number(rest.slice(-4)),
    written.getUTCMonth() + 1,
    written.getUTCDate(),
    written.getUTCHours(),
    written.getUTCMinutes(),
    written.getUTCSeconds(),
  );
  return { micros, hasZone: rest.startsWith('UTC') || rest.startsWith('GMT'), hasYear: true, end: text.length };
}

const NUMBERED = /^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})[T ,-]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?([AaPp][Mm])?/;
/** `2026/01/31 00:00:00`, `01/31/2026 12:00:00 AM`, `31.01.2026 00:00`, `2026-1-1 0:00:00`; two digits of a year are of this century. */
function readNumbered(text: string, from: number): ReadTime {
  const found = NUMBERED.exec(text.slice(from, from + 48));
  if (found === null) return NO_TIME;
  const [all, first, mark, second, third, hour, minute, seconds = '0', fraction = '', half] = found;
  const [year, month, day] = first!.length === 4 ? [first, second, third] : mark === '.' ? [third, second, first] : [third, first, second];
  const fullYear = year!.length <= 2 ? 2000 + Number(year) : Number(year);
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  return zoneBehind(text, from + all.length, civilMicros(fullYear, Number(month), Number(day), hours, Number(minute), Number(seconds), micros));
}

/** Intervals of 100 ns since 1601, as Windows counts. Text keeps all its digits. */
export function fileTimeMicros(value: unknown): Micros {
  const written = typeof value === 'number' ? String(value) : value;
  if (typeof written !== 'string' || !/^\d{17,19}$/.test(written)) return Number.NaN;
  return Number(BigInt(written) / 10n) - 11_644_473_600_000_000;
}
