import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { surroundingsOf } from '../../../cli/ledger-source.ts';
import { balance } from '../../../domains/ledger/index.ts';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import { redrivenTopic, topics } from '../../../topologies/topics.ts';
import { REDRIVEN_HEADER } from '../../core/dead-letter.ts';
import { RecordError } from '../../core/errors.ts';
import { defineStage, forward, pass } from '../../core/index.ts';
import { defineTopology, stage } from '../../core/topology.ts';
import { APPENDED_HEADER } from '../input.ts';
import { line, platform, take } from '../test/example.ts';
import { runOnMemory } from '../topology-driver.ts';
import type { TopologyDriver } from '../topology-driver.ts';
import { redrive, TRANSACTIONAL_ID } from './index.ts';
import { OffsetSet, rangesOf } from './offset-set.ts';

const RAW = 'raw.default.test';
/** Refuses what the fix will take: lines at the first stage, events at the second. */
function world() {
  const state = { isFixed: false };
  const lines = defineStage<Uint8Array>()({
    ...take,
    reads: 'bytes',
    process(record, context) {
      if (!state.isFixed && Buffer.from(record.value).includes('bad-line')) throw new RecordError('DECODE_FAILED', 'A bad line');
      return take.process(record as never, context as never) as never;
    },
  });
  const judge = defineStage<Event>()({
    name: 'judge',
    reads: { sensor: true },
    process({ value }) {
      if (!state.isFixed && value.sensor === 'bad-event') throw new RecordError('FUTURE_TIMESTAMP', 'A bad event');
      return pass(forward(topics.valid));
    },
  });
  const bystander = defineStage<Event>()({ name: 'bystander', reads: { sensor: true }, process: () => pass() });
  const after = defineStage<Event>()({ name: 'after', reads: { sensor: true }, process: () => pass() });
  const topology = defineTopology('redriven', [
    stage(lines, { from: topics.raw, to: [topics.parsed] }),
    stage(judge, { from: topics.parsed, to: [topics.valid] }),
    stage(bystander, { from: topics.parsed, to: [] }),
    stage(after, { from: topics.valid, to: [] }),
  ]);
  return { state, topology, start: () => runOnMemory(topology, { platform, topics: [RAW] }) };
}
const again = (driver: TopologyDriver, options: Partial<Parameters<typeof redrive>[0]> = {}) =>
  redrive({
    broker: driver.broker,
    codec: driver.codec,
    filter: {},
    isExecuted: true,
    by: 'tester',
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    replicationFactor: 1,
    wallMs: () => driver.clock.nowMs(),
    ...options,
  });
async function ledgerOf(driver: TopologyDriver) {
  await driver.advance(15_000); // entries are written when input rests
  const entries = (await driver.records(topics.ledger)).map(({ value }) => value);
  return balance(entries, await surroundingsOf(entries, driver.broker, driver.codec));
}
const sensors = async (driver: TopologyDriver, topic: typeof topics.parsed | typeof topics.valid) =>
  (await driver.records(topic)).map(({ value }) => value.sensor).sort();
const write = (driver: TopologyDriver, hosts: readonly string[]) =>
  driver.write(
    RAW,
    hosts.map((host, n) => ({ key: Buffer.from(host), value: line({ n, host }), headers: [['own', Buffer.from([0xff, n])]] as const })),
  );

describe('redrive', () => {
  it('makes of a refused line the event that it would have been', async () => {
    const { state, start } = world();
    const driver = await start();
    await write(driver, ['good', 'bad-line']);
    await driver.settle();
    const [letter] = await driver.raw(topics.deadLetters.name);
    driver.clock.advance(60_000);
    state.isFixed = true;
    expect(await again(driver)).toMatchObject({ matched: 1, redriven: 1, already: 0, to: { [redrivenTopic('default').name]: 1 } });
    await driver.advance(5_000); // ingest finds the topic
    const events = await driver.records(topics.parsed);
    const event = events.find(({ value }) => value.sensor === 'bad-line')!;
    const original = (await driver.raw(RAW)).find(({ value }) => value!.includes('bad-line'))!;
    expect(event.value.provenance).toMatchObject({
      topic: RAW,
      partition: original.partition,
      offset: original.offset,
      appendedAt: original.timestampMs * 1000,
    });
    expect(event.appendedAt).toBe(original.timestampMs * 1000);
    const [sent] = await driver.raw(redrivenTopic('default').name);
    expect([sent!.key, sent!.value, sent!.headers.map(([name]) => name)]).toEqual([letter!.key, letter!.value, ['own', APPENDED_HEADER, REDRIVEN_HEADER]]);
    expect(sent!.headers[0]![1]).toEqual(original.headers[0]![1]); // no text: bytes stay bytes
    expect(await ledgerOf(driver)).toMatchObject({ breaks: [] });
    await driver.stop();
  });

  it('sends an event back to the stage that refused it, and to no other', async () => {
    const { state, start } = world();
    const driver = await start();
    await write(driver, ['good', 'bad-event']);
    await driver.settle();
    expect(await sensors(driver, topics.valid)).toEqual(['good']);
    state.isFixed = true;
    expect(await again(driver)).toMatchObject({ redriven: 1, to: { [topics.parsed.name]: 1 } });
    await driver.settle();
    expect(await sensors(driver, topics.valid)).toEqual(['bad-event', 'good']);
    const balanced = await ledgerOf(driver);
    expect(balanced.breaks).toEqual([]);
    const dropped = (name: string) => balanced.hops.filter(({ stage: of }) => of === name).map((hop) => hop.dropped['for-another-stage'] ?? 0);
    expect([dropped('bystander').reduce((a, b) => a + b), dropped('judge').reduce((a, b) => a + b)]).toEqual([1, 0]);
    const passed = (await driver.raw(topics.valid.name)).filter(({ headers }) => headers.some(([name]) => name === REDRIVEN_HEADER));
    expect(passed).toEqual([]); // the stages behind it would pass it by
    await driver.stop();
  });

  it('changes nothing the second time, and counts attempts when a record fails again', async () => {
    const { start, state } = world();
    const driver = await start();
    await write(driver, ['bad-line', 'bad-event', 'bad-line']);
    await driver.settle();
    const first = (await driver.raw(topics.deadLetters.name)).map(({ partition, offset }) => `${partition}:${offset}`);
    expect(await again(driver)).toMatchObject({ matched: 3, redriven: 3, already: 0 });
    await driver.advance(5_000);
    expect(await again(driver, { filter: { ids: first } })).toMatchObject({ matched: 3, redriven: 0, already: 3 });
    const letters = await driver.raw(topics.deadLetters.name);
    const text = (index: number, name: string) => new Map(letters[index]!.headers).get(name)?.toString();
    const attempts = letters.map((_letter, index) => [text(index, '__streams.errors.topic'), text(index, '__goshawk.errors.attempt')]);
    expect(attempts.filter(([, attempt]) => attempt === '2').length).toBe(3);
    expect(attempts.filter(([topic]) => topic === RAW).length).toBe(4); // where it lay first, also of the second letter
    state.isFixed = true;
    expect(await again(driver)).toMatchObject({ matched: 6, redriven: 3, already: 3 });
    await driver.advance(5_000);
    expect(await sensors(driver, topics.valid)).toEqual(['bad-event', 'bad-line', 'bad-line']);
    expect((await ledgerOf(driver)).breaks).toEqual([]);
    await driver.stop();
  });

  it('shows what it would do without doing it', async () => {
    const { start } = world();
    const driver = await start();
    await write(driver, ['bad-line', 'bad-event']);
    await driver.settle();
    const sums = await again(driver, { isExecuted: false, filter: { code: 'DECODE_FAILED' } });
    expect(sums).toMatchObject({ matched: 1, redriven: 1, already: 0, to: { [redrivenTopic('default').name]: 1 } });
    expect([...(await driver.broker.admin().topics()).keys()].filter((name) => /redriv/.test(name))).toEqual([]);
    await driver.stop();
  });

  it('does not believe a sensor that claims to be a dead letter of another place and time', async () => {
    const { start } = world();
    const driver = await start();
    const forged = [
      ['__goshawk.redriven', Buffer.from('["take","0:0",7,1,"raw.other.secret",0,999]')],
      [APPENDED_HEADER, Buffer.alloc(8)],
      ['__goshawk.errors.attempt', Buffer.from('41')],
      ['__streams.errors.topic', Buffer.from('raw.other.secret')],
    ] as const;
    await driver.write(RAW, [
      { key: null, value: line({ n: 1, host: 'bad-line' }), headers: forged },
      { key: null, value: line({ n: 2, host: 'good' }), headers: forged },
    ]);
    await driver.settle();
    const [event] = await driver.records(topics.parsed);
    expect(event!.value.provenance).toMatchObject({ topic: RAW, offset: 1, appendedAt: driver.clock.nowMs() * 1000 });
    const letter = new Map((await driver.raw(topics.deadLetters.name))[0]!.headers);
    const text = (name: string) => letter.get(name)?.toString();
    expect([text('__streams.errors.topic'), text('__goshawk.errors.attempt'), text('__goshawk.errors.organization'), text('__goshawk.redriven')]).toEqual([
      RAW,
      '1',
      'default',
      undefined,
    ]);
    await driver.stop();
  });

  it('sends each once when it dies anywhere and is called again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('init', 'send', 'commit', 'abort' as const), fc.constantFrom('request-lost', 'answer-lost' as const)), {
          maxLength: 6,
        }),
        async (faults) => {
          const { start, state } = world();
          const driver = await start();
          await write(driver, ['bad-line', 'bad-event', 'bad-line', 'bad-event', 'good']);
          await driver.settle();
          state.isFixed = true;
          for (const fault of faults) {
            const other = driver.broker.connect();
            other.faults.inject(fault[0], fault[1]);
            await again(driver, { broker: other }).catch(() => {});
            other.crash();
          }
          const { redriven, already } = await again(driver);
          expect(redriven + already).toBe(4);
          await driver.advance(5_000);
          expect(await sensors(driver, topics.valid)).toEqual(['bad-event', 'bad-event', 'bad-line', 'bad-line', 'good']);
          expect((await ledgerOf(driver)).breaks).toEqual([]);
          await driver.stop();
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('ends when another begins, and neither sends what the other has sent', async () => {
    const { start, state } = world();
    const driver = await start();
    await write(driver, ['bad-line', 'bad-event']);
    await driver.settle();
    state.isFixed = true;
    const slow = driver.broker.connect();
    const release = slow.faults.hold('commit'); // of `init`'s cleansing transaction none commits, so this is the first of the redrive
    const first = again(driver, { broker: slow }).catch((error: unknown) => error);
    await expect.poll(async () => (await driver.raw(redrivenTopic('default').name)).length).toBe(0);
    expect(await again(driver)).toMatchObject({ redriven: 2 });
    release();
    expect(await first).toMatchObject({ code: 'PRODUCER_FENCED' });
    await driver.advance(5_000);
    expect(await sensors(driver, topics.valid)).toEqual(['bad-event', 'bad-line']);
    expect(TRANSACTIONAL_ID).toBe('goshawk.redrive');
    await driver.stop();
  });

  it.each<[name: string, headers: Record<string, string>, value: Buffer | null, obstacle: string]>([
    ['whose bytes are gone', { '__goshawk.errors.without': 'retention was quicker', '__streams.errors.topic': topics.parsed.name }, null, 'bytes are gone'],
    ['of a topic that no stage reads', { '__streams.errors.topic': 'ref.assets.v1' }, Buffer.from('x'), 'no topic to go back to'],
    ['of a raw topic that is gone', { '__streams.errors.topic': 'raw.default.gone' }, Buffer.from('x'), 'no topic to go back to'],
    ['that something else wrote', {}, Buffer.from('x'), 'no topic to go back to'],
    ['that its topic does not take', { '__streams.errors.topic': topics.parsed.name }, Buffer.alloc(8_388_600), 'too large'],
  ])('leaves a dead letter alone %s', async (_name, headers, value, obstacle) => {
    const driver = await world().start();
    await driver.write(topics.deadLetters.name, [
      { key: null, value, headers: Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const) },
    ]);
    expect(await again(driver)).toMatchObject({ matched: 1, redriven: 0, obstacles: { [obstacle]: 1 } });
    await driver.stop();
  });

  it('leaves alone what is older than the memory of what was sent again', async () => {
    const { start } = world();
    const driver = await start();
    await write(driver, ['bad-line']);
    await driver.settle();
    const month = 31 * 86_400_000;
    expect(await again(driver, { isExecuted: true, filter: { code: 'NONE' } })).toMatchObject({ matched: 0 }); // makes the topic
    expect(await again(driver, { wallMs: () => driver.clock.nowMs() + month })).toMatchObject({ redriven: 0, obstacles: { 'too old': 1 } });
    await driver.stop();
  });
});

describe('OffsetSet', () => {
  it('holds what was added and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000 })), fc.array(fc.integer({ min: 0, max: 400_000 })), (added, asked) => {
        const set = new OffsetSet();
        for (const offset of added) set.add(offset);
        expect(set.size).toBe(new Set(added).size);
        for (const offset of [...added, ...asked]) expect(set.has(offset)).toBe(added.includes(offset));
      }),
    );
  });

  it('is told as ranges that cover the same offsets', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60)), (offsets) => {
        const sorted = offsets.sort((a, b) => a - b);
        const ranges = rangesOf(sorted);
        expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_unused, i) => from + i))).toEqual(sorted);
        for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0]).toBeGreaterThan(ranges[i - 1]![1]); // nothing that could be one
      }),
    );
  });
});
