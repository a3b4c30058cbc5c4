// The sink against the service as Google describes it.
import { afterEach, describe, expect, it } from 'vitest';
import { alertRecord, findingRecord } from '../_contract/finding-records.ts';
import type { Fault } from '../_contract/stand-in.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import type { Sink, SinkRecord } from '../_sink/index.ts';
import scc, { config } from './index.ts';
import { openStandIn, PARENT } from './test/stand-in.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options: Readonly<Record<string, unknown>> = {}) {
  const google = await openStandIn();
  const test = testDeps(google.outboundAllow);
  const sink = await scc.sink(config.parse({ ...google.settings, ...options }), test.deps);
  closing.push(() => sink.close(), test.close, google.close);
  return { google, sink, test };
}
const send = (sink: Sink, records: readonly SinkRecord[]) => sink.send(records, AbortSignal.timeout(10_000));
const kinds = async (sink: Sink, records: readonly SinkRecord[]) => (await send(sink, records)).map(({ kind }) => kind);
const calls = (google: Awaited<ReturnType<typeof openStandIn>>) =>
  google.requests.filter(({ path }) => path.startsWith('/v2/')).map(({ method, path }) => `${method} ${path.replace(`/v2/${PARENT}/findings/`, '')}`);

describe('findings', () => {
  it('are made and changed under the id of the document; events are not', async () => {
    const { google, sink } = await open();
    expect(
      await kinds(sink, [findingRecord('f1'), sinkRecord('e1'), alertRecord('a1', 1), alertRecord('a1', 2, { severity: 'critical', title: 'Worse' })]),
    ).toEqual(['delivered', 'rejected', 'delivered', 'delivered']);
    expect(calls(google)).toEqual(['PATCH f1', 'PATCH a1', 'PATCH a1']);
    expect(google.findings.get('a1')).toMatchObject({ severity: 'CRITICAL', state: 'ACTIVE', sourceProperties: { title: 'Worse', revision: 2 } });
    expect(sink.limits).toMatchObject({ maxRecords: 1, orderedByKey: true });
  });

  it('that were withdrawn become inactive, once', async () => {
    const { google, sink } = await open();
    const withdrawn = findingRecord('f1', { revisable: { revision: 2, isWithdrawn: true } });
    expect(await kinds(sink, [findingRecord('f1'), withdrawn, withdrawn])).toEqual(['delivered', 'delivered', 'delivered']);
    expect(google.findings.get('f1')).toMatchObject({ state: 'INACTIVE' });
    expect(calls(google)).toEqual(['PATCH f1', 'PATCH f1', 'POST f1:setState', 'PATCH f1']);
  });

  it('whose state could not be set are owed, and set when they come again', async () => {
    const { google, sink } = await open();
    const withdrawn = findingRecord('f1', { revisable: { revision: 2, isWithdrawn: true } });
    await send(sink, [findingRecord('f0')]);
    await google.fail('throttle', { times: 1 });
    expect(await kinds(sink, [withdrawn])).toEqual(['retry']);
    expect(await kinds(sink, [withdrawn])).toEqual(['delivered']);
    expect(google.findings.get('f1')).toMatchObject({ state: 'INACTIVE' });
  });

  it('that a person closed stay closed', async () => {
    const { google, sink } = await open();
    await send(sink, [alertRecord('a1', 1)]);
    (google.findings as Map<string, object>).set('a1', { ...google.findings.get('a1'), state: 'INACTIVE' });
    await send(sink, [alertRecord('a1', 2)]);
    expect(google.findings.get('a1')).toMatchObject({ state: 'INACTIVE', sourceProperties: { revision: 2 } });
  });

  it('that Google refuses are rejected with what it says', async () => {
    const { google, sink } = await open();
    await google.fail('reject-one', { of: 'f1-1' });
    expect(await send(sink, [findingRecord('f1'), findingRecord('f2')])).toMatchObject([
      { kind: 'rejected', reason: 'INVALID_ARGUMENT', message: expect.stringContaining('As told.') as string },
      { kind: 'delivered' },
    ]);
  });
});

describe('the service', () => {
  it.each<[name: string, fault: Fault, isAmbiguous: unknown]>([
    ['that is down is asked again', 'down', expect.any(Boolean)], // a kept connection that ends leaves it open
    ['that cuts the connection may have', 'cut', true],
    ['that fails after it took a finding may have', 'fail-after-accept', true],
    ['that is busy has taken nothing', 'throttle', false],
  ])('%s', async (_name, fault, isAmbiguous) => {
    const { google, sink, test } = await open();
    await send(sink, [findingRecord('first')]);
    await google.fail(fault);
    expect(await send(sink, [findingRecord('f1')])).toMatchObject([{ kind: 'retry', isAmbiguous }]);
    expect(test.slowedMs).toEqual(fault === 'throttle' ? [1_000] : []);
    await google.fail(null);
    expect(await kinds(sink, [findingRecord('f1')])).toEqual(['delivered']);
    expect(google.taken()).toEqual(['first-1', 'f1-1']);
  });

  it('that ends a token in the middle is asked with another', async () => {
    const { google, sink } = await open();
    await send(sink, [findingRecord('f1')]);
    google.account.endTokens();
    expect(await kinds(sink, [findingRecord('f2'), findingRecord('f3')])).toEqual(['delivered', 'delivered']);
    expect(google.account.tokens).toHaveLength(2);
  });

  it('that refuses for good stops the sink, and no secret is told', async () => {
    const { google, sink, test } = await open();
    google.answer = { status: 403, body: { error: { status: 'PERMISSION_DENIED', message: 'No.' } } };
    const error = await send(sink, [findingRecord('f1')]).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('Findings Editor') as string });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack, test.logged])).not.toMatch(/ya29|PRIVATE KEY/);
  });
});

describe('a configuration', () => {
  const other = JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'none' });
  it.each<[name: string, options: Readonly<Record<string, unknown>>, problems: readonly string[]]>([
    ['that can work has no problem', {}, []],
    ['with a source that is not there has one', { parent: 'organizations/1/sources/2/locations/global' }, ['parent']],
    ['with credentials that are none has one', { credentials: other }, ['credentials']],
    ['that points inside has one', { url: 'https://10.1.2.3' }, ['url']],
  ])('%s', async (_name, options, problems) => {
    const { google, test } = await open();
    expect((await scc.check!(config.parse({ ...google.settings, ...options }), test.deps)).map(({ option }) => option)).toEqual(problems);
    expect(google.taken()).toEqual([]);
  });

  it.each(['organizations/1/sources/2', 'organizations/1/sources/2/locations/global/', 'users/1/sources/2/locations/global', '../sources/2/locations/global'])(
    'refuses the source %s',
    (parent) => {
      expect(config.safeParse({ parent, credentials: '{}' }).success).toBe(false);
    },
  );
});
