// What becomes of each error of the client, and what is written where.
import { describe, expect, it } from 'vitest';
import { ConfigError, FatalError, RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import { partitionFor } from '../../pipeline/runtime/partition.ts';
import type { OutRecord } from '../../pipeline/runtime/port.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import type { Cluster, ClusterOptions } from '../_sink/cluster.ts';
import type { SinkDeps, SinkRecord } from '../_sink/index.ts';
import kafka, { config } from './index.ts';
import { failedCall, refusedRecord } from './outcome.ts';

describe('an error of the client', () => {
  it.each<[name: string, error: Error, isSent: boolean, code: string, details: object]>([
    [
      'no answer',
      new RetryableError('BROKER_UNAVAILABLE', 'x', { doing: 'produce to t/0', unanswered: true }),
      true,
      'SINK_UNAVAILABLE',
      { isAmbiguous: true },
    ],
    [
      'no answer while it signs in',
      new RetryableError('BROKER_UNAVAILABLE', 'x', { doing: 'begin to produce' }),
      true,
      'SINK_UNAVAILABLE',
      { isAmbiguous: false },
    ],
    ['no answer about topics', new RetryableError('BROKER_UNAVAILABLE', 'x', { unanswered: true }), false, 'SINK_UNAVAILABLE', { isAmbiguous: false }],
    ['too few replicas', new RetryableError('BROKER_UNAVAILABLE', 'x', { code: 20 }), true, 'SINK_UNAVAILABLE', { isAmbiguous: true }],
    ['a producer that lost an answer', new RetryableError('TXN_MUST_ABORT', 'x'), true, 'SINK_UNAVAILABLE', { isAmbiguous: true }],
    ['a topic that was deleted', new RetryableError('BROKER_UNAVAILABLE', 'x', { code: 3 }), true, 'SINK_MISCONFIGURED', {}],
    ['no permission', new FatalError('BROKER_REFUSED', 'x', { code: 29 }), true, 'SINK_MISCONFIGURED', { code: 29 }],
    ['a password that is wrong', new FatalError('BROKER_REFUSED', 'x'), false, 'SINK_MISCONFIGURED', {}],
    ['a broker that is too old', new FatalError('UNSUPPORTED_BROKER', 'x'), false, 'SINK_MISCONFIGURED', {}],
    ['an address that is not open', new ConfigError('OUTBOUND_REFUSED', 'x', { reason: 'scheme' }), true, 'SINK_MISCONFIGURED', { reason: 'scheme' }],
  ])('%s', (_name, error, isSent, code, details) => {
    expect(failedCall(error, isSent)).toMatchObject({ code, details });
  });

  it('of a record sets that record aside, of anything else does not', () => {
    expect(refusedRecord(new RecordError('RECORD_TOO_LARGE', 'x'))).toMatchObject({ kind: 'rejected', reason: 'MESSAGE_TOO_LARGE' });
    expect(refusedRecord(new RecordError('UNEXPECTED', 'INVALID_RECORD (87)'))).toMatchObject({ kind: 'rejected', reason: 'INVALID_RECORD' });
    expect(refusedRecord(new RetryableError('BROKER_UNAVAILABLE', 'x'))).toBeNull();
    const bug = new TypeError('x');
    expect(failedCall(bug, true)).toBe(bug);
  });
});

interface FarCluster {
  readonly calls: OutRecord[][];
  readonly opened: ClusterOptions[];
  readonly refuse: (error: ConfigError) => void;
  readonly deps: SinkDeps;
}
function farCluster({
  topics = { 'sink.alpha.ecs.v1': 4 },
  maxBytes = 1_000,
  send = async () => [],
}: { topics?: Record<string, number>; maxBytes?: number; send?: (records: readonly OutRecord[]) => Promise<never[]> } = {}): FarCluster {
  const calls: OutRecord[][] = [];
  const opened: ClusterOptions[] = [];
  const { promise: refused, reject } = Promise.withResolvers<never>();
  const admin = { topics: async () => new Map(Object.entries(topics)), configs: async () => ({ 'max.message.bytes': String(maxBytes) }) };
  const producer = {
    send: async (records: readonly OutRecord[]) => {
      calls.push([...records]);
      return send(records);
    },
  };
  const broker = { admin: () => admin, producer: () => producer, close: async () => {} } as unknown as Cluster['broker'];
  const deps = {
    ...testDeps([]).deps,
    openCluster: (options: ClusterOptions) => {
      opened.push(options);
      return { broker, refused };
    },
  };
  return { calls, opened, refuse: reject, deps };
}
const { signal } = new AbortController();
const open = (far: FarCluster, options: object = {}) => kafka.sink(config.parse({ brokers: ['kafka.example.com:9093'], ...options }), far.deps);
const send = async (far: FarCluster, records: readonly SinkRecord[], options: object = {}) => (await open(far, options)).send(records, signal);

describe('a record', () => {
  it('keeps key, value and headers, and brings its id along', async () => {
    const far = farCluster();
    const headers = [['x', Buffer.from('1')] as const];
    await send(far, [sinkRecord('d1', { headers }), sinkRecord('d2', { headers: [['goshawk.id', Buffer.from('d2')]] })]);
    const [written] = far.calls;
    expect(written).toMatchObject([
      { topic: 'sink.alpha.ecs.v1', key: Buffer.from('d1'), value: sinkRecord('d1').value, headers: [...headers, ['goshawk.id', Buffer.from('d1')]] },
      { key: Buffer.from('d2'), headers: [['goshawk.id', Buffer.from('d2')]] },
    ]);
    expect(written!.map(({ partition }) => partition)).toEqual([partitionFor('d1', 4), partitionFor('d2', 4)]);
  });

  it('without a key shares a partition with the others of its call, and the next call takes the next', async () => {
    const far = farCluster();
    const sink = await open(far);
    for (let call = 0; call < 2; call++) await sink.send([sinkRecord('d1', { key: null }), sinkRecord('d2', { key: null })], signal);
    const [first, second] = far.calls.map((records) => new Set(records.map(({ partition }) => partition)));
    expect([first!.size, second!.size]).toEqual([1, 1]);
    expect(first).not.toEqual(second);
  });

  it('goes to the topic that its template names', async () => {
    const far = farCluster({ topics: { 'soc.finding.goshawk_odd': 1 } });
    const headers = [['goshawk.dataset', Buffer.from('goshawk/odd')] as const];
    await send(far, [sinkRecord('d1', { kind: 'finding', headers })], { topic: 'soc.{kind}.{dataset}' });
    expect(far.calls[0]![0]!.topic).toBe('soc.finding.goshawk_odd');
  });

  it('that may be too large goes alone, and only it is refused', async () => {
    const large = sinkRecord('large', { value: Buffer.alloc(2_000, 32) });
    const far = farCluster({
      send: async (records) => {
        if (records.some(({ value }) => value!.length > 1_000)) throw new RecordError('RECORD_TOO_LARGE', 'x');
        return [];
      },
    });
    const outcomes = await send(far, [sinkRecord('d1'), large, sinkRecord('d2')]);
    expect(outcomes).toMatchObject([{ kind: 'delivered' }, { kind: 'rejected', reason: 'MESSAGE_TOO_LARGE' }, { kind: 'delivered' }]);
    expect(far.calls.map((records) => records.length)).toEqual([2, 1]);
  });

  it('that the broker refuses for what it is, is found by halves', async () => {
    const far = farCluster({
      send: async (records) => {
        if (records.some(({ key }) => String(key) === 'd5')) throw new RecordError('UNEXPECTED', 'INVALID_RECORD (87)');
        return [];
      },
    });
    const outcomes = await send(
      far,
      Array.from({ length: 8 }, (_, n) => sinkRecord(`d${n}`)),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered', 'delivered', 'delivered', 'rejected', 'delivered', 'delivered']);
  });
});

describe('a call', () => {
  it('fails for a topic that is not there, before anything is sent', async () => {
    const far = farCluster();
    await expect(send(far, [sinkRecord('d1')], { topic: 'elsewhere' })).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringContaining('elsewhere') as string,
    });
    expect(far.calls).toEqual([]);
  });

  it('ends as soon as an address of the cluster turns out to be closed, and the next does not begin', async () => {
    const far = farCluster({ send: () => new Promise(() => {}) });
    const sink = await open(far);
    const sent = sink.send([sinkRecord('d1')], signal);
    far.refuse(new ConfigError('OUTBOUND_REFUSED', 'tcp://10.0.0.1:9092 is closed', { reason: 'address' }));
    await expect(sent).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('10.0.0.1') as string });
    await expect(sink.send([sinkRecord('d1')], signal)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });

  it('ends with its task', async () => {
    const far = farCluster({ send: () => new Promise(() => {}) });
    const ending = new AbortController();
    const sent = (await open(far)).send([sinkRecord('d1')], ending.signal);
    ending.abort();
    await expect(sent).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details: { isAmbiguous: true } });
  });

  it('cannot be made where no cluster can be reached', async () => {
    const { deps } = testDeps([]);
    await expect(kafka.sink(config.parse({ brokers: ['a:1'] }), deps)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });
});

describe('the check before', () => {
  it.each<[name: string, options: object, problems: readonly object[]]>([
    ['finds nothing', {}, []],
    ['finds a topic that is not there', { topic: 'elsewhere' }, [{ option: 'topic' }]],
    ['cannot know topics that follow from records', { topic: '{dataset}' }, []],
  ])('%s', async (_name, options, problems) => {
    const far = farCluster();
    expect(await kafka.check!(config.parse({ brokers: ['a:1'], ...options }), far.deps)).toMatchObject(problems);
  });

  it('finds addresses that are closed', async () => {
    const far = farCluster();
    far.refuse(new ConfigError('OUTBOUND_REFUSED', 'closed'));
    const deps = {
      ...far.deps,
      openCluster: (options: ClusterOptions) => {
        const cluster = far.deps.openCluster!(options);
        return { ...cluster, broker: { ...cluster.broker, admin: () => ({ topics: () => new Promise(() => {}) }) as never } };
      },
    };
    expect(await kafka.check!(config.parse({ brokers: ['a:1'] }), deps)).toEqual([{ option: 'brokers', message: 'closed' }]);
  });
});

describe('its options', () => {
  it('become the way to the cluster', async () => {
    const far = farCluster();
    await open(far, { saslMechanism: 'scram-sha-512', username: 'u', password: 'p', compression: 'none' });
    expect(far.opened[0]).toMatchObject({
      brokers: ['kafka.example.com:9093'],
      tls: {},
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
      compression: 'none',
    });
  });

  it.each<[name: string, given: object, problem: string]>([
    ['want a user to sign in', { saslMechanism: 'plain' }, 'saslMechanism'],
    ['want a way to sign in a user', { username: 'u', password: 'p' }, 'saslMechanism'],
    ['have addresses with a port', { brokers: ['kafka.example.com'] }, 'brokers.0'],
    ['have no scheme in addresses', { brokers: ['tls://kafka.example.com:9093'] }, 'brokers.0'],
    ['know the placeholders', { topic: '{nothing}' }, 'topic'],
    ['have a topic that Kafka can have', { topic: 'a b' }, 'topic'],
  ])('%s', (_name, given, problem) => {
    const { error } = config.safeParse({ brokers: ['kafka.example.com:9093'], ...given });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([problem]);
  });
});
