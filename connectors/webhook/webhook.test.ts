// The sink against a receiver that keeps to Standard Webhooks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import type { Sink, SinkRecord } from '../_sink/index.ts';
import webhook, { config } from './index.ts';
import { openStandIn, SECRET } from './test/stand-in.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options: Readonly<Record<string, unknown>> = {}) {
  const receiver = await openStandIn({ now: () => test.nowMs });
  const test = testDeps(receiver.outboundAllow);
  const sink = await webhook.sink(config.parse({ ...receiver.settings, ...options }), test.deps);
  closing.push(() => sink.close(), test.close, receiver.close);
  return { receiver, sink, test };
}
const send = (sink: Sink, records: readonly SinkRecord[]) => sink.send(records, AbortSignal.timeout(10_000));
const kinds = async (sink: Sink, records: readonly SinkRecord[]) => (await send(sink, records)).map(({ kind }) => kind);
const records = (...ids: readonly string[]) => ids.map((id) => sinkRecord(id));

describe('a document each request', () => {
  it('goes as it is, under its own id, signed so that the library of the specification takes it', async () => {
    const { receiver, sink } = await open({ headers: ['X-Team: blue'], authorization: 'Bearer key' });
    expect(sink.limits).toMatchObject({ maxRecords: 1, maxInFlight: 8 });
    expect(await kinds(sink, records('1763765999-ab.c'))).toEqual(['delivered']);
    const [request] = receiver.requests;
    expect(request!.headers).toMatchObject({
      'webhook-id': '1763765999-ab%2ec',
      'x-team': 'blue',
      authorization: 'Bearer key',
      'content-type': 'application/json',
    });
    expect(new Webhook(SECRET).verify(request!.body.toString(), request!.headers as Record<string, string>)).toEqual({ event: { id: '1763765999-ab.c' } });
  });

  it('sent twice is one document there', async () => {
    const { receiver, sink } = await open();
    await receiver.fail('fail-after-accept', { times: 1 });
    expect(await send(sink, records('a'))).toMatchObject([{ kind: 'retry', isAmbiguous: true }]);
    expect(await kinds(sink, records('a'))).toEqual(['delivered']);
    expect(receiver.taken()).toEqual(['a']);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('stands under its kind in an envelope', async () => {
    const { receiver, sink } = await open({ body: 'envelope' });
    expect(await kinds(sink, [sinkRecord('a', { kind: 'alert' })])).toEqual(['delivered']);
    expect(receiver.bodies).toEqual(['{"type":"goshawk.alert","timestamp":"2026-11-21T23:00:00.000Z","data":{"event":{"id":"a"}}}']);
  });

  it('that is too large is rejected without a request', async () => {
    const { receiver, sink } = await open({ maxBatchBytes: 1_024 });
    expect(await send(sink, [sinkRecord('a', { value: Buffer.from(JSON.stringify('x'.repeat(1_024))) })])).toMatchObject([
      { kind: 'rejected', reason: 'too_large' },
    ]);
    expect(receiver.requests).toEqual([]);
  });
});

describe('an array', () => {
  it('has the documents in order, and the same id when it is sent again', async () => {
    const { receiver, sink } = await open({ body: 'array' });
    expect(await kinds(sink, records('a', 'b', 'c'))).toEqual(['delivered', 'delivered', 'delivered']);
    expect(await kinds(sink, records('a', 'b', 'c'))).toEqual(['delivered', 'delivered', 'delivered']);
    expect(receiver.bodies.map((body) => JSON.parse(body) as unknown)).toEqual([[{ event: { id: 'a' } }, { event: { id: 'b' } }, { event: { id: 'c' } }]]);
  });

  it('is parted until the one document is found that the receiver does not take', async () => {
    const { receiver, sink } = await open({ body: 'array' });
    await receiver.fail('reject-one', { of: 'c' });
    expect(await kinds(sink, records('a', 'b', 'c', 'd', 'e'))).toEqual(['delivered', 'delivered', 'rejected', 'delivered', 'delivered']);
    expect(receiver.taken()).toEqual(['a', 'b', 'd', 'e']);
  });

  it('of which a half is lost on the way keeps the half that arrived', async () => {
    const { receiver, sink } = await open({ body: 'array', maxBatchBytes: 1_024, maxBatchRecords: 4 });
    const large = records('a', 'b', 'c').map((record) => ({ ...record, value: Buffer.from(JSON.stringify({ event: { id: record.id }, x: 'y'.repeat(600) })) }));
    receiver.failAfter = 1;
    expect(await send(sink, large)).toMatchObject([{ kind: 'delivered' }, { kind: 'retry', isAmbiguous: true }, { kind: 'retry', isAmbiguous: false }]);
    expect(receiver.taken()).toEqual(['a']);
    expect(receiver.requests).toHaveLength(2);
  });
});

describe('a receiver', () => {
  it('that is down has taken nothing', async () => {
    const { receiver, sink } = await open();
    await receiver.fail('down');
    expect(await send(sink, records('a'))).toMatchObject([{ kind: 'retry', isAmbiguous: false }]);
    await receiver.fail(null);
    expect(await kinds(sink, records('a'))).toEqual(['delivered']);
  });

  it('that asks for a pause gets one', async () => {
    const { receiver, sink, test } = await open();
    await receiver.fail('throttle', { times: 1 });
    expect(await send(sink, records('a'))).toMatchObject([{ kind: 'retry', afterMs: 1_000, isAmbiguous: false }]);
    expect(test.slowedMs).toEqual([1_000]);
  });

  it.each([
    ['is disabled', { status: 410 }, /disabled for good/],
    ['redirects', { status: 302, headers: { location: 'https://elsewhere.example/?key=1' } }, /elsewhere\.example\/\. Redirects are not followed/],
    ['is not there', { status: 404 }, /correct `url`/],
  ])('that %s stops the sink with a sentence', async (_name, answer, sentence) => {
    const { receiver, sink } = await open();
    receiver.answer = answer;
    await expect(send(sink, records('a'))).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringMatching(sentence) as string });
  });

  it('whose clock is minutes off takes no signature, and the sentence says where to look', async () => {
    const { receiver, sink, test } = await open();
    receiver.aheadMs = 600_000;
    await expect(send(sink, records('a'))).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('clocks') as string });
    test.nowMs += 600_000;
    receiver.aheadMs = 0;
    expect(await kinds(sink, records('a'))).toEqual(['delivered']);
  });
});

describe.skipIf(!hasOpenssl())('over TLS', () => {
  it.each([
    ['the name that its certificate is of', 'hooks.example.com', { kind: 'delivered' }],
    ['another name', 'other.example.com', { kind: 'retry', message: expect.stringContaining('certificate') as string }],
  ])('a receiver is asked by %s', async (_name, host, outcome) => {
    const folder = mkdtempSync(join(tmpdir(), 'goshawk-webhook-'));
    const { pem } = makeCertificates(folder, ['hooks.example.com']);
    const receiver = await openStandIn({ tls: { key: pem('hooks.example.com.key'), cert: pem('hooks.example.com.pem') } });
    const at = new URL(receiver.settings.url!);
    const test = testDeps([`${host}:${at.port}`]);
    closing.push(test.close, receiver.close, () => rmSync(folder, { recursive: true }));
    const url = `https://${host}:${at.port}${at.pathname}`;
    const sink = await webhook.sink(config.parse({ ...receiver.settings, url, caFile: join(folder, 'ca.pem') }), test.deps);
    expect(await send(sink, records('a'))).toMatchObject([outcome]);
  });
});

describe('what is configured', () => {
  it.each([
    ['an address without a scheme', { url: 'hooks.example.com' }],
    ['a header that the sink sets itself', { headers: ['Webhook-Id: 1'] }],
    ['a header without a value', { headers: ['X-Team'] }],
    ['a line break in a header', { headers: ['X-Team: a\r\nX-Other: b'] }],
    ['a certificate without its key', { certFile: '/etc/ssl/mine.pem' }],
    ['an unknown option', { retries: 3 }],
  ])('refuses %s', (_name, options) => {
    expect(config.safeParse({ url: 'https://hooks.example.com', signingKeys: SECRET, ...options }).success).toBe(false);
  });

  it('is checked without sending a document', async () => {
    const { receiver, test } = await open();
    const problems = (options: object) => webhook.check!(config.parse({ ...receiver.settings, ...options }), test.deps);
    expect(await problems({})).toEqual([]);
    expect(await problems({ url: 'http://10.0.0.1/', signingKeys: 'whsec_AAAA' })).toMatchObject([{ option: 'signingKeys' }, { option: 'url' }]);
    expect(receiver.requests).toEqual([]);
  });

  it('shows no secret in logs and errors', async () => {
    const { receiver, sink, test } = await open({ authorization: 'Bearer hidden-key' });
    receiver.answer = { status: 401, body: 'denied' };
    const error = await send(sink, records('a')).catch((thrown: unknown) => thrown as Error);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack, test.logged])).not.toMatch(/hidden-key|MfKQ9r8G/);
  });
});
