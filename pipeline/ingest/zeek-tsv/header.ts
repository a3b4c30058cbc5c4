// The header of a Zeek TSV log, line by line: https://docs.zeek.org/en/current/log-formats.html
import { isObject } from '../kit.ts';

/** What is known of a log so far; kept between records as JSON. `fields` empty = no line can be read yet. */
export interface Header {
  readonly separator: string;
  readonly setSeparator: string;
  readonly empty: string;
  readonly unset: string;
  readonly path: string;
  readonly fields: readonly string[];
  readonly types: readonly string[];
}
export const NO_HEADER: Header = { separator: '\t', setSeparator: ',', empty: '(empty)', unset: '-', path: '', fields: [], types: [] };
export const isHeader = (value: unknown): value is Header => isObject(value) && Array.isArray(value.fields);

const NAMES = ['separator', 'set_separator', 'empty_field', 'unset_field', 'path', 'open', 'close', 'fields', 'types'];
/** What no other format begins a line with. A stray tab may come first. */
export function isHeaderLine(line: string): boolean {
  const at = line.charCodeAt(0) === 9 ? 1 : 0;
  return line.charCodeAt(at) === 35 && NAMES.some((name) => line.startsWith(name, at + 1) && !/[a-z_]/.test(line[at + 1 + name.length] ?? ' '));
}

/** `#separator \x09` begins a new header; the lines after it are separated by what it names. */
export function withLine(header: Header, written: string): Header {
  const line = written.replace(/^\t/, '');
  if (line.startsWith('#separator')) return { ...NO_HEADER, separator: unescaped(line.slice('#separator'.length).trimStart()) || '\t' };
  const [name, ...values] = line.split(header.separator);
  switch (name) {
    case '#set_separator':
      return { ...header, setSeparator: values[0] || ',' };
    case '#empty_field':
      return { ...header, empty: values[0] ?? '' };
    case '#unset_field':
      return { ...header, unset: values[0] ?? '' };
    case '#path':
      return { ...header, path: values[0] ?? '' };
    case '#fields':
      return { ...header, fields: values, types: [] };
    case '#types':
      return { ...header, types: values };
    default:
      return header;
  }
}

/**
 * `\xNN` is a byte (several may make one character), `\\` a backslash; any other backslash stays. What is no text, or a control character
 * that is no blank, stays escaped: Zeek's JSON has it so too.
 */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  let result = '';
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('\\', at);
    if (next < 0) return result + text.slice(at);
    result += text.slice(at, next);
    const bytes: number[] = [];
    at = next;
    for (let byte = byteAt(text, at); byte >= 0; byte = byteAt(text, at)) {
      bytes.push(byte);
      at += 4;
    }
    if (bytes.length > 0) {
      const decoded = Buffer.from(bytes).toString('utf8');
      result += decoded.includes('�') ? text.slice(next, at) : printable(decoded);
    } else {
      result += '\\';
      at += text.charCodeAt(at + 1) === 92 ? 2 : 1;
    }
  }
  return result;
}
function printable(decoded: string): string {
  let result = '';
  for (let at = 0; at < decoded.length; at++) {
    const code = decoded.charCodeAt(at);
    const isControl = (code < 32 && code !== 8 && code !== 9 && code !== 10 && code !== 12 && code !== 13) || code === 127;
    result += isControl ? `\\x${code.toString(16).padStart(2, '0')}` : decoded[at];
  }
  return result;
}
function byteAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92 || text.charCodeAt(at + 1) !== 120 || at + 4 > text.length) return -1;
  const digits = text.slice(at + 2, at + 4);
  return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}
