import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { Backtest } from './backtest.ts';
import { testTopic } from './topic.ts';
import type { TopicRange } from './topic.ts';

const SET = parseRuleSet([
  {
    file: 'r.yml',
    text: `title: Cleared
name: cleared
logsource: {product: windows, service: security}
detection: {s: {EventID: 1102}, condition: s}
---
title: Twice
name: twice
correlation: {type: event_count, rules: [cleared], group-by: [Hostname], timespan: 1h, condition: {gte: 2}, generate: true}
`,
  },
]);
const RAW = 'raw.default.windows';
const ENRICHED = 'events.enriched.v1';
const codec = new Codec(fixedIds());
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;

async function world(topic: string, partitions = 2) {
  const broker = memoryBroker();
  await broker.admin().createTopics([{ name: topic, partitions, config: {} }], 1);
  const send = (partition: number, ...values: readonly (Buffer | null)[]) =>
    broker.producer().send(values.map((value) => ({ topic, partition, key: null, value })));
  const test = async (range: Partial<TopicRange> = {}) => {
    const backtest = new Backtest(SET);
    await testTopic(backtest, { topic, ...range }, { broker, codec }, signal);
    return backtest.end();
  };
  return { broker, send, test };
}
const cleared = (atMs: number) => Buffer.from(JSON.stringify({ EventID: 1102, Channel: 'Security', Hostname: 'h', EventTime: new Date(atMs).toISOString() }));
const found = ({ rules }: Awaited<ReturnType<Awaited<ReturnType<typeof world>>['test']>>) =>
  Object.fromEntries(rules.map(({ title, findings }) => [title, findings]));

describe('a range of a raw topic', () => {
  it('goes through ingest, over all partitions in the order of append time', async () => {
    const { broker, send, test } = await world(RAW);
    await send(1, cleared(START_MS));
    broker.clock.advance(MINUTE_MS);
    await send(0, cleared(START_MS + MINUTE_MS));
    const counts = await test();
    expect([counts.records, counts.events, counts.streams]).toEqual([2, 2, 1]);
    expect(found(counts)).toEqual({ Cleared: 2, Twice: 1 });
  });

  it('begins and ends by append time: from inclusive, to exclusive', async () => {
    const { broker, send, test } = await world(RAW);
    for (let at = 0; at < 4; at++) {
      await send(at % 2, cleared(START_MS));
      broker.clock.advance(MINUTE_MS);
    }
    const micros = (minutes: number) => (START_MS + minutes * MINUTE_MS) * 1_000;
    expect((await test({ from: micros(1), to: micros(3) })).records).toBe(2);
    expect((await test({ from: micros(3) })).records).toBe(1);
    expect((await test({ to: micros(0) })).records).toBe(0);
  });

  it('leaves out what was aborted, and what is not committed yet', async () => {
    const { broker, send, test } = await world(RAW, 1);
    await send(0, cleared(START_MS));
    const producer = broker.txnProducer({ transactionalId: 't' });
    await producer.init({ outputs: [], groupId: null });
    const abort = producer.transact(async (txn) => {
      await txn.send([{ topic: RAW, partition: 0, key: null, value: cleared(START_MS) }]);
      throw new Error('abort');
    });
    await expect(abort).rejects.toThrow('abort');
    expect((await test()).records).toBe(1);
  });

  it('counts what the stages would set aside, and goes on', async () => {
    const { broker, send, test } = await world(RAW, 1);
    await send(0, null, Buffer.alloc(0), cleared(START_MS), cleared(START_MS), cleared(START_MS));
    broker.damage(RAW, 0, 3, 4, Buffer.from('x'));
    expect(await test()).toMatchObject({ records: 5, events: 2, refused: { DECODE_FAILED: 2, BATCH_UNREADABLE: 1 } });
  });
});

it('reads enriched events as detect does, and passes over watermarks', async () => {
  const { send, test } = await world(ENRICHED, 1);
  const event = plainEvent({ time: START_MS * 1_000, product: 'windows', logsource: { category: [], service: ['security'] }, native: cleared(START_MS) });
  const framed = codec.encode(schemas.enriched, { event, context: plainContext() });
  const mark = codec.encode(schemas.watermark, { stage: 's', task: 0, of: 1, datasets: {}, idle: false });
  await send(0, framed, mark, Buffer.from('garbage'));
  expect(await test()).toMatchObject({ records: 2, events: 1, findings: 1, refused: { DECODE_FAILED: 1 } });
});

it.each([
  ['is not there', 'raw.default.nothing', /There is no topic/],
  ['holds no events', 'findings.v1', /holds no events/],
])('refuses a topic that %s', async (_name, topic, says) => {
  const { broker } = await world('findings.v1');
  await expect(testTopic(new Backtest(SET), { topic }, { broker, codec }, signal)).rejects.toMatchObject({ code: 'INVALID_USAGE', message: says });
});
