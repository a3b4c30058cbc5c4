import { expect, it } from 'vitest';
import { deciding, type ExplainedPart } from './deciding.ts';

const part = (depth: number, kind: ExplainedPart['kind'], text: string, holds: boolean, use: ExplainedPart['use'] = null): ExplainedPart => ({
  depth,
  kind,
  text,
  holds,
  use,
  has: null,
  foundAs: null,
  seen: [],
  values: [],
  valueCount: 0,
});

const PARTS = [
  part(0, 'logsource', 'product: windows', true),
  part(0, 'condition', 'one and not two', true),
  part(1, 'and', 'and', true),
  part(2, 'selection', 'one', true),
  part(2, 'not', 'not', true),
  part(3, 'selection', 'two', false),
  part(0, 'selection', 'one', true, 'wanted'),
  part(1, 'or', 'or', true, 'wanted'),
  part(2, 'and', 'and', false, 'wanted'),
  part(3, 'entry', 'holds for nothing', true, 'wanted'),
  part(3, 'entry', 'fails', false, 'wanted'),
  part(2, 'entry', 'Image|endswith', true, 'wanted'),
  part(0, 'selection', 'two', false, 'excluded'),
  part(1, 'and', 'and', false, 'excluded'),
  part(2, 'entry', 'User', true, 'excluded'),
  part(2, 'entry', 'Parent', false, 'excluded'),
  part(0, 'selection', 'three', true, 'unused'),
  part(1, 'entry', 'Any', true, 'unused'),
  part(0, 'filter', 'Known', true),
  part(1, 'condition', 'not admin', true),
  part(2, 'not', 'not', true),
  part(3, 'selection', 'admin', false),
  part(1, 'selection', 'admin', false, 'excluded'),
  part(2, 'entry', 'Account', false, 'excluded'),
];

it('takes what is wanted and holds, and of what is excluded what kept it from applying', () => {
  const { conditions, selections, filters } = deciding(PARTS);
  expect([conditions, filters]).toEqual([['one and not two', 'not admin'], ['Known']]);
  expect(selections.map(({ name, isExcluded, entries }) => [name, isExcluded, entries.map(({ text }) => text)])).toEqual([
    ['one', false, ['Image|endswith']],
    ['two', true, ['Parent']],
    ['admin', true, ['Account']],
  ]);
});

it('names of what is excluded three entries at most', () => {
  const many = [part(0, 'selection', 'x', false, 'excluded'), ...['a', 'b', 'c', 'd'].map((text) => part(1, 'entry', text, false, 'excluded'))];
  expect(deciding(many).selections[0]?.entries.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
});

it('takes neither what is wanted and does not hold, nor what is excluded and does', () => {
  expect(deciding([part(0, 'selection', 'x', false, 'wanted'), part(0, 'selection', 'y', true, 'excluded')]).selections).toEqual([]);
});
