// Real clusters are the far side. GOSHAWK_OPENSEARCH and GOSHAWK_ELASTICSEARCH name their distributions (scripts/fetch-cluster.sh); absent = skipped.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEVER, plainRecord, sinkDeps } from '../_contract/one-sink.ts';
import type { Outcome } from '../_sink/index.ts';
import elasticsearch from './index.ts';
import { products, startCluster, WRITER } from './test/real-cluster.ts';
import type { RealCluster } from './test/real-cluster.ts';
import { realDocuments } from './test/real-documents.ts';

const kinds = (outcomes: readonly Outcome[]) => outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.reason : outcome.kind));
const records = (...ids: readonly string[]) => ids.map((id) => plainRecord({ id }));

describe.skipIf(products.length > 0)('real clusters', () => {
  it.skip('cannot be had here', () => {});
});

describe.each(products.map((product) => [product.name, product] as const))('%s', (name, product) => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await startCluster(product, { 'http.max_content_length': '1mb' });
    await cluster.ask('PUT', '/_index_template/logs-tried', {
      index_patterns: ['logs-tried.*-*'],
      data_stream: {},
      priority: 500,
      template: {
        settings: { number_of_replicas: 0 },
        mappings: { properties: { '@timestamp': { type: 'date' }, source: { properties: { ip: { type: 'ip' } } } } },
      },
    });
  }, 240_000);
  afterAll(() => cluster?.destroy(), 60_000);

  const settings = (options: object = {}) => elasticsearch.config.parse({ urls: [cluster.url], timeoutMs: 10_000, ...cluster.credentials, ...options });
  const deps = () => sinkDeps([cluster.url]);
  const opened = (options: object = {}) => elasticsearch.sink(settings(options), deps());
  const found = async (target: string): Promise<readonly string[]> => {
    await cluster.ask('POST', `/${target}/_refresh`);
    const { hits } = (await cluster.ask('GET', `/${target}/_search?size=1000&_source=false`)) as { hits: { hits: { _id: string }[] } };
    return hits.hits.map(({ _id }) => _id).sort();
  };

  it('takes documents into a data stream, once each', async () => {
    const sink = await opened({ index: 'logs-tried.{kind}-one' });
    expect(kinds(await sink.send(records('a', 'b', 'q"\\'), NEVER))).toEqual(['delivered', 'delivered', 'delivered']);
    expect(kinds(await sink.send(records('b', 'c'), NEVER))).toEqual(['present', 'delivered']);
    expect(await found('logs-tried.finding-one')).toEqual(['a', 'b', 'c', 'q"\\']);
    const state = (await cluster.ask('GET', '/_cluster/state/metadata?filter_path=metadata.data_stream.data_stream')) as {
      metadata: { data_stream: { data_stream: object } };
    };
    expect(Object.keys(state.metadata.data_stream.data_stream)).toEqual(['logs-tried.finding-one']);
  });

  it.each<[name: string, value: string | Buffer]>([
    ['no time', '{"@timestamp":null}'],
    ['a field of another type', '{"@timestamp":"2026-03-01T12:00:00Z","source":{"ip":"nope"}}'],
    ['broken JSON', '{"@timestamp":"2026-03-01T12:00:00Z"'],
    ['an action that is smuggled in', '{"@timestamp":"2026-03-01T12:00:00Z"}\n{"delete":{"_index":"x","_id":"first"}}'],
    ['no object', '"text"'],
    ['nothing', ''],
    ['bytes that are no UTF-8', Buffer.from('7b2240ff', 'hex')],
  ])('refuses a document with %s, and takes its neighbours', async (what, value) => {
    const sink = await opened({ index: `logs-tried.refused-${what.replaceAll(/[^a-z]/g, '.')}` });
    const outcomes = await sink.send([...records('first'), plainRecord({ id: 'odd', value }), ...records('last')], NEVER);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'rejected', 'delivered']);
    expect([product.parsing, 'illegal_argument_exception', 'not_x_content_exception']).toContain(kinds(outcomes)[1]);
  });

  it('takes in halves what is too large together, and refuses what is too large alone', async () => {
    const sink = await opened({ index: 'logs-tried.{kind}-large' });
    const padded = (id: string, bytes: number) => plainRecord({ id, value: { '@timestamp': '2026-03-01T12:00:00Z', text: 'x'.repeat(bytes) } });
    expect(kinds(await sink.send([padded('a', 600_000), padded('b', 600_000), padded('c', 2_000_000)], NEVER))).toEqual([
      'delivered',
      'delivered',
      'too_large',
    ]);
    expect(await found('logs-tried.finding-large')).toEqual(['a', 'b']);
  });

  it('takes what is packed', async () => {
    const sink = await opened({ index: 'logs-tried.{kind}-packed', compression: 'gzip' });
    expect(kinds(await sink.send(records('a', 'b'), NEVER))).toEqual(['delivered', 'delivered']);
  });

  it('says which index cannot be written to', async () => {
    await cluster.ask('PUT', '/blocked', { settings: { 'index.blocks.write': true } });
    const sink = await opened({ index: 'blocked', dataStream: false });
    expect(await sink.send(records('a'), NEVER)).toMatchObject([{ kind: 'retry', afterMs: 60_000, message: expect.stringContaining('blocked by') }]);
    await cluster.ask('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': '-absent*,*' } });
    await expect((await opened({ index: 'absent', dataStream: false })).send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    await expect((await opened({ pipeline: 'nono' })).send(records('a'), NEVER)).rejects.toMatchObject({
      message: expect.stringContaining('pipeline with id [nono]'),
    });
  });

  it('waits for shards that are away', async () => {
    await cluster.ask('PUT', '/away?timeout=1s', { settings: { 'index.routing.allocation.require.box': 'none' } });
    const sink = await opened({ index: 'away', dataStream: false, timeoutMs: 2_000 });
    expect(await sink.send(records('a'), NEVER)).toMatchObject([{ kind: 'retry', message: expect.stringContaining('unavailable_shards_exception') }]);
  });

  it.each<[name: string, options: object, problems: readonly string[]]>([
    ['a data stream that a template makes', { index: 'logs-tried.{kind}-default' }, []],
    ['a name that no template knows', { index: 'other-{kind}' }, ['other-event', 'other-finding', 'other-alert']],
    ['a plain index on purpose', { index: 'other-{kind}', dataStream: false }, []],
  ])('is checked: %s', async (_name, options, problems) => {
    const said = await elasticsearch.check!(settings(options), deps());
    expect(said.map(({ option, message }) => [option, /makes (\S+) a data/.exec(message)?.[1]])).toEqual(problems.map((target) => ['index', target]));
  });

  it.skipIf(name === 'opensearch')('is checked: what a user may do', async () => {
    expect(await elasticsearch.check!(settings({ ...WRITER, index: 'logs-tried.{kind}-checked', dataStream: false }), deps())).toEqual([]);
    expect(await elasticsearch.check!(settings({ ...WRITER, index: 'logs-goshawk.alert-checked', dataStream: false }), deps())).toEqual([
      { option: 'index', message: 'The credentials may not write to logs-goshawk.alert-checked: create_doc and auto_configure are missing.' },
    ]);
    expect(await elasticsearch.check!(settings({ ...WRITER, password: 'wrong-of-tests' }), deps())).toMatchObject([{ option: 'password' }]);
  });

  it.skipIf(name === 'opensearch')('writes as one who may do no more than that, and stops where he may not', async () => {
    const sink = await opened({ ...WRITER, index: 'logs-tried.{kind}-writer' });
    expect(kinds(await sink.send(records('a'), NEVER))).toEqual(['delivered']);
    expect(kinds(await sink.send(records('a'), NEVER))).toEqual(['present']);
    const wrong = await opened({ ...WRITER, index: 'logs-goshawk.{kind}-writer' });
    await expect(wrong.send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('unauthorized') });
    const unknown = await opened({ username: 'nobody', password: 'nobody-of-tests' });
    await expect(unknown.send(records('a'), NEVER)).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringContaining('unable to authenticate'),
    });
  });

  it.skipIf(name === 'opensearch')('refuses a target that no template makes a data stream', async () => {
    const sink = await opened({ index: 'plain' });
    await expect(sink.send(records('a'), NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('data stream') });
  });

  it('takes real documents, ECS and OCSF, with the template of the page', async () => {
    const [, template = ''] =
      /```json\n(\{\n {2}"index_patterns".*?)```/s.exec(readFileSync(new URL('../../docs/sinks/elasticsearch.md', import.meta.url), 'utf8')) ?? [];
    await cluster.ask('PUT', '/_index_template/logs-goshawk', JSON.parse(template) as object);
    for (const [form, documents] of Object.entries(await realDocuments())) {
      const sink = await opened({ index: `logs-goshawk.{kind}-${form}`, timeoutMs: 60_000 });
      const sent = documents.map((value, n) => plainRecord({ id: `${form}-${n}`, kind: 'event', value }));
      // A cluster that learns many fields on a busy machine may ask for some again.
      for (let owed = sent; owed.length > 0;) {
        const batch = owed.slice(0, 200);
        const outcomes = await sink.send(batch, NEVER);
        expect(outcomes.filter(({ kind }) => !['delivered', 'present', 'retry'].includes(kind))).toEqual([]);
        owed = [...batch.filter((_record, n) => outcomes[n]!.kind === 'retry'), ...owed.slice(200)];
      }
    }
    await cluster.ask('POST', '/logs-goshawk.event-*/_refresh');
    const { hits } = (await cluster.ask('GET', '/logs-goshawk.event-*/_search?size=0&q=event.kind:event%20OR%20class_uid:*&track_total_hits=true')) as {
      hits: { total: { value: number } };
    };
    expect(hits.total.value).toBeGreaterThan(100);
  }, 240_000);

  it('is killed while it is written to: nothing is lost, nothing is there twice', async () => {
    const sink = await opened({ index: 'logs-tried.{kind}-killed' });
    const owed = new Map(Array.from({ length: 3_000 }, (_none, n) => [`k${n}`, plainRecord({ id: `k${n}` })]));
    const all = [...owed.keys()].sort();
    let sent = 0;
    let failures = 0;
    let again: Promise<void> | null = null;
    while (owed.size > 0) {
      const batch = [...owed.values()].slice(0, 50);
      const sending = sink.send(batch, NEVER);
      sent += 1;
      if (sent === 20) again = cluster.kill().then(() => cluster.start());
      try {
        for (const [n, { kind }] of (await sending).entries()) if (kind === 'delivered' || kind === 'present') owed.delete(batch[n]!.id);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SINK_UNAVAILABLE' });
        failures += 1;
        await again;
      }
    }
    expect(failures).toBeGreaterThan(0);
    await cluster.ask('POST', '/logs-tried.finding-killed/_refresh');
    const { hits } = (await cluster.ask('GET', '/logs-tried.finding-killed/_search?size=10000&_source=false')) as { hits: { hits: { _id: string }[] } };
    expect(hits.hits.map(({ _id }) => _id).sort()).toEqual(all);
  }, 240_000);
});
