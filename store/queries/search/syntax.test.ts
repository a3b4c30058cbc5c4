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
      return test.op === 'is' ? `${search.field}=${test.pieces.join('*')}` : `${search.field}${test.op}${test.value}`;
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
