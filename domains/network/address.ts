// Addresses in one written form, and the Community ID of a flow.
import { hash } from 'node:crypto';

/**
 * An address in its canonical text: dotted decimal, or RFC 5952 for IPv6 (lower case, longest run of zeros as `::`). A zone (`%eth0`) is
 * cut off, brackets too. An IPv4 address inside IPv6 stays as it is (`::ffff:10.0.0.1`).
 * @returns null when the value is no address.
 */
export function canonicalIp(value: unknown): string | null {
  if (typeof value !== 'string' || value.length < 2 || value.length > 60) return null;
  if (isIpv4(value)) return value;
  if (!value.includes(':')) return null;
  const bare = value.charCodeAt(0) === 91 && value.endsWith(']') ? value.slice(1, -1) : value;
  const zone = bare.indexOf('%');
  const groups = ipv6Groups(zone < 0 ? bare : bare.slice(0, zone));
  return groups === undefined ? null : ipv6Text(groups);
}

/** Four decimal numbers below 256 without leading zeros. */
function isIpv4(text: string): boolean {
  const { length } = text;
  if (length < 7 || length > 15) return false;
  let part = 0;
  let digitsInPart = 0;
  let dots = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digitsInPart === 0) return false;
      dots++;
      part = 0;
      digitsInPart = 0;
    } else if (code >= 48 && code <= 57) {
      if (digitsInPart > 0 && part === 0) return false;
      part = part * 10 + code - 48;
      digitsInPart++;
      if (part > 255) return false;
    } else return false;
  }
  return dots === 3 && digitsInPart > 0;
}

/**
 * The address as 16-bit numbers, most significant first: two for IPv4, eight for IPv6; an IPv4 address inside IPv6 counts as IPv4.
 * @param text Canonical. @returns undefined when it is no address.
 */
export function addressGroups(text: string): readonly number[] | undefined {
  if (isIpv4(text)) {
    const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number];
    return [a * 256 + b, c * 256 + d];
  }
  const groups = text.includes(':') ? ipv6Groups(text) : undefined;
  return groups?.[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0) ? groups.slice(6) : groups;
}

/** The eight numbers of an IPv6 address; undefined when it is none. */
function ipv6Groups(text: string): number[] | undefined {
  const gap = text.indexOf('::');
  if (gap >= 0 && text.includes('::', gap + 1)) return undefined;
  const head = gap < 0 ? groupsOf(text, true) : groupsOf(text.slice(0, gap), false);
  const tail = gap < 0 ? [] : groupsOf(text.slice(gap + 2), true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: gap < 0 ? 0 : missing }, () => 0), ...tail];
}

function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && isIpv4(part)) {
      const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number];
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups.length > 8 ? undefined : groups;
}

function ipv6Text(groups: readonly number[]): string {
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `::ffff:${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`;
  }
  let start = -1;
  let length = 1; // one zero alone is written out
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > length) {
      start = at;
      length = end - at;
    }
    at = Math.max(at, end - 1);
  }
  const hex = groups.map((group) => group.toString(16));
  return start < 0 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['tcp', 6],
  ['udp', 17],
  ['sctp', 132],
]);
const scratch = Buffer.alloc(40);

/**
 * Community ID v1, seed 0: the same text for both directions of a flow, whoever saw it.
 * @param sourceIp,destinationIp Canonical, of one family. For ICMP the ports are type and code, which need a table: null then, and for other protocols.
 * @see https://github.com/corelight/community-id-spec
 */
export function communityId(
  transport: string | null,
  sourceIp: string | null,
  sourcePort: number | null,
  destinationIp: string | null,
  destinationPort: number | null,
): string | null {
  if (transport === null || sourceIp === null || destinationIp === null || sourcePort === null || destinationPort === null) return null;
  const protocol = PROTOCOL_NUMBERS.get(transport);
  if (protocol === undefined) return null;
  const width = sourceIp.includes(':') ? 16 : 4;
  if ((destinationIp.includes(':') ? 16 : 4) !== width) return null;
  writeIp(sourceIp, 2, width);
  writeIp(destinationIp, 2 + width, width);
  const order = scratch.compare(scratch, 2 + width, 2 + 2 * width, 2, 2 + width);
  const isSwapped = order > 0 || (order === 0 && sourcePort > destinationPort);
  if (isSwapped) {
    writeIp(destinationIp, 2, width);
    writeIp(sourceIp, 2 + width, width);
  }
  scratch.writeUInt16BE(0, 0);
  scratch[2 + 2 * width] = protocol;
  scratch[3 + 2 * width] = 0;
  scratch.writeUInt16BE(isSwapped ? destinationPort : sourcePort, 4 + 2 * width);
  scratch.writeUInt16BE(isSwapped ? sourcePort : destinationPort, 6 + 2 * width);
  return `1:${hash('sha1', scratch.subarray(0, 8 + 2 * width), 'base64')}`;
}

function writeIp(ip: string, at: number, width: number): void {
  if (width === 4) {
    let part = 0;
    let offset = at;
    for (let index = 0; index < ip.length; index++) {
      const code = ip.charCodeAt(index);
      if (code === 46) {
        scratch[offset++] = part;
        part = 0;
      } else part = part * 10 + code - 48;
    }
    scratch[offset] = part;
    return;
  }
  const groups = ipv6Groups(ip)!;
  for (let index = 0; index < 8; index++) scratch.writeUInt16BE(groups[index]!, at + 2 * index);
}
