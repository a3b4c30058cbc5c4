import { expect, it } from 'vitest';
import { stack, toGrid } from './grid.ts';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const span = { from: 1_700_000_000_000, to: 1_700_000_030_000 };

it('fills spans that were left out with nothing', () => {
  const grid = toGrid([{ start: at(10), count: 3, series: 'zeek' }], span, 10_000);
  expect(grid.values).toEqual([[0, 3, 0]]);
});

it('puts the largest series first and named ones before it', () => {
  const counts = [
    { start: at(0), count: 1, series: 'a' },
    { start: at(0), count: 5, series: 'b' },
    { start: at(0), count: 2, series: 'low' },
  ];
  expect(toGrid(counts, span, 10_000, ['critical', 'low']).names).toEqual(['critical', 'low', 'b', 'a']);
});

it('leaves out what lies outside of the span', () => {
  expect(
    toGrid(
      [
        { start: at(-10), count: 3, series: 'a' },
        { start: at(30), count: 4, series: 'a' },
      ],
      span,
      10_000,
    ).values,
  ).toEqual([[0, 0, 0]]);
});

it('begins with the bar that holds the start', () => {
  expect(toGrid([], { from: span.from + 4000, to: span.to }, 10_000, ['a']).starts[0]).toBe(span.from);
});

it('stacks each series on those before it', () => {
  expect(
    stack([
      [1, 2],
      [3, 0],
      [0, 5],
    ]),
  ).toEqual([
    [1, 2],
    [4, 2],
    [4, 7],
  ]);
});
