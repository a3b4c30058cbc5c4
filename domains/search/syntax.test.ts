import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch, SEARCH_LIMITS, SearchError } from './syntax.ts';
import type { Search } from './syntax.ts';

/** Short form of a tree: what the rows below are compared with. */
function show(search: Search): string {
  switch (search.kind) {
    case 'all':
      return 'all';
    case 'and':
    case 'or':
      return `(${search.of.map(show).join(` ${search.kind} `)})`;
    case 'not':
      return `not ${show(search.of)}`;
    case 'text':
      return `~${search.pieces.join('*')}`;
    case 'field': {
      const { test } = search;
      if (test.op === 'exists') return `${search.field}?`;
      if (test.op === 'is') return `${search.field}=${test.pieces.join('*')}`;
      if (test.op === 'matches') return `${search.field}=~${test.pattern}`;
      return test.bounds.map((bound) => `${search.field}${bound?.op}${test.of === 'number' ? '' : `${test.of} `}${bound?.value}`).join(' & ');
    }
  }
}

it.each<[name: string, text: string, tree: string]>([
  ['nothing asks for all', '  ', 'all'],
  ['a word', 'mimikatz', '~mimikatz'],
  ['a phrase', '"access denied"', '~access denied'],
  ['terms beside each other must all hold', 'a "b c" d', '(~a and ~b c and ~d)'],
  ['a field', 'host.name:web01', 'host.name=web01'],
  ['a field with a phrase', 'message:"access denied"', 'message=access denied'],
  ['stars', 'process.name:*kat*.exe', 'process.name=*kat*.exe'],
  ['many stars are one', 'a***b', '~a*b'],
  ['a star in quotation marks is a character', 'user.name:"*"', 'user.name=*'],
  ['whether a field has a value', 'user.name:*', 'user.name?'],
  ['a star alone asks for all', '*', 'all'],
  ['comparisons', 'source.port:>=1024 destination.bytes:<10.5', '(source.port>=1024 and destination.bytes<10.5)'],
  ['a negative number', 'a:>-5', 'a>-5'],
  ['a dash negates', '-a b', '(not ~a and ~b)'],
  ['a dash inside of a word does not', 'x-a', '~x-a'],
  ['a dash in a value does not', 'a:-5', 'a=-5'],
  ['or binds weaker than and', 'a b or c d', '((~a and ~b) or (~c and ~d))'],
  ['words of the language in any case', 'a AND NOT b Or c', '((~a and not ~b) or ~c)'],
  ['a word of the language as a value', 'a:or', 'a=or'],
  ['a word of the language in quotation marks', '"or"', '~or'],
  ['parentheses', '(a or b) c', '((~a or ~b) and ~c)'],
  ['one field for a group', 'user.name:(root or -admin or "x y")', '(user.name=root or not user.name=admin or user.name=x y)'],
  ['a Windows path', 'C:\\Windows\\System32', '~C:\\Windows\\System32'],
  ['a path as a value', 'file.path:C:\\Windows\\*', 'file.path=C:\\Windows\\*'],
  ['an IPv6 address', 'fe80::1', '~fe80::1'],
  ['an IPv6 address as a value', 'source.ip:fe80::1', 'source.ip=fe80::1'],
  ['a network', 'source.ip:10.0.0.0/8', 'source.ip=10.0.0.0/8'],
  ['an address of the web', 'url:https://x.example/?q', 'url=https://x.example/?q'],
  ['a double negation', '--a', '~a'],
  ['a comparison without a colon', 'source.port>=1024 a.b<5', '(source.port>=1024 and a.b<5)'],
  ['a severity', 'severity>=high', 'severity>=level 3'],
  ['a severity in short', 'severity>info', 'severity>level 0'],
  ['a time', '@timestamp>=2026-11-25T12:00Z', '@timestamp>=time 1795608000000000'],
  ['a time in another zone', '@timestamp<2026-11-25T12:00:00.000001+02:00', '@timestamp<time 1795600800000001'],
  ['a day', '@timestamp>=2026-11-25', '@timestamp>=time 1795564800000000'],
  ['a range', 'source.port:[1 to 1023]', 'source.port>=1 & source.port<=1023'],
  ['a range with an open end', 'source.port:[* TO 1023]', 'source.port<=1023'],
  ['a range of days has the last one in it', '@timestamp:[2026-11-24 to 2026-11-25]', '@timestamp>=time 1795478400000000 & @timestamp<time 1795651200000000'],
  ['ranges in a group', 'source.port:([1 to 5] or 443)', '(source.port>=1 & source.port<=5 or source.port=443)'],
  ['brackets that are no range', 'message:[error]', 'message=[error]'],
  ['a regular expression', 'process.name=~^cmd', 'process.name=~^cmd'],
  ['a regular expression in quotation marks keeps its backslashes', 'a=~"^C:\\\\\\w+ \\"x"', 'a=~^C:\\\\[A-Za-z0-9_]+ "x'],
  ['stars in a regular expression', 'a=~x.*y', 'a=~x.*y'],
  ['quoted and bare parts make one value', 'process.command_line:*"Program Files"*.exe', 'process.command_line=*Program Files*.exe'],
  ['a quoted part in a word', 'a"b c"d', '~ab cd'],
  ['an arrow is text', '"->"', '~->'],
])('%s', (_name, text, tree) => {
  expect(show(parseSearch(text))).toBe(tree);
});

it('takes a backslash as itself, before a star too', () => {
  expect(parseSearch('C:\\Windows\\*')).toEqual({ kind: 'text', pieces: ['C:\\Windows\\', ''] });
  expect(parseSearch('"*"')).toEqual({ kind: 'text', pieces: ['*'] });
});

describe('says where a mistake is', () => {
  it.each<[name: string, text: string, at: number, length: number]>([
    ['an open quotation mark', 'a "b', 2, 1],
    ['an open parenthesis', 'a (b or c', 2, 1],
    ['a parenthesis too many', 'a ) b', 2, 1],
    ['a field without value', 'a host.name:', 2, 10],
    ['nothing after or', 'a or', 3, 1],
    ['nothing before or', 'or a', 0, 2],
    ['a comparison with a word', 'a:>b', 2, 2],
    ['a comparison without a value', 'x a>= (b)', 2, 3],
    ['a range of words', 'a:[x to y]', 2, 8],
    ['a range of two kinds', 'a:[1 to 2026-11-25]', 2, 17],
    ['a range that ends before it begins', 'a:[5 to 1]', 2, 8],
    ['a day that there is not', 'a>2026-02-30', 2, 10],
    ['a group in a regular expression that is not closed', 'a=~"x(y"', 5, 1],
    ['a look-around', 'a=~"(?=x)"', 4, 1],
    ['an empty phrase', 'x ""', 2, 2],
    ['a NUL', 'a\0', 1, 1],
    ['too many terms', `${'a '.repeat(SEARCH_LIMITS.terms)}b`, SEARCH_LIMITS.terms * 2, 1],
    ['too deep', `${'('.repeat(50)}a${')'.repeat(50)}`, 21, 1],
    ['too long', 'a'.repeat(SEARCH_LIMITS.characters + 3), SEARCH_LIMITS.characters, 3],
  ])('%s', (_name, text, at, length) => {
    const error = (() => {
      try {
        return parseSearch(text);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(SearchError);
    expect(error).toMatchObject({ code: 'INVALID_SEARCH', at, length });
  });
});

it('reads or refuses any text, and refuses with a position inside of it', () => {
  const piece = fc.constantFrom('a', 'host.name:', '(', ')', '"', '-', ' ', 'or', 'and', 'not', '*', '\\', ':', '>', '1', '\n', 'é', '😀');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 60 }),
        fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
      ),
      (text) => {
        try {
          parseSearch(text);
        } catch (error) {
          if (!(error instanceof SearchError)) throw error;
          expect(error.at).toBeGreaterThanOrEqual(0);
          expect(error.at).toBeLessThanOrEqual(text.length);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
