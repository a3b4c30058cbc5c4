import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig, optionRows } from './config.ts';
import { ConfigError } from './errors.ts';

const sections = {
  kafka: z.strictObject({ brokers: z.array(z.string()).default(['127.0.0.1:9092']).meta({ description: 'Addresses.' }) }),
  validate: z.strictObject({
    maxFutureMs: z.int().positive().default(300_000).meta({ description: 'How far ahead.' }),
    isStrict: z.boolean().default(false).meta({ description: 'Whether.' }),
    token: z.string().default('').meta({ description: 'A token.', secret: true }),
  }),
};
const folder = mkdtempSync(join(tmpdir(), 'goshawk-config-'));
const fileWith = (text: string, name = 'goshawk.yaml') => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const problemsOf = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'INVALID_CONFIG') return error.details['problems'] as string[];
  }
  return [];
};

it.each<[name: string, environment: Record<string, string>, file: string, want: object]>([
  ['takes the defaults', {}, '', { maxFutureMs: 300_000, isStrict: false }],
  ['takes the file over the defaults', {}, 'validate: { maxFutureMs: 5 }', { maxFutureMs: 5 }],
  [
    'takes the environment over the file',
    { GOSHAWK_VALIDATE_MAX_FUTURE_MS: '7', GOSHAWK_VALIDATE_IS_STRICT: 'true' },
    'validate: { maxFutureMs: 5 }',
    { maxFutureMs: 7, isStrict: true },
  ],
])('%s', (_name, environment, text, want) => {
  expect(loadConfig(sections, environment, fileWith(text)).validate).toMatchObject(want);
});

it('knows the usual names, and lists in them', () => {
  expect(loadConfig(sections, { KAFKA_BROKERS: 'a:1, b:2' }).kafka.brokers).toEqual(['a:1', 'b:2']);
});

it('reads a secret from a file', () => {
  expect(loadConfig(sections, { GOSHAWK_VALIDATE_TOKEN_FILE: fileWith('s3cret\n', 'token') }).validate.token).toBe('s3cret');
});

it('tells all problems at once, each with its path', () => {
  const problems = problemsOf(() =>
    loadConfig(sections, { GOSHAWK_VALIDATE_IS_STRICT: 'perhaps' }, fileWith('validate: { maxFutureMs: -1, colour: red }\nother: {}')),
  );
  expect(problems.map((problem) => problem.split(':')[0]!).sort()).toEqual(['other', 'validate', 'validate.isStrict', 'validate.maxFutureMs']);
});

it('says which line of a broken file is at fault', () => {
  expect(problemsOf(() => loadConfig(sections, {}, fileWith('validate: ]')))[0]).toMatch(/line 1/);
});

it('prints each option with its name in the environment', () => {
  expect(optionRows(sections).map((row) => [row.environment, row.type, row.isSecret])).toEqual([
    ['KAFKA_BROKERS', 'array', false],
    ['GOSHAWK_VALIDATE_MAX_FUTURE_MS', 'number', false],
    ['GOSHAWK_VALIDATE_IS_STRICT', 'boolean', false],
    ['GOSHAWK_VALIDATE_TOKEN', 'string', true],
  ]);
});
