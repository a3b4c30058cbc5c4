// The journal's export format: https://systemd.io/JOURNAL_EXPORT_FORMATS/. `NAME=value` a line, an empty line between entries; a name alone is
// followed by the length of its value, 64 bits little-endian, and the value, which may have line ends.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';

const NAME = /^[A-Z_][A-Z0-9_]{0,63}$/;
const MOST_FIELDS = 2000;

export const isExport = (text: string): boolean => /^(?:__CURSOR|__REALTIME_TIMESTAMP)=[^\n]*\n(?:[A-Z_][A-Z0-9_]*[=\n])/.test(text.slice(0, 2000));

export interface Entry {
  readonly fields: Fields;
  readonly raw: string;
}

/** @returns Why it is not the format, else its entries. Fields that occur twice become lists. */
export function readExport(text: string): readonly Entry[] | string {
  const entries: Entry[] = [];
  let fields = newFields();
  let begin = 0;
  let found = 0;
  let at = 0;
  const finish = (end: number): void => {
    if (found > 0) entries.push({ fields, raw: text.slice(begin, end) });
    fields = newFields();
    found = 0;
  };
  while (at < text.length) {
    const end = endOfLine(text, at);
    if (end === at) {
      finish(at);
      begin = at = end + 1;
      continue;
    }
    const equals = text.indexOf('=', at);
    const hasValue = equals >= 0 && equals < end;
    const name = text.slice(at, hasValue ? equals : end);
    if (!NAME.test(name)) return 'a line that is neither a field nor empty';
    if (found++ > MOST_FIELDS) return 'too many fields';
    if (hasValue) {
      put(fields, name, text.slice(equals + 1, end));
      at = end + 1;
      continue;
    }
    const value = sized(text, end + 1);
    if (value === undefined) return 'a value that is shorter than its length';
    put(fields, name, value.text);
    at = value.end;
  }
  finish(text.length);
  return entries.length === 0 ? 'no entry' : entries;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function put(fields: Fields, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else fields[name] = [before, value];
}

/** A value behind its length in bytes. A length with bytes from 0x80 on is no UTF-8: such records come as bytes, and their text lost it. */
function sized(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let length = 0;
  for (let index = 7; index >= 0; index--) {
    const byte = text.charCodeAt(from + index);
    if (!(byte < 128)) return undefined;
    length = length * 256 + byte;
  }
  let end = from + 8;
  let left = length;
  while (left > 0 && end < text.length) {
    const code = text.codePointAt(end)!;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    end += code < 0x10000 ? 1 : 2;
  }
  return left !== 0 ? undefined : { text: text.slice(from + 8, end), end: end + 1 };
}
