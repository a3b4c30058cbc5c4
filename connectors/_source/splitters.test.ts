import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../pipeline/core/errors.ts';
import { JsonElements } from './json-elements.ts';
import type { Splitter } from './json-elements.ts';
import { Lines } from './lines.ts';

function cut(splitter: Splitter, text: string | Buffer, sizes: readonly number[] = [1_000_000]): readonly string[] {
  const bytes = Buffer.from(text as string);
  const found: string[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length]!);
    found.push(...splitter.push(bytes.subarray(at, at + size)).map(shown));
    at += size;
  }
  return [...found, ...splitter.end().map(shown)];
}
const shown = ({ bytes, isWhole }: { readonly bytes: Buffer; readonly isWhole: boolean }) => (isWhole ? bytes.toString() : `${bytes.toString()}...`);

describe('elements of a JSON text', () => {
  it.each<[string, readonly string[], string, readonly string[]]>([
    ['an array of its own', [], '[{"a":1}, {"b":[2,3]}]', ['{"a":1}', '{"b":[2,3]}']],
    [
      'scalars, and numbers with all their digits',
      [],
      '[12345678901234567890, "x,]", true ,null,1.50]',
      ['12345678901234567890', '"x,]"', 'true', 'null', '1.50'],
    ],
    ['arrays in an array', [], '[[1],[2,[3]]]', ['[1]', '[2,[3]]']],
    ['a member, others before and behind it', ['Records'], '{"a":{"Records":[9]},"Records":[{"x":"}"}],"z":[8]}', ['{"x":"}"}']],
    ['a member of a member', ['data', 'items'], '{"items":[0],"data":{"n":1,"items":[{"i":1},{"i":2}]}}', ['{"i":1}', '{"i":2}']],
    ['a name with an escape', ['é"'], String.raw`{"\u00e9\"":[1]}`, ['1']],
    ['a value that looks like the name', ['Records'], '{"a":"Records","b":["Records"],"Records":[1]}', ['1']],
    ['an object where the path leads', ['data'], '{"data":{"a":[1]}}', ['{"a":[1]}']],
    ['the text itself where it is an object', [], ' {"a":[1]} ', ['{"a":[1]}']],
    ['nothing where the path leads nowhere', ['x', 'y'], '{"x":[{"y":[1]}],"y":[2]}', []],
    ['nothing where it leads to a scalar', ['x'], '{"x":5,"y":[1]}', []],
    ['an empty array', ['x'], '{"x":[]}', []],
    ['strings with quotes and backslashes', [], String.raw`["a\"b","\\","\\\""]`, [String.raw`"a\"b"`, String.raw`"\\"`, String.raw`"\\\""`]],
    ['a byte order mark', [], '\uFEFF[1]', ['1']],
  ])('%s', (_, path, text, wanted) => {
    for (const size of [1, 2, 3, 7, 1_000]) expect(cut(new JsonElements(path, 1_000), text, [size])).toEqual(wanted);
  });

  it.each([
    ['a text that breaks off', '[{"a":1},{"b"'],
    ['a text that breaks off in a string', '["abc'],
    ['a bracket too many', '[1]]'],
    ['brackets that do not match', '[{]}'],
    ['something behind the text', '[1] {"a":2}'],
    ['a page of HTML', '<html>Sign in</html>'],
    ['a number', '5'],
  ])('refuses %s', (_, text) => {
    expect(() => cut(new JsonElements([], 1_000), text)).toThrow(RecordError);
  });

  it.each([
    ['{"a":{"b":[]}}', true],
    ['{"a":{"b":null}}', true],
    ['{"a":{"b":{"c":1}}}', true],
    ['{"a":{"c":1},"b":2}', false],
    ['{"a":[{"b":1}]}', false],
    ['[]', false],
  ])('says whether there is anything at its path: %s', (text, isFound) => {
    const elements = new JsonElements(['a', 'b'], 100);
    cut(elements, text, [1]);
    expect(elements.isFound).toBe(isFound);
  });

  it('gives the beginning of what is too long, and goes on', () => {
    expect(cut(new JsonElements([], 5), '["abcdefgh",1,"abc"]', [3])).toEqual(['"abcde...', '1', '"abc"']);
  });

  it('cuts any array as JSON.parse reads it, whatever the pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fc.boolean(),
        (values, sizes, isIndented) => {
          const text = JSON.stringify({ before: { Records: [1] }, Records: values, after: values }, null, isIndented ? 2 : undefined);
          const found = cut(new JsonElements(['Records'], 1_000_000), text, sizes);
          expect(found.map((each) => JSON.stringify(JSON.parse(each)))).toEqual(values.map((value) => JSON.stringify(value)));
        },
      ),
    );
  });

  it('takes any bytes without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          cut(new JsonElements(['a'], 20), Buffer.from(bytes), [7]);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
        }
      }),
    );
  });
});

describe('lines', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\n\r\n\nb', ['a', 'b']],
    ['', []],
    ['12345\r\n123456\n1', ['12345', '123456...', '1']],
    ['123456789\n', ['123456...']],
  ])('of %j', (text, wanted) => {
    for (const size of [1, 2, 3, 100]) expect(cut(new Lines(5), text, [size])).toEqual(wanted);
  });
});
