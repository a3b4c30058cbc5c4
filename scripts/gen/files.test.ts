import { expect, it } from 'vitest';
import { staleFiles } from './files.ts';

it('every generated file is as it would be written now; else run ./goshawk gen', { timeout: 60_000 }, async () => {
  expect(await staleFiles()).toEqual([]);
});
