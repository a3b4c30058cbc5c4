// Delivery without acknowledgement: what is said of messages when connections end, at every moment at which they can.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../../test/certificates.ts';
import type { Certificates } from '../../../test/certificates.ts';
import { sinkRecord, testDeps } from '../../_contract/test-sink.ts';
import type { Outcome } from '../index.ts';
import { checkCollectors, openSyslogSink } from './sink.ts';
import type { SyslogSinkOptions } from './sink.ts';
import { openCollector } from './test/collector.ts';
import type { Collector } from './test/collector.ts';
import { tableOf } from './unacknowledged.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
const { signal } = new AbortController();
/** Longer than any test: what is owed stays owed. */
const NEVER = 60_000;

const recordOf = (id: string, value = `{"id":"${id}"}`) => sinkRecord(id, { value: Buffer.from(value) });
const recordsOf = (count: number, from = 0) => Array.from({ length: count }, (_, n) => recordOf(`d${from + n}`));
const idsIn = ({ messages }: Collector) => messages.map((message) => (JSON.parse(String(message)) as { id: string }).id);

async function collector(tls?: TlsOptions) {
  const opened = await openCollector(tls);
  closing.push(() => opened.close());
  return opened;
}
function openSink(collectors: readonly Pick<Collector, 'port'>[], more: Partial<SyslogSinkOptions> = {}) {
  const scheme = more.tls === undefined ? 'tcp' : 'tls';
  const urls = collectors.map(({ port }) => `${scheme}://siem.example.com:${port}`);
  const test = testDeps(urls);
  closing.push(() => test.close());
  const limits = { maxRecords: 1_000, maxBytes: 1_000_000, lingerMs: 0 };
  const options = {
    urls,
    tls: {},
    header: null,
    format: null,
    framing: 'octet-counting',
    maxMessageBytes: 10_000,
    settleMs: 20,
    timeoutMs: 10_000,
    limits,
    ...more,
  } as const;
  const sink = openSyslogSink(options, test.deps);
  closing.push(() => sink.close());
  return { sink, test, options };
}
/** As they settle. */
const settled = (outcomes: readonly Outcome[]) => Promise.all(outcomes.map(async (outcome) => (outcome.kind === 'accepted' ? outcome.acknowledged : outcome)));
const kindsOf = async (outcomes: readonly Outcome[]) =>
  (await settled(outcomes)).map((outcome) => (outcome.kind === 'retry' ? `retry${outcome.isAmbiguous ? ', maybe taken' : ''}` : outcome.kind));

describe('what is written', () => {
  it('is owed until its connection has outlived it, then delivered', async () => {
    const to = await collector();
    const { sink } = openSink([to]);
    const outcomes = await sink.send(recordsOf(3), signal);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await kindsOf(outcomes)).toEqual(['delivered', 'delivered', 'delivered']);
    await to.read(3);
    expect(idsIn(to)).toEqual(['d0', 'd1', 'd2']);
  });

  it('is delivered at once where nobody wants to wait', async () => {
    const { sink } = openSink([await collector()], { settleMs: 0 });
    expect((await sink.send(recordsOf(1), signal)).map(({ kind }) => kind)).toEqual(['delivered']);
  });

  it('shares one connection, call after call and at the same time', async () => {
    const to = await collector();
    const { sink } = openSink([to]);
    await Promise.all([sink.send(recordsOf(2), signal), sink.send(recordsOf(2, 2), signal)]);
    await sink.send(recordsOf(2, 4), signal);
    await to.read(6);
    expect(to.connections).toHaveLength(1);
  });

  it('is sent again when the connection ends in order before it has settled', async () => {
    const to = await collector();
    const { sink, test } = openSink([to], { settleMs: NEVER });
    const outcomes = await sink.send(recordsOf(2), signal);
    await to.read(2);
    to.connections[0]!.end();
    expect(await kindsOf(outcomes)).toEqual(['retry, maybe taken', 'retry, maybe taken']);
    expect(test.logged.join('\n')).toContain('What was written last is sent again.');
  });

  it('is sent again when the connection is reset before it has settled', async () => {
    const to = await collector();
    const { sink } = openSink([to], { settleMs: NEVER });
    const outcomes = await sink.send(recordsOf(1), signal);
    await to.read(1);
    to.connections[0]!.resetAndDestroy();
    const [outcome] = await settled(outcomes);
    expect(outcome).toMatchObject({ kind: 'retry', isAmbiguous: true, message: expect.stringContaining('ECONNRESET') as string });
  });

  it('is sent again when its connection ended while this process had no time to look', async () => {
    const told = new Int32Array(new SharedArrayBuffer(8)); // as test/abrupt.ts has it
    const thread = new Worker(new URL('test/abrupt.ts', import.meta.url), { workerData: told.buffer });
    closing.push(() => thread.terminate());
    await Atomics.waitAsync(told, 0, 0).value;
    const { sink } = openSink([{ port: told[0]! }], { settleMs: 1 });
    const outcomes = await sink.send(recordsOf(1), signal);
    Atomics.wait(told, 1, 0); // the event loop stands still until the far side has reset the connection; by then the message has had its time
    expect(await kindsOf(outcomes)).toEqual(['retry, maybe taken']);
  });

  it('stays delivered when the connection ends after it has settled, and the next goes over a new one', async () => {
    const to = await collector();
    const { sink } = openSink([to]);
    expect(await kindsOf(await sink.send(recordsOf(1), signal))).toEqual(['delivered']);
    await to.read(1);
    to.connections[0]!.destroy();
    // What is written before the end is noticed comes back as not delivered, and is offered again.
    for (let isDelivered = false; !isDelivered;) isDelivered = (await kindsOf(await sink.send(recordsOf(1, 1), signal)))[0] === 'delivered';
    expect(new Set(idsIn(to))).toEqual(new Set(['d0', 'd1']));
    expect(to.connections.length).toBeGreaterThan(1);
  });

  it.each(['cut', 'fail-after-accept'] as const)('is never called delivered when the far side shows %s, and all of it arrives in the end', async (fault) => {
    const to = await collector();
    const { sink } = openSink([to], { settleMs: 300 });
    await to.fail(fault, { times: 1 });
    expect(await kindsOf(await sink.send(recordsOf(100), signal))).toEqual(Array.from({ length: 100 }, () => 'retry, maybe taken'));
    expect(await kindsOf(await sink.send(recordsOf(100), signal))).toEqual(Array.from({ length: 100 }, () => 'delivered'));
    expect(new Set(idsIn(to)).size).toBe(100);
  });

  it('is not taken while nobody listens', async () => {
    const to = await collector();
    const { sink } = openSink([to]);
    await to.fail('down');
    await expect(sink.send(recordsOf(1), signal)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details: { isAmbiguous: false } });
    await to.fail(null);
    expect(await kindsOf(await sink.send(recordsOf(1), signal))).toEqual(['delivered']);
  });

  it('may be taken in part when the far side stops reading, or the task ends', async () => {
    const to = await collector();
    const { sink } = openSink([to], { timeoutMs: 100, maxMessageBytes: 1 << 25 });
    await to.fail('slow', { ms: NEVER });
    const large = recordOf('large', `{"id":"${'x'.repeat(1 << 24)}"}`);
    await expect(sink.send([large], signal)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      details: { isAmbiguous: true },
      message: expect.stringContaining('100 ms') as string,
    });
    const ending = new AbortController();
    const sent = sink.send([large], ending.signal);
    ending.abort();
    await expect(sent).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });

  it.skipIf(process.platform !== 'linux')('is not delivered while it lies in the buffers of this system, however long', async () => {
    const to = await collector();
    const { sink } = openSink([to], { settleMs: 20, timeoutMs: 500, maxMessageBytes: 1 << 20 });
    await to.fail('slow', { ms: NEVER }); // it takes the first bytes, then nothing more: buffers fill, there and here
    const batch = [recordOf('filler', `{"id":"${'x'.repeat(100_000)}"}`)];
    const taken: Outcome[] = [];
    await expect(
      (async () => {
        for (;;) taken.push(...(await sink.send(batch, signal)));
      })(),
    ).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    const kinds = await kindsOf(taken);
    expect(kinds[0]).toBe('delivered');
    expect(kinds.at(-1)).toBe('retry, maybe taken');
  });

  it('is settled by a goodbye: a far side that ends its half too has read everything', async () => {
    const to = await collector();
    const { sink } = openSink([to], { settleMs: NEVER });
    const outcomes = await sink.send(recordsOf(50), signal);
    await sink.close();
    expect(new Set(await kindsOf(outcomes))).toEqual(new Set(['delivered']));
    expect(idsIn(to)).toHaveLength(50);
  });

  it('goes to the other collectors while one is away', async () => {
    const [away, there] = [await collector(), await collector()];
    const { sink } = openSink([away, there]);
    await away.fail('down');
    const delivered = new Set<number>();
    for (let n = 0; delivered.size < 6; n = (n + 1) % 6) {
      if (delivered.has(n)) continue;
      const [kind] = await sink.send(recordsOf(1, n), signal).then(kindsOf, () => ['retry']);
      if (kind === 'delivered') delivered.add(n);
    }
    expect(idsIn(there).toSorted()).toEqual(['d0', 'd1', 'd2', 'd3', 'd4', 'd5']);
  });

  it('leaves out what no message can be, and only that', async () => {
    const to = await collector();
    const header = () => '<134>1 - - - - - - ';
    const { sink } = openSink([to], { header, maxMessageBytes: 60 });
    const outcomes = await settled(
      await sink.send([recordOf('a'), recordOf('b', 'no json'), recordOf('c', `{"id":"${'c'.repeat(60)}"}`), recordOf('d')], signal),
    );
    expect(outcomes).toEqual([
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'FORMAT_REFUSED', message: expect.stringContaining('JSON') as string },
      { kind: 'rejected', reason: 'too-large', message: 'The message has 88 bytes; maxMessageBytes is 60.' },
      { kind: 'delivered' },
    ]);
    expect(to.messages.map(String)).toEqual(['<134>1 - - - - - - {"id":"a"}', '<134>1 - - - - - - {"id":"d"}']);
  });
});

it('finds what is not acknowledged in the table of the system', () => {
  const table = tableOf(`  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:1972 01 00001A2B:00000000 01:00000018 00000000     0        0 2 2 0 20 4 30 10 -1
  12: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1972 01 00000000:00000010 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
`);
  expect([...table]).toEqual([
    ['8080 0', 0],
    ['50000 6514', 0x1a2b],
    ['50001 6514', 0],
  ]);
});

describe.skipIf(!hasOpenssl())('over TLS', () => {
  let folder: string;
  let pem: Certificates['pem'];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-collector-'));
    ({ pem } = makeCertificates(folder, ['siem.example.com', 'client']));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const server = (more: TlsOptions = {}): TlsOptions => ({ key: pem('siem.example.com.key'), cert: pem('siem.example.com.pem'), ...more });
  const trusting = () => ({ ca: pem('ca.pem') });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('(%s) an end, in order or not, sends the tail again', async (maxVersion) => {
    for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const to = await collector(server({ maxVersion }));
      const { sink } = openSink([to], { tls: trusting(), settleMs: NEVER });
      const outcomes = await sink.send(recordsOf(10), signal);
      await to.read(10);
      // The encrypted socket lies on a plain one, which is what is reset.
      const socket = to.connections[0]!;
      if (end === 'end') socket.end();
      else socket.destroy();
      expect(new Set(await kindsOf(outcomes))).toEqual(new Set(['retry, maybe taken']));
    }
  });

  it('is delivered when nothing ends', async () => {
    const to = await collector(server());
    const { sink } = openSink([to], { tls: trusting() });
    expect(new Set(await kindsOf(await sink.send(recordsOf(500), signal)))).toEqual(new Set(['delivered']));
    await to.read(500);
    expect(idsIn(to)).toEqual(recordsOf(500).map(({ id }) => id));
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('(%s) a collector that wants a certificate is not taken for one that has the messages', async (maxVersion) => {
    const to = await collector(server({ maxVersion, requestCert: true, rejectUnauthorized: true, ca: pem('ca.pem') }));
    const { sink } = openSink([to], { tls: trusting(), settleMs: 2_000 });
    // TLS 1.3 says so only after the first messages were written.
    const first = await sink.send(recordsOf(1), signal).then(kindsOf, (error: { code: string }) => [error.code]);
    expect(first).toEqual([maxVersion === 'TLSv1.2' ? 'SINK_MISCONFIGURED' : 'retry, maybe taken']);
    await expect(sink.send(recordsOf(1), signal)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('certFile') as string });
    expect(to.messages).toEqual([]);
  });

  it('shows its certificate', async () => {
    const to = await collector(server({ requestCert: true, rejectUnauthorized: true, ca: pem('ca.pem') }));
    const { sink } = openSink([to], { tls: { ...trusting(), cert: pem('client.pem'), key: pem('client.key') } });
    expect(await kindsOf(await sink.send(recordsOf(1), signal))).toEqual(['delivered']);
  });

  it('cannot begin with files that hold no certificate', async () => {
    const to = await collector(server());
    const { sink } = openSink([to], { tls: { ...trusting(), cert: 'none', key: 'none' } });
    await expect(sink.send(recordsOf(1), signal)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });

  it('finds out before what would go wrong', async () => {
    const to = await collector(server());
    const { test, options } = openSink([to], { tls: trusting() });
    expect(await checkCollectors(options, test.deps)).toEqual([]);
    expect(await checkCollectors({ ...options, tls: {} }, test.deps)).toEqual([{ option: 'urls', message: expect.stringContaining('certificate') as string }]);
    expect(await checkCollectors({ ...options, urls: ['tls://elsewhere.example.com:1'] }, test.deps)).toEqual([
      { option: 'urls', message: expect.stringContaining('outbound.allow: tls://elsewhere.example.com:1') as string },
    ]);
  });
});
