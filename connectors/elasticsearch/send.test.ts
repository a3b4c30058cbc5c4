import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { NEVER, plainRecord, sinkDeps } from '../_contract/one-sink.ts';
import type { Outcome, SinkDeps } from '../_sink/index.ts';
import elasticsearch from './index.ts';
import { API_KEY, openCluster } from './test/stand-in.ts';
import type { Cluster, ClusterOptions } from './test/stand-in.ts';

const clusters: Cluster[] = [];
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
});
const started = async (options?: ClusterOptions): Promise<Cluster> => {
  const cluster = await openCluster(options);
  clusters.push(cluster);
  return cluster;
};
const opened = async (cluster: Cluster | readonly Cluster[], options: object = {}, more: Partial<SinkDeps> = {}) => {
  const all = Array.isArray(cluster) ? (cluster as readonly Cluster[]) : [cluster as Cluster];
  const config = elasticsearch.config.parse({ urls: all.map(({ url }) => url), apiKey: API_KEY, ...options });
  return elasticsearch.sink(
    config,
    sinkDeps(
      all.flatMap(({ outboundAllow }) => outboundAllow),
      more,
    ),
  );
};
const records = (...ids: readonly string[]) => ids.map((id) => plainRecord({ id }));
const kinds = (outcomes: readonly Outcome[]) => outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.reason : outcome.kind));
const failed = (status: number, type: string, reason = 'r') => ({ status, error: { type, reason } });

describe('elasticsearch', () => {
  it('creates each document under its own id, as the bytes that it has', async () => {
    const cluster = await started();
    const sink = await opened(cluster);
    const text = '{"@timestamp":"2026-03-01T12:00:00Z","big":12345678901234567890,"e":1.0}';
    expect(kinds(await sink.send([plainRecord({ id: 'a', value: text }), plainRecord({ id: 'q"\\', kind: 'alert' })], NEVER))).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(cluster.documents.get('logs-goshawk.finding-default/a')!.text).toBe(text);
    expect([...cluster.documents.keys()]).toEqual(['logs-goshawk.finding-default/a', 'logs-goshawk.alert-default/q"\\']);
    const [request] = cluster.requests;
    expect(request!.headers['content-type']).toBe('application/x-ndjson');
    expect(request!.body.at(-1)).toBe(0x0a);
  });

  it('says of each item what became of it', async () => {
    const cluster = await started();
    cluster.items.set('busy', failed(429, 'es_rejected_execution_exception'));
    cluster.items.set('strict', failed(400, 'strict_dynamic_mapping_exception'));
    const sink = await opened(cluster);
    await sink.send(records('old'), NEVER);
    expect(kinds(await sink.send(records('new', 'busy', 'old', 'strict', 'last'), NEVER))).toEqual([
      'delivered',
      'retry',
      'present',
      'strict_dynamic_mapping_exception',
      'delivered',
    ]);
  });

  it.each<[name: string, value: string, outcome: string]>([
    ['an action that is smuggled in is part of its document', '{"@timestamp":"t"}\n{"delete":{"_index":"x","_id":"first"}}', 'document_parsing_exception'],
    ['a line break between tokens becomes a space', '{\n"@timestamp":\r\n"2026-03-01T12:00:00Z"}', 'delivered'],
    ['what is no object is refused, though the server calls it its own error', '"text"', 'not_x_content_exception'],
    ['an empty value is a document that is refused', '', 'document_parsing_exception'],
  ])('%s', async (_name, value, outcome) => {
    const cluster = await started();
    const sink = await opened(cluster);
    const sent = [plainRecord({ id: 'first' }), plainRecord({ id: 'odd', value }), plainRecord({ id: 'last' })];
    expect(kinds(await sink.send(sent, NEVER))).toEqual(['delivered', outcome, 'delivered']);
  });

  it('takes a document of the failure store for refused', async () => {
    const sink = await opened(await started({ hasFailureStore: true }));
    expect(kinds(await sink.send([plainRecord({ id: 'a', value: { '@timestamp': null } }), plainRecord({ id: 'b' })], NEVER))).toEqual([
      'failure_store',
      'delivered',
    ]);
  });

  it('sends halves of what is too large together, and learns from it', async () => {
    const cluster = await started({ maxBytes: 800 });
    const sink = await opened(cluster);
    expect(kinds(await sink.send(records('a', 'b', 'c', 'd', 'e', 'f'), NEVER))).toEqual(Array(6).fill('delivered'));
    const before = cluster.requests.length;
    await sink.send(records('g', 'h', 'i', 'j', 'k', 'l'), NEVER);
    expect(cluster.requests.slice(before).every(({ body }) => body.length <= 800)).toBe(true);
  });

  it('refuses a document that is too large alone', async () => {
    const sink = await opened(await started({ maxBytes: 800 }));
    const large = plainRecord({ id: 'large', value: { '@timestamp': 't', text: 'x'.repeat(900) } });
    expect(kinds(await sink.send([...records('a'), large, ...records('b')], NEVER))).toEqual(['delivered', 'too_large', 'delivered']);
    expect(kinds(await sink.send([large], NEVER))).toEqual(['too_large']);
  });

  it('packs what it sends, where it is asked to', async () => {
    const cluster = await started();
    const sink = await opened(cluster, { compression: 'gzip' });
    await sink.send(records('a'), NEVER);
    expect(String(gunzipSync(cluster.requests[0]!.body))).toMatch(/^{"create":/);
    expect(await cluster.taken()).toEqual(['a']);
  });

  it.each<[name: string, options: ClusterOptions, dataStream: boolean, flags: readonly boolean[]]>([
    ['asks for a data stream', {}, true, [true, true]],
    ['does not, where the target is a plain index', {}, false, [false, false]],
    ['does without, where the cluster does not know how', { product: 'opensearch' }, true, [true, false, false]],
    ['does without before 8.13', { version: '8.12.9' }, true, [true, false, false]],
  ])('%s', async (_name, options, dataStream, flags) => {
    const cluster = await started(options);
    const sink = await opened(cluster, { dataStream });
    expect(kinds([...(await sink.send(records('a'), NEVER)), ...(await sink.send(records('b'), NEVER))])).toEqual(['delivered', 'delivered']);
    expect(cluster.requests.map(({ path }) => path.includes('require_data_stream=true'))).toEqual(flags);
  });

  it('stops for an index that is not there', async () => {
    const sink = await opened(await started({ isAutoCreating: false }));
    await expect(sink.send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('no such index') });
  });

  it('says what became of the others first, where only some have no index, and stops then', async () => {
    const cluster = await started();
    cluster.items.set('b', failed(404, 'index_not_found_exception', 'no such index [x]'));
    const sink = await opened(cluster);
    expect(kinds(await sink.send(records('a', 'b'), NEVER))).toEqual(['delivered', 'retry']);
    await expect(sink.send(records('c'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    expect(await cluster.taken()).toEqual(['a']);
  });

  it.each([
    ['a wrong key', { status: 401 }],
    ['what is no cluster', { status: 200, body: '<html>Welcome</html>' }],
    ['a cluster that answers for fewer', { status: 200, body: { errors: false, items: [] } }],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }],
  ])('stops for %s', async (_name, answer) => {
    const cluster = await started();
    cluster.answer = answer;
    await expect((await opened(cluster)).send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });

  it.each<[name: string, answer: object, details: object]>([
    ['429 with a time', { status: 429, headers: { 'retry-after': '7' } }, { isAmbiguous: false, afterMs: 7_000 }],
    ['503 without', { status: 503 }, { isAmbiguous: false }],
    ['a gateway that gave up waiting', { status: 504 }, { isAmbiguous: false }],
  ])('has all of it sent again after %s', async (_name, answer, details) => {
    const cluster = await started();
    cluster.answer = answer as Cluster['answer'];
    await expect((await opened(cluster)).send(records('a', 'b'), NEVER)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details });
  });

  it('names indices by what is known of a record', async () => {
    const cluster = await started();
    const sink = await opened(cluster, { index: 'logs-{dataset}-{organization}.{kind}' }, { organization: 'acme-eu' });
    const dataset = (text: string) => [['goshawk.dataset', Buffer.from(text)]] as const;
    await sink.send(
      [
        plainRecord({ id: 'a', headers: dataset('zeek.conn') }),
        plainRecord({ id: 'b', kind: 'event', headers: dataset('Odd-One/"x') }),
        plainRecord({ id: 'c', kind: 'unknown' }),
      ],
      NEVER,
    );
    expect([...cluster.documents.values()].map(({ index }) => index)).toEqual([
      'logs-zeek.conn-acme_eu.finding',
      'logs-odd_one__x-acme_eu.event',
      'logs-unknown-acme_eu.unknown',
    ]);
  });

  describe('several nodes', () => {
    it('go on when one is down', async () => {
      const nodes = [await started(), await started(), await started()];
      const sink = await opened(nodes);
      await nodes[1]!.fail('down');
      let failures = 0;
      for (let n = 0; n < 12; n += 1)
        await sink.send(records(`r${n}`), NEVER).catch((error: { readonly details: object }) => {
          expect(error.details).toMatchObject({ isAmbiguous: false, afterMs: 0 });
          failures += 1;
        });
      expect(failures).toBe(1);
      expect((await nodes[0]!.taken()).length + (await nodes[2]!.taken()).length).toBe(11);
    });

    it('go on when one answers that it is busy', async () => {
      const nodes = [await started(), await started()];
      const sink = await opened(nodes);
      nodes[0]!.answer = { status: 429, headers: { 'retry-after': '60' } };
      let failures = 0;
      for (let n = 0; n < 6; n += 1) await sink.send(records(`r${n}`), NEVER).catch(() => (failures += 1));
      expect([failures, (await nodes[1]!.taken()).length]).toEqual([1, 5]);
    });
  });

  // github.com/confluentinc/kafka-connect-elasticsearch
  describe("defects of Confluent's connector that it does not have", () => {
    it('#739 #737 #634: 429 of an item is sent again alone, and never fails the task', async () => {
      const cluster = await started();
      const sink = await opened(cluster);
      cluster.items.set('b', failed(429, 'es_rejected_execution_exception'));
      for (let n = 0; n < 20; n += 1)
        expect(await sink.send(records('b'), NEVER)).toMatchObject([{ kind: 'retry', message: expect.stringContaining('es_rejected') }]);
      cluster.items.clear();
      expect(kinds(await sink.send(records('b'), NEVER))).toEqual(['delivered']);
    });

    it('#699: a connection that is reset is no failure of the task, and nothing is there twice', async () => {
      const cluster = await started();
      const sink = await opened(cluster);
      await cluster.fail('fail-after-accept', { times: 1 });
      await expect(sink.send(records('a', 'b'), NEVER)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', details: { isAmbiguous: false } });
      expect(kinds(await sink.send(records('a', 'b', 'c'), NEVER))).toEqual(['present', 'present', 'delivered']);
      expect(await cluster.taken()).toEqual(['a', 'b', 'c']);
    });

    it('#51: what another task has sent before a rebalance is present, not a version conflict', async () => {
      const cluster = await started();
      await (await opened(cluster)).send(records('a', 'b'), NEVER);
      expect(kinds(await (await opened(cluster)).send(records('b', 'c'), NEVER))).toEqual(['present', 'delivered']);
    });

    it('#94: a topic that a transform renamed names the index; the id stays', async () => {
      const cluster = await started();
      const sink = await opened(cluster, { index: '{topic}', dataStream: false });
      const [original, renamed] = [plainRecord({ id: 'a' }), plainRecord({ id: 'a', topic: 'alerts-2026.03.01' })];
      expect(kinds(await sink.send([original, renamed], NEVER))).toEqual(['delivered', 'delivered']);
      expect([...cluster.documents.keys()]).toEqual(['sink.alpha.ecs.v1/a', 'alerts-2026.03.01/a']);
    });
  });
});
