// The sink against the service as we know it, and the service as we know it against Microsoft's own client.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogsIngestionClient } from '@azure/monitor-ingestion';
import { afterEach, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { unpacked } from '../_contract/far-side.ts';
import type { Fault } from '../_contract/stand-in.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import type { Sink, SinkRecord } from '../_sink/index.ts';
import sentinel, { config } from './index.ts';
import { openStandIn, RULE, STREAM } from './test/stand-in.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options: Readonly<Record<string, unknown>> = {}, tokenSeconds = 3_599) {
  const azure = await openStandIn({ tokenSeconds });
  const test = testDeps(azure.outboundAllow);
  const sink = await sentinel.sink(config.parse({ ...azure.settings, ...options }), test.deps);
  closing.push(() => sink.close(), test.close, azure.close);
  return { azure, sink, test };
}
const send = (sink: Sink, records: readonly SinkRecord[]) => sink.send(records, AbortSignal.timeout(10_000));
const kinds = async (sink: Sink, records: readonly SinkRecord[]) => (await send(sink, records)).map(({ kind }) => kind);
const records = (...ids: readonly string[]) => ids.map((id) => sinkRecord(id));
const ingests = (azure: Awaited<ReturnType<typeof openStandIn>>) => azure.requests.filter(({ path }) => path.startsWith('/dataCollectionRules'));

describe('rows', () => {
  it.each(['gzip', 'none'])('arrive in order, packed by %s', async (compression) => {
    const { azure, sink } = await open({ compression });
    expect(await kinds(sink, records('a', 'b'))).toEqual(['delivered', 'delivered']);
    expect(azure.rows).toEqual(['a', 'b'].map((id) => ({ TimeGenerated: '2026-11-21T23:00:00.000Z', GoshawkId: id, GoshawkKind: 'event', event: { id } })));
    expect(ingests(azure)[0]!.headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
  });

  it('go in requests of 1 MB at most, each row once', async () => {
    const { azure, sink } = await open();
    const many = Array.from({ length: 60 }, (_, n) => sinkRecord(`r${n}`, { value: Buffer.from(JSON.stringify({ message: 'x'.repeat(60_000) })) }));
    expect(new Set(await kinds(sink, many))).toEqual(new Set(['delivered']));
    expect(azure.taken()).toEqual(many.map(({ id }) => id));
    expect(ingests(azure).map((request) => unpacked(request).length)).toSatisfy(
      (sizes: number[]) => sizes.length === 4 && sizes.every((size) => size <= 1_000_000),
    );
  });

  it('that cannot be are rejected, each at its place, and the others arrive', async () => {
    const { azure, sink } = await open({ maxBatchBytes: 2_000, longFields: 'reject' });
    const outcomes = await send(sink, [
      sinkRecord('a'),
      sinkRecord('b', { value: Buffer.from('no json') }),
      sinkRecord('c', { value: Buffer.from(JSON.stringify({ message: 'x'.repeat(3_000) })) }),
      sinkRecord('d'),
      sinkRecord('e', { value: Buffer.from(JSON.stringify({ message: 'x'.repeat(70_000) })) }),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'FORMAT_REFUSED' },
      { kind: 'rejected', reason: 'too_large' },
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'RECORD_TOO_LARGE' },
    ]);
    expect(azure.taken()).toEqual(['a', 'd']);
  });

  it('are never cut by the service', async () => {
    const { azure, sink } = await open();
    expect(
      await kinds(sink, [sinkRecord('a', { value: Buffer.from(JSON.stringify({ message: 'é'.repeat(100_000), event: { original: 'y'.repeat(90_000) } })) })]),
    ).toEqual(['delivered']);
    expect([azure.cut, azure.rows[0]!.GoshawkTruncated]).toEqual([[], ['message', 'event']]);
  });

  it('that the service refuses are found among the others', async () => {
    const { azure, sink } = await open();
    await azure.fail('reject-one', { of: 'c' });
    expect(await kinds(sink, records('a', 'b', 'c', 'd'))).toEqual(['delivered', 'delivered', 'rejected', 'delivered']);
    expect(azure.taken()).toEqual(['a', 'b', 'd']);
  });
});

describe('the service', () => {
  it.each<[name: string, fault: Fault, isAmbiguous: unknown]>([
    ['that is down is asked again', 'down', expect.any(Boolean)], // a kept connection that ends leaves it open
    ['that cuts the connection may have', 'cut', true],
    ['that fails after it took them may have', 'fail-after-accept', true],
    ['that is busy has taken nothing', 'throttle', false],
  ])('%s', async (_name, fault, isAmbiguous) => {
    const { azure, sink, test } = await open();
    await send(sink, records('first'));
    await azure.fail(fault);
    expect(await send(sink, records('a'))).toMatchObject([{ kind: 'retry', isAmbiguous }]);
    expect(test.slowedMs).toEqual(fault === 'throttle' ? [1_000] : []);
    await azure.fail(null);
    expect(await kinds(sink, records('a'))).toEqual(['delivered']);
  });

  it('that does not know the role yet is asked again for half an hour, and no longer', async () => {
    const { azure, sink, test } = await open();
    azure.answer = { status: 403, headers: { 'x-ms-error-code': 'OperationFailed' } };
    expect(await kinds(sink, records('a'))).toEqual(['retry']);
    test.nowMs += 1_799_999;
    await azure.fail('throttle', { times: 1 }); // says nothing of roles
    expect(await kinds(sink, records('a'))).toEqual(['retry']);
    expect(await kinds(sink, records('a'))).toEqual(['retry']);
    test.nowMs += 1;
    await expect(send(sink, records('a'))).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    expect(test.logged).toHaveLength(1);
    azure.answer = null;
    expect(await kinds(sink, records('a'))).toEqual(['delivered']);
    azure.answer = { status: 403 };
    expect(await kinds(sink, records('b'))).toEqual(['retry']);
  });
});

describe('tokens', () => {
  it('are asked for once, and once more when one ends in the middle', async () => {
    const { azure, sink } = await open();
    await Promise.all([send(sink, records('a')), send(sink, records('b'))]);
    expect(azure.tokens).toHaveLength(1);
    azure.endTokens();
    expect((await Promise.all([kinds(sink, records('c')), kinds(sink, records('d'))])).flat()).toEqual(['delivered', 'delivered']);
    expect(azure.tokens).toHaveLength(2);
    expect(new Set(await azure.taken())).toEqual(new Set(['a', 'b', 'c', 'd']));
  });

  it('are renewed when their time is over, by our clock', async () => {
    const { azure, sink, test } = await open({}, 600);
    await send(sink, records('a'));
    test.nowMs += 600_000;
    await send(sink, records('b'));
    expect(azure.tokens).toEqual(['token-1', 'token-2']);
  });

  it('that are refused although they are new stop the sink', async () => {
    const { azure, sink } = await open();
    azure.answer = { status: 401 };
    await expect(send(sink, records('a'))).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('`scope`') as string });
    expect(azure.tokens).toHaveLength(2);
  });

  it('and secrets are in no log, error or outcome', async () => {
    const { azure, sink, test } = await open({ clientSecret: 'wrong-secret' });
    const error = await send(sink, records('a')).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('invalid_client AADSTS7000215') as string });
    const right = await sentinel.sink(config.parse(azure.settings), test.deps);
    azure.answer = { status: 403 };
    const outcomes = await send(right, records('a'));
    const all = JSON.stringify([error, (error as Error).message, (error as Error).stack, outcomes, test.logged]);
    expect(all).toContain('for want of a role');
    expect(all).not.toMatch(/wrong-secret|standin~secret|token-\d/);
  });
});

describe('a configuration', () => {
  it.each<[name: string, options: object, problems: readonly string[]]>([
    ['that can work has no problem', {}, []],
    ['with a wrong secret has one', { clientSecret: 'wrong' }, ['clientSecret']],
    ['that points inside has one', { endpoint: 'https://10.1.2.3' }, ['endpoint']],
  ])('%s', async (_name, options, problems) => {
    const { azure, test } = await open();
    expect((await sentinel.check!(config.parse({ ...azure.settings, ...options }), test.deps)).map(({ option }) => option)).toEqual(problems);
    expect(ingests(azure)).toEqual([]);
  });
});

describe.skipIf(!hasOpenssl())("Microsoft's own client", () => {
  it('writes what our stand-in takes for right: the wire is the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'goshawk-sentinel-'));
    const { pem } = makeCertificates(folder, ['localhost']);
    const azure = await openStandIn({ tls: { key: pem('localhost.key'), cert: pem('localhost.pem') } });
    const test = testDeps(azure.outboundAllow.map((entry) => entry.replace('127.0.0.1', 'localhost')));
    closing.push(test.close, azure.close, () => rmSync(folder, { recursive: true }));
    const { port } = new URL(azure.settings.endpoint!);
    const endpoint = `https://localhost:${port}`;
    const mine = config.parse({ ...azure.settings, endpoint, authority: endpoint, caFile: join(folder, 'ca.pem') });
    const sink = await sentinel.sink(mine, test.deps);
    expect(await send(sink, records('ours'))).toMatchObject([{ kind: 'delivered' }]);

    const client = new LogsIngestionClient(
      endpoint,
      { getToken: async () => ({ token: azure.tokens[0]!, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      { tlsOptions: { ca: pem('ca.pem') }, retryOptions: { maxRetries: 0 } },
    );
    await client.upload(RULE, STREAM, [{ GoshawkId: 'theirs', TimeGenerated: new Date(0).toISOString() }]);
    expect(azure.taken()).toEqual(['ours', 'theirs']);
    const [ours, theirs] = ingests(azure).map(({ path, headers }) => ({
      path: path.replace('api%2Dversion', 'api-version'),
      type: headers['content-type'],
      encoding: headers['content-encoding'],
      authorization: headers.authorization,
    }));
    expect(ours).toEqual(theirs);
    expect(theirs).toMatchObject({ encoding: 'gzip' });
  });
});
