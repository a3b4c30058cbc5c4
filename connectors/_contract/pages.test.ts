// The connectors that the pages of docs/sinks show are ones that the worker takes.
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isSink, plugins } from '../_worker/settings/plugins.ts';
import { validateConfig } from '../_worker/settings/validate.ts';

const folder = fileURLToPath(new URL('../../docs/sinks/', import.meta.url));
const sinks = (await plugins()).filter(isSink);

interface Shown {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}
/** JSON blocks that are connectors; others are templates of the far side. */
const shown = globSync('*.md', { cwd: folder }).flatMap((page) =>
  [...readFileSync(`${folder}${page}`, 'utf8').matchAll(/```json\n(.*?)```/gs)]
    .map(([, json = '']) => JSON.parse(json) as Partial<Shown>)
    .filter((connector): connector is Shown => connector.config?.['connector.class'] !== undefined)
    .map((connector) => [basename(page, '.md'), connector] as const),
);

describe('a page of a sink', () => {
  it('shows a connector', () => {
    expect(shown.map(([page]) => page)).toEqual(expect.arrayContaining(['webhook', 'sentinel', 'google-secops', 'aws-security-hub', 'gcp-scc']));
  });

  it.each(shown)('%s: whose configuration has no problem', (_page, { name, config }) => {
    const plugin = sinks.find((sink) => sink.name === config['connector.class'])!;
    const { configs } = validateConfig(plugin, { name, ...config });
    expect(configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, ...value.errors])).toEqual([]);
  });
});
