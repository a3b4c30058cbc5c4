// What kind of address it is, by the registries of IANA for special purposes (RFC 6890) and by what clouds put at well-known addresses.
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * `public`: anybody may be there. `special`: loopback, private and the like, which only an allow-list opens.
 * `never`: hands out credentials of the machine that asks, so no allow-list opens it.
 */
export type Reach = { readonly kind: 'public' } | { readonly kind: 'special' | 'never'; readonly reason: string };

const METADATA = 'a metadata service, which hands out credentials of this machine';
const NEVER = [
  '169.254.169.254/32', // AWS, Google, Azure, and many others
  '169.254.169.253/32', // resolver of AWS
  '169.254.170.0/24', // credentials of tasks and pods on AWS
  '100.100.100.200/32', // Alibaba
  '168.63.129.16/32', // Azure's wire server, in a public range
  '192.0.0.192/32', // Oracle
  'fd00:ec2::/64', // AWS
  'fd20:ce::254/128', // Google
  'fd00:42::42/128', // Scaleway
] as const;

const SPECIAL: readonly (readonly [network: string, reason: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'a private network'],
  ['100.64.0.0/10', 'a shared network of a carrier'],
  ['127.0.0.0/8', 'this machine'],
  ['169.254.0.0/16', 'a link-local address'],
  ['172.16.0.0/12', 'a private network'],
  ['192.0.0.0/24', 'reserved for protocols'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.31.196.0/24', 'reserved for protocols'],
  ['192.52.193.0/24', 'reserved for protocols'],
  ['192.88.99.0/24', 'a retired relay from IPv6'],
  ['192.168.0.0/16', 'a private network'],
  ['192.175.48.0/24', 'reserved for protocols'],
  ['198.18.0.0/15', 'for tests of devices'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  // Of IPv6 only 2000::/3 is given out; `reachOf` refuses the rest, these give it a better name.
  ['::/128', 'this network'],
  ['::1/128', 'this machine'],
  ['::/96', 'an IPv4 address in a retired form'],
  ['fc00::/7', 'a private network'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a private network'],
  ['ff00::/8', 'multicast'],
  ['64:ff9b:1::/48', 'a private translation from IPv4'],
  ['2001::/32', 'a tunnel (Teredo)'],
  ['2001:db8::/32', 'for documentation'],
  ['2001::/23', 'reserved for protocols'],
  ['2002::/16', 'a tunnel (6to4)'],
  ['3fff::/20', 'for documentation'],
];
const GIVEN_OUT = blockOf('2000::/3');

const never = NEVER.map(blockOf);
const special = SPECIAL.map(([network, reason]) => ({ block: blockOf(network), reason }));

/** @param address Canonical, as `canonicalAddress` gives it. */
export function reachOf(address: string): Reach {
  if (never.some((block) => contains(block, address))) return { kind: 'never', reason: METADATA };
  const translated = translatedFrom(address);
  if (translated !== null) return reachOf(translated);
  const found = special.find(({ block }) => contains(block, address));
  if (found !== undefined) return { kind: 'special', reason: found.reason };
  return isIPv4(address) || contains(GIVEN_OUT, address) ? { kind: 'public' } : { kind: 'special', reason: 'reserved' };
}

/**
 * The one text form that everything else compares and connects to: an IPv4 address written as IPv6 (`::ffff:127.0.0.1`) becomes IPv4.
 * @returns Null when it is no address, or has a zone (`fe80::1%eth0`).
 */
export function canonicalAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return null;
  const groups = groupsOf(text);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? ipv4Of(groups[6]!, groups[7]!) : new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** An address, or a network such as `10.0.0.0/8`; null = neither. */
export function networkOf(text: string): BlockList | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) && !address.includes('%') ? 'ipv6' : null;
  if (family === null || rest.length > 0) return null;
  const most = family === 'ipv4' ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most)) return null;
  const block = new BlockList();
  block.addSubnet(address, prefix === undefined ? most : Number(prefix), family);
  return block;
}

export const contains = (block: BlockList, address: string): boolean => block.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** What a translator at 64:ff9b::/96 would connect to (RFC 6052): networks without IPv4 see all names that way. */
function translatedFrom(address: string): string | null {
  if (!isIPv6(address)) return null;
  const [first, second, ...more] = groupsOf(address);
  return first === 0x64 && second === 0xff9b && more.slice(0, 4).every((group) => group === 0) ? ipv4Of(more[4]!, more[5]!) : null;
}

/** Eight numbers of 16 bits. @param address A valid IPv6 address without a zone. */
function groupsOf(address: string): readonly number[] {
  const [, head = address, tail] = /^(.*?)::(.*)$/.exec(address) ?? [];
  const numbers = (text: string) =>
    text
      .split(':')
      .filter((part) => part !== '')
      .flatMap((part) => (part.includes('.') ? pairsOf(part) : [Number.parseInt(part, 16)]));
  const before = numbers(head);
  const after = tail === undefined ? [] : numbers(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function pairsOf(ipv4: string): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

const ipv4Of = (high: number, low: number): string => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;

function blockOf(network: string): BlockList {
  const block = networkOf(network);
  if (block === null) throw new TypeError(`${network} is no network`);
  return block;
}
