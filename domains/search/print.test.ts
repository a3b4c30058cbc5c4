import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printSearch } from './print.ts';
import { parseSearch, SEARCH_LIMITS } from './syntax.ts';
import type { Search } from './syntax.ts';
import { search } from './test/arbitraries.ts';

/** Without the places in the text. */
const bare = (tree: Search): unknown => JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' || key === 'length' ? undefined : value)));

it.each<[text: string, printed: string]>([
  ['', '*'],
  ['host.name:web*  severity>=HIGH   "mimikatz"', 'host.name:web* and severity>=high and mimikatz'],
  ['a or b c', 'a or (b and c)'],
  ['-x:"or"', 'not x:"or"'],
  ['x:(1 or [2 to 3])', 'x:1 or x:[2 to 3]'],
  ['@timestamp:[2026-11-24 to 2026-11-25]', '@timestamp:[2026-11-24T00:00:00.000000Z to 2026-11-25]'],
  ['a=~"C:\\\\w+\\""', 'a=~"C:\\\\w+\\""'],
  ['p:*"Program Files"*', 'p:*"Program Files"*'],
  ['p:""', 'p:""'],
])('prints %s as %s', (text, printed) => {
  expect(printSearch(parseSearch(text))).toBe(printed);
});

it('prints any tree as a text that is read as the same tree', () => {
  fc.assert(
    fc.property(search, (tree) => {
      const text = printSearch(tree);
      if (text.length > SEARCH_LIMITS.characters) return;
      expect(bare(parseSearch(text))).toEqual(bare(tree));
    }),
    { numRuns: 2_000 },
  );
});

it('prints what it has printed alike', () => {
  const piece = fc.constantFrom(
    'a',
    'host.name:',
    'x>',
    '=~',
    '[1 to 2]',
    '"b c"',
    '(',
    ')',
    '-',
    ' ',
    'or',
    'and',
    'not ',
    '*',
    '\\',
    '2026-01-01',
    'high',
    '"',
    'é',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
      (text) => {
        const tree = read(text);
        if (tree === null) return;
        const printed = printSearch(tree);
        expect(printSearch(parseSearch(printed))).toBe(printed);
      },
    ),
    { numRuns: 5_000 },
  );
});

const read = (text: string): Search | null => {
  try {
    return parseSearch(text);
  } catch {
    return null;
  }
};
