// The sink against the Chronicle API as Google documents it.
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Fault } from '../_contract/stand-in.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import type { Sink, SinkRecord } from '../_sink/index.ts';
import secOps, { config } from './index.ts';
import { logOf } from './log.ts';
import { outcomeOf } from './outcome.ts';
import { documentOf, INSTANCE, LOG_TYPE, openStandIn } from './test/stand-in.ts';
import type { Log } from './test/stand-in.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options: Readonly<Record<string, unknown>> = {}) {
  const google = await openStandIn();
  const test = testDeps(google.outboundAllow);
  const sink = await secOps.sink(config.parse({ ...google.settings, ...options }), test.deps);
  closing.push(() => sink.close(), test.close, google.close);
  return { google, sink, test };
}
const send = (sink: Sink, records: readonly SinkRecord[]) => sink.send(records, AbortSignal.timeout(10_000));
const kinds = async (sink: Sink, records: readonly SinkRecord[]) => (await send(sink, records)).map(({ kind }) => kind);
const records = (...ids: readonly string[]) => ids.map((id) => sinkRecord(id));
const log = (document: object, namespace = '') => JSON.parse(logOf(sinkRecord('i', { value: Buffer.from(JSON.stringify(document)) }), namespace)) as Log;

describe('a log', () => {
  it.each<[name: string, document: object, expected: object]>([
    [
      'has the time of an ECS document',
      { '@timestamp': '2026-11-20T01:02:03.456789Z' },
      { logEntryTime: '2026-11-20T01:02:03.456789Z', collectionTime: '2026-11-21T23:00:00.000Z' },
    ],
    ['has the time of an OCSF document', { time: 1_763_679_723_456 }, { logEntryTime: '2025-11-20T23:02:03.456Z' }],
    ['has the append time where the document has none', {}, { logEntryTime: '2026-11-21T23:00:00.000Z', collectionTime: '2026-11-21T23:00:00.000Z' }],
    ['takes no text for a time that Google would not', { '@timestamp': 'Nov 20 2026' }, { logEntryTime: '2026-11-21T23:00:00.000Z' }],
    [
      'is collected no earlier than it happened',
      { '@timestamp': '2030-01-01T00:00:00Z' },
      { logEntryTime: '2030-01-01T00:00:00Z', collectionTime: '2030-01-01T00:00:00Z' },
    ],
  ])('%s', (_name, document, expected) => {
    expect(log(document)).toMatchObject({ ...expected, labels: { goshawk_id: { value: 'i' }, goshawk_kind: { value: 'event' } } });
  });

  it('has the bytes of any document', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        expect(documentOf(log(document))).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });

  it('has a namespace where one is given', () => {
    expect([log({}, 'prod').environmentNamespace, log({}).environmentNamespace]).toEqual(['prod', undefined]);
  });
});

describe('an answer', () => {
  const said = (status: number, code: string, count = 1) => {
    try {
      return outcomeOf({ status, headers: {}, body: Buffer.from(JSON.stringify({ error: { status: code, message: 'm' } })) }, count, 0);
    } catch (error) {
      if (error instanceof ConfigError) return { kind: 'fatal', message: error.message };
      throw error;
    }
  };
  it.each<[status: number, code: string, outcome: object]>([
    [200, '', { kind: 'delivered' }],
    [400, 'INVALID_ARGUMENT', { kind: 'rejected', reason: 'INVALID_ARGUMENT' }],
    [401, 'UNAUTHENTICATED', { kind: 'fatal' }],
    [403, 'PERMISSION_DENIED', { kind: 'fatal' }],
    [404, 'NOT_FOUND', { kind: 'fatal' }],
    [413, '', { kind: 'rejected', reason: 'HTTP 413' }],
    [429, 'RESOURCE_EXHAUSTED', { kind: 'retry', isAmbiguous: false }],
    [500, 'INTERNAL', { kind: 'retry', isAmbiguous: true }],
    [503, 'UNAVAILABLE', { kind: 'retry', isAmbiguous: false }],
    [504, 'DEADLINE_EXCEEDED', { kind: 'retry', isAmbiguous: true }],
    [502, '', { kind: 'retry', isAmbiguous: true }],
  ])('%i %s', (status, code, outcome) => {
    expect(said(status, code)).toMatchObject(outcome);
  });

  it.each([400, 413])('%i of several logs parts them', (status) => {
    expect(said(status, status === 400 ? 'INVALID_ARGUMENT' : '', 2)).toBe('apart');
  });

  it('that stops the sink says what to do', () => {
    expect(said(404, 'NOT_FOUND')).toMatchObject({ message: expect.stringContaining('`logType`') as string });
    expect(said(405, '')).toMatchObject({ message: expect.stringContaining('Correct `url`') as string });
  });
});

describe('logs', () => {
  it('arrive in order, whole, from the forwarder that was named', async () => {
    const { google, sink } = await open({ forwarder: 'f-1', namespace: 'prod' });
    expect(await kinds(sink, records('a', 'b'))).toEqual(['delivered', 'delivered']);
    expect(google.logs.map(documentOf)).toEqual([{ event: { id: 'a' } }, { event: { id: 'b' } }]);
    expect(google.requests.at(-1)!.body.toString()).toContain(`"forwarder":"${INSTANCE}/forwarders/f-1"`);
  });

  it('that are refused or too large are rejected, and the others arrive', async () => {
    const { google, sink } = await open({ maxBatchBytes: 4_096 });
    await google.fail('reject-one', { of: 'c' });
    const large = sinkRecord('b', { value: Buffer.from(JSON.stringify({ x: 'y'.repeat(4_000) })) });
    expect(await send(sink, [sinkRecord('a'), large, ...records('c', 'd'), sinkRecord('e', { value: Buffer.from('no json') })])).toMatchObject([
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'too_large' },
      { kind: 'rejected', reason: 'INVALID_ARGUMENT' },
      { kind: 'delivered' },
      { kind: 'rejected', reason: 'FORMAT_REFUSED' },
    ]);
    expect(google.taken()).toEqual(['a', 'd']);
  });
});

describe('the service', () => {
  it.each<[name: string, fault: Fault, isAmbiguous: unknown]>([
    ['that is down is asked again', 'down', expect.any(Boolean)], // a kept connection that ends leaves it open
    ['that cuts the connection may have taken them', 'cut', true],
    ['that fails after it took them may have', 'fail-after-accept', true],
    ['that is busy has taken nothing', 'throttle', false],
  ])('%s', async (_name, fault, isAmbiguous) => {
    const { google, sink, test } = await open();
    await send(sink, records('first'));
    await google.fail(fault);
    expect(await send(sink, records('a', 'b'))).toMatchObject([
      { kind: 'retry', isAmbiguous },
      { kind: 'retry', isAmbiguous },
    ]);
    expect(test.slowedMs).toEqual(fault === 'throttle' ? [1_000] : []);
    await google.fail(null);
    expect(await kinds(sink, records('a', 'b'))).toEqual(['delivered', 'delivered']);
  });

  it('that ends a token in the middle is asked with another, and no secret is told', async () => {
    const { google, sink, test } = await open();
    await send(sink, records('a'));
    google.account.endTokens();
    expect(await kinds(sink, records('b'))).toEqual(['delivered']);
    google.answer = { status: 403, body: { error: { status: 'PERMISSION_DENIED', message: 'No.' } } };
    const error = await send(sink, records('c')).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('chronicle.logs.import') as string });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack, test.logged])).not.toMatch(/ya29|PRIVATE KEY/);
    expect(google.account.tokens).toHaveLength(2);
  });
});

describe('a configuration', () => {
  it.each<[name: string, options: Readonly<Record<string, unknown>>, problems: readonly string[]]>([
    ['that can work has no problem', {}, []],
    ['with credentials that are none has one', { credentials: '{}' }, ['credentials']],
    ['that points inside has one', { url: 'https://10.1.2.3' }, ['url']],
  ])('%s', async (_name, options, problems) => {
    const { google, test } = await open();
    expect((await secOps.check!(config.parse({ ...google.settings, ...options }), test.deps)).map(({ option }) => option)).toEqual(problems);
    expect(google.taken()).toEqual([]);
  });

  it.each([{ instance: 'projects/p/locations/eu' }, { instance: 'projects/p/locations/../instances/i' }, { logType: 'goshawk' }, { forwarder: 'a/b' }])(
    'refuses %j',
    (options) => {
      expect(config.safeParse({ instance: INSTANCE, logType: LOG_TYPE, credentials: '{}', ...options }).success).toBe(false);
    },
  );
});
