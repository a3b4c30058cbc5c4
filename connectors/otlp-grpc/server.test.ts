import { credentials, Metadata, status } from '@grpc/grpc-js';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Source } from '../../pipeline/core/connector.ts';
import { testGateway } from '../_contract/gateway.ts';
import type { TestGateway } from '../_contract/gateway.ts';
import { exportLogs, REQUEST } from './client.test-kit.ts';
import type { GrpcOptions } from './server.ts';
import { listenGrpc } from './server.ts';

const options: GrpcOptions = { host: '127.0.0.1', port: 0, maxRequestBytes: 1_000_000, tls: null };
/** A request of so many empty records. */
function framesOf(records: number): Buffer {
  const field = (tag: number, content: Buffer) => {
    const head = [tag];
    for (let rest = content.length; ; rest >>>= 7) {
      head.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) return Buffer.concat([Buffer.from(head), content]);
    }
  };
  return field(0x0a, field(0x12, Buffer.from('1200'.repeat(records), 'hex')));
}

describe('OTLP over gRPC', () => {
  let gateway: TestGateway;
  const open: Source[] = [];
  afterEach(async () => {
    for (const source of open.splice(0)) await source.stop();
  });
  async function listen() {
    gateway = testGateway();
    const source = await listenGrpc(options, gateway.deps);
    open.push(source);
    return source.addresses[0]!.replace('grpc://', '');
  }
  it("takes what OpenTelemetry's exporter sends, packed", async () => {
    const address = await listen();
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer ghs_right');
    const exporter = new OTLPLogExporter({ url: `http://${address}`, credentials: credentials.createInsecure(), metadata, compression: 'gzip' as never });
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
    provider.getLogger('test').emit({ body: 'by gRPC', severityText: 'WARN', attributes: { n: 7 } });
    await provider.forceFlush();
    await provider.shutdown();
    const [{ text, delivery }] = gateway.taken as [TestGateway['taken'][number]];
    expect(JSON.parse(text).resourceLogs[0].scopeLogs[0].logRecords[0]).toMatchObject({ body: { stringValue: 'by gRPC' }, severityText: 'WARN' });
    expect(delivery).toEqual({ organization: 'alpha', sensor: 'fw-1', source: 'firewall', format: undefined });
  });

  it('answers with nothing more when all was taken', async () => {
    expect(await exportLogs(await listen(), REQUEST)).toMatchObject({ code: status.OK, answer: Buffer.alloc(0) });
  });

  it.each<[name: string, token: string]>([
    ['no token', ''],
    ['a wrong token', 'Bearer ghs_wrong'],
    ['another scheme', 'Basic ghs_right'],
  ])('refuses %s', async (_name, token) => {
    const address = await listen();
    expect((await exportLogs(address, REQUEST, token)).code).toBe(status.UNAUTHENTICATED);
    expect(gateway.taken).toEqual([]);
  });

  it.each<[fault: NonNullable<TestGateway['fault']>, code: status]>([
    ['GATEWAY_BUSY', status.RESOURCE_EXHAUSTED],
    ['BROKER_UNAVAILABLE', status.UNAVAILABLE],
    ['DATABASE_UNAVAILABLE', status.UNAVAILABLE],
  ])('asks to come again at %s, and says when', async (fault, code) => {
    const address = await listen();
    gateway.fault = fault;
    const refused = await exportLogs(address, REQUEST);
    expect([refused.code, refused.details.includes('google.rpc.RetryInfo'), refused.details.at(-1)]).toEqual([code, true, 5]);
    gateway.fault = null;
    expect((await exportLogs(address, REQUEST)).code).toBe(status.OK);
    expect(gateway.taken).toHaveLength(1);
  });

  it.each<[name: string, request: Buffer, code: status]>([
    ['bytes that are no request', Buffer.from('0a7f', 'hex'), status.INVALID_ARGUMENT],
    ['more than a request may have', Buffer.alloc(1_000_001), status.RESOURCE_EXHAUSTED],
    ['more records than are taken at once', framesOf(50_001), status.INVALID_ARGUMENT],
  ])('refuses %s', async (_name, request, code) => {
    expect((await exportLogs(await listen(), request)).code).toBe(code);
  });

  it('says which option to change when the port is taken', async () => {
    const port = Number((await listen()).split(':')[1]);
    await expect(listenGrpc({ ...options, port }, gateway.deps)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('otlpGrpc.port'),
    });
  });
});
