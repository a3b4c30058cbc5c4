import { expect, it } from 'vitest';
import { murmur2, partitionFor } from './partition.ts';

it.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['abc', 479_470_107],
])('hashes "%s" as Java does', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

it('keeps the low 31 bits for the partition, and takes text as UTF-8', () => {
  expect(partitionFor('foobar', 4)).toBe((-790_332_482 & 0x7fffffff) % 4);
  expect(partitionFor('Zürich', 7)).toBe(partitionFor(Buffer.from('Zürich'), 7));
});
