/**
 * Writes an IP address into `out` at `at`, where 16 bytes must be free.
 * Takes dotted IPv4 without leading zeros, and IPv6 as RFC 4291 section 2.2 writes it, IPv4 tail included; no zone, no network.
 * @returns Bytes written: 4, 16, or 0 when the text is no address (then `out` may hold anything there).
 */
export function addressBytes(text: string, out: Uint8Array, at: number): 0 | 4 | 16 {
  if (!text.includes(':')) return dotted(text, 0, out, at) ? 4 : 0;
  return colons(text, out, at) ? 16 : 0;
}

function dotted(text: string, from: number, out: Uint8Array, at: number): boolean {
  let value = -1; // no digit yet
  let parts = 0;
  for (let i = from; i <= text.length; i += 1) {
    const c = i === text.length ? 0x2e : text.charCodeAt(i);
    if (c === 0x2e) {
      if (value < 0 || value > 255 || parts === 4) return false;
      out[at + parts] = value;
      parts += 1;
      value = -1;
    } else {
      if (c < 0x30 || c > 0x39 || value === 0 || value > 255) return false;
      value = value < 0 ? c - 0x30 : value * 10 + c - 0x30;
    }
  }
  return parts === 4;
}

function colons(text: string, out: Uint8Array, at: number): boolean {
  if (text.length > 45) return false;
  let written = 0;
  let gap = -1; // bytes written when `::` was met
  let i = 0;
  if (text.startsWith('::')) {
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    let group = 0;
    let digits = 0;
    const start = i;
    for (; i < text.length && text.charCodeAt(i) !== 0x3a; i += 1) {
      if (text.charCodeAt(i) === 0x2e) {
        if (written > 12 || !dotted(text, start, out, at + written)) return false;
        return close(out, at, written + 4, gap);
      }
      const digit = hexDigit(text.charCodeAt(i));
      digits += 1;
      if (digit < 0 || digits > 4) return false;
      group = group * 16 + digit;
    }
    if (digits === 0 || written === 16) return false;
    out[at + written] = group >> 8;
    out[at + written + 1] = group & 0xff;
    written += 2;
    if (i === text.length) break;
    i += 1; // the colon
    if (i === text.length) return false; // a single one at the end
    if (text.charCodeAt(i) === 0x3a) {
      if (gap >= 0) return false;
      gap = written;
      i += 1;
    }
  }
  return close(out, at, written, gap);
}

/** Moves what came after `::` to the end and fills the gap with zeros. */
function close(out: Uint8Array, at: number, written: number, gap: number): boolean {
  if (gap < 0) return written === 16;
  if (written > 14) return false; // `::` stands for at least one group
  const tail = written - gap;
  out.copyWithin(at + 16 - tail, at + gap, at + written);
  out.fill(0, at + gap, at + 16 - tail);
  return true;
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
