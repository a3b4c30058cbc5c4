// A break whose place is gone would break nothing, and the run that must find it would prove nothing.
import { readFileSync, readdirSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Break } from './rewrite.ts';
import { broken } from './rewrite.ts';

const here = new URL('./', import.meta.url);
const names = readdirSync(here).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'rewrite.ts');

describe.each(names)('%s', (name) => {
  it('finds its places in the product, and leaves a file that can be loaded', async () => {
    const { default: mistake } = (await import(new URL(name, here).href)) as { readonly default: Break };
    const files = Map.groupBy(mistake.edits, ({ file }) => file);
    expect(files.size).toBeGreaterThan(0);
    for (const [file, edits] of files) {
      const source = readFileSync(new URL(`../../${file}`, here), 'utf8');
      const changed = edits.reduce(broken, source);
      expect(changed).not.toBe(source);
      expect(() => stripTypeScriptTypes(changed)).not.toThrow();
    }
  });
});

it('refuses a place that is not there, or there twice', () => {
  const edit = { file: 'x.ts', from: 'a', to: 'b' };
  expect(() => broken('xyz', edit)).toThrow(/0 times/);
  expect(() => broken('xaya', edit)).toThrow(/2 times/);
  expect(broken('xay', edit)).toBe('xby');
});
