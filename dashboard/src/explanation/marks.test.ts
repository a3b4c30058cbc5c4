import { expect, it } from 'vitest';
import type { ExplainedPart } from './deciding.ts';
import { markerOf } from './marks.ts';

const met = (before: string, part: string, after: string, use: ExplainedPart['use'] = 'wanted') => {
  const values = [{ value: 'v', holds: true, met: [{ path: null, before, part, after }] }];
  return {
    matches: true,
    parts: [{ depth: 0, kind: 'entry' as const, text: 'f', holds: true, use, has: null, foundAs: null, seen: [], values, valueCount: 1 }],
  };
};

it.each([
  ['the whole text', met('a', 'b', 'c'), 'abc', ['a', 'b', 'c']],
  ['no text that only has it in it', met('a', 'b', 'c'), 'xabc', undefined],
  ['a text that was cut on both sides', met('…a', 'b', 'c…'), 'xxabcxx', ['xxa', 'b', 'cxx']],
  ['a part that was cut', met('', 'bb…', 'c'), 'bbbbc', ['', 'bb', 'bbc']],
  ['nothing that is excluded', met('a', 'b', 'c', 'excluded'), 'abc', undefined],
  ['nothing where the part is empty', met('', '', ''), '', undefined],
] as const)('marks %s', (_name, rule, text, marked) => {
  const found = markerOf([rule])(text);
  expect(found && [found.before, found.part, found.after]).toEqual(marked);
});
