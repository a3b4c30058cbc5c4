// Whatever is asked for: an answer, and one that the task's start agrees with.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { PREDICATES, TRANSFORMS } from '../transforms/index.ts';
import { readConfig } from './read.ts';
import { openSecrets } from './secrets.ts';
import { validateConfig } from './validate.ts';

const config = z.strictObject({
  url: z.string().min(1).default('a').meta({ description: 'Where to.' }),
  token: z.string().default('').meta({ description: 'Signs in.', secret: true }),
  count: z.int().min(0).max(9).default(1).meta({ description: 'How many.' }),
});
const plugin = { name: 'far', type: 'sink', version: '1.0.0', config } as const;
const secrets = openSecrets({ secretFolders: [], secretVariables: ['TOKEN'] }, 'default', { TOKEN: 'c0ffee12' });

const alias = fc.constantFrom('a', 'b', '__proto__', 'a.b');
const option = fc.oneof(
  fc.constantFrom(
    'name',
    'topics',
    'topics.regex',
    'tasks.max',
    'start',
    'url',
    'token',
    'count',
    'transforms',
    'predicates',
    'value.converter',
    'errors.deadletterqueue.topic.name',
    '__proto__',
    'constructor',
  ),
  fc
    .tuple(
      fc.constantFrom('transforms', 'predicates'),
      alias,
      fc.constantFrom('type', 'predicate', 'negate', 'fields', 'field', 'spec', 'regex', 'replacement', 'pattern', 'format', 'renames', 'name'),
    )
    .map((parts) => parts.join('.')),
);
const text = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a,b',
    '',
    '1',
    'true',
    'now',
    'a:int8',
    'a:b',
    '${env:TOKEN}',
    '${env:PATH}',
    '(',
    '(a)',
    '$1',
    '$2',
    '`a',
    'yyyy',
    "'",
    'unix',
    'sink[.]default[.]ecs[.]v1',
    'connect.dead-letters.v1',
    'org.apache.kafka.connect.storage.StringConverter',
  ),
  fc.constantFrom(...[...TRANSFORMS, ...PREDICATES].flatMap(({ names }) => names)),
  fc.string(),
);

it('gives every configuration an answer, and reads those that it finds nothing wrong with', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(fc.dictionary(option, fc.option(text, { freq: 30 })), fc.boolean(), async (given, isWhole) => {
      const asked = { 'connector.class': 'far', ...(isWhole ? { name: 'x', topics: 'sink.default.ecs.v1', 'topics.regex': '' } : {}), ...given };
      const answer = validateConfig(plugin, asked, secrets);
      expect(answer.error_count).toBe(answer.configs.flatMap(({ value }) => value.errors).length);
      expect(new Set(answer.configs.map(({ value }) => value.name)).size).toBe(answer.configs.length);
      if (answer.error_count > 0) {
        await expect(readConfig(plugin, asked, secrets)).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
        return;
      }
      read += 1;
      const { transforms, mask } = await readConfig(plugin, asked, secrets);
      expect(typeof transforms.any).toBe('boolean');
      expect(mask('c0ffee12')).toBe(asked['token' as never] === '${env:TOKEN}' ? '***' : 'c0ffee12');
    }),
    { numRuns: 500 },
  );
  expect(read).toBeGreaterThan(10);
});
