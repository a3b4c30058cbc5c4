import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBytes } from './address.ts';

const parse = (text: string): string => {
  const out = new Uint8Array(20).fill(0xee);
  const size = addressBytes(text, out, 2);
  expect([out[0], out[1], out[18], out[19]]).toEqual([0xee, 0xee, 0xee, 0xee]);
  return size === 0 ? 'no' : Buffer.from(out.subarray(2, 2 + size)).toString('hex');
};

it.each<[name: string, text: string, bytes: string]>([
  ['dotted', '192.0.2.1', 'c0000201'],
  ['zeros', '0.0.0.0', '00000000'],
  ['a part too large', '256.1.1.1', 'no'],
  ['three parts', '1.2.3', 'no'],
  ['five parts', '1.2.3.4.5', 'no'],
  ['an empty part', '1..2.3', 'no'],
  ['a leading zero, which some read as octal', '010.1.1.1', 'no'],
  ['a network', '10.0.0.0/8', 'no'],
  ['a host name', 'example.org', 'no'],
  ['nothing', '', 'no'],
  ['all groups', '2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
  ['a gap inside', '2001:DB8::1', '20010db8000000000000000000000001'],
  ['a gap in front', '::1', '00000000000000000000000000000001'],
  ['a gap behind', 'fe80::', 'fe800000000000000000000000000000'],
  ['only a gap', '::', '00000000000000000000000000000000'],
  ['a gap for one group', '1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ['an IPv4 tail', '::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['an IPv4 tail after six groups', '1:2:3:4:5:6:1.2.3.4', '00010002000300040005000601020304'],
  ['a gap with no room left', '1:2:3:4:5:6:7::8', 'no'],
  ['two gaps', '1::2::3', 'no'],
  ['nine groups', '1:2:3:4:5:6:7:8:9', 'no'],
  ['seven groups', '1:2:3:4:5:6:7', 'no'],
  ['a colon at the end', '1:2:3:4:5:6:7:', 'no'],
  ['five digits', '12345::', 'no'],
  ['a zone', 'fe80::1%eth0', 'no'],
  ['an IPv4 tail too early for its room', '1:2:3:4:5:6:7:1.2.3.4', 'no'],
])('reads %s', (_name, text, bytes) => {
  expect(parse(text)).toBe(bytes);
});

describe('against node:net', () => {
  it('agrees on what is an address, for any text over its alphabet', () => {
    const piece = fc.constantFrom('0', '1', 'f', '00', '255', '256', 'ffff', '1.2.3.4', ':', '::', '.', 'g');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 18 }), (pieces) => {
        const text = pieces.join('');
        expect(parse(text) === 'no' ? 0 : parse(text).length === 8 ? 4 : 6).toBe(isIP(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('accepts every address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(parse(text)).not.toBe('no');
      }),
      { numRuns: 300 },
    );
  });
});
