// RFC 5424, strictly; a message that breaks the rules keeps what was read before the fault.
import { readIso } from './time.ts';

export type StructuredData = ReadonlyMap<string, ReadonlyMap<string, string>>;
export interface SyslogMessage {
  /** 0 to 191; null where there is none (RFC 3164 in files). */
  readonly priority: number | null;
  readonly version: number | null;
  /** As written; null = not given. */
  readonly timestamp: string | null;
  readonly hostname: string | null;
  readonly appName: string | null;
  readonly procId: string | null;
  readonly msgId: string | null;
  readonly structuredData: StructuredData | null;
  readonly message: string | null;
  /** What was wrong; what follows the fault is in `message`. Null = valid. */
  readonly fault: string | null;
}

const MAX_ELEMENTS = 64;
const MAX_PARAMETERS = 256;

/** `<PRI>` at the start: at most three digits without a leading zero, 0 to 191. @returns Where it ends, -1 = none. */
export function priorityEnd(text: string): number {
  const end = text.indexOf('>');
  if (text.charCodeAt(0) !== 60 || end < 2 || end > 4) return -1;
  const written = text.slice(1, end);
  return /^(?:0|[1-9]\d{0,2})$/.test(written) && Number(written) <= 191 ? end + 1 : -1;
}

/** The date and time of RFC 5424 6.2.3: upper-case T and Z, up to six digits of fraction, a day that exists, no leap second. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/;
export const isTimestamp = (text: string): boolean => TIMESTAMP.test(text) && !Number.isNaN(readIso(text).micros);

/** @returns undefined when it does not even begin like RFC 5424 (priority and version). */
export function readRfc5424(text: string): SyslogMessage | undefined {
  const afterPriority = priorityEnd(text);
  if (afterPriority < 0) return undefined;
  let at = afterPriority;
  while (at < afterPriority + 3 && isDigit(text.charCodeAt(at))) at++;
  if (at === afterPriority || text.charCodeAt(afterPriority) === 48 || isDate(text, afterPriority)) return undefined;
  return new Reader(text, Number(text.slice(1, afterPriority - 1)), Number(text.slice(afterPriority, at)), at).read();
}
/** `<38>2026-10-11T..` has no version: rsyslog forwards so unless it is told otherwise. */
const isDate = (text: string, from: number): boolean =>
  isDigit(text.charCodeAt(from + 3)) &&
  text.charCodeAt(from + 4) === 45 &&
  text.charCodeAt(from + 7) === 45 &&
  /^\d{4}-\d\d-\d\d[T ]/.test(text.slice(from, from + 11));
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

class Reader {
  readonly #text: string;
  readonly #priority: number;
  readonly #version: number;
  #at: number;
  #timestamp: string | null = null;
  readonly #names: (string | null)[] = [null, null, null, null];
  #data: Map<string, Map<string, string>> | null = null;
  /** What breaks the rules and yet does not stop reading. */
  #warning: string | null = null;

  constructor(text: string, priority: number, version: number, at: number) {
    this.#text = text;
    this.#priority = priority;
    this.#version = version;
    this.#at = at;
  }

  read(): SyslogMessage {
    if (isDigit(this.#text.charCodeAt(this.#at))) return this.#result('a version of more than three digits');
    const timestamp = this.#token();
    if (timestamp === undefined || (timestamp !== '-' && !isTimestamp(timestamp))) return this.#result('no timestamp', timestamp);
    this.#timestamp = timestamp === '-' ? null : timestamp;
    for (const [index, [what, longest]] of NAMES.entries()) {
      const name = this.#token();
      if (name === undefined || name.length > longest || !isPrintable(name)) return this.#result(`no ${what}`, name);
      this.#names[index] = name === '-' ? null : name;
    }
    if (this.#text.charCodeAt(this.#at) !== 32) return this.#result('no structured data');
    this.#at++;
    const fault = this.#text.charCodeAt(this.#at) === 45 ? (this.#at++, undefined) : this.#elements();
    if (fault !== undefined) return this.#result(fault);
    if (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) !== 32) return this.#result('no blank before the message');
    this.#at++;
    return this.#result(this.#warning);
  }

  /** The next run after one blank; undefined when there is none. */
  #token(): string | undefined {
    if (this.#text.charCodeAt(this.#at) !== 32) return undefined;
    const end = this.#text.indexOf(' ', this.#at + 1);
    const token = this.#text.slice(this.#at + 1, end < 0 ? this.#text.length : end);
    if (token === '') return undefined;
    this.#at = end < 0 ? this.#text.length : end;
    return token;
  }

  #elements(): string | undefined {
    this.#data = new Map();
    if (this.#text.charCodeAt(this.#at) !== 91) return 'no structured data';
    while (this.#text.charCodeAt(this.#at) === 91) {
      if (this.#data.size >= MAX_ELEMENTS) return 'too many structured data elements';
      const id = this.#name(this.#at + 1);
      if (id === undefined) return 'no structured data id';
      if (this.#data.has(id)) return 'a structured data id that occurs twice';
      const parameters = new Map<string, string>();
      this.#data.set(id, parameters);
      this.#at += 1 + id.length;
      const fault = this.#parameters(parameters);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #parameters(parameters: Map<string, string>): string | undefined {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 93) {
        this.#at++;
        return undefined;
      }
      const name = code === 32 ? this.#name(this.#at + 1) : undefined;
      if (name === undefined || !this.#text.startsWith('="', this.#at + 1 + name.length)) return 'no structured data parameter';
      const value = this.#value(this.#at + 3 + name.length);
      if (value === undefined) return 'a parameter value that does not end, or holds an unescaped bracket';
      const next = this.#text.charCodeAt(value.end);
      if (next !== 32 && next !== 93) return 'no structured data parameter';
      if (parameters.size >= MAX_PARAMETERS) return 'too many structured data parameters';
      parameters.set(name, value.text);
      this.#at = value.end;
    }
  }

  /** 1 to 32 printable characters without `=`, blank, `]` and `"`. */
  #name(from: number): string | undefined {
    let end = from;
    for (let code = this.#text.charCodeAt(end); code > 32 && code < 127 && code !== 61 && code !== 93 && code !== 34; code = this.#text.charCodeAt(end)) end++;
    return end > from && end <= from + 32 ? this.#text.slice(from, end) : undefined;
  }

  /** `\"`, `\\` and `\]` are escapes; a backslash before anything else is invalid, and stays (6.3.3). */
  #value(from: number): { readonly text: string; readonly end: number } | undefined {
    let value = '';
    let start = from;
    for (let at = from; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 34) return { text: value + this.#text.slice(start, at), end: at + 1 };
      if (code === 93) return undefined;
      if (code !== 92) continue;
      const next = this.#text.charCodeAt(at + 1);
      if (next === 34 || next === 92 || next === 93) {
        value += this.#text.slice(start, at);
        start = at + 1;
        at++;
      } else this.#warning = 'a backslash that escapes nothing';
    }
    return undefined;
  }

  /** @param unread A token that was taken but is no part of the header. */
  #result(fault: string | null, unread = ''): SyslogMessage {
    const rest = unread === '' ? this.#text.slice(this.#at) : this.#text.slice(this.#at - unread.length);
    const message = rest.startsWith('\uFEFF') ? rest.slice(1) : fault === null ? rest : rest.trimStart();
    const [hostname, appName, procId, msgId] = this.#names as [string | null, string | null, string | null, string | null];
    return {
      priority: this.#priority,
      version: this.#version,
      timestamp: this.#timestamp,
      hostname,
      appName,
      procId,
      msgId,
      structuredData: this.#data,
      message: message === '' ? null : message,
      fault,
    };
  }
}
const NAMES = [
  ['hostname', 255],
  ['app name', 48],
  ['process id', 128],
  ['message id', 32],
] as const;

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 33 || code > 126) return false;
  }
  return true;
}
