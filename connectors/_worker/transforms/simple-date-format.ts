// Times as java.text.SimpleDateFormat writes and reads them: in UTC, in English, lenient. Without eras and weeks of years (G, Y, w, W, F).
import { DataError } from './working.ts';

export interface DateFormat {
  /** @param ms Since 1970. @throws DataError for times that are none. */
  readonly write: (ms: number) => string;
  /** Reads what stands at the beginning; what follows is not looked at. @returns Milliseconds since 1970. @throws DataError */
  readonly read: (text: string) => number;
}

type Token = { readonly literal: string } | { readonly letter: string; readonly count: number };

/** @param nowMs Years of two digits lie between 80 years before and 20 after. @throws Error with what is wrong with the pattern. */
export function dateFormat(pattern: string, nowMs = Date.now()): DateFormat {
  const tokens = tokensOf(pattern);
  return {
    write(ms) {
      const date = new Date(ms);
      if (Number.isNaN(date.getTime())) throw new DataError(`${ms} is no time`);
      return tokens.map((token) => ('literal' in token ? token.literal : writeField(date, token.letter, token.count))).join('');
    },
    read(text) {
      const reading = new Reading(text, nowMs);
      const isRead = tokens.every((token, index) => {
        if ('literal' in token) return reading.literal(token.literal);
        return reading.field(token.letter, token.count, isNumeric(tokens[index + 1]));
      });
      if (!isRead) throw new DataError(`Could not parse timestamp: value (${text}) does not match pattern (${pattern})`);
      return reading.ms();
    },
  };
}

/** Digits behind digits: the first have as many as their letters. */
const isNumeric = (token: Token | undefined): boolean =>
  token !== undefined && 'letter' in token && ('ydDHkKhmsSu'.includes(token.letter) || ('ML'.includes(token.letter) && token.count < 3));

const LETTERS = 'yMLdDHkKhmsSEuazZX';

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [found, , quoted, run] of pattern.matchAll(/('((?:[^']|'')*)')|(([A-Za-z])\4*)|[^A-Za-z]/gs)) {
    if (found === "'") throw new Error('Unterminated quote');
    if (run === undefined) {
      tokens.push({ literal: quoted === undefined ? found : quoted === '' ? "'" : quoted.replaceAll("''", "'") });
      continue;
    }
    const letter = run[0]!;
    if ('GYwWF'.includes(letter)) throw new Error(`${letter} is not supported here${letter === 'Y' ? ': a year is y' : ''}`);
    if (!LETTERS.includes(letter)) throw new Error(`Illegal pattern character '${letter}'`);
    if (letter === 'X' && run.length > 3) throw new Error(`invalid ISO 8601 format: length=${run.length}`);
    tokens.push({ letter, count: run.length });
  }
  return tokens;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 86_400_000;
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;

function writeField(date: Date, letter: string, count: number): string {
  const number = (value: number) => String(value).padStart(count, '0');
  const name = (all: readonly string[], index: number) => (count > 3 ? all[index]! : all[index]!.slice(0, 3));
  const hour = date.getUTCHours();
  switch (letter) {
    case 'y':
      return count === 2 ? String(date.getUTCFullYear() % 100).padStart(2, '0') : number(date.getUTCFullYear());
    case 'M':
    case 'L':
      return count < 3 ? number(date.getUTCMonth() + 1) : name(MONTHS, date.getUTCMonth());
    case 'd':
      return number(date.getUTCDate());
    case 'D':
      return number(dayOfYear(date));
    case 'H':
      return number(hour);
    case 'k':
      return number(hour === 0 ? 24 : hour);
    case 'K':
      return number(hour % 12);
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case 'm':
      return number(date.getUTCMinutes());
    case 's':
      return number(date.getUTCSeconds());
    case 'S':
      return number(date.getUTCMilliseconds()); // padded on the left: a number of milliseconds, no fraction
    case 'E':
      return name(DAYS, date.getUTCDay());
    case 'u':
      return number(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'z':
      return count > 3 ? 'Coordinated Universal Time' : 'UTC';
    case 'Z':
      return '+0000';
    default: // X
      return 'Z';
  }
}

/** Letters that say the same of a time in other words. */
const SAME: Readonly<Record<string, string>> = { L: 'M', k: 'H', K: 'h', u: 'E', Z: 'X', z: 'X' };

/** Fields by letter, in the order in which they were found; times of zones in minutes. */
class Reading {
  readonly #text: string;
  readonly #nowMs: number;
  readonly #found = new Map<string, number>();
  #at = 0;

  constructor(text: string, nowMs: number) {
    this.#text = text;
    this.#nowMs = nowMs;
  }

  literal(literal: string): boolean {
    const isThere = this.#text.startsWith(literal, this.#at);
    this.#at += literal.length;
    return isThere;
  }

  /** @param isAbutting Of digits, it has as many as its letters. */
  field(letter: string, count: number, isAbutting: boolean): boolean {
    const value = this.#readField(letter, count, isAbutting);
    if (value === null) return false;
    const field = SAME[letter] ?? letter;
    this.#found.delete(field); // the last counts, also by its place
    this.#found.set(field, value);
    return true;
  }

  #readField(letter: string, count: number, isAbutting: boolean): number | null {
    if ((letter === 'M' || letter === 'L') && count > 2) return this.#name(MONTHS);
    if (letter === 'E') return this.#name(DAYS);
    if (letter === 'a') return this.#name(['AM', 'PM']);
    const end = isAbutting ? this.#at + count : this.#text.length; // blanks count
    this.#at += /^[ \t]*/.exec(this.#text.slice(this.#at))![0].length; // not before names
    if (letter === 'X')
      return this.#zone([/^Z/, /^([+-])(\d\d)/, /^([+-])(\d\d)(\d\d)/, /^([+-])(\d\d):(\d\d)/].filter((_one, index) => index === 0 || index === count));
    if (letter === 'z' || letter === 'Z') return this.#zone([/^GMT([+-])(\d{1,2}):(\d\d)/i, /^([+-])(\d\d)(\d\d)/, /^(?:Coordinated Universal Time|GMT|UTC)/i]);
    return end > this.#text.length ? null : this.#number(letter, count, end);
  }

  #number(letter: string, count: number, end: number): number | null {
    const [digits] = /^-?\d+/.exec(this.#text.slice(this.#at, end)) ?? [];
    if (digits === undefined) return null;
    this.#at += digits.length;
    const value = Number(digits);
    if (letter === 'M' || letter === 'L') return value - 1;
    if (letter === 'y' && count <= 2 && /^\d\d$/.test(digits)) return this.#century(value);
    if (letter === 'k' && value === 24) return 0;
    // Sunday is 0 here; what is no day of the week counts as Java's, from 1.
    if (letter === 'u') return value >= 1 && value <= 7 ? value % 7 : (((value - 1) % 7) + 7) % 7;
    return letter === 'h' && value === 12 ? 0 : value;
  }

  #century(twoDigits: number): number {
    const first = new Date(this.#nowMs).getUTCFullYear() - 80;
    const year = first - (first % 100) + twoDigits;
    return year < first ? year + 100 : year;
  }

  /** Whole names before short ones, in any case. */
  #name(names: readonly string[]): number | null {
    for (const length of [Infinity, 3]) {
      const index = names.findIndex(
        (name) => this.#text.slice(this.#at, this.#at + Math.min(name.length, length)).toLowerCase() === name.slice(0, length).toLowerCase(),
      );
      if (index === -1) continue;
      this.#at += Math.min(names[index]!.length, length);
      return index;
    }
    return null;
  }

  #zone(forms: readonly RegExp[]): number | null {
    for (const form of forms) {
      const found = form.exec(this.#text.slice(this.#at));
      if (found === null) continue;
      const hours = Number(found[2] ?? 0);
      const minutes = Number(found[3] ?? 0);
      if (hours > 23 || minutes > 59) return null;
      this.#at += found[0].length;
      return (found[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
    }
    return null;
  }

  /** What is too large runs over into the next field, as lenient calendars have it. */
  ms(): number {
    const of = (letter: string, absent: number) => this.#found.get(letter) ?? absent;
    const date = new Date(0);
    const isByDayOfYear = this.#order('D') > this.#order('d');
    date.setUTCFullYear(of('y', 1970), isByDayOfYear ? 0 : of('M', 0), isByDayOfYear ? of('D', 1) : of('d', 1));
    const weekday = this.#found.get('E');
    // Without a day, the first of its name in the month.
    if (weekday !== undefined && !isByDayOfYear && !this.#found.has('d')) date.setUTCDate(1 + ((weekday - date.getUTCDay() + 7) % 7));
    const ms = date.getTime() + ((this.#hour() * 60 + of('m', 0) - of('X', 0)) * 60 + of('s', 0)) * 1_000 + of('S', 0);
    if (Number.isNaN(ms)) throw new DataError(`Could not parse timestamp: value (${this.#text}) is no time`);
    return ms;
  }

  /** Of the day, unless the half of the day was said later. */
  #hour(): number {
    const isHalved = this.#found.has('h') && this.#found.has('a') && Math.max(this.#order('h'), this.#order('a')) > this.#order('H');
    const whole = this.#found.get('H');
    return whole !== undefined && !isHalved ? whole : (this.#found.get('h') ?? 0) + 12 * (this.#found.get('a') ?? 0);
  }
  /** -1 = it was not found. */
  #order(letter: string): number {
    return [...this.#found.keys()].indexOf(letter);
  }
}
