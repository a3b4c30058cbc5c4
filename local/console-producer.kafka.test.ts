// Apache Kafka's console producer, as a sensor's owner is told to call it, writes lines that become events. Maven fetches it once; absent = skipped.
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from '../api/test/raw-records.ts';
import { snippetsOf } from '../domains/sensors/snippets/index.ts';
import type { Stage } from '../pipeline/core/index.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { config, ingest } from '../pipeline/ingest/index.ts';
import { StageDriver } from '../pipeline/runtime/driver.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import type { Event } from '../schemas/avro/types.gen.ts';
import { topics } from '../topologies/topics.ts';
import { openBroker } from './broker.ts';
import { ensureKafkaTools, hasJars, hasMaven } from './jars.ts';
import { findJava } from './java.ts';
import { openReport } from './report.ts';

const address = process.env.GOSHAWK_TEST_KAFKA ?? '';
const java = findJava(process.env);
const canBeHad = address !== '' && java !== null && hasJars(java) && (await hasMaven(java));
const MINUTES = 240_000; // Maven, the first time

describe.skipIf(!canBeHad)('the console producer of Apache Kafka', () => {
  let broker: Broker;
  let folder: string;
  beforeAll(async () => {
    broker = openBroker(address, 'console-producer-test', pino({ level: 'silent' }));
    folder = mkdtempSync(join(tmpdir(), 'goshawk-console-'));
    const classes = await ensureKafkaTools(java!, openReport(process.stderr, false), new AbortController().signal);
    // What the script of the same name in Kafka's distribution comes down to.
    const script = `#!/bin/sh\nexec '${java!.program}' -XX:-UsePerfData -cp '${classes}' org.apache.kafka.tools.ConsoleProducer "$@"\n`;
    writeFileSync(join(folder, 'kafka-console-producer.sh'), script, { mode: 0o755 });
  }, MINUTES);
  afterAll(async () => {
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each<[name: string, format: string | null, key: string | null]>([
    ['of a format that needs no order', null, null],
    ['of a format that needs order, with the sensor as key', 'auditd', 'web-01'],
  ])('sends a file %s by the command of the snippet, every line a record and an event', { timeout: 120_000 }, async (_name, format, key) => {
    const topic = `raw.test.c${randomUUID()}`;
    await broker.admin().createTopics([settingsOf(topics.raw, 2, topic)], 1);
    const lines = Array.from(
      { length: 300 },
      (_, n) => `<38>1 2026-11-25T12:00:00Z web01 sshd ${n} - - Failed password for root from 192.0.2.7 port ${n} ssh2`,
    );
    writeFileSync(join(folder, 'records.log'), lines.map((line) => `${line}\n`).join(''));
    const addresses = { apiUrl: 'http://127.0.0.1:1', kafkaBrokers: address, syslogTls: null };
    const { text } = snippetsOf('sasl', { sensor: 'web-01', topic, format, secret: null, addresses }).find(({ shipper }) => shipper === 'kafka-producer')!;
    const sending = spawn('sh', ['-ec', text], { cwd: folder, env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` }, stdio: 'ignore' });
    expect(await once(sending, 'exit')).toEqual([0, null]);

    const records = await recordsOf(broker, topic);
    expect(records.map((record) => record.text).sort()).toEqual(lines.toSorted());
    expect(new Set(records.map((record) => record.key))).toEqual(new Set([key]));
    const driver = new StageDriver((await ingest(config.parse({}), { installation: 'test' })) as unknown as Stage<Uint8Array>);
    const events = records.flatMap((record) => driver.send(Buffer.from(record.text), { topic }).outputs.map(({ value }) => value as Event));
    expect(events).toHaveLength(300);
    expect(events.map(({ sensor, dataset, source }) => [sensor, dataset, source?.ip]).filter(([, , ip]) => ip !== '192.0.2.7')).toEqual([]);
  });
});
