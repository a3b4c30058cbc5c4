// The sink against the service as we know it, and the service as we know it against AWS's own client.
import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { afterEach, describe, expect, it } from 'vitest';
import { alertRecord, findingRecord } from '../_contract/finding-records.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import { findingFacts } from '../_sink/finding-document.ts';
import type { Sink, SinkRecord } from '../_sink/index.ts';
import { awsFinding } from './finding.ts';
import securityHub, { config } from './index.ts';
import { ACCOUNT, CREDENTIALS, openStandIn, REGION, ROLE } from './test/stand-in.ts';
import type { SecurityHubStandIn } from './test/stand-in.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const open = (options: Readonly<Record<string, unknown>> = {}) => openHub(() => options);
async function openHub(optionsOf: (hub: SecurityHubStandIn) => Readonly<Record<string, unknown>>) {
  const hub = await openStandIn({ now: () => test.nowMs });
  const test = testDeps(hub.outboundAllow);
  const sink = await securityHub.sink(config.parse({ ...hub.settings, ...optionsOf(hub) }), test.deps);
  closing.push(() => sink.close(), test.close, hub.close);
  return { hub, sink, test };
}
const send = (sink: Sink, records: readonly SinkRecord[]) => sink.send(records, AbortSignal.timeout(10_000));
const kinds = async (sink: Sink, records: readonly SinkRecord[]) => (await send(sink, records)).map(({ kind }) => kind);
const findings = (...ids: readonly string[]) => ids.map((id) => findingRecord(id));

describe('findings', () => {
  it('of both kinds are taken, and events are not', async () => {
    const { hub, sink } = await open();
    expect(await send(sink, [findingRecord('f1'), sinkRecord('e1'), alertRecord('a1', 1)])).toMatchObject([
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'FORMAT_REFUSED', message: expect.stringContaining('Neither a finding nor an alert') as string },
      { kind: 'delivered' },
    ]);
    expect(hub.taken()).toEqual(['f1-1', 'a1-1']);
    expect(sink.limits).toMatchObject({ maxRecords: 100, orderedByKey: true });
  });

  it('that are refused are rejected one by one', async () => {
    const { hub, sink } = await open();
    hub.failing.set('b', 'InvalidInput').set('c', 'InternalError').set('d', 'Throttling');
    expect(await send(sink, findings('a', 'b', 'c', 'd', 'e'))).toMatchObject([
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'InvalidInput' },
      { kind: 'retry', isAmbiguous: true },
      { kind: 'retry', isAmbiguous: false },
      { kind: 'delivered' },
    ]);
    expect(hub.requests).toHaveLength(1);
  });

  it('go in requests within the limits of AWS', async () => {
    const { hub, sink } = await open();
    const many = Array.from({ length: 100 }, (_, n) =>
      findingRecord(`f${n}`, {
        description: 'x'.repeat(5_000),
        entities: Array.from({ length: 40 }, () => ({ type: 'host', value: '\u{1f512}'.repeat(1_000) })),
      }),
    );
    expect(new Set(await kinds(sink, many))).toEqual(new Set(['delivered']));
    expect(hub.requests.every(({ body }) => body.length <= 6_000_000)).toBe(true);
    expect(hub.taken()).toHaveLength(100);
  });
});

describe('revisions of an alert', () => {
  const revisions = [alertRecord('a1', 1), alertRecord('a1', 2, { severity: 'critical' }), alertRecord('a2', 1)];
  const states = ['a1 2026-11-21T23:00:01.000Z', 'a1 2026-11-21T23:00:02.000Z', 'a2 2026-11-21T23:00:01.000Z'];

  it('are updates of one finding, in order, also from one batch', async () => {
    const { hub, sink } = await open();
    expect(await kinds(sink, revisions)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(hub.updates).toEqual(states);
    expect(hub.findings.get('a1')).toMatchObject({ FindingProviderFields: { Severity: { Label: 'CRITICAL' } } });
  });

  it.each([
    ['refuses', true, ['present', 'present', 'present']],
    ['passes over', false, ['delivered', 'delivered', 'delivered']],
  ])('sent again change nothing where AWS %s what is not newer', async (_name, refusesStale, outcomes) => {
    const { hub, sink } = await open();
    hub.refusesStale = refusesStale;
    await send(sink, revisions);
    expect(await kinds(sink, revisions)).toEqual(outcomes);
    expect(hub.updates).toEqual(states);
  });

  it('wait for the one before them', async () => {
    const { hub, sink } = await open();
    await hub.fail('cut', { times: 1 });
    expect(await send(sink, revisions)).toMatchObject([
      { kind: 'retry', isAmbiguous: true },
      { kind: 'retry', isAmbiguous: false },
      { kind: 'retry', isAmbiguous: false },
    ]);
    expect(hub.updates).toEqual([]);
    expect(await kinds(sink, revisions)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(hub.updates).toEqual(states);
  });

  it('that withdraw a finding archive it', async () => {
    const { hub, sink } = await open();
    await send(sink, [findingRecord('f1'), findingRecord('f1', { revisable: { revision: 2, isWithdrawn: true } }, { timestampMs: Date.UTC(2026, 10, 22) })]);
    expect(hub.findings.get('f1')).toMatchObject({ RecordState: 'ARCHIVED' });
  });
});

describe('the service', () => {
  it.each([
    ['that is down has taken nothing', 'down', false],
    ['that cuts the connection may have', 'cut', true],
    ['that fails after it took them may have', 'fail-after-accept', true],
    ['that is busy has taken nothing', 'throttle', false],
  ] as const)('%s', async (_name, fault, isAmbiguous) => {
    const { hub, sink, test } = await open();
    await hub.fail(fault);
    expect(await send(sink, findings('a'))).toMatchObject([{ kind: 'retry', isAmbiguous }]);
    expect(test.slowedMs).toEqual(fault === 'throttle' ? [1_000] : []);
    await hub.fail(null);
    expect(['delivered', 'present']).toContain((await kinds(sink, findings('a')))[0]);
    expect(hub.taken()).toEqual(['a-1']);
  });

  it.each([7_200_000, -7_200_000])('whose clock is %i ms ahead of ours takes the second try, and then the first', async (aheadMs) => {
    const { hub, sink } = await open();
    hub.aheadMs = aheadMs;
    expect(await kinds(sink, findings('a'))).toEqual(['delivered']);
    expect(await kinds(sink, findings('b'))).toEqual(['delivered']);
    expect(hub.requests).toHaveLength(3);
  });

  it.each<[name: string, options: Readonly<Record<string, unknown>>, sentence: RegExp]>([
    ['does not know the key', { accessKeyId: 'AKIDOTHER' }, /Correct `accessKeyId`/],
    ['does not take the signature', { secretAccessKey: 'other-secret' }, /Correct `secretAccessKey`/],
  ])('that %s stops the sink, and no secret is told', async (_name, options, sentence) => {
    const { sink, test } = await open(options);
    const error = await send(sink, findings('a')).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringMatching(sentence) as string });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack, test.logged])).not.toMatch(/standin\/secret|other-secret|Signature=/);
  });

  it('that wants new temporary credentials stops the sink', async () => {
    const { hub, sink } = await open({ sessionToken: 'session' });
    hub.answer = {
      status: 403,
      headers: { 'x-amzn-errortype': 'ExpiredTokenException' },
      body: { message: 'The security token included in the request is expired' },
    };
    await expect(send(sink, findings('a'))).rejects.toMatchObject({ message: expect.stringContaining('give new ones') as string });
    expect(hub.requests[0]!.headers['x-amz-security-token']).toBe('session');
  });
});

describe('a role', () => {
  const withRole = (options: Readonly<Record<string, unknown>> = {}) => openHub((hub) => ({ ...ROLE, stsUrl: `${hub.settings.url}/sts`, ...options }));

  it('is taken on once, and its keys sign', async () => {
    const { hub, sink } = await withRole();
    expect(await Promise.all([kinds(sink, findings('a')), kinds(sink, findings('b'))])).toEqual([['delivered'], ['delivered']]);
    expect(hub.lent).toEqual(['ASIA1']);
  });

  it('is taken on again when its keys end in the middle, or their hour is over', async () => {
    const { hub, sink, test } = await withRole();
    await send(sink, findings('a'));
    hub.endLent();
    expect(await kinds(sink, findings('b'))).toEqual(['delivered']);
    test.nowMs += 3_600_000;
    expect(await kinds(sink, findings('c'))).toEqual(['delivered']);
    expect(hub.lent).toEqual(['ASIA1', 'ASIA2', 'ASIA3']);
  });

  it('is taken on by a clock that is hours off', async () => {
    const { hub, sink } = await withRole();
    hub.aheadMs = 7_200_000;
    expect(await kinds(sink, findings('a'))).toEqual(['delivered']);
  });

  it.each<[name: string, options: Readonly<Record<string, unknown>>, sentence: RegExp]>([
    ['that asks for another id', { externalId: 'theirs' }, /AccessDenied.*trust policy/],
    ['for a key with a wrong secret', { secretAccessKey: 'other-secret' }, /Correct `secretAccessKey`/],
    ['at an address that is not STS', { stsUrl: 'URL/elsewhere' }, /STS gives no credentials/],
  ])('%s stops the sink, and check says so', async (_name, options, sentence) => {
    const { hub, sink, test } = await openHub(({ settings }) => ({
      ...ROLE,
      stsUrl: `${settings.url}/sts`,
      ...options,
      ...(options.stsUrl !== undefined && { stsUrl: `${settings.url}/elsewhere` }),
    }));
    const error = await send(sink, findings('a')).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringMatching(sentence) as string });
    expect(JSON.stringify([error, (error as Error).message, test.logged])).not.toMatch(/other-secret|standin\/secret/);
    expect(hub.taken()).toEqual([]);
  });

  it('that STS is too busy to lend is asked for again', async () => {
    const { sink, hub } = await withRole();
    await hub.close();
    expect(await send(sink, findings('a'))).toMatchObject([{ kind: 'retry', isAmbiguous: false }]);
  });
});

describe('a configuration', () => {
  it.each<[name: string, options: Readonly<Record<string, unknown>>, problems: readonly string[]]>([
    ['that can work has no problem', {}, []],
    ['with a wrong secret has one', { secretAccessKey: 'other' }, ['secretAccessKey']],
    ['that points inside has one', { url: 'https://10.1.2.3' }, ['url']],
  ])('%s', async (_name, options, problems) => {
    const { hub, test } = await open();
    expect((await securityHub.check!(config.parse({ ...hub.settings, ...options }), test.deps)).map(({ option }) => option)).toEqual(problems);
    expect(hub.updates).toEqual([]);
  });

  it.each([{ region: 'Frankfurt' }, { accountId: '12' }, { productArn: 'goshawk' }, { roleArn: 'goshawk' }, { maxBatchRecords: 101 }])(
    'refuses %j',
    (options) => {
      expect(config.safeParse({ region: REGION, accountId: ACCOUNT, ...CREDENTIALS, ...options }).success).toBe(false);
    },
  );
});

describe("AWS's own client", () => {
  it('is taken for right by our stand-in, and sends what we send', async () => {
    const { hub, sink, test } = await open();
    await send(sink, findings('ours'));
    const client = new SecurityHubClient({ endpoint: hub.settings.url!, region: REGION, credentials: { ...CREDENTIALS }, maxAttempts: 1 });
    closing.push(() => client.destroy());
    const place = { region: REGION, accountId: ACCOUNT, productArn: `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default` };
    const finding = awsFinding(findingFacts(findingRecord('theirs')), place, test.nowMs) as unknown as AwsSecurityFinding;
    hub.failing.set('bad', 'InvalidInput');
    const answer = await client.send(new BatchImportFindingsCommand({ Findings: [finding, { ...finding, Id: 'bad' }] }));
    expect(answer).toMatchObject({ SuccessCount: 1, FailedCount: 1, FailedFindings: [{ Id: 'bad', ErrorCode: 'InvalidInput' }] });
    expect(hub.taken()).toEqual(['ours-1', 'theirs-1']);
    const [ours, theirs] = hub.requests.map(({ method, path, headers }) => ({
      method,
      path,
      type: headers['content-type'],
      scope: /Credential=\S+/.exec(headers.authorization!)![0],
    }));
    expect(ours).toEqual(theirs);
  });
});
