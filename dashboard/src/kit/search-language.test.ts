import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quote, tokens, typingAt, withTerm } from './search-language.ts';

it.each<[name: string, text: string, kinds: string]>([
  ['words', 'mimikatz lsass', 'value space value'],
  ['a field and its value', 'host.name:web01', 'field value'],
  ['a field and a phrase', 'message:"access denied"', 'field quoted'],
  ['a negated field', '-user.name:root', 'mark field value'],
  ['words of the language', 'a or not b', 'value space word space word space value'],
  ['a group', 'user.name:(a or b)', 'field mark value space word space value mark'],
  ['a path is a value', 'C:\\Windows', 'value'],
  ['an address is a value', 'fe80::1', 'value'],
  ['an open quotation mark', '"half', 'quoted'],
])('cuts %s', (_name, text, kinds) => {
  expect(
    tokens(text)
      .map((token) => token.kind)
      .join(' '),
  ).toBe(kinds);
});

it('covers any text wholly', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let at = 0;
      for (const token of tokens(text)) {
        expect(token.from).toBe(at);
        at = token.to;
      }
      expect(at).toBe(text.length);
    }),
  );
});

it.each<[value: string, quoted: string]>([
  ['web01', 'web01'],
  ['10.0.0.1', '10.0.0.1'],
  ['fe80::1', 'fe80::1'],
  ['-1', '"-1"'],
  ['or', '"or"'],
  ['C:\\Windows', '"C:\\\\Windows"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['two words', '"two words"'],
  ['a*b', '"a*b"'],
  ['>5', '">5"'],
])('writes %s as %s', (value, quoted) => {
  expect(quote(value)).toBe(quoted);
});

it.each<[name: string, text: string, isNegated: boolean, result: string]>([
  ['begins a search', '', false, 'user.name:root'],
  ['adds to one', 'host.name:web01', false, 'host.name:web01 user.name:root'],
  ['does not double', 'user.name:root mimikatz', false, 'mimikatz user.name:root'],
  ['replaces the opposite', '-user.name:root mimikatz', false, 'mimikatz user.name:root'],
  ['filters out what was filtered for', 'a user.name:root', true, 'a -user.name:root'],
  ['keeps alternatives together', 'a or b', false, '(a or b) user.name:root'],
  ['adds no second parentheses', '(a or b)', false, '(a or b) user.name:root'],
])('%s', (_name, text, isNegated, result) => {
  expect(withTerm(text, 'user.name', 'root', isNegated)).toBe(result);
});

it.each<[name: string, text: string, kind: string | null, field: string | null, typed: string]>([
  ['nothing yet', '|', 'name', null, ''],
  ['a name', 'host.n|', 'name', null, 'host.n'],
  ['a name after a minus', 'a -ho|', 'name', null, 'ho'],
  ['a value not begun', 'host.name:|', 'value', 'host.name', ''],
  ['a value', 'host.name:we|', 'value', 'host.name', 'we'],
  ['a quoted value', 'host.name:"we|', 'value', 'host.name', 'we'],
  ['a phrase', '"acc|ess"', null, null, ''],
  ['after a space', 'a |', 'name', null, ''],
])('completes %s', (_name, marked, kind, field, typed) => {
  const caret = marked.indexOf('|');
  const found = typingAt(marked.replace('|', ''), caret);
  expect(found === null ? null : [found.kind, found.field, found.typed]).toEqual(kind === null ? null : [kind, field, typed]);
});
