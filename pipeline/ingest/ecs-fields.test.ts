// What a mapping writes must exist in ECS, with its type, its array form and its allowed values: checked on every record there is.
import { beforeAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { ECS_PATHS, schemas } from '../../schemas/avro/types.gen.ts';
import { ECS_CATEGORIES, ECS_KINDS, ECS_TYPES } from './ecs/index.ts';
import type { Ingestor } from './index.ts';
import { DICTIONARY, problems } from './test/ecs-check.ts';
import { decoded, openTestIngestor, recordsOf, sampleFiles, telemetryFiles } from './test/records.ts';

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
  it.each(telemetryFiles('{permissive,copyleft}/**/*.{jsonl,gz,log}').map((file) => [file.split('/telemetry/')[1], file]))('of %s is in ECS', (_name, file) => {
    expect(problemsOf(file)).toEqual(new Map());
  });
});

describe('the dictionary', () => {
  it('has every typed field, as an array where ECS has one', () => {
    const whole = new Set(['dns.answers.data']); // its parent is the array
    for (const name of Object.keys(ECS_PATHS)) expect([name, DICTIONARY[name] !== undefined || whole.has(name)]).toEqual([name, true]);
  });
  it('allows the values that we allow', () => {
    const allowed = (name: string) => new Set(DICTIONARY[name]!.allowed_values!.map((entry) => entry.name));
    expect([ECS_KINDS, ECS_CATEGORIES, ECS_TYPES]).toEqual([allowed('event.kind'), allowed('event.category'), allowed('event.type')]);
  });
});
