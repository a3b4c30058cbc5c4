import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { described, pluginAbout, pluginTitle } from '../src/connectors/plugins.ts';

const CONNECTORS = new URL('../../connectors/', import.meta.url).pathname;

it('describes connectors that there are', () => {
  const there = globSync('[a-z]*/index.ts', { cwd: CONNECTORS }).filter((file) => /type: '(sink|source)'/.test(readFileSync(CONNECTORS + file, 'utf8')));
  const names = there.map((file) => file.split(/[/\\]/)[0] ?? '');
  expect(described.filter((name) => !names.includes(name))).toEqual([]);
  expect(described.map(pluginAbout)).not.toContain(null);
});

it('shows one that nobody described by its name', () => {
  expect(pluginTitle('home-made')).toBe('home-made');
  expect(pluginAbout('home-made')).toBeNull();
});
