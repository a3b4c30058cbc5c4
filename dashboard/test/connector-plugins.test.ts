import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pluginAbout, pluginTitle } from '../src/connectors/plugins.ts';

const CONNECTORS = new URL('../../connectors/', import.meta.url).pathname;

it('says of every connector there is what it is', () => {
  const names = globSync('[a-z]*/index.ts', { cwd: CONNECTORS })
    .filter((file) => /type: '(sink|source)'/.test(readFileSync(CONNECTORS + file, 'utf8')))
    .map((file) => file.split(/[/\\]/)[0] ?? '');
  expect(names.length).toBeGreaterThan(9);
  expect(names.filter((name) => pluginAbout(name) === null)).toEqual([]);
});

it('shows one that nobody described by its name', () => {
  expect(pluginTitle('home-made')).toBe('home-made');
  expect(pluginAbout('home-made')).toBeNull();
});
