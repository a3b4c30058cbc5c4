import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCells, keyValues, logfmt, words } from './tokens.ts';

describe('keyValues', () => {
  it.each<[text: string, options: Parameters<typeof keyValues>[1], fields: object]>([
    ['a=1 b="two words" c= d=x', {}, { a: '1', b: 'two words', c: '', d: 'x' }],
    ['a="x \\"y\\" \\\\ z" b=1', {}, { a: 'x "y" \\ z', b: '1' }],
    ['a=1,b=2, c="3,4"', { separator: ',' }, { a: '1', b: '2', c: '3,4' }],
    ['msg=Web site hit n=1 src= 10.0.0.1 dst=', { isLoose: true }, { msg: 'Web site hit', n: '1', src: '10.0.0.1', dst: '' }],
    ['a=  "x" b=   c=1', { isLoose: true }, { a: ' "x"', b: '', c: '1' }],
    ['no pairs here', {}, {}],
    ['a=1 a=2', {}, { a: '2' }],
    ['a="never ends', {}, { a: 'never ends' }],
  ])('%s', (text, options, fields) => {
    expect({ ...keyValues(text, options) }).toEqual(fields);
  });
  it('takes __proto__ for a name like any other', () => {
    expect(Object.keys(keyValues('__proto__=x constructor=y'))).toEqual(['__proto__', 'constructor']);
  });
  it.each(['a=', 'a=x', 'a=x b'])('passes over each of a million blanks behind %s once, which would not end otherwise', (head) => {
    expect({ ...keyValues(`${head}${' '.repeat(1_000_000)}c=1`, { isLoose: true }) }).toMatchObject({ c: '1' });
  });
  it('ends, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', '"', ' ', '\\', ',', '\n', 'b') }), fc.boolean(), (text, isLoose) => {
        for (const value of Object.values(keyValues(text, { isLoose }))) expect(typeof value).toBe('string');
        logfmt(text);
        csvCells(text);
        words(text);
      }),
      { numRuns: 500 },
    );
  });
});

it('logfmt: a name alone is true', () => {
  expect({ ...logfmt('zork=zook plonk zonk="a \\"b\\"" tag#x=1') }).toEqual({ zork: 'zook', plonk: true, zonk: 'a "b"', 'tag#x': '1' });
});
it.each<[line: string, cells: readonly string[]]>([
  ['a,b,,c', ['a', 'b', '', 'c']],
  ['"a,b","say ""hi""",c', ['a,b', 'say "hi"', 'c']],
  ['"never ends,b', ['never ends,b']],
  ['', ['']],
  ['a,', ['a', '']],
])('csvCells: %s', (line, cells) => {
  expect(csvCells(line)).toEqual(cells);
});
it('words: quotes and brackets hold blanks', () => {
  expect(words('1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] "GET /a\\"b HTTP/1.0" 200 -')).toEqual([
    '1.2.3.4',
    '-',
    'bob',
    '10/Oct/2000:13:55:36 -0700',
    'GET /a"b HTTP/1.0',
    '200',
    '-',
  ]);
});
