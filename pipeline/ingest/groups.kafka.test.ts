// Lines of auditd as records on a real broker, its clock and its silence included; the process is replaced while an event is open.
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event, LedgerEntry } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { TopicDeclaration } from '../../topologies/topics.ts';
import { settingsOf } from '../core/topic-settings.ts';
import { defineTopology, stage } from '../core/topology.ts';
import { frameId } from '../runtime/input.ts';
import { kafkaBroker } from '../runtime/kafka/index.ts';
import { tpKey } from '../runtime/port.ts';
import { runTopology } from '../runtime/run.ts';
import { config, ingest } from './index.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'];
const codec = new Codec(fixedIds());
const line = (serial: number, type: string) => `type=${type} msg=audit(1767225600.100:${serial}): a=1`;

describe.skipIf(!address)('lines of one event on a real broker', () => {
  const run = `t${randomUUID().slice(0, 8)}`;
  const raw = `raw.${run}.host`;
  const nameOf = (name: string) => (name === topics.raw.name ? `raw.${run}.*` : `${run}.${name}`);
  const log = pino({ level: 'silent' });
  const broker = kafkaBroker({ brokers: [address ?? ''], clientId: run, log });
  const admin = broker.admin();
  const producer = broker.producer();
  afterAll(async () => {
    await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.includes(run)));
    await broker.close();
  });

  const start = async () => {
    const wired = stage(await ingest(config.parse({}), { installation: 'test' }), { from: topics.raw, to: [topics.parsed] });
    const running = await runTopology({
      topology: defineTopology('grouping', [wired]),
      broker,
      codec,
      app: run,
      instanceId: 'one',
      platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
      topicName: nameOf,
      log,
      registry: new Registry(),
      limits: { ledgerEveryMs: 500, ledgerIdleMs: 500 },
    });
    await running.ready;
    return running;
  };
  const send = (...texts: string[]) =>
    producer.send(texts.map((text) => ({ topic: raw, partition: 0, key: Buffer.from('host-1'), value: Buffer.from(text), headers: [] })));
  async function recordsOf<V>(topic: TopicDeclaration<V>): Promise<readonly V[]> {
    const tp = { topic: nameOf(topic.name), partition: 0 };
    const end = (await admin.offsets([tp], 'stable')).get(tpKey(tp)) ?? 0;
    const reader = broker.reader();
    const found: V[] = [];
    for await (const { records } of reader.read(tp, 0, end, new AbortController().signal))
      for (const { value } of records)
        if (value !== null && frameId(value) !== codec.idOf(schemas.watermark)) found.push(codec.decode<V>(topic.schema as { fullName: string }, value));
    await reader.close();
    return found;
  }
  const told = async () => (await recordsOf<Event>(topics.parsed)).map(({ code, labels }) => `${code} ${labels.raw_offsets}`).toSorted();

  it('become one, with the last line or when nothing more comes, and the ledger adds up', { timeout: 120_000 }, async () => {
    await admin.createTopics(
      [...[topics.parsed, topics.deadLetters, topics.ledger].map((topic) => settingsOf(topic as never, 1, nameOf(topic.name))), settingsOf(topics.raw, 1, raw)],
      1,
    );
    const first = await start();
    await send(line(1, 'SYSCALL'), line(1, 'PATH'), line(1, 'PROCTITLE'), line(2, 'SYSCALL'), line(2, 'PATH'));
    await expect.poll(told, { timeout: 30_000, interval: 200 }).toContain('SYSCALL 0,1,2');
    await first.stop();
    const second = await start();
    await expect.poll(told, { timeout: 60_000, interval: 500 }).toEqual(['SYSCALL 0,1,2', 'SYSCALL 3,4']);
    const sums = async () => {
      const entries = (await recordsOf<LedgerEntry>(topics.ledger)).filter((entry) => entry.stage === 'ingest');
      const sum = (of: (entry: LedgerEntry) => number) => entries.reduce((all, entry) => all + of(entry), 0);
      const dropped = sum((entry) => entry.dropped.reduce((all, { reason, count }) => all + (reason === 'merged' ? count : 0), 0));
      return [sum((entry) => entry.in), sum((entry) => entry.passed), dropped, sum((entry) => entry.emitted)];
    };
    await expect.poll(sums, { timeout: 30_000, interval: 500 }).toEqual([5, 1, 4, 1]);
    await second.stop();
  });
});
