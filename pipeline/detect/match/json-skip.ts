// Steps over JSON text without looking at what it says. Text that is no JSON ends in IRREGULAR or at a wrong place, never beyond its end.

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
/** In place of an offset: only JSON.parse gets this document right, or says what is wrong with it. */
export const IRREGULAR = -1;

/** 1 for what ends a run of plain characters in a string. */
export const STOPS = Uint8Array.from({ length: 256 }, (_, byte) => (byte === QUOTE || byte === BACKSLASH ? 1 : 0));

export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! <= 0x20) at += 1;
  return at;
}

/** @param start Behind the opening quote. @returns the offset behind the closing one. */
export function skipString(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    while (STOPS[bytes[at]!] === 0) at += 1;
    if (bytes[at] === QUOTE) return at + 1;
    if (at >= bytes.length) return IRREGULAR;
    at += 2;
  }
}

/** @returns the offset behind a number, true, false or null. */
export function scalarEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0x2c && bytes[at] !== 0x7d && bytes[at] !== 0x5d && bytes[at]! > 0x20) at += 1;
  return at === from ? IRREGULAR : at;
}

/** By its first byte, the rest being left to whoever reads the value. */
export const isScalar = (first: number | undefined, length: number): boolean =>
  first === 0x6e || first === 0x74 ? length === 4 : first === 0x66 ? length === 5 : first === 0x2d || (first !== undefined && first >= 0x30 && first <= 0x39);

/** @returns the offset behind any value. */
export function skipValue(bytes: Uint8Array, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from + 1);
  if (first !== 0x7b && first !== 0x5b) return scalarEnd(bytes, from);
  let open = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at + 1) - 1;
      if (at < 0) return IRREGULAR;
    } else if (byte === 0x7b || byte === 0x5b) open += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      open -= 1;
      if (open === 0) return at + 1;
    }
  }
  return IRREGULAR;
}
