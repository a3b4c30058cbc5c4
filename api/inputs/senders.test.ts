// Senders that others made, as they are: the official Elasticsearch client, Splunk's logging library, OpenTelemetry's exporters.
import { Client } from '@elastic/elasticsearch';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import splunk from 'splunk-logging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { recordsOf } from '../test/raw-records.ts';

describe('senders made by others', () => {
  let api: TestApi;
  let token: string;
  let url: string;
  beforeAll(async () => {
    api = await openTestApi();
    token = await api.token(['sensor'], 'alpha', 'shipper');
    url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => api.close());
  const texts = async (source: string) => (await recordsOf(api.broker, `raw.alpha.gateway-${source}`)).map(({ text }) => text);

  it.each<[name: string, node: () => string, auth: () => object]>([
    ['a key, at the root', () => url, () => ({ apiKey: { id: 'shipper', api_key: token } })],
    ['a key, under a prefix', () => `${url}/elastic`, () => ({ apiKey: token })],
    ['a password', () => `${url}/elastic`, () => ({ username: 'shipper', password: token })],
  ])('the Elasticsearch client sends with %s', async (name, node, auth) => {
    const client = new Client({ node: node(), auth: auth() as never, compression: true });
    try {
      expect((await client.info()).tagline).toBe('You Know, for Search');
      const failed: unknown[] = [];
      const result = await client.helpers.bulk({
        datasource: Array.from({ length: 250 }, (_, n) => ({ '@timestamp': '2026-03-01T12:00:00Z', n, name })),
        flushBytes: 4_000,
        onDocument: () => ({ create: { _index: 'logs-goshawk-test' } }),
        onDrop: (document) => failed.push(document),
      });
      expect([result.total, result.successful, result.failed, failed]).toEqual([250, 250, 0, []]);
      const numbers = (await texts('elastic')).map((text) => JSON.parse(text) as { n: number; name: string }).filter((document) => document.name === name);
      expect(numbers.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: 250 }, (_, n) => n));
    } finally {
      await client.close();
    }
  });

  it("Splunk's logging library sends", async () => {
    const logger = new splunk.Logger({ token, url, maxBatchCount: 3 });
    const errors: unknown[] = [];
    logger.error = (error: unknown) => errors.push(error);
    for (let n = 0; n < 3; n += 1) logger.send({ message: { n }, metadata: { host: 'h1', sourcetype: 'test' }, severity: 'info' }, () => {});
    await expect.poll(() => texts('hec'), { timeout: 15_000 }).toHaveLength(3);
    expect(errors).toEqual([]);
    const records = await recordsOf(api.broker, 'raw.alpha.gateway-hec');
    expect(records.map(({ text }) => JSON.parse(text))).toEqual([0, 1, 2].map((n) => ({ message: { n }, severity: 'info' })));
    expect(JSON.parse(records[0]!.headers.told!)).toMatchObject({ host: 'h1', time: expect.any(Number) });
  });

  it.each([
    ['JSON', JsonExporter],
    ['protobuf', ProtobufExporter],
  ])("OpenTelemetry's exporter sends %s", async (name, Exporter) => {
    const exporter = new Exporter({ url: `${url}/v1/logs`, headers: { authorization: `Bearer ${token}` }, compression: 'gzip' as never });
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
    provider.getLogger('test').emit({ body: `by ${name}`, severityText: 'WARN', attributes: { n: 7 } });
    await provider.forceFlush();
    await provider.shutdown();
    const found = (await texts('otlp')).find((text) => text.includes(`by ${name}`));
    const [{ resource, scopeLogs }] = JSON.parse(found ?? '{}').resourceLogs;
    expect(resource.attributes.map(({ key }: { key: string }) => key)).toContain('service.name');
    expect(scopeLogs[0].logRecords[0]).toMatchObject({ body: { stringValue: `by ${name}` }, severityText: 'WARN', attributes: [{ key: 'n' }] });
  });

  it('gives a request two minutes to arrive, its head one', () => {
    expect([api.app.server.requestTimeout, api.app.server.headersTimeout <= 60_000]).toEqual([120_000, true]);
  });
});
