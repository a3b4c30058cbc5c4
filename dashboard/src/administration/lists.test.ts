import { describe, expect, it } from 'vitest';
import { isSameList, itemsOf, linesOf } from './lists.ts';

describe('lists in a field', () => {
  it.each<[text: string, items: readonly string[]]>([
    ['', []],
    [' \n , ', []],
    ['a.example\r\nb.example', ['a.example', 'b.example']],
    ['a, b,\n c', ['a', 'b', 'c']],
    ['a\na', ['a']],
  ])('%j is %j', (text, items) => {
    expect(itemsOf(text)).toEqual(items);
    expect(itemsOf(linesOf(items))).toEqual(items);
  });

  it('are the same in the same order', () => {
    expect(isSameList(['a', 'b'], ['a', 'b'])).toBe(true);
    expect(isSameList(['a', 'b'], ['b', 'a'])).toBe(false);
    expect(isSameList(['a'], ['a', 'b'])).toBe(false);
  });
});
