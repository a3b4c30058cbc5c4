// The example on a real broker, its processes killed while records flow.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { frameId } from './input.ts';
import { kafkaBroker } from './kafka/index.ts';
import { tpKey } from './port.ts';
import type { RawRecord } from './port.ts';
import { example, line, platform } from './test/example.ts';
import { settingsOf } from '../core/topic-settings.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'];
const PARTITIONS = 3;
const codec = new Codec(fixedIds());

describe.skipIf(!address)('a topology on a real broker', () => {
  const run = `t${randomUUID().slice(0, 8)}`;
  const prefix = `${run}.`;
  const raw = `${prefix}raw.default.test`;
  const broker = kafkaBroker({ brokers: [address ?? ''], clientId: run, log: pino({ level: 'silent' }) });
  const admin = broker.admin();
  const workers: ChildProcess[] = [];
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.startsWith(run)));
    await broker.close();
  });

  const start = async (instance: string): Promise<ChildProcess> => {
    const worker = spawn(process.execPath, [fileURLToPath(new URL('test/worker.ts', import.meta.url)), address ?? '', run, instance, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    workers.push(worker);
    await once(worker.stdout, 'data');
    return worker;
  };

  it('gives each record once, keeps state and ledger, through kill -9 of its processes', { timeout: 180_000 }, async () => {
    const names = [...example.wires.flatMap((wire) => (wire.kind === 'stage' ? wire.to : [])), platform.deadLetters, platform.ledger];
    await admin.createTopics(
      [...names.map((topic) => settingsOf(topic as never, PARTITIONS, prefix + topic.name)), { name: raw, partitions: PARTITIONS, config: {} }],
      1,
    );
    let written = 0;
    const producer = broker.producer();
    const write = async (count: number) => {
      await producer.send(
        Array.from({ length: count }, (_, i) => {
          const n = written + i;
          return {
            topic: raw,
            partition: n % PARTITIONS,
            key: null,
            value: line({ n, host: `host-${n % 20}`, ...(n % 100 === 7 ? { act: 'reject' as const } : {}) }),
          };
        }),
      );
      written += count;
    };
    let one = await start('one');
    const two = await start('two');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 10; i++) {
        await write(200);
        await sleep(20);
      }
      one.kill('SIGKILL');
      await write(500);
      one = await start('one');
    }
    const records = await until(async () => {
      const found = await read(prefix + topics.findings.name);
      return found.filter(({ value }) => isCount(value)).length >= written - Math.ceil((written - 7) / 100) ? found : undefined;
    });
    for (const worker of [one, two]) {
      worker.kill('SIGTERM');
      expect(await once(worker, 'exit')).toEqual([0, null]);
    }
    const titles = (await read(prefix + topics.findings.name))
      .filter(({ value }) => isCount(value))
      .map(({ value }) => codec.decode(schemas.finding, value!, { title: true }).title.split(' '));
    expect(records.length).toBeGreaterThan(0);
    expect(titles.map(([, , n]) => Number(n)).sort((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, n) => n).filter((n) => n % 100 !== 7));
    for (const own of Map.groupBy(titles, ([host]) => host).values()) expect(own.map(([, count]) => Number(count))).toEqual(own.map((_, i) => i + 1));

    const entries = (await read(prefix + topics.ledger.name)).map(({ value }) => codec.decode<LedgerEntry>(schemas.ledgerEntry, value!));
    const sum = (of: readonly { readonly count: number }[]) => of.reduce((all, { count }) => all + count, 0);
    for (const own of Map.groupBy(entries, ({ stage, topic, partition }) => `${stage} ${topic}/${partition}`).values()) {
      const sorted = [...own].sort((a, b) => a.from - b.from);
      expect(sorted.map(({ from }) => from)).toEqual([0, ...sorted.slice(0, -1).map(({ to }) => to)]);
      for (const entry of own) expect(entry.in).toBe(entry.passed + sum(entry.dropped) + sum(entry.rejected));
    }
    const total = (stage: string) => entries.filter((entry) => entry.stage === stage).reduce((all, entry) => all + entry.in, 0);
    expect(['take', 'check', 'add', 'sum'].map(total)).toEqual([written, titles.length, titles.length, titles.length]);
  });

  const isCount = (value: Buffer | null) =>
    value !== null && frameId(value) === codec.idOf(schemas.finding) && !codec.decode(schemas.finding, value, { title: true }).title.includes('minute');

  async function read(topic: string): Promise<readonly RawRecord[]> {
    const tps = Array.from({ length: (await admin.topics()).get(topic)! }, (_, partition) => ({ topic, partition }));
    const ends = await admin.offsets(tps, 'stable');
    const reader = broker.reader();
    const found: RawRecord[] = [];
    for (const tp of tps) {
      const end = ends.get(tpKey(tp))!;
      if (end > 0)
        for await (const batch of reader.read(tp, 0, end, new AbortController().signal))
          found.push(...batch.records.map((record) => ({ ...record, value: record.value && Buffer.from(record.value) })));
    }
    await reader.close();
    return found;
  }

  async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(500);
    }
  }
});
