// Text into fields, each in one pass over its characters. Records without a prototype: names from input may be `__proto__`.

export type Fields = Record<string, unknown>;
export const newFields = (): Fields => Object.create(null) as Fields;

/** More fields of one record than any sensor means; the rest stays in the raw line. */
const MAX_FIELDS = 2000;
const QUOTE = 34;
const BACKSLASH = 92;

const isBlank = (code: number): boolean => code === 32 || code === 9;
const isNameCode = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 ||
  code === 46 ||
  code === 45 ||
  code === 91 ||
  code === 93;

/**
 * `a=1 b="two words" c=` to fields, all text. A quoted value ends at its quote, `\"` and `\\` in it are escapes; another runs to the next
 * separator, and with `isLoose` to the blank before the next `name=`. The last of equal names counts. What is no pair is passed over.
 * @param separator Between pairs, besides blanks: `,`, `;` or `|`.
 */
export function keyValues(text: string, { separator = ' ', isLoose = false, from = 0 }: { separator?: string; isLoose?: boolean; from?: number } = {}): Fields {
  const fields = newFields();
  const apart = separator.charCodeAt(0);
  let left = MAX_FIELDS;
  let at = from;
  while (at < text.length && left > 0) {
    let code = text.charCodeAt(at);
    if (isBlank(code) || code === apart || code === 10 || code === 13) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && isNameCode(code)) code = text.charCodeAt(++at);
    if (code !== 61 || at === start) {
      at++;
      if (at - start > 1) while (at < text.length && !isBlank(text.charCodeAt(at)) && text.charCodeAt(at) !== apart) at++;
      continue;
    }
    const name = text.slice(start, at++);
    if (isLoose && isBlank(text.charCodeAt(at))) {
      const end = blanksEnd(text, at);
      // An empty value ends at its blank; a quote or a value behind blanks is this pair's.
      if (text.charCodeAt(end) === QUOTE) at = end - 1;
      else if (!beginsPair(text, end)) at = end;
    }
    const { value, end } = text.charCodeAt(at) === QUOTE ? quoted(text, at) : bare(text, at, apart, isLoose);
    fields[name] = value;
    left--;
    at = end;
  }
  return fields;
}

/** Each blank is passed once: a value may be all blanks. */
function blanksEnd(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Whether a name and `=` stand at `start`. */
function beginsPair(text: string, start: number): boolean {
  let at = start;
  while (at < text.length && at - start < 64 && isNameCode(text.charCodeAt(at))) at++;
  return at > start && text.charCodeAt(at) === 61;
}

/** Escapes of Go, besides the quote and the backslash. */
const GO_ESCAPES: ReadonlyMap<number, string> = new Map([
  [110, '\n'],
  [114, '\r'],
  [116, '\t'],
]);

/** @param from At the opening quote. Without a closing one the value runs to the end. @param isGo Whether `\n`, `\r` and `\t` are escapes, too. */
function quoted(text: string, from: number, isGo = false): { readonly value: string; readonly end: number } {
  let value = '';
  let start = from + 1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return { value: value + text.slice(start, at), end: at + 1 };
    if (code !== BACKSLASH) continue;
    const next = text.charCodeAt(at + 1);
    const escaped = isGo ? GO_ESCAPES.get(next) : undefined;
    if (next === QUOTE || next === BACKSLASH) {
      value += text.slice(start, at);
      start = at + 1;
      at++;
    } else if (escaped !== undefined) {
      value += text.slice(start, at) + escaped;
      start = at + 2;
      at++;
    }
  }
  return { value: value + text.slice(start), end: text.length };
}

function bare(text: string, from: number, apart: number, isLoose: boolean): { readonly value: string; readonly end: number } {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) break;
    if (!isBlank(code)) {
      if (code === apart && apart !== 32) break;
    } else {
      const end = isLoose ? blanksEnd(text, at) : at;
      if (!isLoose || beginsPair(text, end)) break;
      at = end - 1;
    }
  }
  let end = at;
  if (isLoose) while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return { value: text.slice(from, end), end: at };
}

/** logfmt: as `keyValues`, a name that stands alone is true, and quoted values may have the escapes `\n`, `\r` and `\t`. */
export function logfmt(text: string): Fields {
  const fields = newFields();
  let left = MAX_FIELDS;
  let at = 0;
  while (at < text.length && left > 0) {
    if (text.charCodeAt(at) <= 32) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && text.charCodeAt(at) > 32 && text.charCodeAt(at) !== 61) at++;
    const name = text.slice(start, at);
    if (text.charCodeAt(at) !== 61) {
      fields[name] = true;
    } else {
      const { value, end } = text.charCodeAt(at + 1) === QUOTE ? quoted(text, at + 1, true) : bare(text, at + 1, 32, false);
      if (name !== '') fields[name] = value;
      at = end;
    }
    left--;
  }
  return fields;
}

/**
 * The cells of one line of separated values. A cell that begins with a quote ends at the quote before a separator; `""` in it is a quote.
 * @param separator One character.
 */
export function csvCells(line: string, separator = ','): readonly string[] {
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length && cells.length < MAX_FIELDS) {
    if (line.charCodeAt(at) === QUOTE) {
      let value = '';
      let start = at + 1;
      let end = line.indexOf('"', start);
      while (end >= 0 && line.charCodeAt(end + 1) === QUOTE) {
        value += line.slice(start, end + 1);
        start = end + 2;
        end = line.indexOf('"', start);
      }
      if (end < 0) end = line.length;
      value += line.slice(start, end);
      const next = line.indexOf(separator, end);
      cells.push(value);
      at = next < 0 ? line.length + 1 : next + 1;
    } else {
      const next = line.indexOf(separator, at);
      cells.push(line.slice(at, next < 0 ? line.length : next));
      at = next < 0 ? line.length + 1 : next + 1;
    }
  }
  return cells;
}

/** The words of a line of a web server: between blanks, in `"quotes"` (with `\"`) or `[brackets]`, which are taken off. */
export function words(line: string): readonly string[] {
  const found: string[] = [];
  let at = 0;
  while (at < line.length && found.length < MAX_FIELDS) {
    const code = line.charCodeAt(at);
    if (isBlank(code)) at++;
    else if (code === QUOTE) {
      const { value, end } = quoted(line, at);
      found.push(value);
      at = end;
    } else if (code === 91 && line.includes(']', at)) {
      const end = line.indexOf(']', at);
      found.push(line.slice(at + 1, end));
      at = end + 1;
    } else {
      const start = at;
      while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
      found.push(line.slice(start, at));
    }
  }
  return found;
}

/** Cells by the names of their columns; empty names and missing cells are left out. */
export function columns(names: readonly string[], cells: readonly string[]): Fields {
  const fields = newFields();
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!;
    const cell = cells[index];
    if (name !== '' && cell !== undefined) fields[name] = cell;
  }
  return fields;
}
