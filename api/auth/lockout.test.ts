import { expect, it } from 'vitest';
import { addressSubject } from './lockout.ts';

it.each([
  ['an address of IPv4 is itself', '192.0.2.7', '192.0.2.7'],
  ['as is one that came over IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
  ['of IPv6 it is the network', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['however it is written', '2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
  ['also with zeros left out', '2001:db8::1', '2001:db8:0:0::/64'],
  ['also at the beginning', '::1', '0:0:0:0::/64'],
  ['without its zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s', (_name, address, subject) => {
  expect(addressSubject(address)).toBe(subject);
});
