import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from './parts.ts';
import { printSearch } from './print.ts';
import { parseSearch } from './syntax.ts';
import { search } from './test/arbitraries.ts';

const shown = (text: string) =>
  partsOf(text)
    .parts.filter(({ kind }) => kind !== 'space')
    .map(({ kind, from, to }) => `${kind} ${text.slice(from, to)}`)
    .join(' | ');

describe('a search that is written', () => {
  it.each<[name: string, text: string, parts: string]>([
    ['words', 'mimikatz lsass', 'value mimikatz | value lsass'],
    ['a field and its value', 'host.name:web01', 'field host.name | operator : | value web01'],
    ['a comparison', 'severity>=high', 'field severity | operator >= | scalar high'],
    ['a comparison behind a colon', 'source.port:>=1024', 'field source.port | operator : | operator >= | scalar 1024'],
    ['a range', 'source.port:[1 to 5]', 'field source.port | operator : | scalar [1 to 5]'],
    ['a regular expression', 'a.b=~"^x (y)$"', 'field a.b | operator =~ | regex "^x (y)$"'],
    ['stars', 'file.path:*"Program Files"*x', 'field file.path | operator : | star * | quoted "Program Files" | star * | value x'],
    ['a negated field', '-user.name:root', 'mark - | field user.name | operator : | value root'],
    ['words of the language', 'a or not b AND c', 'value a | word or | word not | value b | word AND | value c'],
    ['a group, where a colon is a character', 'user.name:(a or b:c)', 'field user.name | operator : | mark ( | value a | word or | value b:c | mark )'],
    ['a word of the language as a value', 'user.name:or', 'field user.name | operator : | value or'],
    ['a path is a value', 'C:\\Windows', 'value C:\\Windows'],
    ['an address is a value', 'fe80::1', 'value fe80::1'],
    ['a phrase with a quotation mark', '"say \\"hi\\""', 'quoted "say \\"hi\\""'],
    ['what is behind a mistake', 'a) severity>=high', 'value a | mark ) | field severity | operator >= | scalar high'],
    ['a quotation mark that is not closed', 'user.name:"half way', 'field user.name | operator : | quoted "half way'],
    ['a value that is missing', 'user.name: or x', 'field user.name | operator : | value or | value x'],
  ])('is read as %s', (_name, text, parts) => {
    expect(shown(text)).toBe(parts);
  });

  it('is covered wholly, whatever it is', () => {
    const piece = fc.constantFrom('"', '(', ')', '-', 'a', 'or', 'and ', 'x:', '>=', '=~', '[1 to 2]', '[', ' ', '*', '\\', '\0', '\u{1F980}');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece, { maxLength: 20 }).map((all) => all.join('')),
        ),
        (text) => {
          let at = 0;
          for (const { from, to } of partsOf(text).parts) {
            expect([from, to > from]).toEqual([at, true]);
            at = to;
          }
          expect(at).toBe(text.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has no mistake where the parser finds none', () => {
    fc.assert(
      fc.property(search, (tree) => {
        const text = printSearch(tree);
        expect([partsOf(text).fault, parseSearch(text)]).toEqual([null, expect.anything()]);
      }),
    );
  });

  it('says the mistake of the parser', () => {
    expect(partsOf('a (b or').fault).toMatchObject({ message: 'The search ends where a term was expected.', at: 6 });
  });
});
