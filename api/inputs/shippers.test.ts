// Shippers made by others, with the configuration that a sensor's owner is given, follow a file: every line arrives once and becomes an event.
// Where they are not installed, GOSHAWK_SENDERS names a folder; absent = skipped (CONTRIBUTING says how to get them).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snippetsOf } from '../../domains/sensors/snippets/index.ts';
import type { Shipper } from '../../domains/sensors/snippets/index.ts';
import type { Stage } from '../../pipeline/core/index.ts';
import { config as ingestConfig, ingest } from '../../pipeline/ingest/index.ts';
import { StageDriver } from '../../pipeline/runtime/driver.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { findProgram, hasModule, rsyslogModules, startProgram } from '../../test/programs.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { recordsOf } from '../test/raw-records.ts';

const LONG = { timeout: 60_000, interval: 200 };
const LINES = Array.from({ length: 200 }, (_, n) => `<38>1 2026-11-25T12:00:00Z web01 sshd ${n} - - Failed password for "root" from 192.0.2.7 port ${n} ssh2`);

describe('shippers over HTTP, with their ready configuration', () => {
  let api: TestApi;
  let folder: string;
  let token: string;
  let apiUrl: string;
  let stage: Stage<Uint8Array>;
  beforeAll(async () => {
    api = await openTestApi();
    token = await api.token(['sensor'], 'alpha', 'web-01');
    apiUrl = await api.app.listen({ host: '127.0.0.1', port: 0 });
    folder = mkdtempSync(join(tmpdir(), 'goshawk-shippers-'));
    writeFileSync(join(folder, 'input.log'), LINES.map((line) => `${line}\n`).join(''));
    stage = (await ingest(ingestConfig.parse({}), { installation: 'test' })) as unknown as Stage<Uint8Array>;
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** With the file of the test in place of the owner's. */
  function snippetOf(shipper: Shipper): string {
    const input = { sensor: 'web-01', topic: '', format: null, secret: token, addresses: { apiUrl, kafkaBrokers: null, syslogTls: null } };
    return snippetsOf('token', input)
      .find((snippet) => snippet.shipper === shipper)!
      .text.replaceAll('/var/log/*.log', join(folder, 'input.log'));
  }
  function write(file: string, text: string): string {
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  }
  /** As ingest makes them of what lies on the topic. */
  async function eventsOf(source: string): Promise<readonly Event[]> {
    const topic = `raw.alpha.gateway-${source}`;
    const driver = new StageDriver(stage);
    const records = await recordsOf(api.broker, topic);
    return records.flatMap(({ text, headers }) => driver.send(Buffer.from(text), { topic, headers }).outputs.map(({ value }) => value as Event));
  }
  async function expectEveryLine(source: string): Promise<void> {
    await expect.poll(async () => (await eventsOf(source)).length, LONG).toBeGreaterThanOrEqual(LINES.length);
    const events = await eventsOf(source);
    expect(events.map((event) => Number(event.source?.port)).toSorted((a, b) => a - b)).toEqual(LINES.map((_, n) => n));
    expect(new Set(events.map(({ organization, sensor, dataset, source: from }) => [organization, sensor, dataset, from?.ip].join()))).toEqual(
      new Set(['alpha,web-01,linux.auth,192.0.2.7']),
    );
  }

  const rsyslogd = findProgram('rsyslogd');
  it.skipIf(rsyslogd === null || !hasModule(rsyslogd, 'rsyslog', 'omelasticsearch.so'))(
    'rsyslog, by its module for Elasticsearch',
    { timeout: 90_000 },
    async () => {
      const conf = write(
        'rsyslog.conf',
        `global(workDirectory="${folder}")
module(load="imfile" pollingInterval="1")
input(type="imfile" file="${folder}/input.log" tag="app" freshStartTail="off")
${snippetOf('rsyslog')}`,
      );
      const stop = startProgram(rsyslogd!, ['-n', '-f', conf, '-i', join(folder, 'rsyslog.pid'), '-M', rsyslogModules(rsyslogd!)]);
      try {
        await expectEveryLine('elastic');
      } finally {
        await stop();
      }
    },
  );

  const collector = findProgram('otelcol');
  it.skipIf(collector === null)('the OpenTelemetry Collector', { timeout: 90_000 }, async () => {
    // It begins at the end of what is there already; the test's file is whole from the start.
    const conf = write('collector.yaml', snippetOf('otel-collector').replace('filelog:\n', 'filelog:\n    start_at: beginning\n'));
    const stop = startProgram(collector!, ['--config', conf]);
    try {
      await expectEveryLine('otlp');
    } finally {
      await stop();
    }
  });

  it.skipIf(findProgram('curl') === null).each<[shipper: Shipper, answer: RegExp]>([
    ['hec', /^\{"text":"Success","code":0\}$/],
    ['curl', /"receipt":/],
  ])('curl, by the command for %s', async (shipper, answer) => {
    const sending = spawn('sh', ['-ec', snippetOf(shipper)], { stdio: ['ignore', 'pipe', 'ignore'] });
    const said: string[] = [];
    sending.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
    expect([await once(sending, 'close'), said.join('')]).toEqual([[0, null], expect.stringMatching(answer)]);
  });
});
