// Values and patterns of searches, compared in memory: case aside, as the database compares them.
import { BlockList, isIP } from 'node:net';
import { RE2JS } from 're2js';
import type { Comparison, FieldTest, Pieces } from './syntax.ts';

export const lowerPieces = (pieces: Pieces): Pieces => pieces.map((piece) => piece.toLowerCase()) as unknown as Pieces;

/** The whole value: first piece at its start, last at its end, the others in this order between. Both in lower case. */
export function equalsPieces(value: string, pieces: Pieces): boolean {
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  return inOrder(value.slice(0, value.length - last.length), rest, first.length);
}
/** Somewhere in the value, one behind the other. Both in lower case. */
export const containsPieces = (value: string, pieces: Pieces): boolean => inOrder(value, pieces, 0);

function inOrder(value: string, pieces: readonly string[], from: number): boolean {
  let position = from;
  for (const piece of pieces) {
    const found = value.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  return true;
}

/** Of a text, whether some part of it fits. Linear in its length. */
export function regexTest({ pattern }: FieldTest & { readonly op: 'matches' }): (text: string) => boolean {
  const expression = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL);
  return (text) => expression.matcher(text).find();
}

/** Of an address, whether it is in the network, or the address itself. Families do not mix. */
export function networkTest(network: string): (ip: string | null) => boolean {
  const [address = '', bits] = network.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  return (ip) => ip !== null && isIP(ip) === (family === 'ipv4' ? 4 : 6) && list.check(ip, family);
}

/** NaN is neither above nor below anything. */
export function compare(left: number, op: Comparison, right: number): boolean {
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** NaN for what is no plain decimal number. */
export const numberOf = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(value) ? Number(value) : Number.NaN;
