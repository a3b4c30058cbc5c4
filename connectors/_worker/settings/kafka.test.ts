// Answers of Kafka Connect itself (test/kafka.recorded.json) and ours to the same questions.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PREDICATES, TRANSFORMS } from '../transforms/index.ts';
import { optionsOf } from './options.ts';
import { QUESTIONS } from './test/questions.ts';
import type { ConnectorConfig, Definition, Validation } from './shapes.ts';
import { pluginConfig, validateConfig } from './validate.ts';

type Theirs = Omit<Definition, 'order'>;
interface Recorded {
  readonly validations: readonly { readonly case: string; readonly config: ConnectorConfig; readonly answer: Validation }[];
  readonly connector: readonly Theirs[];
  readonly plugins: Readonly<Record<string, { readonly config: readonly Theirs[] }>>;
}
const { validations, connector, plugins } = JSON.parse(readFileSync(new URL('test/kafka.recorded.json', import.meta.url), 'utf8')) as Recorded;

/** Kafka's sink to a file has one option. */
const file = {
  name: 'files',
  type: 'sink',
  version: '1.0.0',
  config: z.strictObject({ file: z.string().optional().meta({ description: 'Where to.' }) }),
} as const;
const ask = (config: ConnectorConfig) => validateConfig(file, { ...config, 'connector.class': 'files' });
const errorsOf = ({ configs }: Validation) =>
  Object.fromEntries(configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors]));
const find = ({ configs }: Validation, name: string) => configs.find(({ value }) => value.name === name);

/** Defaults of ours that keep what Kafka Connect loses, and say why. */
const OTHER_DEFAULTS: Readonly<Record<string, string>> = {
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'connect.dead-letters.v1',
  'errors.deadletterqueue.context.headers.enable': 'true',
  // There it is the worker's.
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
};
/** Messages of ours that say more, or that follow from those defaults. */
const OTHER_ERRORS: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  'a number of another type': { 'tasks.max': ['Invalid value 1.5 for configuration tasks.max: Not a number of type INT'] },
  'a null': { 'errors.tolerance': ['Null value can not be supplied as the configuration value.'] },
  'a transform that lacks what it needs': { 'transforms.mask.fields': ['Missing required configuration "transforms.mask.fields" which has no default value.'] },
  'a pattern that is none': { 'topics.regex': [expect.stringMatching(/^Invalid value b\( for configuration topics\.regex: Invalid regex: /)] },
  // Only topics for dead letters may be named at all.
  'a dead-letter topic among the topics': {
    topics: ["The DLQ topic 'b' may not be included in the list of topics ('topics=[a, b]') consumed by the connector"],
    'errors.deadletterqueue.topic.name': [expect.stringContaining('begins with connect.dead-letters.')],
  },
  'a dead-letter topic that the pattern meets': {
    'topics.regex': ["The DLQ topic 'bad' may not be matched by the regex for the topics ('topics.regex=b.*') consumed by the connector"],
    'errors.deadletterqueue.topic.name': [expect.stringContaining('begins with connect.dead-letters.')],
  },
};

describe('validation', () => {
  it('was asked all questions', () => expect(validations.map((each) => each.case)).toEqual(Object.keys(QUESTIONS)));

  it.each(validations.map((each) => [each.case, each] as const))('says the same of %s', (name, { config, answer }) => {
    const ours = ask(config);
    expect(errorsOf(ours)).toEqual({ ...errorsOf(answer), ...OTHER_ERRORS[name] });
    expect(ours.error_count).toBe(Object.values(errorsOf(ours)).flat().length);
  });

  it.each(validations.map((each) => [each.case, each] as const))('has the same values and shape for %s', (_name, { config, answer }) => {
    const ours = ask(config);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(answer).sort());
    for (const { definition, value } of answer.configs) {
      const mine = find(ours, value.name);
      if (mine === undefined) {
        expect(value.name).toMatch(/plugin\.version$/); // versions of plugins side by side: we have one of each
        continue;
      }
      expect(Object.keys(mine.value).sort()).toEqual(Object.keys(value).sort());
      expect(Object.keys(mine.definition!)).toEqual(expect.arrayContaining(Object.keys(definition!)));
      const isAsked = config[value.name] !== undefined && config[value.name] !== null && value.name !== 'connector.class';
      if (isAsked) expect([value.name, mine.value.value]).toEqual([value.name, value.value]);
      expect(mine.value.visible).toBe(true);
    }
  });

  it('groups the options of a transform as Kafka Connect does', () => {
    const { config, answer } = validations.find((each) => each.case === 'a transform')!;
    const ours = ask(config);
    expect(ours.groups).toEqual(expect.arrayContaining(answer.groups as string[]));
    const theirs = answer.configs.filter(({ value }) => value.name.startsWith('transforms.mask.') && !value.name.endsWith('plugin.version'));
    const mine = ours.configs.filter(({ value }) => value.name.startsWith('transforms.mask.'));
    expect(mine.map(({ value }) => value.name)).toEqual(theirs.map(({ value }) => value.name));
    for (const [index, { definition }] of theirs.entries()) {
      const { documentation: _one, order_in_group: _two, ...rest } = definition!;
      expect(mine[index]!.definition).toMatchObject(rest);
    }
    // Those of Kafka, and ours; those that need a schema are left out.
    const recommended = find(ours, 'transforms.mask.type')!.value.recommended_values;
    expect(recommended).toEqual(
      expect.arrayContaining(find(answer, 'transforms.mask.type')!.value.recommended_values.filter((name) => !name.includes('SetSchemaMetadata'))),
    );
  });
});

describe('definitions', () => {
  const own = new Map(pluginConfig(file).map((definition) => [definition.name, definition]));

  it.each(connector.filter(({ name }) => name !== 'file' && !name.endsWith('plugin.version')).map((each) => [each.name, each] as const))(
    'has %s as Kafka Connect does',
    (name, { documentation: _one, order_in_group: _two, ...rest }) => {
      expect(own.get(name)).toMatchObject({ ...rest, default_value: defaultOf(name, rest.default_value) });
      expect(own.get(name)?.documentation).not.toBe('');
    },
  );
  const defaultOf = (name: string, theirs: string | null) => OTHER_DEFAULTS[name] ?? theirs;

  it('names its own options before those of every connector', () => expect(pluginConfig(file)[0]?.name).toBe('file'));

  const parts = [...TRANSFORMS, ...PREDICATES];
  it.each(Object.keys(plugins).filter((name) => !name.includes('SetSchemaMetadata')))('has the options of %s', (name) => {
    const part = parts.find(({ className }) => className === name)!;
    const mine = new Map(optionsOf(part.options, null).map(({ definition }) => [definition.name, definition]));
    const theirs = plugins[name]!.config;
    for (const { name: option, type, required, default_value, importance } of theirs)
      expect(mine.get(option)).toMatchObject({ type, required, default_value, importance });
    const more = [...mine.keys()].filter((option) => theirs.every((each) => each.name !== option));
    expect(more).toEqual(part.className.includes('.predicates.') ? [] : ['predicate', 'negate']); // which Connect adds to each
  });
});
