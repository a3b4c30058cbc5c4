import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf, get, isExactNumber, isObject, parseJson, put } from './json.ts';

const again = (text: string) => JSON.stringify(parseJson(Buffer.from(text)));
/** Any number as JSON may write it. */
const number = fc
  .tuple(
    fc.boolean(),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/)),
    fc.option(fc.stringMatching(/^\d{1,20}$/)),
    fc.option(fc.stringMatching(/^[eE][+-]?\d{1,3}$/)),
  )
  .map(([isNegative, whole, fraction, exponent]) => `${isNegative ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`);

describe('JSON', () => {
  it.each([
    ['a whole fraction', '{"a":1.0}'],
    ['zeros at the end', '{"a":1.50}'],
    ['more digits than a double holds', '{"a":9007199254740993}'],
    ['more digits behind the point', '{"a":12345678901.12345678}'],
    ['an exponent', '[1e3,2E-7]'],
    ['less than nothing', '[-0]'],
    ['very little', '[0.0000001]'],
    ['a number alone', '1.0'],
    ['a key that JavaScript knows', '{"__proto__":{"a":1},"constructor":2}'],
    ['text that looks like a number', '{"a":"x:1.0,y"}'],
  ])('comes out as it went in: %s', (_what, text) => expect(again(text)).toBe(text));

  it('keeps the value of every number, and its digits where a reader might see a difference', () => {
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const text = `{"a":[${numbers.join(',')}]}`;
        const written = (JSON.parse(again(text), (_key, value: unknown, { source }: { source?: string } = {}) => source ?? value) as { a: string[] }).a;
        for (const [index, digits] of numbers.entries()) {
          expect(Number(written[index])).toBe(Number(digits));
          if (/^-?\d+$/.test(digits))
            expect(written[index]).toBe(digits); // an integer stays that integer
          else expect(/[.eE]/.test(written[index]!)).toBe(true); // and a fraction a fraction
        }
      }),
    );
  });

  it('comes out the same, whatever it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(again(text)).toBe(text);
      }),
    );
  });

  it.each(['', '{', '{"a":}', 'nothing', '\uFEFF{}', '{"a":1}x'])('%j is none', (text) => expect(() => parseJson(Buffer.from(text))).toThrow(SyntaxError));
  it('is UTF-8', () => expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(SyntaxError));
});

describe('an object', () => {
  it('has no keys but its own', () => {
    expect(get({ a: 1 }, 'toString')).toBeUndefined();
    const built = copyOf({ a: 1 });
    put(built, '__proto__', 'x');
    expect(JSON.stringify(built)).toBe('{"a":1,"__proto__":"x"}');
    expect(get(built, '__proto__')).toBe('x');
    expect(Object.getPrototypeOf(built)).toBe(Object.prototype);
  });
  it.each([
    [{}, true],
    [[], false],
    [null, false],
    [Buffer.from(''), false],
    ['x', false],
  ])('%j is one: %s', (value, isOne) => expect(isObject(value)).toBe(isOne));
  it('is no number with all its digits', () => {
    const exact = parseJson(Buffer.from('1.0'));
    expect([isExactNumber(exact), isObject(exact)]).toEqual([true, false]);
  });
});
