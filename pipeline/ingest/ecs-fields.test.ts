// What a mapping writes must exist in ECS, with its type, its array form and its allowed values: checked on every record there is.
import { isIP } from 'node:net';
import { EcsFlat } from '@elastic/ecs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { eventToEcs, OTHER_ECS_FIELDS } from '../../schemas/avro/ecs.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { ECS_PATHS, schemas } from '../../schemas/avro/types.gen.ts';
import { ECS_CATEGORIES, ECS_KINDS, ECS_TYPES } from './ecs/index.ts';
import type { Ingestor } from './index.ts';
import { decoded, openTestIngestor, recordsOf, sampleFiles, telemetryFiles } from './test/records.ts';

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[];
  readonly expected_values?: readonly string[];
}
const DICTIONARY = EcsFlat as unknown as Readonly<Record<string, Field>>;
/** Below these, documents hold what is ours or the sensor's. */
const OWN = new Set(['goshawk', 'native', 'labels']);

function checked(value: unknown, { type }: Field): boolean {
  switch (type) {
    case 'long':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'ip':
      return typeof value === 'string' && isIP(value) !== 0;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value);
    default:
      return typeof value === 'string' && value !== '';
  }
}

/** Everything that is wrong with a document, by field. */
function problems(document: Readonly<Record<string, unknown>>): readonly string[] {
  const found: string[] = [];
  const walk = (part: Readonly<Record<string, unknown>>, prefix: string) => {
    for (const [key, value] of Object.entries(part)) {
      const name = prefix + key;
      if (prefix === '' && OWN.has(key)) continue;
      const field = DICTIONARY[name];
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) walk(value as Record<string, unknown>, `${name}.`);
      else if (field === undefined) found.push(`${name} does not exist`);
      else if (field.type === 'object') (value as Record<string, unknown>[]).forEach((inner) => walk(inner, `${name}.`));
      else {
        if (Array.isArray(value) !== field.normalize.includes('array')) found.push(`${name} is ${Array.isArray(value) ? 'an array' : 'no array'}`);
        for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
          if (!checked(one, field)) found.push(`${name} (${field.type}) is ${JSON.stringify(one)}`);
          const allowed = field.allowed_values?.map((entry) => entry.name);
          if (allowed !== undefined && !allowed.includes(one as string)) found.push(`${name} may not be ${JSON.stringify(one)}`);
        }
      }
    }
  };
  walk(document, '');
  return [...found, ...pairings(document.event as { readonly category?: readonly string[]; readonly type?: readonly string[] })];
}

/** Each type must be one that a category expects, and each category must have one of its own. */
function pairings({ category = [], type = [] }: { readonly category?: readonly string[]; readonly type?: readonly string[] }): readonly string[] {
  const expected = new Map(
    category.map((name) => [name, DICTIONARY['event.category']!.allowed_values!.find((entry) => entry.name === name)?.expected_event_types ?? []]),
  );
  const stray = type.filter((name) => ![...expected.values()].some((types) => types.includes(name)));
  const bare = [...expected].filter(([, types]) => !type.some((name) => types.includes(name))).map(([name]) => name);
  return [
    ...stray.map((name) => `event.type ${name} does not go with ${category.join('+')}`),
    ...bare.map((name) => `event.category ${name} has no type of its own among ${type.join('+')}`),
  ];
}

let ingestor: Ingestor;
const codec = new Codec(fixedIds());
beforeAll(async () => {
  ingestor = await openTestIngestor();
});

/** Every different problem of a file's events, each with one message that has it; and what does not come back from the codec as it went in. */
function problemsOf(file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const event of decoded(
    ingestor,
    recordsOf(file).filter((record) => record !== ''),
  )) {
    for (const problem of problems(eventToEcs(event))) found.set(problem, event.message ?? '');
    const back = codec.decode<Event>(schemas.event, codec.encode(schemas.event, event));
    if (Buffer.compare(Buffer.from(back.native), Buffer.from(event.native)) !== 0 || back.id !== event.id || back.time !== event.time)
      found.set('does not survive the codec', event.message ?? '');
  }
  return found;
}

describe('every field of every event', () => {
  it.each(sampleFiles().map((file) => [file.split('/').slice(-2).join('/'), file]))('of the sample %s is in ECS', (_name, file) => {
    expect(problemsOf(file)).toEqual(new Map());
  });
  it.each(telemetryFiles('{permissive,copyleft}/{windows,suricata,zeek,aws,linux}/**/*.{jsonl,gz,log}').map((file) => [file.split('/telemetry/')[1], file]))(
    'of %s is in ECS',
    (_name, file) => {
      expect(problemsOf(file)).toEqual(new Map());
    },
  );
});

describe('the dictionary', () => {
  it('has every typed field, as an array where ECS has one', () => {
    const whole = new Set(['dns.answers.data']); // its parent is the array
    for (const name of Object.keys(ECS_PATHS)) expect([name, DICTIONARY[name] !== undefined || whole.has(name)]).toEqual([name, true]);
  });
  it.each([...OTHER_ECS_FIELDS])('has %s as %s', (name, kind) => {
    const field = DICTIONARY[name]!;
    expect({ number: ['long', 'float'], boolean: ['boolean'], texts: ['keyword'] }[kind]).toContain(field.type);
    expect(field.normalize.includes('array')).toBe(kind === 'texts');
  });
  it('allows the values that we allow', () => {
    const allowed = (name: string) => new Set(DICTIONARY[name]!.allowed_values!.map((entry) => entry.name));
    expect([ECS_KINDS, ECS_CATEGORIES, ECS_TYPES]).toEqual([allowed('event.kind'), allowed('event.category'), allowed('event.type')]);
  });
});
