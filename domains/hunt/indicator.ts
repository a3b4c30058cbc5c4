// Indicators as people have them: a line each, perhaps made harmless (`hxxp://evil[.]example`), of four kinds.
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { addressGroups } from '../network/address.ts';

const INDICATOR_TYPES = ['address', 'domain', 'hash', 'url'] as const;
export type IndicatorType = (typeof INDICATOR_TYPES)[number];
export interface Indicator {
  readonly type: IndicatorType;
  /** In one spelling: addresses as RFC 5952 writes them, or a network `10.0.0.0/8` without host bits; domains and hashes in lower case, domains in ASCII. */
  readonly value: string;
}
export interface RefusedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** A sentence. */
  readonly reason: string;
}

export const MAX_INDICATORS = 10_000;
const HASH_DIGITS = new Set([32, 40, 64, 128]); // MD5, SHA-1, SHA-256, SHA-512
/** What a domain is below must be more than a public suffix of one label. */
const DOMAIN = /^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;

/** One a line; empty lines and those that begin with `#` say nothing. The same twice counts once. */
export function readIndicators(text: string): { readonly indicators: readonly Indicator[]; readonly refused: readonly RefusedLine[] } {
  const found = new Map<string, Indicator>();
  const refused: RefusedLine[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const given = line.trim();
    if (given === '' || given.startsWith('#')) continue;
    const read = readIndicator(given);
    if (typeof read === 'string') refused.push({ line: index + 1, text: given.slice(0, 200), reason: read });
    else found.set(`${read.type} ${read.value}`, read);
  }
  return { indicators: [...found.values()], refused };
}

/** @returns Text = why it is none, as a sentence. */
export function readIndicator(given: string): Indicator | string {
  if (given.length > 2_000) return 'An indicator has at most 2,000 characters.';
  const text = rearmed(given);
  if (/^[0-9a-f]+$/i.test(text) && HASH_DIGITS.has(text.length)) return { type: 'hash', value: text.toLowerCase() };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return readUrl(text);
  const address = readAddress(text);
  if (address !== undefined) return address;
  const domain = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  if (DOMAIN.test(domain)) return { type: 'domain', value: domain };
  return 'This is no address or network, no domain, no URL, and no MD5, SHA-1, SHA-256 or SHA-512.';
}

/** Without what makes it harmless. */
const rearmed = (text: string): string =>
  text
    .trim()
    .replace(/^h(?:xx|\*\*|tt)p(s?)(?=\[?:)/i, 'http$1')
    .replaceAll(/\[:\]|\(:\)/g, ':')
    .replace(/^(\w+)\[:\/\/\]/, '$1://')
    .replaceAll(/\[\.\]|\(\.\)|\{\.\}|\[dot\]/gi, '.')
    .replaceAll(/\[@\]|\[at\]/gi, '@');

function readUrl(text: string): Indicator | string {
  try {
    return { type: 'url', value: new URL(text).href };
  } catch {
    return 'This URL cannot be read.';
  }
}

function readAddress(text: string): Indicator | string | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0) return undefined;
  const value = family === 4 ? address : new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  if (bits === undefined) return { type: 'address', value };
  const most = family === 4 ? 32 : 128;
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most)
    return `A network ends with 0 to ${most} bits, for example /${family === 4 ? 24 : 64}.`;
  if (Number(bits) < (family === 4 ? 8 : 16)) return `A network this large matches nearly everything: take at least /${family === 4 ? 8 : 16}.`;
  return { type: 'address', value: Number(bits) === most ? value : `${firstOf(value, Number(bits))}/${bits}` };
}

/** The first address of the network that this one is in. */
function firstOf(address: string, bits: number): string {
  const given = addressGroups(address) ?? [];
  if (given.length === 2 && address.includes(':')) return address; // an IPv4 address inside IPv6 counts as IPv4 there
  const groups = given.map((group, index) => group & (0xffff << Math.min(16, Math.max(0, 16 - (bits - index * 16)))) & 0xffff);
  if (groups.length === 2) return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
