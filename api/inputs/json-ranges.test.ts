import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfValue, rangeOfMember, skipBlanks } from './json-ranges.ts';

describe('ranges of JSON values', () => {
  it('finds the end of any value, whatever follows', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const text = json.trim();
        expect(endOfValue(Buffer.from(`${text} ,"}`), 0)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('finds the members that JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 0, max: 2 }), (object, indent) => {
        const bytes = Buffer.from(JSON.stringify(object, null, indent));
        for (const name of Object.keys(object)) {
          const range = rangeOfMember(bytes, 0, name)!;
          expect(JSON.parse(bytes.toString('utf8', ...range))).toEqual(JSON.parse(JSON.stringify(object[name])));
        }
        expect(rangeOfMember(bytes, 0, 'a name that is not there')).toBeNull();
      }),
    );
  });

  it.each([
    ['an object that is cut off', '{"a":{"b":1}', 0],
    ['a string that is cut off', '{"a":"x}', 0],
    ['an escape at the end', '{"a":"x\\"}', 0],
  ])('says that %s does not end', (_name, text, start) => {
    expect(endOfValue(Buffer.from(text), start)).toBe(-1);
  });

  it('walks 1,000,000 levels', () => {
    const deep = Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000));
    expect(endOfValue(deep, 0)).toBe(deep.length);
  });

  it('takes the last of two members, and names with escapes', () => {
    const bytes = Buffer.from('{"a":1, "\\u0061" : 22 }');
    expect(bytes.toString('utf8', ...rangeOfMember(bytes, 0, 'a')!)).toBe('22');
  });

  it('skips blanks', () => {
    expect(skipBlanks(Buffer.from(' \t\r\nx'), 0)).toBe(4);
  });
});
