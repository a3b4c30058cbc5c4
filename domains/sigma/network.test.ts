import { describe, expect, it } from 'vitest';
import { isInNetwork, parseAddress, parseNetwork } from './network.ts';
import type { Network } from './network.ts';

describe('isInNetwork', () => {
  it.each<[network: string, address: string, isIn: boolean]>([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.168.1.128/25', '192.168.1.127', false],
    ['192.168.1.128/25', '192.168.1.255', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['1.2.3.4', '1.2.3.4', true],
    ['fe80::/10', 'FEBF::1', true],
    ['fe80::/10', 'fec0::1', false],
    ['::/0', '10.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', false],
    ['::ffff:0:0/96', '::ffff:10.0.0.1', true],
  ])('%s holds %s: %s', (network, address, isIn) => {
    expect(isInNetwork(parseNetwork(network) as Network, parseAddress(address)!)).toBe(isIn);
  });
});

it.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4 ',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  'fe80::1%eth0',
  '::1.2.3',
  'notanip',
])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});
it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '::/129', 'x/8'])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});
it.each(['10.0.0.1/8', '192.168.1.129/25', 'fe80::1/64'])('%j has host bits', (text) => {
  expect(parseNetwork(text)).toEqual({ hostBits: true });
});
it('reads the text forms of one address alike', () => {
  const forms = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0001', '2001:db8::0.0.0.1'];
  expect(new Set(forms.map((form) => Buffer.from(parseAddress(form)!).toString('hex'))).size).toBe(1);
});
