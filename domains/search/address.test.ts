import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressFamily } from './address.ts';

const almost = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc
    .array(fc.constantFrom('0', '1', '01', '255', '256', 'ff', 'fffff', '', '::', ':', '.', '10.0.0.1', 'g'), { maxLength: 10 })
    .chain((parts) => fc.constantFrom('', ':', '.').map((by) => parts.join(by))),
);

it('takes for an address what Node does', () => {
  fc.assert(
    fc.property(almost, (text) => {
      expect(addressFamily(text)).toBe(isIP(text));
    }),
    { numRuns: 2_000 },
  );
});

it.each(['::', '::1', '1::', '2001:db8::10.0.0.1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::1:2:3:4:5:6:7'])('knows %s', (text) => {
  expect([addressFamily(text), isIP(text)]).toEqual([6, 6]);
});

it.each(['fe80::1%eth0', '1::2::3', '10.0.0', '010.0.0.1', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', 'a.b.c.d', ''])('does not take %s', (text) => {
  expect(addressFamily(text)).toBe(0);
});
