// The writing of CEF, one pass over the text.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';
import { longName } from './keys.ts';

const MAX_PAIRS = 1000;
const BACKSLASH = 92;
const HEADER = ['cefVersion', 'deviceVendor', 'deviceProduct', 'deviceVersion', 'deviceEventClassId', 'name', 'severity'];

/** Where `CEF:<digits>|` begins, within what a header may be long; -1 = nowhere. */
export function cefStart(text: string): number {
  for (let at = text.indexOf('CEF:'); at >= 0 && at < 1024; at = text.indexOf('CEF:', at + 4)) {
    let end = at + 4;
    while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
    if (end > at + 4 && end <= at + 8 && text.charCodeAt(end) === 124) return at;
  }
  return -1;
}

/** @param from Behind `CEF:`. @returns undefined when the header has not even six fields. */
export function readCef(text: string, from: number): Fields | undefined {
  const fields = newFields();
  let at = from;
  for (const [index, name] of HEADER.entries()) {
    const end = unescapedPipe(text, at);
    if (end < 0 && index < 5) return undefined;
    fields[name] = headerText(text.slice(at, end < 0 ? text.length : end).trim());
    at = end < 0 ? text.length : end + 1;
  }
  readExtension(text.slice(at).trimEnd(), fields);
  return fields;
}

function unescapedPipe(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === 124) return at;
  }
  return -1;
}
const headerText = (written: string): string => (written.includes('\\') ? written.replaceAll(/\\([\\|])/g, '$1') : written);

/** A value runs to the last blank before the next key. The last of equal keys counts; the earlier are kept under `earlier`. */
function readExtension(text: string, fields: Fields): void {
  let key: string | undefined;
  let from = 0;
  let pairs = 0;
  const earlier = newFields();
  const close = (end: number) => {
    if (key === undefined) return;
    const name = longName(key);
    if (fields[name] !== undefined) earlier[name] = [...((earlier[name] as string[] | undefined) ?? []), fields[name] as string];
    fields[name] = valueText(text.slice(from, end).trim());
  };
  for (let at = text.indexOf('='); at >= 0 && pairs < MAX_PAIRS; at = text.indexOf('=', at + 1)) {
    const start = keyStart(text, at, from);
    if (start < 0) continue;
    close(start);
    key = text.slice(start, at);
    from = at + 1;
    pairs++;
  }
  close(text.length);
  if (Object.keys(earlier).length > 0) fields.earlier = earlier;
}

/** Where the key before the `=` at `at` begins; -1 when what stands there does not look like one. */
function keyStart(text: string, at: number, from: number): number {
  let start = at;
  while (start > from && at - start < 128 && isKeyCode(text.charCodeAt(start - 1))) start--;
  return start < at && (start === 0 || text.charCodeAt(start - 1) === 32 || text.charCodeAt(start - 1) === 9) ? start : -1;
}
const isKeyCode = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 46 || code === 91 || code === 93;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\=', '='],
  ['\\\\', '\\'],
  ['\\n', '\n'],
  ['\\r', '\r'],
]);
const valueText = (written: string): string => (written.includes('\\') ? written.replaceAll(/\\[=\\nr]/g, (escape) => ESCAPES.get(escape)!) : written);
