// kcat, a Kafka producer made by others, writes to a raw topic with each codec. Where it is not installed, GOSHAWK_SENDERS names a folder; absent = skipped.
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from '../api/test/raw-records.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { findProgram } from '../test/programs.ts';
import { topics } from '../topologies/topics.ts';
import { openBroker } from './broker.ts';

const address = process.env.GOSHAWK_TEST_KAFKA ?? '';
const kcat = findProgram('kcat') ?? findProgram('kafkacat');

describe.skipIf(address === '' || kcat === null)('kcat', () => {
  let broker: Broker;
  beforeAll(() => {
    broker = openBroker(address, 'kcat-test', pino({ level: 'silent' }));
  });
  afterAll(() => broker.close());

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('writes native lines, compressed with %s', async (codec) => {
    const topic = `raw.test.${randomUUID()}`;
    await broker.admin().createTopics([settingsOf(topics.raw, 2, topic)], 1);
    const lines = Array.from({ length: 500 }, (_, n) => `<13>1 2026-11-25T12:00:00Z web01 app ${n} - - a line that is much like the one before`);
    const sending = spawn(kcat!.path, ['-P', '-b', address, '-t', topic, '-z', codec], { env: kcat!.env, stdio: ['pipe', 'ignore', 'ignore'] });
    sending.stdin.end(`${lines.join('\n')}\n`);
    expect(await once(sending, 'exit')).toEqual([0, null]);
    expect((await recordsOf(broker, topic)).map(({ text }) => text).sort()).toEqual(lines.toSorted());
  });
});
