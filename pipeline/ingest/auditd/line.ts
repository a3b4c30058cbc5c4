// One line of the audit log: `[node=N ]type=T msg=audit(SECONDS.MILLIS:SERIAL): k=v ..`, pairs within `msg='..'`, and what enrichment appended.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';

export interface AuditLine {
  readonly node: string | null;
  readonly type: string;
  /** Seconds with milliseconds, as written. */
  readonly time: string;
  readonly serial: string;
  readonly fields: Fields;
}

const HEAD = /^(?:node=(\S{1,255}) )?type=([A-Z0-9_[\]]{1,40}) (?:msg=)?audit\((\d{1,12}\.\d{3}):(\d{1,20})\): ?/;
/** Where the kernel writes bytes in hex when they are no plain word. */
const HEX_KEYS = new Set([
  'proctitle',
  'cmd',
  'acct',
  'name',
  'exe',
  'cwd',
  'comm',
  'key',
  'dir',
  'file',
  'data',
  'path',
  'watch',
  'op_id',
  'grp',
  'new-disk',
  'old-disk',
]);
const MAX_FIELDS = 600;

export const isAuditLine = (line: string): boolean => HEAD.test(line.length > 400 ? line.slice(0, 400) : line);

/** What begins a line; undefined for one that is none of the log. */
export function readHead(line: string): Omit<AuditLine, 'fields'> | undefined {
  const head = HEAD.exec(line.length > 400 ? line.slice(0, 400) : line);
  if (head === null) return undefined;
  const [, node = null, type = '', time = '', serial = ''] = head;
  return { node, type, time, serial };
}

export function readLine(line: string): AuditLine | undefined {
  const head = HEAD.exec(line);
  if (head === null) return undefined;
  const [all, node = null, type = '', time = '', serial = ''] = head;
  const fields = newFields();
  readPairs(line, all.length, line.length, type, fields);
  return { node, type, time, serial, fields };
}

function readPairs(line: string, from: number, to: number, type: string, fields: Fields): void {
  let left = MAX_FIELDS;
  let at = from;
  while (at < to && left > 0) {
    const code = line.charCodeAt(at);
    if (code <= 32 || code === 39 || code === 44) {
      at++; // blanks, the separator 0x1D of enrichment, quotes and commas between pairs
      continue;
    }
    const equals = line.indexOf('=', at);
    if (equals < 0 || equals >= to) return;
    const blank = line.lastIndexOf(' ', equals);
    const name = line.slice(blank >= at ? blank + 1 : at, equals);
    at = equals + 1;
    if (line.charCodeAt(at) === 39) {
      const close = line.indexOf("'", at + 1);
      const end = close < 0 || close > to ? to : close;
      readPairs(line, at + 1, end, type, fields);
      at = end + 1;
      continue;
    }
    const isQuoted = line.charCodeAt(at) === 34;
    const close = isQuoted ? line.indexOf('"', at + 1) : -1;
    const end = isQuoted ? (close < 0 || close > to ? to : close) : endOfWord(line, at, to);
    const written = line.slice(isQuoted ? at + 1 : at, end);
    if (name !== '' && fields[name] === undefined) fields[name] = isQuoted ? written : valueOf(name, written, type);
    at = isQuoted ? end + 1 : end;
    left--;
  }
}
function endOfWord(line: string, from: number, to: number): number {
  let at = from;
  while (at < to && line.charCodeAt(at) > 32) at++;
  return at;
}

/** Hex of even length becomes the text that it stands for, NULs between arguments as blanks. */
function valueOf(name: string, written: string, type: string): string {
  const isHexKey = HEX_KEYS.has(name) || (type === 'EXECVE' && /^a\d+(?:\[\d+\])?$/.test(name));
  if (!isHexKey || written.length < 2 || written.length % 2 !== 0 || !/^[0-9A-F]+$/.test(written)) return written;
  const text = Buffer.from(written, 'hex').toString('utf8');
  return text.includes('�') ? written : text.replaceAll('\0', ' ').trimEnd();
}
