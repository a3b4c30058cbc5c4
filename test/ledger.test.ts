// A record that vanishes from a topic between two stages is missed by the ledger, which names the partition and the range.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { surroundingsOf, topicEntries } from '../cli/ledger-source.ts';
import { balance } from '../domains/ledger/index.ts';
import { defineStage, forward, pass } from '../pipeline/core/index.ts';
import type { Topic } from '../pipeline/core/index.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { defineTopology, stage } from '../pipeline/core/topology.ts';
import { memoryBroker } from '../pipeline/runtime/memory/index.ts';
import { runTopology } from '../pipeline/runtime/run.ts';
import { Codec } from '../schemas/avro/codec.ts';
import { fixedIds } from '../schemas/avro/registry.ts';
import type { LedgerEntry } from '../schemas/avro/types.gen.ts';
import { topics } from '../topologies/topics.ts';

const bytes = (name: string): Topic<Uint8Array> => ({ name, schema: 'bytes' });
const [first, middle, last] = [bytes('t.first'), bytes('t.middle'), bytes('t.last')];
const PARTITIONS = 2;
const RECORDS = 40;
const pipe = defineTopology('pipe', [
  stage(defineStage<Uint8Array>()({ name: 'one', reads: 'bytes', process: () => pass(forward(middle)) }), { from: first, to: [middle] }),
  stage(defineStage<Uint8Array>()({ name: 'two', reads: 'bytes', process: () => pass(forward(last)) }), { from: middle, to: [last] }),
]);

it.each([
  ['adds up when nothing is taken', null, []],
  [
    'names partition and range of a record that was taken',
    { partition: 1, offset: 3 },
    [{ kind: 'missing', stage: 'two', topic: 't.middle', partition: 1, count: 1 }],
  ],
] as const)('%s', async (_name, taken, breaks) => {
  const broker = memoryBroker();
  const codec = new Codec(fixedIds());
  const wanted = [first, middle, last].map(({ name }) => settingsOf({ ...topics.deadLetters, name }, PARTITIONS));
  await broker.admin().createTopics([...wanted, settingsOf(topics.deadLetters, PARTITIONS), settingsOf(topics.ledger, PARTITIONS)], 1);
  await broker
    .producer()
    .send(
      Array.from({ length: RECORDS }, (_unused, i) => ({
        topic: first.name,
        partition: i % PARTITIONS,
        key: Buffer.from(String(i)),
        value: Buffer.from(`r${i}`),
      })),
    );

  const run = async (name: string) => {
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
    while (tasks().length < PARTITIONS || tasks().some(({ committed, lag }) => committed <= 0 || lag > 0))
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    await running.stop();
  };
  await run('one');
  if (taken !== null) broker.removeRecord(middle.name, taken.partition, taken.offset);
  await run('two');

  const entries: LedgerEntry[] = [];
  for await (const entry of topicEntries(broker, codec)) entries.push(entry);
  const found = balance(entries, await surroundingsOf(entries, broker, codec));
  expect(found.breaks).toMatchObject(breaks);
  expect(found.isBalanced).toBe(breaks.length === 0);
  for (const { from, to } of found.breaks) expect([from <= taken!.offset, taken!.offset < to]).toEqual([true, true]);
  await broker.close();
});
