// Each format over its fixtures: recognised and decoded, beside JSON.parse of the same bytes.
import type { Ingestor } from '../../pipeline/ingest/index.ts';
import { formats } from '../../pipeline/ingest/index.ts';
import { sourceOf } from '../../pipeline/ingest/source.ts';
import type { Fixture } from '../../pipeline/ingest/test/fixtures.ts';
import { fixturesOf, topicOf } from '../../pipeline/ingest/test/fixtures.ts';
import type { Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';

const APPENDED = 1_767_225_600_000_000;
const CALLS = 20_000;
/** Records a second and core. */
const GOALS = { json: 60_000, syslog: 100_000 } as const;

export function formatFigures(ingestor: Ingestor): readonly Figure[] {
  return formats().flatMap((name) => {
    const fixtures = fixturesOf(name).filter(({ isOfFormat }) => isOfFormat);
    return fixtures.length === 0 ? [] : [figureOf(ingestor, name, fixtures)];
  });
}

function figureOf(ingestor: Ingestor, name: string, fixtures: readonly Fixture[]): Figure {
  const records = fixtures.flatMap((fixture) => fixture.records);
  const rounds = Math.max(1, Math.ceil(CALLS / records.length));
  const origin = sourceOf(topicOf({ format: name }), new Map());
  let kept: unknown;
  const memory = {
    get: () => kept,
    put: (value: unknown) => {
      kept = value;
    },
  };
  const raw = records.map((value, offset) => ({ value, position: { topic: `raw.default.${name}`, partition: 0, offset }, appendedAt: APPENDED }));
  const decoding = bestOf(3, rounds * raw.length, () => {
    for (let round = 0; round < rounds; round++) for (const record of raw) ingestor.events(record, origin, memory);
  });
  const texts = records.map((record) => (record[0] === 123 ? record : Buffer.from(JSON.stringify(record.toString('utf8')))));
  const parsing = bestOf(3, rounds * texts.length, () => {
    for (let round = 0; round < rounds; round++) for (const text of texts) JSON.parse(text.toString('utf8'));
  });
  const isJson = records.every((record) => record[0] === 123);
  const goal = isJson ? GOALS.json : name === 'syslog' ? GOALS.syslog : null;
  const meanBytes = Math.round(records.reduce((sum, record) => sum + record.length, 0) / records.length);
  return {
    measure: `${name}: recognise and decode`,
    value: 1e6 / decoding,
    unit: 'records/s per core',
    baseline: { what: isJson ? 'JSON.parse alone' : 'JSON.parse of the text as a string', value: 1e6 / parsing },
    goal: goal === null ? null : { value: goal, isAtMost: false },
    note: `${records.length} different records of ${meanBytes} bytes`,
  };
}
