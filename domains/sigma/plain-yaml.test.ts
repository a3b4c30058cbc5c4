import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { readDocuments } from './document.ts';
import { readPlain } from './plain-yaml.ts';
import type { PlainDocument } from './plain-yaml.ts';

/** What `yaml` makes of it; undefined when it finds a fault. Numbers as this project has them. */
function referee(text: string): readonly PlainDocument[] | undefined {
  const documents = parseAllDocuments(text, { version: '1.2', uniqueKeys: true, intAsBigInt: true, logLevel: 'silent' }) as Document.Parsed[];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.map((document) => ({
    start: document.range[0],
    end: document.range[2],
    contents: document.contents!.range[0],
    body: small(document.toJS()),
  }));
}
const small = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(small);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, small(one)])) : value;
};

/** Blanks behind a document belong to it here, and not always there. */
const told = (documents: readonly PlainDocument[] | undefined, text: string) =>
  documents?.map(({ start, end, contents, body }) => ({ text: text.slice(start, end).trimEnd(), contents, body }));

describe('readPlain', () => {
  it.each<[string, string, unknown]>([
    ['a scalar of each kind', 'a: [x, 1, -2.5, .5, 1e3, 0x1F, 0o17, true, "q", \'q\']', { a: ['x', 1, -2.5, 0.5, 1000, 31, 15, true, 'q', 'q'] }],
    [
      'what only older YAML takes for something else, as text',
      'a: [yes, 0b11, 1_000, 010, 2025-01-01, 1:30]',
      { a: ['yes', '0b11', '1_000', 10, '2025-01-01', '1:30'] },
    ],
    ['all digits of an integer', 'a: [1234567890123456789, -1234567890123456789]', { a: [1234567890123456789n, -1234567890123456789n] }],
    ['texts over several lines', 'a: |\n  x\n   y\nb: >-\n  x\n  y\nc: x\n  y\n', { a: 'x\n y\n', b: 'x y', c: 'x y' }],
    ['a key that objects have anyway', 'a: {__proto__: 1, constructor: 2}', JSON.parse('{"a": {"__proto__": 1, "constructor": 2}}')],
    ['nothing', 'a: null\nb: ~\nc:\nd: ""', { a: null, b: null, c: null, d: '' }],
    ['a comment', 'a: 1 # one\n# two\nb: "#"', { a: 1, b: '#' }],
  ])('reads %s', (_name, text, body) => {
    expect(readPlain(text)).toEqual([{ start: 0, end: text.length, contents: 0, body }]);
    expect(referee(text)).toEqual(readPlain(text));
  });

  it.each([
    ['anchors', 'a: &x 1\nb: *x'],
    ['tags', 'a: !!str 1'],
    ['directives', '%YAML 1.1\n---\na: yes'],
    ['tabs', 'a:\t1'],
    ['a document that is ended', 'a: 1\n...\n'],
    ['a document without a key in front', '# comment\na: 1'],
    ['a key twice', 'a: 1\na: 2'],
    ['no YAML', 'a: ['],
    ['one such document among others', 'a: 1\n---\nb: [\n---\nc: 1'],
  ])('leaves %s to the other', (_name, text) => {
    expect(readPlain(text)).toBeUndefined();
  });

  it('finds documents where the other does', () => {
    const text = 'a: 1\n---\nb: 2\n\n---\nc: |\n  ---\n';
    expect(readPlain(text)).toEqual(referee(text));
    expect(readDocuments(text, 'f').documents.map(({ line, document, text: own }) => [document, line, own])).toEqual([
      [1, 1, 'a: 1\n'],
      [2, 3, '---\nb: 2\n\n'],
      [3, 6, '---\nc: |\n  ---\n'],
    ]);
  });

  const PIECES = ['a', 'b', 'key', ':', ': ', '- ', '\n', '\n  ', '\n    ', '"', "'", '[', ']', '{', '}', ', ', '|', '>', '-', '#', ' # c', '\\', '\\n', '*', '&', '!', '%', '@', '`', '?', '? ', '1', '0x1', '.5', '1e3', 'null', 'true', '~', '<<', '\n---\n', '...', 'é', '\u2028', '|-', '>+']; // prettier-ignore
  it('reads nothing otherwise than the other does, whatever is put together', () => {
    const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => `a: ${pieces.join('')}`);
    const lines = fc
      .array(
        fc.tuple(
          fc.constantFrom('', '  ', '    '),
          fc.constantFrom('k', 'l', 'm', '- k', '-', 'k|re', '"q"'),
          fc.constantFrom(': ', ':', ' '),
          fc.constantFrom('', 'v', "'v'", '"v"', '|\n      t', '[v, 1]', '{v: 1}', '-1', 'a: b', 'x #c', '*.exe', '\\x', 'C:\\a'),
        ),
        { maxLength: 6 },
      ) // prettier-ignore
      .map((rows) => `a: 1\n${rows.map((row) => row.join('')).join('\n')}`);
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(soup, lines), (text) => {
        const plain = readPlain(text);
        if (plain === undefined) return;
        const expected = referee(text);
        if (expected === undefined) return; // it minds a little less: `[] #` without the blank
        read += 1;
        expect(told(plain, text)).toEqual(told(expected, text));
      }),
      { numRuns: 4000 },
    );
    expect(read).toBeGreaterThan(400); // or the texts say nothing
  });
});
