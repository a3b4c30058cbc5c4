// A database and topics of different ages: what the loader does with its position.
import { expect, it } from 'vitest';
import type { OnGap } from './position.ts';
import { reconcile } from './position.ts';

const at = (next: number) => [{ topic: 't', partition: 1, next }];
const run = (next: number, start: number, end: number, onGap: OnGap) => {
  try {
    const { positions, gaps } = reconcile(at(next), new Map([['t/1', { start, end }]]), onGap);
    return { next: positions[0]?.next, gaps: gaps.map(({ from, to }) => [from, to]) };
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it.each<[string, number, number, number, OnGap, unknown]>([
  ['a position inside the topic', 5, 0, 10, 'stop', { next: 5, gaps: [] }],
  ['one that has stored everything', 10, 0, 10, 'stop', { next: 10, gaps: [] }],
  ['one at the first record that is left', 3, 3, 10, 'stop', { next: 3, gaps: [] }],
  ['a topic that ends before it', 11, 0, 10, 'stop', 'TOPICS_BEHIND'],
  ['a topic that ends before it, which nothing skips', 11, 0, 10, 'skip', 'TOPICS_BEHIND'],
  ['a topic made anew', 11, 0, 0, 'skip', 'TOPICS_BEHIND'],
  ['records that are gone', 2, 3, 10, 'stop', 'OFFSET_GONE'],
  ['records that are gone, to be gone on without', 2, 7, 10, 'skip', { next: 7, gaps: [[2, 7]] }],
])('%s', (_name, next, start, end, onGap, expected) => {
  expect(run(next, start, end, onGap)).toEqual(expected);
});

it('names every partition and what to do', () => {
  const gone = () => reconcile(at(2), new Map([['t/1', { start: 7, end: 9 }]]), 'stop');
  expect(gone).toThrow(/t\/1 from 2 to 7.*GOSHAWK_PERSIST_ON_GAP=skip/s);
  const behind = () => reconcile(at(9), new Map([['t/1', { start: 0, end: 4 }]]), 'stop');
  expect(behind).toThrow(/t\/1 ends at 4, the database is at 9.*restore/s);
});
