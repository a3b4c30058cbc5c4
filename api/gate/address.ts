// Who counts as one address.
import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/**
 * A host with IPv6 is given a network of 64 bits and may choose the rest anew for every connection, so the network counts as one.
 * @param ip As the socket or a believed proxy has it. What is no address is taken as it is.
 */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;
  if (isIPv4(mapped)) return mapped;
  const plain = mapped.split('%', 1)[0]!;
  if (!isIPv6(plain)) return mapped;
  // In the one form that the system writes, of which the first four groups are found whatever is shortened.
  const [head, tail] = new SocketAddress({ address: plain, family: 'ipv6' }).address.split('::', 2) as [string, string | undefined];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? before : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

export const isLoopback = (ip: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(ip);

/** @param networks Addresses, or networks such as `10.0.0.0/8`; what is neither is left to the framework, which refuses it. */
export function trusts(networks: readonly string[]): (ip: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/', 2);
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (!isIPv4(address) && !isIPv6(address)) continue;
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (ip) => list.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6');
}
