import { describe, expect, it } from 'vitest';
import { draftOf, groupsOf, plainProblem, secretExamples, settingsOf, subscriptionProblem, withValue, type ConnectorOption } from './draft.ts';

const option = (name: string, over: Partial<ConnectorOption> = {}): ConnectorOption => ({
  name,
  displayName: name,
  type: 'STRING',
  isRequired: false,
  defaultValue: null,
  documentation: '',
  importance: 'MEDIUM',
  group: 'Common',
  order: 1,
  choices: [],
  isVisible: true,
  problems: [],
  ...over,
});
const namesOf = (options: readonly ConnectorOption[]) => groupsOf(options).map(({ name, shown, folded }) => [name, shown.map(nameOf), folded.map(nameOf)]);
const nameOf = ({ name }: ConnectorOption) => name;

describe('groups of options', () => {
  it('begin with what is read, then what the connector has of its own, and end with what is seldom changed', () => {
    const groups = ['Transforms: mask', 'Error Handling', 'Delivery', 'Target', 'Common', 'Connection', 'Transforms', 'Predicates'];
    expect(groupsOf(groups.map((group) => option(group, { group }))).map(({ name }) => name)).toEqual([
      'Common',
      'Target',
      'Connection',
      'Delivery',
      'Error Handling',
      'Transforms: mask',
      'Transforms',
      'Predicates',
    ]);
  });

  it('keep the order of the API, and fold what is of low importance unless it is required', () => {
    expect(
      namesOf([
        option('b', { order: 2 }),
        option('low', { order: 3, importance: 'LOW' }),
        option('a', { order: 1 }),
        option('must', { order: 4, importance: 'LOW', isRequired: true }),
      ]),
    ).toEqual([['Common', ['a', 'b', 'must'], ['low']]]);
  });

  it('show what nobody knows, and neither what is asked for apart nor what is hidden', () => {
    expect(
      namesOf([option('typo', { group: 'Other', importance: 'LOW' }), option('name'), option('connector.class'), option('hidden', { isVisible: false })]),
    ).toEqual([['Other', ['typo'], []]]);
  });
});

describe('a draft', () => {
  it('gives an option back to its default when its text is taken away', () => {
    expect(withValue({ topics: 'a', start: 'now' }, 'start', '')).toEqual({ topics: 'a' });
    expect(withValue({ topics: 'a' }, 'start', 'earliest')).toEqual({ topics: 'a', start: 'earliest' });
  });

  it('keeps what was given as empty until it is touched', () => {
    expect(draftOf([{ name: 'errors.deadletterqueue.topic.name', value: '' }])).toEqual({ 'errors.deadletterqueue.topic.name': '' });
  });

  it('goes there and back again', () => {
    const draft = { topics: 'sink.default.ecs.v1', apiKey: '${env:GOSHAWK_SECRET_DEFAULT_ELASTIC}' };
    const settings = settingsOf(draft, 'elasticsearch', 'soc');
    expect(settings).toContainEqual({ name: 'connector.class', value: 'elasticsearch' });
    expect(settings).toContainEqual({ name: 'name', value: 'soc' });
    expect(draftOf(settings)).toEqual(draft);
    expect(settingsOf({}, 'elasticsearch', '')).toEqual([{ name: 'connector.class', value: 'elasticsearch' }]);
  });
});

it.each([
  ['Missing required configuration "urls" which has no default value.', 'urls', 'It is required.'],
  ['Invalid value none for configuration tasks.max: Not a number of type INT', 'tasks.max', 'Not a number of type INT'],
  ['Invalid value a for configuration b: c for configuration tasks.max: Not a number', 'tasks.max', 'Not a number'],
  ['The far side refuses the token (401).', 'token', 'The far side refuses the token (401).'],
])('says %j of %s in short', (problem, name, words) => {
  expect(plainProblem(problem, name)).toBe(words);
});

describe('a subscription beside the topics', () => {
  const SUBSCRIPTIONS = [
    { name: 'soc', format: 'ocsf' as const, enabled: true },
    { name: 'old', format: 'ecs' as const, enabled: false },
  ];
  it.each<[name: string, draft: Record<string, string>, said: string | null]>([
    ['is well on the topic of its format', { subscription: 'soc', topics: 'sink.default.ocsf.v1' }, null],
    ['is well where both are read', { subscription: 'soc', topics: 'sink.default.ecs.v1, sink.default.ocsf.v1' }, null],
    ['gets nothing from the topic of the other format', { subscription: 'soc', topics: 'sink.default.ecs.v1' }, 'sink.default.ocsf.v1'],
    ['gets nothing while it is switched off', { subscription: 'old', topics: 'sink.default.ecs.v1' }, 'switched off'],
    ['is not judged where a pattern is read', { subscription: 'soc', 'topics.regex': 'sink.*' }, null],
    ['is not judged where it is not known', { subscription: 'default', topics: 'sink.default.ecs.v1' }, null],
  ])('%s', (_name, draft, said) => {
    const found = subscriptionProblem(draft, 'default', SUBSCRIPTIONS);
    if (said === null) expect(found).toBeNull();
    else expect(found).toContain(said);
  });
});

it('names secrets where the worker looks for those of an organization', () => {
  expect(secretExamples('acme-x')).toEqual({ variable: '${env:GOSHAWK_SECRET_ACME__X_NAME}', file: '${file:/run/secrets/goshawk/acme-x/FILE:KEY}' });
});
