import { expect, it } from 'vitest';
import { mayNeedOrder, needsOrder, ORDERED_FORMATS, SPREAD_FORMATS } from '../../domains/sensors/ordered-formats.ts';
import { load } from '../core/load.ts';
import { formats } from './index.ts';
import type { Decoder } from './kit.ts';

it('formats that need order are those that say so, for whoever sends to know', async () => {
  const all = await Promise.all(formats().map((name) => load<Decoder>(new URL('./', import.meta.url), name)));
  const [ordered, others] = [true, false].map((isOrdered) => all.filter((one) => (one.needsOrder !== undefined) === isOrdered).map(({ name }) => name));
  expect(ORDERED_FORMATS).toEqual(ordered);
  expect(SPREAD_FORMATS.filter((name) => !others!.includes(name))).toEqual([]);
});

it.each<[format: string | undefined, needs: boolean | undefined, may: boolean]>([
  ['auditd', true, true],
  ['zeek', true, true],
  ['zeek-json', false, false],
  ['aws', true, true],
  ['ecs', false, false],
  ['acme-door', false, true],
  [undefined, undefined, true],
])('%s needs order: %s, may need it: %s', (format, needs, may) => {
  if (format !== undefined) expect(needsOrder(format)).toBe(needs);
  expect(mayNeedOrder(format)).toBe(may);
});
