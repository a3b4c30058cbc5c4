// A redrive on a real broker whose process is killed when its records are there and not committed.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { redrivenTopic, topics } from '../../../topologies/topics.ts';
import { settingsOf } from '../../core/topic-settings.ts';
import { kafkaBroker } from '../kafka/index.ts';
import { tpKey } from '../port.ts';
import type { RedriveSums } from './index.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const LETTERS = 700; // more than one transaction holds

it.skipIf(address === '')(
  'sends each dead letter once though it is killed between send and commit, in the first transaction and in the second',
  { timeout: 180_000 },
  async () => {
    const run = `t${randomUUID().slice(0, 8)}`;
    const source = `raw.${run}.test`;
    const code = run.toUpperCase();
    const broker = kafkaBroker({ brokers: [address], clientId: run, log: pino({ level: 'silent' }) });
    const admin = broker.admin();
    const redriveOnce = async (killedAt: number): Promise<RedriveSums | 'killed'> => {
      const script = fileURLToPath(new URL('test/worker.ts', import.meta.url));
      return promisify(execFile)(process.execPath, [script, address, code, String(killedAt)]).then(
        ({ stdout }) => JSON.parse(stdout) as RedriveSums,
        (error: { signal?: string; stderr?: string }) => {
          if (error.signal !== 'SIGKILL') throw new Error(error.stderr);
          return 'killed' as const;
        },
      );
    };
    try {
      const shared = [topics.deadLetters, topics.ledger].map((topic) => settingsOf(topic, 1));
      const there = await admin.topics();
      await admin.createTopics([{ name: source, partitions: 1, config: {} }, ...shared.filter(({ name }) => !there.has(name))], 1);
      const header = (name: string, text: string) => [name, Buffer.from(text)] as const;
      await broker
        .producer()
        .send(
          Array.from({ length: LETTERS }, (_unused, n) => ({
            topic: topics.deadLetters.name,
            partition: 0,
            key: null,
            value: Buffer.from(String(n)),
            headers: [
              header('__streams.errors.topic', source),
              header('__streams.errors.partition', '0'),
              header('__streams.errors.offset', String(n)),
              header('__goshawk.errors.code', code),
              header('__goshawk.errors.stage', 'ingest'),
              header('__goshawk.errors.organization', run),
            ],
          })),
        );
      expect(await redriveOnce(1)).toBe('killed');
      expect(await redriveOnce(2)).toBe('killed');
      expect(await redriveOnce(Infinity)).toMatchObject({ matched: LETTERS, already: 500, redriven: LETTERS - 500 });
      expect(await redriveOnce(Infinity)).toMatchObject({ matched: LETTERS, already: LETTERS, redriven: 0 });
      const tp = { topic: redrivenTopic(run).name, partition: 0 };
      const sent: number[] = [];
      for await (const { records } of broker.reader().read(tp, 0, (await admin.offsets([tp], 'stable')).get(tpKey(tp))!, new AbortController().signal))
        sent.push(...records.map(({ value }) => Number(String(value))));
      expect(sent.sort((a, b) => a - b)).toEqual(Array.from({ length: LETTERS }, (_unused, n) => n));
    } finally {
      await admin.deleteTopics([...(await admin.topics()).keys()].filter((name) => name.startsWith(`raw.${run}.`)));
      await broker.close();
    }
  },
);
