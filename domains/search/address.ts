// What PostgreSQL takes for an address, without Node's own judge: the dashboard reads searches, too.

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(String.raw`^${OCTET}(?:\.${OCTET}){3}$`);
const GROUP = /^[\da-f]{1,4}$/i;

/** 4 or 6; 0 for what is no address. Zones (`fe80::1%eth0`) are none. */
export function addressFamily(text: string): 0 | 4 | 6 {
  if (IPV4.test(text)) return 4;
  return isIpv6(text) ? 6 : 0;
}

function isIpv6(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0 || !text.includes(':')) return false;
  const groups = groupsIn(head, tail === undefined) + (tail === undefined ? 0 : groupsIn(tail, true));
  return tail === undefined ? groups === 8 : groups < 8; // NaN is neither
}

/** How many of the eight groups are written; NaN where one is none. */
function groupsIn(text: string, mayEndInIpv4: boolean): number {
  if (text === '') return 0;
  const parts = text.split(':');
  const hasIpv4 = mayEndInIpv4 && IPV4.test(parts.at(-1) as string);
  return (hasIpv4 ? parts.slice(0, -1) : parts).every((part) => GROUP.test(part)) ? parts.length + (hasIpv4 ? 1 : 0) : Number.NaN;
}
