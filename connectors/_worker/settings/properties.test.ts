import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseProperties } from './properties.ts';

const recorded = JSON.parse(readFileSync(new URL('test/properties.recorded.json', import.meta.url), 'utf8')) as readonly {
  readonly text: string;
  readonly properties: Readonly<Record<string, string>>;
}[];

it.each(recorded.map(({ text, properties }) => [JSON.stringify(text), text, properties] as const))('reads %s as Java does', (_shown, text, properties) => {
  expect(Object.fromEntries(parseProperties(text))).toEqual(properties);
});

it('keeps a password as it is, whatever is in it', () => {
  const escaped = (text: string) => Array.from(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (password) => {
      expect(parseProperties(`a=1\npassword=${escaped(password)}\nb=2`).get('password')).toBe(password);
    }),
  );
});

it('reads any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '\n', '\r', '=', ':', ' ', '#', 'u', '0', 'a') }), (text) => {
      for (const [key, value] of parseProperties(text)) expect([key, value].join('')).not.toContain('\n');
    }),
  );
});
