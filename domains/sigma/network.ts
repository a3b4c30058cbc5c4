// Networks in CIDR form and the addresses in them.

/** `bits` leading bits of `bytes` are fixed; 4 bytes for IPv4, 16 for IPv6. */
export interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** Four decimal numbers without leading zeros, or the text forms of RFC 4291 without a zone. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** @returns undefined when it is no network; `{ hostBits: true }` when bits behind the prefix are set. */
export function parseNetwork(text: string): Network | { readonly hostBits: true } | undefined {
  const slash = text.lastIndexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  const written = slash < 0 ? String(bytes.length * 8) : text.slice(slash + 1);
  const bits = /^\d{1,3}$/.test(written) ? Number(written) : Number.NaN;
  if (!(bits <= bytes.length * 8)) return undefined;
  const network = { bytes, bits };
  const hostBits = bytes.some((byte, index) => (byte & ~maskOf(index, bits)) !== 0);
  return hostBits ? { hostBits: true } : network;
}

/** Families must agree: an IPv4-mapped IPv6 address is in no IPv4 network. */
export function isInNetwork({ bytes, bits }: Network, address: Uint8Array): boolean {
  return address.length === bytes.length && bytes.every((byte, index) => ((byte ^ address[index]!) & maskOf(index, bits)) === 0);
}

/** The mask of the byte at `index` under a prefix of `bits`. */
const maskOf = (index: number, bits: number): number => {
  const inByte = Math.min(8, Math.max(0, bits - index * 8));
  return (0xff << (8 - inByte)) & 0xff;
};

function parseV4(text: string): Uint8Array | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  const bytes = new Uint8Array(4);
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  for (const [index, part] of parts.entries()) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[index] = Number(part);
  }
  return bytes;
}

function parseV6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const tail = groups.at(-1)!;
  const dotted = tail.at(-1)?.includes('.') ? parseV4(tail.at(-1)!) : undefined;
  if (dotted !== undefined) tail.splice(-1, 1, ...[0, 2].map((at) => ((dotted[at]! << 8) | dotted[at + 1]!).toString(16)));
  const given = groups.reduce((sum, half) => sum + half.length, 0);
  if (halves.length === 2 ? given > 7 : given !== 8) return undefined;
  const words = halves.length === 2 ? [...groups[0]!, ...Array<string>(8 - given).fill('0'), ...groups[1]!] : groups[0]!;
  const bytes = new Uint8Array(16);
  for (const [index, word] of words.entries()) {
    if (!/^[0-9a-f]{1,4}$/i.test(word)) return undefined;
    bytes[index * 2] = Number.parseInt(word, 16) >> 8;
    bytes[index * 2 + 1] = Number.parseInt(word, 16) & 0xff;
  }
  return bytes;
}
