import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalIp } from './address.ts';
import { PrefixTable } from './prefix-table.ts';

const table = (...cidrs: readonly string[]) => {
  const made = new PrefixTable<string>();
  for (const cidr of cidrs) made.add(cidr, cidr);
  return made;
};

describe('PrefixTable', () => {
  it.each<[name: string, cidrs: readonly string[], ip: string, found: string | undefined]>([
    ['the network that holds it', ['10.0.0.0/8'], '10.1.2.3', '10.0.0.0/8'],
    ['the longest of several', ['0.0.0.0/0', '10.1.0.0/16', '10.0.0.0/8'], '10.1.2.3', '10.1.0.0/16'],
    ['nothing outside', ['10.0.0.0/8'], '11.0.0.1', undefined],
    ['a single address', ['10.0.0.1'], '10.0.0.1', '10.0.0.1'],
    ['a prefix inside a byte', ['10.0.0.128/25'], '10.0.0.200', '10.0.0.128/25'],
    ['nothing beside it', ['10.0.0.128/25'], '10.0.0.100', undefined],
    ['IPv6', ['2001:db8::/32'], '2001:db8:ffff::1', '2001:db8::/32'],
    ['nothing of the other family', ['::/0'], '10.0.0.1', undefined],
    ['IPv4 inside IPv6 as IPv4', ['10.0.0.0/8'], '::ffff:10.1.2.3', '10.0.0.0/8'],
    ['a network written as IPv4 inside IPv6', ['::ffff:10.0.0.0/104'], '10.1.2.3', '::ffff:10.0.0.0/104'],
    ['a network with host bits', ['10.1.2.3/8'], '10.9.9.9', '10.1.2.3/8'],
    ['nothing for what is no address', ['0.0.0.0/0'], 'host', undefined],
  ])('finds %s', (_name, cidrs, ip, found) => {
    expect(table(...cidrs).get(ip)).toBe(found);
  });

  it('finds all that hold it, the longest first', () => {
    expect(table('0.0.0.0/0', '10.1.0.0/16', '10.2.0.0/16', '10.0.0.0/8').all('10.1.2.3')).toEqual(['10.1.0.0/16', '10.0.0.0/8', '0.0.0.0/0']);
  });

  it.each(['', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/', '10.0.0.0/-1', '::/129', 'x/8', '::ffff:10.0.0.0/8'])('refuses %s', (cidr) => {
    expect(new PrefixTable().add(cidr, 1)).toBe(false);
  });

  it('agrees with Node about every network and address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128))), fc.oneof(fc.ipV4(), fc.ipV6()), ([network, bits], address) => {
        const ip = canonicalIp(address)!;
        const net = canonicalIp(network)!;
        if (ip.startsWith('::ffff:') || net.startsWith('::ffff:')) return;
        const list = new BlockList();
        list.addSubnet(net, bits, net.includes(':') ? 'ipv6' : 'ipv4');
        const expected = ip.includes(':') === net.includes(':') && list.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4');
        expect(table(`${net}/${bits}`).get(ip) !== undefined).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
