import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeClaim, encodeClaim } from './claim.ts';

it('comes back as it was sent', () => {
  const count = fc.nat();
  fc.assert(
    fc.property(fc.option(fc.record({ generationId: count, numbers: fc.array(count) }), { nil: null }), (claim) => {
      expect(decodeClaim(encodeClaim(claim))).toEqual(claim);
    }),
  );
});

it.each<[name: string, userData: string]>([
  ['nothing', ''],
  ['other bytes', '\u0000\u0001sticky'],
  ['other JSON', '[1,2]'],
  ['null', 'null'],
  ['a generation that is no number', '{"generationId":"7","numbers":[]}'],
  ['numbers that are none', '{"generationId":7,"numbers":[0,-1]}'],
  ['half a claim', '{"generationId":7}'],
])('takes %s for no claim', (_name, userData) => {
  expect(decodeClaim(Buffer.from(userData))).toBeNull();
});

it('takes no data for no claim', () => {
  expect(decodeClaim(null)).toBeNull();
});
