// Against stores that others wrote, read back with AWS's own client, and with DuckDB.
import { createHash } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFarS3, BUCKET } from '../_aws/test/far-s3.ts';
import { openFauxqs, openS3rver } from '../_aws/test/others.ts';
import type { OtherStore } from '../_aws/test/others.ts';
import { NEVER, plainRecord, sinkDeps } from '../_contract/one-sink.ts';
import { queryParquet } from '../_formats/test/duckdb.ts';
import type { SinkRecord } from '../_sink/index.ts';
import s3 from './index.ts';

const at = (offset: number, value: object, more: Partial<SinkRecord> = {}) =>
  plainRecord({ id: `d${offset}`, position: { topic: 'sink.alpha.ecs.v1', partition: 3, offset }, value: Buffer.from(JSON.stringify(value)), ...more });

describe.each([
  ['s3rver', openS3rver],
  ['fauxqs', openFauxqs],
] as const)('a store by others: %s', (_name, open) => {
  let store: OtherStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  const sinkWith = (more: object) => s3.sink(s3.config.parse({ ...store.settings, ...more }), sinkDeps(store.outboundAllow, { connector: 'lake' }));
  const keys = async (prefix: string) =>
    ((await store.client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }))).Contents ?? []).map(({ Key }) => Key!).sort();
  const bytes = async (key: string) =>
    Buffer.from(await (await store.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body!.transformToByteArray());

  it('takes what we sign, names with all kinds of characters too', async () => {
    const sink = await sinkWith({ key: "a b+c=(d)'/kind={kind}/{file}" });
    const outcomes = await sink.send([at(0, { n: 1 }), at(1, { n: 2 })], NEVER);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered']);
    const [key, ...more] = await keys("a b+c=(d)'/");
    expect(more).toEqual([]);
    expect(key).toMatch(/^a b\+c=\(d\)'\/kind=finding\/sink\.alpha\.ecs\.v1-3-0{16}-[0-9a-f]{12}\.ndjson\.gz$/);
    expect(gunzipSync(await bytes(key!)).toString()).toBe('{"n":1}\n{"n":2}\n');
    const head = await store.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key! }));
    expect(head.ContentType).toBe('application/x-ndjson');
    expect(await keys('_goshawk/lake/')).toEqual(['_goshawk/lake/sink.alpha.ecs.v1-3.json']);
  });

  it('takes a large file in parts', async () => {
    // Bytes that no compression makes small.
    const text = Array.from({ length: 20_000 }, (_none, n) => createHash('sha512').update(String(n)).digest('hex')).join('');
    const values = Array.from({ length: 8 }, (_none, n) => ({ n, text: text.slice(n) + text.slice(0, n) }));
    const sink = await sinkWith({ key: 'large/{file}', compression: 'none' });
    await sink.send(
      values.map((value, n) => at(100 + n, value)),
      NEVER,
    );
    const [key] = await keys('large/');
    const found = await bytes(key!);
    expect(found.length).toBeGreaterThan(2 * (8 << 20));
    expect(found.toString().trimEnd().split('\n')).toEqual(values.map((value) => JSON.stringify(value)));
  });

  it('says what is wrong', async () => {
    const problems = async (more: object) => s3.check!(s3.config.parse({ ...store.settings, ...more }), sinkDeps(store.outboundAllow));
    expect(await problems({})).toEqual([]);
    expect((await problems({ bucket: 'no-such-bucket-here' })).map(({ option }) => option)).toEqual(['bucket']);
    await expect((await sinkWith({ bucket: 'no-such-bucket-here' })).send([at(0, {})], NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });
});

describe('a key that does not hold', () => {
  it.each([
    ['secretAccessKey', 'other'],
    ['accessKeyId', 'other'],
    ['region', 'us-east-2'],
  ])('is told apart: %s', async (option, value) => {
    const { side, settings } = await openFarS3();
    const config = s3.config.parse({ ...settings, pathStyle: true, [option]: value });
    expect((await s3.check!(config, sinkDeps(side.outboundAllow))).map((problem) => problem.option)).toEqual([option]);
    const sink = await s3.sink(config, sinkDeps(side.outboundAllow));
    await expect(sink.send([at(0, {})], NEVER)).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
    await side.close();
  });
});

describe('files', () => {
  const ocsf = (uid: number, time: number, n: number) => ({
    class_uid: uid,
    category_uid: Math.floor(uid / 1_000),
    activity_id: 1,
    type_uid: uid * 100 + 1,
    severity_id: 1,
    time,
    metadata: { version: '1.5.0', product: { name: 'Goshawk', vendor_name: 'Goshawk' }, uid: `u${n}` },
  });
  const write = async (more: object, records: readonly SinkRecord[]) => {
    const { store, side, settings } = await openFarS3();
    const sink = await s3.sink(s3.config.parse({ ...settings, pathStyle: true, ...more }), sinkDeps(side.outboundAllow));
    const outcomes = await sink.send(records, NEVER);
    await side.close();
    return { outcomes, objects: new Map([...store.objects].filter(([key]) => !key.includes('_goshawk')).sort(([a], [b]) => (a < b ? -1 : 1))) };
  };
  const noon = Date.UTC(2026, 2, 1, 12);

  it('lie as Security Lake wants them, and DuckDB reads them', async () => {
    const records = [
      ocsf(3002, noon + 5_000, 0),
      ocsf(3002, noon + 1_000, 1),
      ocsf(3002, noon + 86_400_000, 2),
      ocsf(4001, noon, 3),
      ocsf(1001, noon, 4),
      { no: 'class' },
    ];
    const { outcomes, objects } = await write(
      { layout: 'security-lake', format: 'parquet', sources: ['3002=gh_auth', '4001=gh_net'], accountId: '123456789012' },
      records.map((value, offset) => at(offset, value)),
    );
    expect(outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.message : outcome.kind))).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
      'No custom source is named for class 1001.',
      'The document has no class_uid: Security Lake takes OCSF.',
    ]);
    expect([...objects.keys()].map((key) => key.replace(/-[0-9a-f]{12}\.parquet$/, '.parquet'))).toEqual([
      'ext/gh_auth/region=eu-central-1/accountId=123456789012/eventDay=20260301/sink.alpha.ecs.v1-3-0000000000000000.parquet',
      'ext/gh_auth/region=eu-central-1/accountId=123456789012/eventDay=20260302/sink.alpha.ecs.v1-3-0000000000000002.parquet',
      'ext/gh_net/region=eu-central-1/accountId=123456789012/eventDay=20260301/sink.alpha.ecs.v1-3-0000000000000003.parquet',
    ]);
    const [first] = [...objects.values()];
    const [rows] = await queryParquet(first!.body, 'SELECT metadata.uid AS uid, class_uid::int AS class_uid FROM $file');
    expect(rows).toEqual([
      { uid: 'u1', class_uid: 3002 },
      { uid: 'u0', class_uid: 3002 },
    ]); // by time
  });

  it('of Parquet hold one class each, also where the name does not tell', async () => {
    const { objects } = await write(
      { format: 'parquet', key: '{file}' },
      [ocsf(3002, noon, 0), ocsf(4001, noon, 1), ocsf(3002, noon, 2)].map((value, offset) => at(offset, value)),
    );
    const counts = await Promise.all(
      [...objects.values()].map(async ({ body }) => (await queryParquet(body, 'SELECT count(*)::int AS n, any_value(class_uid)::int AS c FROM $file'))[0]),
    );
    expect(counts).toEqual([[{ n: 2, c: 3002 }], [{ n: 1, c: 4001 }]]);
  });

  it('go by the event time of ECS and OCSF documents, else by append time', async () => {
    const { objects } = await write({ key: '{year}-{month}-{day}T{hour}/{file}', compression: 'zstd' }, [
      at(0, { '@timestamp': '2026-01-31T23:59:59.999Z' }),
      at(1, ocsf(3002, noon, 0)),
      at(2, { '@timestamp': 'nonsense' }, { timestampMs: Date.UTC(2030, 0, 2) }),
    ]);
    expect([...objects.keys()].map((key) => key.split('/')[0])).toEqual(['2026-01-31T23', '2026-03-01T12', '2030-01-02T00']);
    expect(zstdDecompressSync([...objects.values()][0]!.body).toString()).toBe('{"@timestamp":"2026-01-31T23:59:59.999Z"}\n');
  });

  it('of lines hold what is no JSON as it is, and what has line breaks on one line', async () => {
    const { outcomes, objects } = await write({ key: '{file}', compression: 'none' }, [
      plainRecord({ id: 'a', value: 'not json' }),
      plainRecord({ id: 'b', value: '{\n "a": 1 }' }),
      plainRecord({ id: 'c', value: 'two\nlines' }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'rejected']);
    expect([...objects.values()].map(({ body }) => body.toString())).toEqual(['not json\n{"a":1}\n']);
  });

  it('of CSV have a header, packed', async () => {
    const { objects } = await write({ format: 'csv', key: '{dataset}/{file}' }, [at(0, { '@timestamp': '2026-01-31T23:59:59.999Z', host: { name: 'h' } })]);
    const [key, { body }] = [...objects][0]!;
    expect(key).toMatch(/^unknown\/.*\.csv\.gz$/);
    expect(gunzipSync(body).toString().split('\n')[0]).toContain('@timestamp');
  });
});
