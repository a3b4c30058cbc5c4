import { expect, it } from 'vitest';
import { mayNeedOrder, ORDERED_FORMATS } from '../../domains/sensors/ordered-formats.ts';
import { load } from '../core/load.ts';
import { formats } from './index.ts';
import type { Decoder } from './kit.ts';

it('formats that need order are those that say so, for whoever sends to know', async () => {
  const all = await Promise.all(formats().map((name) => load<Decoder>(new URL('./', import.meta.url), name)));
  expect(ORDERED_FORMATS).toEqual(all.filter(({ needsOrder }) => needsOrder !== undefined).map(({ name }) => name));
});

it.each([
  ['auditd', true],
  ['zeek', true],
  ['zeek-json', false],
  ['aws', true],
  ['ecs', false],
  [null, true],
])('%s may need it: %s', (format, expected) => {
  expect(mayNeedOrder(format)).toBe(expected);
});
