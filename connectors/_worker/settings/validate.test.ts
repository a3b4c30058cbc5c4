import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { topicPattern } from './common-config.ts';
import { plugins } from './plugins.ts';
import { readConfig } from './read.ts';
import type { Secrets } from './secrets.ts';
import type { ConnectorConfig, Validation } from './shapes.ts';
import { pluginConfig, refusalOf, validateConfig, withProblems } from './validate.ts';

const config = z
  .strictObject({
    url: z.url({ protocol: /^https$/ }).meta({ description: 'Where to.', group: 'Connection', importance: 'high', width: 'long' }),
    token: z
      .string()
      .regex(/^[0-9a-f]+$/, 'hexadecimal digits')
      .meta({ description: 'Signs in.', group: 'Connection', secret: true }),
    password: z.string().default('').meta({ description: 'Another one.', secret: true }),
    caFile: z.string().default('').meta({ description: 'Authority, PEM.' }),
    format: z.enum(['ecs', 'cef']).default('ecs').meta({ description: 'How documents are written.' }),
    maxBatchBytes: z.int().min(1_024).max(8_388_608).default(2_097_152).meta({ description: 'Most bytes of a request.' }),
    ledgerBytes: z
      .int()
      .min(0)
      .max(2 ** 40)
      .default(0)
      .meta({ description: 'More than an INT holds.' }),
    ratio: z.number().min(0).max(1).default(0.5).meta({ description: 'A share.' }),
    compression: z.boolean().default(true).meta({ description: 'Whether requests are packed.' }),
    hosts: z.array(z.string().min(1)).default([]).meta({ description: 'Names.' }),
    ports: z.array(z.int().min(1)).default([514]).meta({ description: 'Numbers.' }),
    index: z.string().optional().meta({ description: 'Maybe one.' }),
  })
  .refine(({ hosts, ports }) => hosts.length <= ports.length, { path: ['ports'], error: 'one a host' });
const plugin = { name: 'far', type: 'sink', version: '1.0.0', config } as const;

const NAMED = { name: 'x', 'connector.class': 'far', topics: 'sink.default.ecs.v1', url: 'https://a.example/', token: '${env:TOKEN}' };
const VALUES: Readonly<Record<string, string>> = { TOKEN: 'c0ffee12', WRONG: 'not hexadecimal' };
/** Variables for secrets, and `/ok/` for files. */
const secrets: Secrets = {
  refusal: (reference) => (reference.kind === 'env' && reference.name in VALUES ? null : 'not here'),
  fileRefusal: (path) => (path.startsWith('/ok/') ? null : 'not there'),
  resolve: async (reference) => (reference.kind === 'env' ? VALUES[reference.name]! : ''),
  checkFile: async () => {},
};
const ask = (more: ConnectorConfig) => validateConfig(plugin, { ...NAMED, ...more }, secrets);
const read = (more: ConnectorConfig) => readConfig(plugin, { ...NAMED, ...more }, secrets);
const errorsOf = ({ configs }: Validation) =>
  Object.fromEntries(configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors]));
const valueOf = ({ configs }: Validation, name: string) => configs.find(({ value }) => value.name === name)?.value;

describe('a definition', () => {
  const definitions = new Map(pluginConfig(plugin).map((definition) => [definition.name, definition]));
  it.each([
    ['url', 'STRING', true, null, 'HIGH', 'LONG', 'Connection', 'Url'],
    ['token', 'PASSWORD', true, null, 'HIGH', 'MEDIUM', 'Connection', 'Token'],
    ['password', 'PASSWORD', false, '[hidden]', 'MEDIUM', 'MEDIUM', 'Connector', 'Password'],
    ['caFile', 'STRING', false, '', 'MEDIUM', 'MEDIUM', 'Connector', 'Ca file'],
    ['format', 'STRING', false, 'ecs', 'MEDIUM', 'MEDIUM', 'Connector', 'Format'],
    ['maxBatchBytes', 'INT', false, '2097152', 'MEDIUM', 'SHORT', 'Connector', 'Max batch bytes'],
    ['ledgerBytes', 'LONG', false, '0', 'MEDIUM', 'SHORT', 'Connector', 'Ledger bytes'],
    ['ratio', 'DOUBLE', false, '0.5', 'MEDIUM', 'SHORT', 'Connector', 'Ratio'],
    ['compression', 'BOOLEAN', false, 'true', 'MEDIUM', 'SHORT', 'Connector', 'Compression'],
    ['hosts', 'LIST', false, '', 'MEDIUM', 'LONG', 'Connector', 'Hosts'],
    ['ports', 'LIST', false, '514', 'MEDIUM', 'LONG', 'Connector', 'Ports'],
    ['index', 'STRING', false, null, 'MEDIUM', 'MEDIUM', 'Connector', 'Index'],
  ])('of %s is %s', (name, type, required, defaultValue, importance, width, group, displayName) => {
    expect(definitions.get(name)).toMatchObject({
      type,
      required,
      default_value: defaultValue,
      importance,
      width,
      group,
      display_name: displayName,
      dependents: [],
    });
  });
  it('counts within groups', () => expect([definitions.get('token')?.order, definitions.get('caFile')?.order]).toEqual([2, 2]));
  it('recommends what is a closed set', () => expect(valueOf(ask({}), 'format')?.recommended_values).toEqual(['ecs', 'cef']));
});

describe('validation', () => {
  it('finds nothing wrong where nothing is', () => expect(errorsOf(ask({}))).toEqual({}));

  it('finds everything at once, each at its option', () => {
    const found = ask({
      url: 'http://a',
      token: 'c0ffee12',
      maxBatchBytes: '1000',
      ratio: 'much',
      compression: 'perhaps',
      format: 'leef',
      hosts: 'a,,b',
      tokn: 'x',
      transforms: 'm',
      'transforms.m.type': 'MaskField$Value',
      'tasks.max': '0',
      start: 'yesterday',
      'value.converter': 'io.confluent.connect.avro.AvroConverter',
      'value.converter.schemas.enable': 'true',
    });
    expect(Object.keys(errorsOf(found)).sort()).toEqual(
      [
        'compression',
        'format',
        'hosts',
        'maxBatchBytes',
        'ratio',
        'start',
        'tasks.max',
        'token',
        'tokn',
        'transforms.m.fields',
        'url',
        'value.converter',
        'value.converter.schemas.enable',
      ].sort(),
    );
    expect(found.error_count).toBe(13);
  });

  it.each<[string, ConnectorConfig, string]>([
    ['a misspelt option', { maxBatchByte: '1' }, 'Unknown option "maxBatchByte". Did you mean "maxBatchBytes"?'],
    ['one that nobody knows', { 'completely.different': '1' }, 'Unknown option "completely.different".'],
    [
      'one of a transform',
      { transforms: 'm', 'transforms.m.type': 'Flatten$Value', 'transforms.m.delimeter': 'a' },
      'Unknown option "transforms.m.delimeter". Did you mean "transforms.m.delimiter"?',
    ],
    ['one of a transform that is not named', { 'transforms.m.type': 'Filter' }, 'Unknown option "transforms.m.type": transforms does not name m.'],
    [
      'one of a client',
      { 'consumer.override.max.poll.records': '1' },
      'Unknown option "consumer.override.max.poll.records": clients of Kafka are configured for the whole worker.',
    ],
    [
      'a type without its half',
      { transforms: 'm', 'transforms.m.type': 'MaskField' },
      'Invalid value MaskField for configuration transforms.m.type: Class MaskField could not be found. Did you mean MaskField$Key or MaskField$Value?',
    ],
    [
      'a type that is misspelt',
      { transforms: 'm', 'transforms.m.type': 'org.apache.kafka.connect.transforms.InsertFeild$Value' },
      'Invalid value org.apache.kafka.connect.transforms.InsertFeild$Value for configuration transforms.m.type: Class org.apache.kafka.connect.transforms.InsertFeild$Value could not be found. Did you mean org.apache.kafka.connect.transforms.InsertField$Value?',
    ],
    [
      'a predicate that is not named',
      { transforms: 'm', 'transforms.m.type': 'Filter', 'transforms.m.predicate': 'p' },
      'Invalid value p for configuration transforms.m.predicate: predicates names none of this name',
    ],
    ['an item of a list', { topics: 'a,b c' }, 'Invalid value b c for configuration topics: not the name of a topic'],
    ['a rule between options', { hosts: 'a,b' }, 'Invalid value 514 for configuration ports: one a host'],
    [
      'a reference where no secret is',
      { index: '${file:/ok/a:b}' },
      'Invalid value ${file:/ok/a:b} for configuration index: only secrets are named by reference, and this option is none',
    ],
    ['a file outside', { caFile: '/etc/ssl/ca.pem' }, 'Invalid value /etc/ssl/ca.pem for configuration caFile: not there'],
    [
      'an address with a password',
      { url: 'https://bob:c0ffee12@a.example/' },
      'Invalid value [hidden] for configuration url: what stands before @ in an address is shown to everybody who may see the connector; there are options for it',
    ],
    ['a secret from elsewhere', { token: '${env:PATH}' }, 'Invalid value [hidden] for configuration token: not here'],
  ])('says of %s what is wrong', (_what, more, message) => {
    // The rule between options is asked only when each of them is right by itself, secrets too.
    expect(Object.values(errorsOf(ask(more))).flat()).toEqual([message]);
  });

  it('says how a secret is named, and never repeats it', () => {
    const found = ask({ token: 'c0ffee12', passwrod: 'hunter22', url: 'https://c0ffee12@a.example', hosts: 'a, tcp://u:hunter22@b' });
    expect(errorsOf(found)['token']?.[0]).toContain('${env:NAME}');
    expect(JSON.stringify(found)).not.toMatch(/c0ffee12|hunter22/);
    expect(valueOf(found, 'token')?.value).toBe('[hidden]');
  });

  it('says nothing about options of a transform whose type it does not know', () => {
    expect(Object.keys(errorsOf(ask({ transforms: 'm', 'transforms.m.type': 'Nothing', 'transforms.m.fields': 'a' })))).toEqual(['transforms.m.type']);
  });

  it('is put into a sentence as Kafka Connect does', () => {
    expect(refusalOf(ask({}))).toBeNull();
    expect(refusalOf(ask({ format: 'leef' }))).toBe(
      'Connector configuration is invalid and contains the following 1 error(s):\nInvalid value leef for configuration format: Invalid option: expected one of "ecs"|"cef"\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    );
  });

  it('takes in what the far side said, of an option or of the whole', () => {
    const asked = withProblems(ask({}), [
      { option: 'token', message: 'is not accepted' },
      { option: 'nowhere', message: 'is closed' },
    ]);
    expect(errorsOf(asked)).toEqual({ token: ['is not accepted'], 'connector.class': ['is closed'] });
    expect(asked.error_count).toBe(2);
  });
});

describe('a configuration that is read', () => {
  it('has every option as what it is, secrets too', async () => {
    const { connector, common, transforms } = await read({
      hosts: ' a , b ',
      ports: '1,2',
      compression: 'FALSE',
      maxBatchBytes: ' 4096 ',
      ratio: '1e-1',
      caFile: '/ok/ca.pem',
      password: '',
      'tasks.max': '3',
      start: '2026-01-31T00:00:00+01:00',
    });
    expect(connector).toEqual({
      url: 'https://a.example/',
      token: 'c0ffee12',
      password: '',
      caFile: '/ok/ca.pem',
      format: 'ecs',
      maxBatchBytes: 4096,
      ledgerBytes: 0,
      ratio: 0.1,
      compression: false,
      hosts: ['a', 'b'],
      ports: [1, 2],
    });
    expect(common).toMatchObject({
      name: 'x',
      tasksMax: 3,
      topics: ['sink.default.ecs.v1'],
      start: Date.parse('2026-01-30T23:00:00Z'),
      maxOwedBytes: 67_108_864,
      commitIntervalMs: 5_000,
      errors: { tolerance: 'all', deadLetterTopic: 'connect.dead-letters.v1', deadLetterContext: true },
    });
    expect(transforms.any).toBe(false);
  });

  it('masks its secrets', async () => expect((await read({})).mask('401 for c0ffee12')).toBe('401 for ***'));

  it('is refused with all problems, none of which holds a secret', async () => {
    await expect(read({ token: '${env:WRONG}', index: 'a' })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: 'Invalid value [hidden] for configuration token: hexadecimal digits',
      details: { problems: { token: ['Invalid value [hidden] for configuration token: hexadecimal digits'] } },
    });
    await expect(read({ format: 'leef', ratio: '2' })).rejects.toMatchObject({
      details: { problems: { format: [expect.any(String)], ratio: [expect.any(String)] } },
    });
  });

  it.each([
    ['now', 'now'],
    ['earliest', 'earliest'],
    ['2026-01-31T00:00:00Z', 1_769_817_600_000],
    ['2026-01-31T00:00Z', 1_769_817_600_000],
    ['2026-01-31T00:00:00', null],
    ['2026-01-31', null],
    ['latest', null],
    ['1769817600000', null],
    ['2026-13-31T00:00:00Z', null],
  ])('starts at %s: %s', async (start, at) => {
    if (at === null) await expect(read({ start })).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    else expect((await read({ start })).common.start).toBe(at);
  });
});

describe('topics', () => {
  it.each([
    [{ topics: ['a', 'b'], topicsRegex: '' }, 'b', true],
    [{ topics: ['a', 'b'], topicsRegex: '' }, 'ab', false],
    [{ topics: [], topicsRegex: 'sink\\.default\\..*' }, 'sink.default.ecs.v1', true],
    [{ topics: [], topicsRegex: 'default' }, 'sink.default.ecs.v1', false],
    [{ topics: [], topicsRegex: '(a+)+' }, `${'a'.repeat(40)}!`, false], // at once
  ])('%j meets %s: %s', (common, topic, isMet) => expect(topicPattern(common)(topic)).toBe(isMet));
});

describe('a source', () => {
  const source = { name: 'poll', type: 'source', version: '1.0.0', config: z.strictObject({ url: z.string().meta({ description: 'Where from.' }) }) } as const;
  it('has no topics to read and nothing to transform', () => {
    const names = pluginConfig(source).map(({ name }) => name);
    expect(names).toEqual(['url', 'name', 'connector.class', 'tasks.max', 'tasks.max.enforce', 'config.action.reload', 'errors.tolerance']);
    const found = validateConfig(source, { name: 'x', 'connector.class': 'poll', url: 'u', transforms: 'm', topics: 'a' });
    expect(Object.keys(errorsOf(found)).sort()).toEqual(['topics', 'transforms']);
  });
  it('is read', async () => {
    const { connector, common } = await readConfig(source, { name: 'x', 'connector.class': 'poll', url: 'u', 'tasks.max': '2' }, secrets);
    expect([connector, common.name, common.tasksMax]).toEqual([{ url: 'u' }, 'x', 2]);
    expect(common.errors).toMatchObject({ tolerance: 'all', deadLetterTopic: 'connect.dead-letters.v1', deadLetterContext: true });
  });
});

describe('each kind of connector there is', async () => {
  const all = await plugins();
  it('is found by its folder', () => expect(all.length).toBeGreaterThan(0));
  it.each(all.map((each) => [each.name, each] as const))('%s takes its defaults as a form sends them', (_name, each) => {
    const defaults = pluginConfig(each).flatMap(({ name, type, required, default_value: text }) =>
      required ? [] : [[name, type === 'PASSWORD' ? '' : (text ?? '')] as const],
    );
    const own = ['connector.class', 'name', 'topics', 'topics.regex'];
    const wrong = (config: ConnectorConfig) => Object.keys(errorsOf(validateConfig(each, config))).filter((name) => !own.includes(name));
    expect(wrong(Object.fromEntries(defaults))).toEqual(wrong({}));
  });
  it.each(all.map((each) => [each.name, each] as const))('%s takes references to its secrets, whatever they must look like', (_name, each) => {
    const named = pluginConfig(each).flatMap(({ name, type }) => (type === 'PASSWORD' ? [[name, '${env:TOKEN}'] as const] : []));
    expect(Object.keys(errorsOf(validateConfig(each, Object.fromEntries(named), secrets))).filter((name) => named.some(([option]) => option === name))).toEqual(
      [],
    );
  });
  it.each(all.map((each) => [each.name, each] as const))('%s describes its options, and gives none a name of every connector', (_name, each) => {
    const own = pluginConfig(each);
    expect(own.filter(({ documentation }) => documentation === '').map(({ name }) => name)).toEqual([]);
    expect(new Set(own.map(({ name }) => name)).size).toBe(own.length);
    const common = pluginConfig({ ...each, config: z.strictObject({}) }).map(({ name }) => name);
    expect(common.every((name) => own.find((definition) => definition.name === name)?.group !== 'Connector')).toBe(true);
    expect(validateConfig(each, {}).error_count).toBeGreaterThan(0);
  });
});
