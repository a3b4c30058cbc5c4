import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import { topics } from '../../../topologies/topics.ts';
import { isErrorHeader, letterMatcher, parseDeadLetter, parseLetterId } from '../../core/dead-letter.ts';
import { RecordError } from '../../core/errors.ts';
import { defineStage, drop, forward, pass } from '../../core/index.ts';
import { keyValue } from '../../core/stores.ts';
import { defineTopology, stage } from '../../core/topology.ts';
import { line, platform, take } from '../test/example.ts';
import { runOnMemory } from '../topology-driver.ts';
import type { TopologyDriver } from '../topology-driver.ts';
import { ReferenceData } from '../reference.ts';
import { Preview } from './preview.ts';

const RAW = 'raw.default.test';
function world(judge: (sensor: string, seen: number) => void) {
  const judging = defineStage<Event>()({
    name: 'judge',
    reads: { sensor: true },
    stores: { seen: keyValue<number>() },
    process({ value: { sensor } }, { stores }) {
      const seen = (stores.seen.get(sensor) ?? 0) + 1;
      stores.seen.put(sensor, seen);
      judge(sensor, seen);
      return sensor === 'dropped' ? drop('filtered') : pass(forward(topics.valid));
    },
  });
  return defineTopology('previewed', [stage(take, { from: topics.raw, to: [topics.parsed] }), stage(judging, { from: topics.parsed, to: [topics.valid] })]);
}
async function lettersOf(driver: TopologyDriver) {
  return (await driver.raw(topics.deadLetters.name)).map((record) => ({ letter: parseDeadLetter(record.partition, record), record }));
}
const refuse = () => {
  throw new RecordError('PAST_TIMESTAMP', 'Always');
};

describe('Preview', () => {
  it.each<[name: string, judge: (sensor: string, seen: number) => void, sensor: string, verdict: object]>([
    ['passes after a fix', () => {}, 'good', { outcome: 'passed', outputs: [{ topic: topics.valid.name, key: 'good' }] }],
    ['is dropped after a fix', () => {}, 'dropped', { outcome: 'dropped', code: 'filtered' }],
    ['fails again', refuse, 'good', { outcome: 'rejected', code: 'PAST_TIMESTAMP', isSame: true }],
    [
      'fails for another reason',
      () => {
        throw new RecordError('INVALID_EVENT', 'Now this');
      },
      'good',
      { outcome: 'rejected', code: 'INVALID_EVENT', message: 'Now this', isSame: false },
    ],
    [
      'fails for a bug',
      () => {
        throw new TypeError('oops');
      },
      'good',
      { outcome: 'rejected', code: 'UNEXPECTED', isSame: false },
    ],
  ])('says of an event that it %s', async (_name, judge, host, verdict) => {
    const driver = await runOnMemory(world(refuse), { platform, topics: [RAW] });
    await driver.write(RAW, [{ key: null, value: line({ n: 1, host }) }]);
    await driver.settle();
    const [{ letter, record } = {} as never] = await lettersOf(driver);
    const preview = new Preview({ topology: world(judge), codec: driver.codec, reference: new ReferenceData() });
    expect(await preview.of(letter, record)).toMatchObject(verdict);
    await driver.stop();
  });

  it('shows the event that a line would become: of its own place and time', async () => {
    const driver = await runOnMemory(
      world(() => {}),
      { platform, topics: [RAW] },
    );
    await driver.write(RAW, [{ key: Buffer.from('k'), value: Buffer.from('garbage'), partition: 1 }]);
    await driver.settle();
    const [{ letter, record } = {} as never] = await lettersOf(driver);
    const preview = new Preview({ topology: world(() => {}), codec: driver.codec, reference: new ReferenceData() });
    expect(await preview.of(letter, record)).toMatchObject({ outcome: 'rejected', code: 'DECODE_FAILED', isSame: true });
    const fixed = { ...record, value: line({ n: 7, host: 'h' }) };
    const verdict = await preview.of(letter, fixed);
    const { value } = verdict.outputs[0] as { value: Event };
    expect([verdict.outcome, value.provenance]).toMatchObject(['passed', { topic: RAW, partition: 1, offset: 0, appendedAt: record.timestampMs * 1000 }]);
    await driver.stop();
  });

  it('lets no record see what another did', async () => {
    const driver = await runOnMemory(world(refuse), { platform, topics: [RAW] });
    await driver.write(
      RAW,
      [1, 2, 3].map((n) => ({ key: null, value: line({ n, host: 'same' }) })),
    );
    await driver.settle();
    const seen: number[] = [];
    const preview = new Preview({ topology: world((_sensor, count) => seen.push(count)), codec: driver.codec, reference: new ReferenceData() });
    for (const { letter, record } of await lettersOf(driver)) await preview.of(letter, record);
    expect(seen).toEqual([1, 1, 1]);
    await driver.stop();
  });

  it('says that nobody can tell of what no stage refused', async () => {
    const driver = await runOnMemory(
      world(() => {}),
      { platform, topics: [RAW] },
    );
    const preview = new Preview({ topology: world(() => {}), codec: driver.codec, reference: new ReferenceData() });
    const record = { key: null, value: Buffer.from('x'), headers: [], timestampMs: 1, offset: 0 };
    expect(await preview.of(parseDeadLetter(0, record), record)).toMatchObject({ outcome: 'undecided' });
    const gone = {
      ...record,
      headers: [
        ['__streams.errors.topic', Buffer.from(topics.parsed.name)],
        ['__goshawk.errors.stage', Buffer.from('gone')],
      ] as const,
    };
    expect(await preview.of(parseDeadLetter(0, gone), gone)).toMatchObject({ outcome: 'undecided', message: 'There is no stage gone any more.' });
    await driver.stop();
  });
});

describe('parseDeadLetter', () => {
  const plain = { key: null, value: null, timestampMs: 1000, offset: 7 };

  it('reads any headers: none, thousands, bytes that are no text', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('__streams.errors.offset', '__goshawk.errors.code', '__goshawk.errors.attempt', '__goshawk.redriven', 'appended'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.uint8Array({ maxLength: 40 })), { maxLength: 3_000, size: 'max' }), (headers) => {
        const letter = parseDeadLetter(1, { ...plain, headers: headers.map(([name, bytes]) => [name, Buffer.from(bytes)] as const) });
        expect(letter.id).toBe('1:7');
        for (const number of [letter.attempt, letter.position.offset, letter.schemaId, letter.firstFailureMs]) expect(Number.isSafeInteger(number)).toBe(true);
        expect(letter.code).not.toBe('');
      }),
      { numRuns: 50 },
    );
  });

  it('takes the last of a name: ours stand behind the record’s own', () => {
    const headers = ['forged', 'ours'].map((text) => ['__goshawk.errors.code', Buffer.from(text)] as const);
    expect(parseDeadLetter(0, { ...plain, headers }).code).toBe('ours');
  });

  it.each([
    ['0:0', { partition: 0, offset: 0 }],
    ['12:345', { partition: 12, offset: 345 }],
    ['-1:0', undefined],
    ['0:', undefined],
    ['0:1e3', undefined],
    ['0:9999999999999999', undefined],
    ["0:0'; --", undefined],
  ])('takes %s for an id, or not', (id, expected) => {
    expect(parseLetterId(id)).toEqual(expected);
  });

  it('is chosen by what its headers say', () => {
    const letter = parseDeadLetter(0, { ...plain, headers: [['__goshawk.errors.code', Buffer.from('A')]] });
    const asked = [{}, { code: 'A' }, { code: 'B' }, { from: 1_000_000 }, { to: 1_000_000 }, { ids: ['0:7'] }, { ids: [] }];
    expect(asked.map((filter) => letterMatcher(filter)(letter))).toEqual([true, true, false, true, false, true, false]);
  });

  it('tells our headers from the record’s', () => {
    expect(['__streams.errors.x', '__goshawk.errors.y', '__goshawk.redriven', '__goshawk', 'appended', ''].map(isErrorHeader)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
