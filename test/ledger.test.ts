// Records that vanish from a topic between two stages, or come twice, are found by the ledger, which names the partition and the range: also while
// no entry tells yet what was written.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { closeBooks } from '../api/ledger/bookkeeper.ts';
import type { BookkeeperDeps } from '../api/ledger/bookkeeper.ts';
import { defineStage, forward, pass, send } from '../pipeline/core/index.ts';
import type { Topic } from '../pipeline/core/index.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { defineTopology, stage } from '../pipeline/core/topology.ts';
import { openEntry } from '../pipeline/runtime/ledger.ts';
import { memoryBroker } from '../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../pipeline/runtime/memory/index.ts';
import { runTopology } from '../pipeline/runtime/run.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { fixedIds } from '../schemas/avro/registry.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import type { LedgerEntry } from '../schemas/avro/types.gen.ts';
import { topics } from '../topologies/topics.ts';

const bytes = (name: string): Topic<Uint8Array> => ({ name, schema: 'bytes' });
const [first, middle, last] = [bytes('raw.default.test'), bytes('t.middle'), bytes('t.last')];
const PARTITIONS = 2;
const RECORDS = 40;
// `one` keys anew, so both of its tasks write to both partitions; `two` keeps the partition.
const pipe = defineTopology('pipe', [
  stage(defineStage<Uint8Array>()({ name: 'one', reads: 'bytes', process: ({ value, key }) => pass(send(middle, `${key}`, value)) }), {
    from: first,
    to: [middle],
  }),
  stage(defineStage<Uint8Array>()({ name: 'two', reads: 'bytes', process: () => pass(forward(last)) }), { from: middle, to: [last] }),
]);
const turn = () => new Promise((resolve) => void setImmediate(resolve));

async function setUp() {
  const broker = memoryBroker();
  const codec = new Codec(fixedIds());
  const wanted = [first, middle, last].map(({ name }) => settingsOf({ ...topics.deadLetters, name }, PARTITIONS));
  await broker.admin().createTopics([...wanted, settingsOf(topics.deadLetters, PARTITIONS), settingsOf(topics.ledger, PARTITIONS)], 1);
  const feed = (from = 0) =>
    broker
      .producer()
      .send(
        Array.from({ length: RECORDS }, (_unused, i) => ({
          topic: first.name,
          partition: i % PARTITIONS,
          key: Buffer.from(String(from + i)),
          value: Buffer.from(`r${i}`),
        })),
      );
  const start = async (name: string) => {
    const running = await runTopology({
      topology: pipe,
      stages: [name],
      broker,
      codec,
      instanceId: `test-${name}`,
      platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
      log: pino({ level: 'silent' }),
      registry: new Registry(),
    });
    const tasks = () => running.status().flatMap((status) => status.tasks);
    const caughtUp = async () => {
      while (tasks().length < PARTITIONS || tasks().some(({ committed, lag }) => committed <= 0 || lag !== 0)) await turn();
    };
    return { caughtUp, stop: () => running.stop() };
  };
  const run = async (name: string) => {
    const running = await start(name);
    await running.caughtUp();
    await running.stop();
  };
  const deps: BookkeeperDeps = {
    admin: broker.admin(),
    reader: broker.reader(),
    codec,
    openEntry,
    storedEntries: () => Promise.resolve([]),
    app: 'goshawk',
    flow: [
      { stage: 'one', from: first.name },
      { stage: 'two', from: middle.name },
    ],
    rounds: 20,
    budgetMs: 60_000,
    tailOffsets: 10_000,
  };
  return { broker, codec, deps, feed, start, run };
}
const offsetsIn = async (broker: MemoryBroker, partition: number): Promise<number[]> => {
  const tp = { topic: middle.name, partition };
  const end = (await broker.admin().offsets([tp], 'stable')).get(`${tp.topic}/${partition}`)!;
  const offsets: number[] = [];
  for await (const batch of broker.reader().read(tp, 0, end, new AbortController().signal)) offsets.push(...batch.records.map(({ offset }) => offset));
  return offsets;
};

it.each<[name: string, pick: (offsets: number[]) => number[]]>([
  ['adds up when nothing is taken', () => []],
  ['names a record in the middle', (offsets) => [offsets[3]!]],
  ['names the first', (offsets) => [offsets[0]!]],
  ['names the last', (offsets) => [offsets.at(-1)!]],
  ['counts several', (offsets) => [offsets[1]!, offsets[2]!, offsets[7]!]],
])('%s', async (_name, pick) => {
  const { broker, deps, feed, run } = await setUp();
  await feed();
  await run('one');
  const taken = pick(await offsetsIn(broker, 1));
  for (const offset of taken) broker.removeRecord(middle.name, 1, offset);
  await run('two');
  const { breaks, closed } = await closeBooks(null, deps);
  expect(breaks).toMatchObject(taken.length === 0 ? [] : [{ kind: 'missing', stage: 'two', topic: middle.name, partition: 1, count: taken.length }]);
  for (const { from, to } of breaks) for (const offset of taken) expect([from <= offset, offset < to]).toEqual([true, true]);
  expect(closed.map(({ stage: name, reason }) => [name, reason])).toEqual([
    ['one', 'no-ledger-upstream'],
    ['one', 'no-ledger-upstream'],
    ['two', null],
    ['two', null],
  ]);
  await broker.close();
});

it('finds it while the producer runs and no entry tells of its outputs yet', async () => {
  const { broker, deps, feed, start } = await setUp();
  await feed();
  const one = await start('one');
  await one.caughtUp();
  const ledgerEnd = async () => (await broker.admin().offsets([{ topic: topics.ledger.name, partition: 0 }], 'stable')).get(`${topics.ledger.name}/0`);
  const end = await ledgerEnd(); // the first commit brings an entry, the next ones a while later
  await feed(100);
  while ((await offsetsIn(broker, 0)).length + (await offsetsIn(broker, 1)).length < 2 * RECORDS) await turn();
  expect(await ledgerEnd()).toBe(end);
  broker.removeRecord(middle.name, 0, (await offsetsIn(broker, 0)).at(-1)!);
  const two = await start('two');
  await two.caughtUp();
  expect((await closeBooks(null, deps)).breaks).toMatchObject([{ kind: 'missing', stage: 'two', partition: 0, count: 1 }]);
  await two.stop();
  await one.stop();
  await broker.close();
});

it('names each break once, and tells one that is taken from one that is doubled', async () => {
  const { broker, codec, deps, feed, run } = await setUp();
  await feed();
  await run('one');
  await run('two');
  const clean = await closeBooks(null, deps);
  expect(clean.breaks).toEqual([]);

  await feed(100);
  await run('one');
  const before = clean.closed.find(({ stage: name, partition }) => name === 'two' && partition === 0)!.to;
  const taken = (await offsetsIn(broker, 0)).find((offset) => offset >= before)!;
  broker.removeRecord(middle.name, 0, taken);
  await run('two');
  // Written by nobody who keeps a ledger: a producer that sent twice.
  await broker.producer().send([{ topic: middle.name, partition: 0, key: null, value: Buffer.from('again') }]);
  await run('two');
  const broken = await closeBooks({ position: clean.position, book: clean.book.stored() }, deps);
  expect(broken.breaks.map(({ kind, stage: name, partition, count }) => [kind, name, partition, count])).toEqual([
    ['missing', 'two', 0, 1],
    ['surplus', 'two', 0, 1],
  ]);
  expect(broken.breaks[0]!.from).toBeLessThanOrEqual(taken);
  expect(broken.breaks[0]!.from).toBeGreaterThanOrEqual(before);
  expect(broken.breaks[0]!.to).toBeGreaterThan(taken);
  expect((await closeBooks({ position: broken.position, book: broken.book.stored() }, deps)).breaks).toEqual([]);

  const forged: LedgerEntry = {
    app: 'goshawk',
    stage: 'two',
    topic: middle.name,
    partition: 1,
    from: broken.book.account(`two|${middle.name}/1`)!.to,
    to: 10_000,
    in: 5,
    passed: 5,
    dropped: [],
    rejected: [],
    emitted: 0,
    out: [],
    watermark: null,
    watermarks: [],
    throttledMs: 0,
    begins: false,
    wallFrom: 0,
    wallTo: 0,
  };
  await broker.producer().send([{ topic: topics.ledger.name, partition: 0, key: null, value: codec.encode(schemas.ledgerEntry, forged) }]);
  const next = await closeBooks({ position: broken.position, book: broken.book.stored() }, deps);
  expect(next.breaks.map(({ kind }) => kind)).toContain('unfounded');
  await broker.close();
});
