import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { elementRanges, memberRange } from './json-ranges.ts';

const cut = (text: string, { from, to }: { from: number; to: number }) => text.slice(from, to);

describe('elementRanges', () => {
  it('keeps each element as it was written', () => {
    const text = ' [ {"a": 1.0 ,"b":"]\\"["} , [1,[2]] ,"x\\\\", 12345678901234567890 ,true]';
    expect(elementRanges(text).map((range) => cut(text, range))).toEqual(['{"a": 1.0 ,"b":"]\\"["}', '[1,[2]]', '"x\\\\"', '12345678901234567890', 'true']);
  });
  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (value, blanks) => {
        const text = JSON.stringify(value, null, blanks);
        expect(elementRanges(text).map((range) => JSON.parse(cut(text, range)))).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('memberRange', () => {
  it('finds what JSON.parse finds, under any name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, blanks) => {
        const text = JSON.stringify(value, null, blanks);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        for (const name of Object.keys(parsed)) expect(JSON.parse(cut(text, memberRange(text, name)!))).toEqual(parsed[name]);
      }),
    );
  });
  it.each<[name: string, text: string, expected: string | undefined]>([
    ['the last of two', '{"a":1,"a":2}', '2'],
    ['an escaped name', '{"\\u0061":1}', '1'],
    ['nothing of another name', '{"b":{"a":1}}', undefined],
    ['nothing in an empty object', '{}', undefined],
  ])('finds %s', (_name, text, expected) => {
    const range = memberRange(text, 'a');
    expect(range && cut(text, range)).toBe(expected);
  });
});
