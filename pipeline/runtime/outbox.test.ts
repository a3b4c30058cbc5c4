import { expect, it } from 'vitest';
import { Work } from './outbox.ts';

const group = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null };
const work = (sizes: readonly number[]) => {
  const one = new Work(group);
  for (const size of sizes) one.records.push({ topic: 't', partition: 0, key: null, value: Buffer.alloc(size) });
  return one;
};
const MiB = 1 << 20;

it.each([
  ['few and small', [10, 10], false],
  ['many outputs', Array.from({ length: 40 }, () => 1), true],
  ['few, but large', Array.from({ length: 32 }, () => MiB), true],
  ['just below', Array.from({ length: 31 }, () => MiB), false],
])('a transaction of %s outputs', (_name, sizes, isFull) => {
  expect(work(sizes).isFull(sizes.length > 39 ? 10 : 1000)).toBe(isFull);
});

it('measures again what was taken back', () => {
  const one = work(Array.from({ length: 31 }, () => MiB));
  expect(one.isFull(1000)).toBe(false);
  one.records.push({ topic: 't', partition: 0, key: null, value: Buffer.alloc(MiB) });
  one.records.length = 31;
  expect(one.isFull(1000)).toBe(false);
  one.records.length = 10;
  expect(one.isFull(1000)).toBe(false);
  one.records.push({ topic: 't', partition: 0, key: null, value: Buffer.alloc(22 * MiB) });
  expect(one.isFull(1000)).toBe(true);
});
