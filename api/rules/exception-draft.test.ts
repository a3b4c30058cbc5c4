import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceptionRule } from '../../domains/sigma/index.ts';
import { Engine } from '../../pipeline/detect/match/engine.ts';
import { draftOf, plainPattern } from './exception-draft.ts';

const NONE = { product: null, category: null, service: null };
const meets = (conditions: unknown, document: object): boolean => {
  const rule = exceptionRule({ id: 'x', conditions }, NONE);
  return new Engine(rule === undefined ? [] : [rule]).match({ product: [], category: [], service: [] }, { ...document }).length > 0;
};

describe('draftOf', () => {
  const native = JSON.stringify({ User: 'bob', Image: 'C:\\x.exe', process: { pid: 7, args: ['a'] }, Empty: '' });

  it('takes what the rules met, and offers what else the event says', () => {
    expect(
      draftOf(
        ['r'],
        [
          { name: 'Image', value: 'C:\\x.exe' },
          { name: 'keyword', value: 'k' },
        ],
        native,
        null,
      ),
    ).toEqual({
      ruleIds: ['r'],
      conditions: { Image: 'C:\\x.exe' },
      fields: [
        { name: 'Image', value: 'C:\\x.exe' },
        { name: 'User', value: 'bob' },
        { name: 'process.pid', value: '7' },
      ],
    });
  });

  it.each<[name: string, met: { name: string; value: string }[], picked: string[] | null, conditions: object]>([
    ['takes the fields that were picked', [{ name: 'Image', value: 'a' }], ['User'], { User: 'bob' }],
    ['takes values of several findings for alternatives', ['a', 'b', 'a'].map((value) => ({ name: 'Image', value })), null, { Image: ['a', 'b'] }],
    ['compares a shortened value by how it begins', [{ name: 'Image', value: `${'a'.repeat(255)}…` }], null, { 'Image|startswith': 'a'.repeat(255) }],
  ])('%s', (_name, met, picked, conditions) => {
    expect(draftOf(['r'], met, native, picked).conditions).toEqual(conditions);
  });

  it('refuses a field that there is not', () => {
    expect(() => draftOf(['r'], [], native, ['Nowhere'])).toThrow(/Nowhere/);
  });
});

it('writes any value so that it means itself, and nothing like it', () => {
  const text = fc.string({ unit: fc.constantFrom('\\', '*', '?', 'a', 'b', '/', '"', 'é'), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (value, other) => {
      const conditions = { Field: plainPattern(value) };
      expect(meets(conditions, { Field: value })).toBe(true);
      expect(meets(conditions, { Field: other })).toBe(value === other);
    }),
    { numRuns: 500 },
  );
});
