// Where the parts of a JSON text lie, so that they can be kept byte for byte: parsing and writing again would change numbers, escapes and blanks.

/** Part of a text, [from, to). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Elements of the array that begins at or after `from`. The text must be valid JSON there. */
export function elementRanges(text: string, from = 0): readonly Range[] {
  const ranges: Range[] = [];
  let at = skipBlanks(text, text.indexOf('[', from) + 1);
  while (at < text.length && text.charCodeAt(at) !== 93) {
    const to = endOfValue(text, at);
    ranges.push({ from: at, to });
    at = skipBlanks(text, to);
    if (text.charCodeAt(at) === 44) at = skipBlanks(text, at + 1);
  }
  return ranges;
}

/** The value of a member of the object that begins at or after `from`; undefined when it has none of that name. The text must be valid JSON there. */
export function memberRange(text: string, name: string, from = 0): Range | undefined {
  let found: Range | undefined;
  let at = skipBlanks(text, text.indexOf('{', from) + 1);
  while (at < text.length && text.charCodeAt(at) !== 125) {
    const endOfName = endOfString(text, at);
    const valueFrom = skipBlanks(text, skipBlanks(text, endOfName) + 1);
    const to = endOfValue(text, valueFrom);
    const written = text.slice(at + 1, endOfName - 1);
    if ((written.includes('\\') ? JSON.parse(`"${written}"`) : written) === name) found = { from: valueFrom, to }; // the last one counts, as for JSON.parse
    at = skipBlanks(text, to);
    if (text.charCodeAt(at) === 44) at = skipBlanks(text, at + 1);
  }
  return found;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || code === 10 || code === 13 || code === 9; code = text.charCodeAt(at)) at++;
  return at;
}

/** @param from At the opening quote. @returns Behind the closing one. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    at = quote + 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

function endOfValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return endOfString(text, from);
  let at = from;
  if (first !== 123 && first !== 91) {
    for (let code = text.charCodeAt(at); at < text.length && code !== 44 && code !== 93 && code !== 125 && code > 32; code = text.charCodeAt(at)) at++;
    return at;
  }
  let depth = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    at++;
    if (code === 123 || code === 91) depth++;
    else if ((code === 125 || code === 93) && --depth === 0) return at;
  }
  return at;
}
