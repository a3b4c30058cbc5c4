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
  ['fractions with many digits stay numbers', '{"a":1.50000000000000000000}', { a: 1.5 }],
])('%s', (_name, text, value) => {
  expect(read(text)).toEqual(value);
});
