// What the pages tell people to send is what is taken.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plugins } from './plugins.ts';
import { openSecrets } from './secrets.ts';
import { config as section } from './section.ts';
import type { ConnectorConfig } from './shapes.ts';
import { validateConfig } from './validate.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const all = await plugins();
const ofAcme = openSecrets(section.parse({}), 'acme', {});

/** Every connector in a block of JSON, wholly as it is posted or its configuration alone. */
function examples(page: string): readonly (readonly [page: string, number: number, config: ConnectorConfig])[] {
  const blocks = [...readFileSync(`${root}/${page}`, 'utf8').matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text);
  return blocks
    .filter((text) => text.includes('"connector.class"'))
    .map((text, index) => {
      const document = JSON.parse(text) as { readonly name?: string; readonly config?: ConnectorConfig };
      return [
        page,
        index + 1,
        document.config === undefined ? (document as ConnectorConfig) : { ...(document.name === undefined ? {} : { name: document.name }), ...document.config },
      ] as const;
    });
}
const found = globSync('docs/**/*.md', { cwd: root }).sort().flatMap(examples);

describe('connectors on pages', () => {
  it('are there', () => expect(found.length).toBeGreaterThan(0));

  it.each(found)('%s, number %i, is taken', (_page, _number, config) => {
    const plugin = all.find(({ name }) => name === config['connector.class']);
    expect(plugin?.name).toBe(config['connector.class']);
    const { configs } = validateConfig(plugin!, config, ofAcme);
    expect(configs.flatMap(({ value }) => value.errors)).toEqual([]);
  });
});
