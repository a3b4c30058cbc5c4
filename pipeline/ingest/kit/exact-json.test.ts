import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactJson } from './exact-json.ts';
import type { JsonObject } from './values.ts';

const read = (text: string): JsonObject => exactJson({ text, json: JSON.parse(text) as JsonObject });

it.each<[name: string, text: string, value: object]>([
  [
    'whole numbers beyond 2^53 become text, however deep',
    '{"a":[{"b":18446744073709551615}],"c":-9007199254740993}',
    { a: [{ b: '18446744073709551615' }], c: '-9007199254740993' },
  ],
  ['those that a double holds stay numbers', '{"a":9007199254740991,"b":1.5}', { a: 9007199254740991, b: 1.5 }],
  ['long digits in texts are texts already', '{"a":"18446744073709551615"}', { a: '18446744073709551615' }],
  ['those that are written with an exponent stay numbers', '{"a":1e20,"b":"18446744073709551615"}', { a: 1e20, b: '18446744073709551615' }],
  [
    'two that a double cannot tell apart keep their digits each',
    '{"a":9007199254740993,"b":[9007199254740992]}',
    { a: '9007199254740993', b: ['9007199254740992'] },
  ],
  ['what a text says of numbers does not count', '{"a":9007199254740993,"b":"x:9007199254740992,"}', { a: '9007199254740993', b: 'x:9007199254740992,' }],
  ['a name of the prototype is a name', '{"__proto__":18446744073709551615}', JSON.parse('{"__proto__":"18446744073709551615"}') as object],
  ['fractions with many digits stay numbers', '{"a":1.50000000000000000000}', { a: 1.5 }],
])('%s', (_name, text, value) => {
  expect(read(text)).toEqual(value);
});

it('says what a reading number by number says', () => {
  const number = fc.oneof(
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
    fc.constantFrom('9007199254740992', '9007199254740993', '1e20', '1.5e3', '-0', '12345678901234567890.0', '0.12345678901234567890'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  );
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      number,
      fc.oneof(fc.string(), fc.constantFrom(':9007199254740993', ',1e20')).map((text) => JSON.stringify(text)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', '1', '__proto__'), tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([name, of]) => `"${name}": ${of}`).join(',')}}`),
    ),
  }));
  const reviver = (_name: string, found: unknown, { source }: { readonly source?: string }): unknown =>
    typeof found === 'number' && Number.isInteger(found) && !Number.isSafeInteger(found) ? source : found;
  fc.assert(
    fc.property(value, (of) => {
      const text = `{"x":${of},"long":9007199254740993}`;
      expect(JSON.stringify(read(text))).toBe(JSON.stringify(JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown)));
    }),
  );
});
