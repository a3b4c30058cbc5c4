import { expect, it } from 'vitest';
import { addressKey, trusts } from './address.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address', 'no address'],
])('%s counts as %s', (ip, key) => {
  expect(addressKey(ip)).toBe(key);
});

it('knows proxies by address and network', () => {
  const isProxy = trusts(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7', 'loopback']);
  expect(['10.1.2.3', '11.0.0.1', '2001:db8::5', '192.0.2.7', '192.0.2.8'].map(isProxy)).toEqual([true, false, true, true, false]);
});
