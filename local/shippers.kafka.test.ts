// Shippers made by others write to a raw topic themselves: every line arrives once, as it is. rsyslog goes by the configuration that a sensor's
// owner is given. Where they are not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING says how to get them).
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from '../api/test/raw-records.ts';
import { snippetsOf } from '../domains/sensors/snippets/index.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { findProgram, hasModule, rsyslogModules, startProgram } from '../test/programs.ts';
import { topics } from '../topologies/topics.ts';
import { openBroker } from './broker.ts';

const address = process.env.GOSHAWK_TEST_KAFKA ?? '';
const rsyslogd = findProgram('rsyslogd');
const syslogNg = findProgram('syslog-ng');
const collector = findProgram('otelcol');
const LONG = { timeout: 60_000, interval: 500 };
const LINES = Array.from({ length: 300 }, (_, n) => `<38>1 2026-11-25T12:00:00Z web01 sshd ${n} - - Failed password for "root" from 192.0.2.7 port ${n} ssh2`);

describe.skipIf(address === '')('shippers that write to Kafka', () => {
  let broker: Broker;
  let folder: string;
  beforeAll(() => {
    broker = openBroker(address, 'shippers-test', pino({ level: 'silent' }));
    folder = mkdtempSync(join(tmpdir(), 'goshawk-kafka-shippers-'));
    writeFileSync(join(folder, 'input.log'), LINES.map((line) => `${line}\n`).join(''));
  });
  afterAll(async () => {
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (file: string, text: string): string => {
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  };
  async function expectEveryLine(start: (topic: string) => () => Promise<void>, written = (line: string) => line): Promise<void> {
    const topic = `raw.test.s${randomUUID()}`;
    await broker.admin().createTopics([settingsOf(topics.raw, 2, topic)], 1);
    const texts = async () => (await recordsOf(broker, topic)).map(({ text }) => text);
    const stop = start(topic);
    try {
      await expect.poll(async () => (await texts()).length, LONG).toBeGreaterThanOrEqual(LINES.length);
      expect((await texts()).toSorted()).toEqual(LINES.map(written).toSorted());
    } finally {
      await stop();
    }
  }

  it.skipIf(rsyslogd === null || !hasModule(rsyslogd, 'rsyslog', 'omkafka.so'))('rsyslog, by its module for Kafka', { timeout: 120_000 }, () =>
    expectEveryLine((topic) => {
      const addresses = { apiUrl: '', kafkaBrokers: address, syslogTls: null };
      const snippet = snippetsOf('sasl', { sensor: 'web-01', topic, format: null, secret: null, addresses }).find(({ shipper }) => shipper === 'rsyslog')!;
      const conf = write(
        'rsyslog.conf',
        `global(workDirectory="${folder}")
module(load="imfile" pollingInterval="1")
input(type="imfile" file="${folder}/input.log" tag="app" freshStartTail="off")
${snippet.text}`,
      );
      return startProgram(rsyslogd!, ['-n', '-f', conf, '-i', join(folder, 'rsyslog.pid'), '-M', rsyslogModules(rsyslogd!)]);
    }),
  );

  it.skipIf(syslogNg === null || !hasModule(syslogNg, 'syslog-ng/3.38', 'libkafka.so'))('syslog-ng, by its module for Kafka', { timeout: 120_000 }, () =>
    expectEveryLine((topic) => {
      const conf = write(
        'syslog-ng.conf',
        `@version: 3.38
source s_file { file("${folder}/input.log" follow-freq(1) flags(no-parse)); };
destination d_kafka { kafka-c(bootstrap-servers("${address}") topic("${topic}") message("$MSG")); };
log { source(s_file); destination(d_kafka); };
`,
      );
      const state = ['-R', join(folder, 'persist'), '-c', join(folder, 'ctl'), '-p', join(folder, 'pid')];
      const modules = syslogNg!.libraries.map((library) => join(library, 'syslog-ng/3.38')).join(':');
      return startProgram(syslogNg!, ['-F', '--no-caps', '--module-path', modules, '-f', conf, ...state]);
    }),
  );

  it.skipIf(collector === null)('the OpenTelemetry Collector, lines as strings of JSON, which ingest reads', { timeout: 120_000 }, () =>
    expectEveryLine(
      (topic) => {
        const conf = write(
          'collector.yaml',
          `receivers:
  filelog: { include: ["${folder}/input.log"], start_at: beginning }
exporters:
  kafka: { brokers: ["${address}"], logs: { topic: "${topic}", encoding: raw } }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    logs: { receivers: [filelog], exporters: [kafka] }
`,
        );
        return startProgram(collector!, ['--config', conf]);
      },
      (line) => JSON.stringify(line).replace('<', '\\u003c').replace('>', '\\u003e'),
    ),
  );
});
