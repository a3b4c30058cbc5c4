import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Recency } from './recency.ts';

it('gives the oldest as a list does that is searched', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.tuple(fc.boolean(), key, key);
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.array(step, { maxLength: 40 }), (initial, steps) => {
      const recency = new Recency(initial);
      let model: readonly string[] = initial;
      for (const [isTouched, one, beside] of steps) {
        model = [...model.filter((other) => other !== one), ...(isTouched ? [one] : [])];
        if (isTouched) recency.touch(one);
        else recency.delete(one);
        expect(recency.oldestBeside(beside)).toBe(model.find((other) => other !== beside));
      }
    }),
  );
});
