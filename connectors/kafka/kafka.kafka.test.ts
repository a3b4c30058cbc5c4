// On a real broker: what arrives, what is refused, and that no address is connected to which nobody opened. Read back by our reader and, where it is installed, by kcat.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowListOf } from '../../outbound/allow-list.ts';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { openClusters } from '../../local/other-clusters.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { Broker, RawRecord } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { findProgram } from '../../test/programs.ts';
import { sinkRecord, testDeps } from '../_contract/test-sink.ts';
import type { SinkDeps } from '../_sink/index.ts';
import kafka, { config } from './index.ts';

const address = process.env.GOSHAWK_TEST_KAFKA;
const log = pino({ level: 'silent' });
const kcat = findProgram('kcat') ?? findProgram('kafkacat');
const { signal } = new AbortController();

describe.skipIf(!address)('on a real broker', () => {
  const run = randomUUID().slice(0, 8);
  const topic = `sink-kafka-${run}`;
  const [bootstrap = '', ...more] = (address ?? '').split(',');
  const port = bootstrap.slice(bootstrap.lastIndexOf(':') + 1);
  const closing: (() => unknown)[] = [];
  let broker: Broker;

  beforeAll(async () => {
    broker = kafkaBroker({ brokers: [bootstrap, ...more], clientId: run, log });
    await broker.admin().createTopics(
      [
        { name: topic, partitions: 3, config: { 'max.message.bytes': '20000' } },
        { name: `${topic}-compacted`, partitions: 1, config: { 'cleanup.policy': 'compact' } },
      ],
      1,
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await broker?.close();
  });

  /** @param open Entries of `outbound.allow`. @param names Where names lead. */
  function depsWith(open: readonly string[], names: Readonly<Record<string, string>> = {}): SinkDeps {
    const outbound = openOutbound(outboundConfig.parse({ allow: open }), { resolve: async (host) => [names[host] ?? '127.0.0.1'] });
    closing.push(() => outbound.close());
    return { ...testDeps([]).deps, outbound, allow: allowListOf([], 'outboundHosts'), openCluster: openClusters(outbound, log) };
  }
  const opened = async (options: object = {}, deps = depsWith([`tcp://${bootstrap}`])) => {
    const sink = await kafka.sink(config.parse({ brokers: [bootstrap], tls: false, topic, ...options }), deps);
    closing.unshift(() => sink.close());
    return sink;
  };
  const read = async (name = topic, partitions = 3): Promise<readonly (RawRecord & { readonly partition: number })[]> => {
    const found: (RawRecord & { partition: number })[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const tp = { topic: name, partition };
      const end = (await broker.admin().offsets([tp], 'latest')).get(tpKey(tp))!;
      for await (const { records } of broker.reader().read(tp, 0, end, signal)) found.push(...records.map((record) => ({ ...record, partition })));
    }
    return found;
  };

  it('arrives with key, value, headers and id; what is too large is set aside alone', async () => {
    const sink = await opened();
    const records = Array.from({ length: 300 }, (_, n) => sinkRecord(`d${n}`, { headers: [['x', Buffer.from(String(n))]] }));
    const large = sinkRecord('large', { value: randomBytes(30_000) });
    const outcomes = await sink.send([...records.slice(0, 150), large, ...records.slice(150)], signal);
    expect(outcomes.filter(({ kind }) => kind === 'delivered')).toHaveLength(300);
    expect(outcomes[150]).toMatchObject({ kind: 'rejected', reason: 'MESSAGE_TOO_LARGE' });
    const found = await read();
    expect(found).toHaveLength(300);
    const seventh = found.find(({ key }) => String(key) === 'd7')!;
    expect(String(seventh.value)).toBe(String(sinkRecord('d7').value));
    expect(seventh.headers.map(([name, value]) => [name, String(value)])).toEqual([
      ['x', '7'],
      ['goshawk.id', 'd7'],
    ]);
  });

  it.skipIf(kcat === null)('lies where other producers put its key, as kcat reads it', async () => {
    const text = execFileSync(kcat!.path, ['-C', '-b', bootstrap, '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%p %k %h %s\n'], {
      env: kcat!.env,
      encoding: 'utf8',
    });
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(300);
    expect(lines).toContain(`${(await read()).find(({ key }) => String(key) === 'd7')!.partition} d7 x=7,goshawk.id=d7 ${String(sinkRecord('d7').value)}`);
    // kcat places the same keys as Java clients do.
    const keys = Array.from({ length: 20 }, (_, n) => `d${n}`);
    await broker.admin().createTopics([{ name: `${topic}-kcat`, partitions: 3, config: {} }], 1);
    execFileSync(kcat!.path, ['-P', '-b', bootstrap, '-t', `${topic}-kcat`, '-K', '|', '-X', 'partitioner=murmur2_random'], {
      env: kcat!.env,
      input: keys.map((key) => `${key}|x\n`).join(''),
    });
    const placed = (found: Awaited<ReturnType<typeof read>>) =>
      Object.fromEntries(found.filter(({ key }) => keys.includes(String(key))).map(({ key, partition }) => [String(key), partition]));
    expect(placed(await read())).toEqual(placed(await read(`${topic}-kcat`)));
  });

  it('sets aside a record without a key where the topic is compacted', async () => {
    const sink = await opened({ topic: `${topic}-compacted` });
    const outcomes = await sink.send([sinkRecord('a'), sinkRecord('b', { key: null }), sinkRecord('c')], signal);
    expect(outcomes).toMatchObject([{ kind: 'delivered' }, { kind: 'rejected', reason: 'INVALID_RECORD' }, { kind: 'delivered' }]);
    expect(new Set((await read(`${topic}-compacted`, 1)).map(({ key }) => String(key)))).toEqual(new Set(['a', 'c']));
  });

  it('is not sent to a topic that is not there', async () => {
    const sink = await opened({ topic: `${topic}-nowhere` });
    await expect(sink.send([sinkRecord('a')], signal)).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringContaining('no such topic') as string,
    });
    expect(await kafka.check!(config.parse({ brokers: [bootstrap], tls: false, topic: `${topic}-nowhere` }), depsWith([`tcp://${bootstrap}`]))).toMatchObject([
      { option: 'topic' },
    ]);
    expect(await kafka.check!(config.parse({ brokers: [bootstrap], tls: false, topic }), depsWith([`tcp://${bootstrap}`]))).toEqual([]);
  });

  it('connects to no address that nobody opened: neither the first, nor one that the cluster names', async () => {
    const closed = await opened({}, depsWith([]));
    await expect(closed.send([sinkRecord('a')], signal)).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringContaining(`tcp://${bootstrap}`) as string,
    });
    // The name leads to the broker, which then calls itself by its address; only the name is open.
    const byName = await opened({ brokers: [`kafka.example.com:${port}`] }, depsWith([`tcp://kafka.example.com:${port}`]));
    await expect(byName.send([sinkRecord('a')], signal)).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringContaining(`tcp://${bootstrap}`) as string,
    });
  });
});
