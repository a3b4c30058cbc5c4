// Where JSON values begin and end, in bytes: events are handed on as they were sent, digit by digit. Walks without recursion.

/** End (exclusive), or -1 when the bytes end before the value does. What it says of broken JSON is undefined: parse the range before believing it. */
export function endOfValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) {
    let at = start;
    while (at < bytes.length && !ENDS_SCALAR.has(bytes[at]!)) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = endOfString(bytes, at) - 1;
      if (at < start) return -1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

export function skipBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && BLANKS.has(bytes[at]!)) at += 1;
  return at;
}

/** Range of a member at the top of an object that has been parsed successfully; the last of that name, as JSON.parse has it. */
export function rangeOfMember(bytes: Buffer, objectStart: number, name: string): readonly [from: number, to: number] | null {
  let found: readonly [number, number] | null = null;
  let at = skipBlanks(bytes, objectStart + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = endOfString(bytes, at);
    const key = bytes.toString('utf8', at, keyEnd);
    const from = skipBlanks(bytes, skipBlanks(bytes, keyEnd) + 1); // behind the colon
    const to = endOfValue(bytes, from);
    if (to < 0) return found;
    if (key.slice(1, -1) === name || (key.includes('\\') && JSON.parse(key) === name)) found = [from, to];
    at = skipBlanks(bytes, to);
    if (bytes[at] !== COMMA) return found;
    at = skipBlanks(bytes, at + 1);
  }
  return found;
}

function endOfString(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return -1;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const BLANKS = new Set(Buffer.from(' \t\r\n'));
const ENDS_SCALAR = new Set(Buffer.from(' \t\r\n,]}'));
