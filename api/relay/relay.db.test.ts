import type { Pool } from '../../store/connect.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { partitionFor } from '../../pipeline/runtime/partition.ts';
import type { RawRecord } from '../../pipeline/runtime/port.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { openPool, withOrganization } from '../../store/connect.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl, silent } from '../../store/test/fresh-database.ts';
import { relayDeadLetters } from './dead-letters.ts';
import { relayReferences } from './references.ts';
import { config, runRelay } from './index.ts';

describe.skipIf(serverUrl === '')('relay', () => {
  const codec = new Codec(fixedIds());
  let database: FreshDatabase;
  let pool: Pool;
  let broker: MemoryBroker;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  beforeEach(async () => {
    broker = memoryBroker();
    await database.owner.query('DELETE FROM goshawk.outbox; DELETE FROM goshawk.dead_letter_outbox');
    await broker.admin().createTopics(
      [
        { name: 'ref.assets.v1', partitions: 1, config: { 'cleanup.policy': 'compact' } },
        { name: 'ref.zones.v1', partitions: 1, config: {} },
        { name: 'dead-letters.v1', partitions: 2, config: {} },
        { name: 'events.enriched.v1', partitions: 1, config: {} },
      ],
      1,
    );
  });
  afterEach(async () => {
    await broker.close();
  });

  const deps = () => ({
    pool,
    producer: broker.producer(),
    admin: broker.admin(),
    reader: broker.reader(),
    codec,
    partitionFor,
    log: silent,
    signal: new AbortController().signal,
    version: '1.2.3',
  });
  async function allOf(topic: string): Promise<readonly RawRecord[]> {
    const records: RawRecord[] = [];
    const admin = broker.admin();
    for (let partition = 0; partition < ((await admin.topics()).get(topic) ?? 0); partition += 1) {
      const end = (await admin.offsets([{ topic, partition }], 'latest')).get(`${topic}/${partition}`) as number;
      for await (const batch of broker.reader().read({ topic, partition }, 0, end, new AbortController().signal)) records.push(...batch.records);
    }
    return records;
  }
  const putAsset = (id: string | null, from: string) =>
    withOrganization(
      database.owner,
      'default',
      async (client) =>
        (await client.query<{ id: string }>(`SELECT api.put_asset('ann', $1, $2, 'web', 'server', '{web}', '{10.0.0.1}', 'ann', 3) AS id`, [id, from])).rows[0]
          ?.id as string,
    );
  const refuse = (offset: number, value: Buffer | null = null, headers: string | null = null) =>
    database.owner.query(
      `INSERT INTO goshawk.dead_letter_outbox (stage, topic, partition, "offset", key, value, headers, code, message) VALUES ('persist', 'events.enriched.v1', 0, $1, NULL, $2, $3, 'INVALID_EVENT', 'too long')`,
      [offset, value, headers],
    );
  const headersOf = (record: RawRecord) => Object.fromEntries(record.headers.map(([name, value]) => [name, value.toString()]));

  it('publishes each version of an asset, keyed by entity and beginning, decodable by our schema', async () => {
    const id = await putAsset(null, '2026-01-01T00:00:00Z');
    await putAsset(id, '2026-02-01T00:00:00Z');
    await withOrganization(database.owner, 'default', (client) =>
      client.query(`SELECT api.put_zone('ann', NULL, '2026-01-01T00:00:00Z', 'lan', '10.0.0.0/8', 'internal')`),
    );
    expect(await relayReferences(deps(), 100)).toBe(4);
    expect(await relayReferences(deps(), 100)).toBe(0);
    const [first, second] = [Date.UTC(2026, 0, 1) * 1000, Date.UTC(2026, 1, 1) * 1000];
    const records = await allOf('ref.assets.v1');
    expect(records.map(({ key }) => key?.toString())).toEqual([`${id}|${first}`, `${id}|${first}`, `${id}|${second}`]);
    const values = records.map(({ value }) => codec.decode(schemas.refAsset, value as Buffer));
    expect(values[1]).toMatchObject({
      id,
      organization: 'default',
      validFrom: first,
      validTo: second,
      name: 'web',
      hostnames: ['web'],
      addresses: ['10.0.0.1'],
      owner: 'ann',
      criticality: 3,
    });
    expect(values.map(({ version }) => version)).toEqual(values.map(({ version }) => version).toSorted((a, b) => a - b));
    const [zone] = await allOf('ref.zones.v1');
    expect(codec.decode(schemas.refZone, zone?.value as Buffer)).toMatchObject({ cidr: '10.0.0.0/8', kind: 'internal', validTo: null });
  });

  it('sends a row again when the broker had it but the answer was lost, and marks nothing before the answer', async () => {
    await putAsset(null, '2026-01-01T00:00:00Z');
    broker.faults.inject('send', 'answer-lost');
    await expect(relayReferences(deps(), 100)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(await relayReferences(deps(), 100)).toBe(1);
    const records = await allOf('ref.assets.v1');
    expect(new Set(records.map(({ key }) => key?.toString())).size).toBe(1); // twice the same key: compaction keeps one
    expect(records.length).toBe(2);
  });

  it('writes what the platform tells of itself as a sensor would, as JSON', async () => {
    const topic = 'raw.default.gateway-goshawk';
    await broker.admin().createTopics([{ name: topic, partitions: 1, config: {} }], 1);
    await database.owner.query('INSERT INTO goshawk.outbox (topic, key, payload) VALUES ($1, \'web-01\', \'{"goshawk":{"kind":"sensor-silent"}}\')', [topic]);
    await relayReferences(deps(), 10);
    const [record] = await allOf(topic);
    expect([String(record?.key), String(record?.value), record?.headers.map(([name, value]) => [name, String(value)])]).toEqual([
      'web-01',
      '{"goshawk":{"kind":"sensor-silent"}}',
      [['format', 'goshawk']],
    ]);
  });

  it('sets a row aside that no topic can take, and goes on', async () => {
    await database.owner.query(
      `INSERT INTO goshawk.outbox (topic, key, payload) VALUES ('ref.assets.v1', 'x|1', '{"id": 5}'), ('ref.unknown.v1', 'y|1', '{}')`,
    );
    await putAsset(null, '2026-01-01T00:00:00Z');
    expect(await relayReferences(deps(), 100)).toBe(3);
    expect((await allOf('ref.assets.v1')).length).toBe(1);
    const { rows } = await database.owner.query<{ failure: string }>('SELECT failure FROM goshawk.outbox WHERE failure IS NOT NULL ORDER BY id');
    expect(rows.map(({ failure }) => failure)).toEqual([expect.stringMatching(/no goshawk\.v1\.RefAsset/) as string, 'There is no topic ref.unknown.v1']);
    expect(await relayReferences(deps(), 100)).toBe(0);
  });

  it('publishes a refused record with the bytes, key and headers that lie at its position', async () => {
    const bytes = Buffer.from([0, 0, 0, 0, 9, 255]); // framed with schema 9
    await broker.producer().send([
      {
        topic: 'events.enriched.v1',
        partition: 0,
        key: Buffer.from('acme|host|web-1'),
        value: bytes,
        headers: [
          ['h', Buffer.from('v')],
          ['__goshawk.redriven', Buffer.from('["persist","0:4",1,1700000000000,"events.enriched.v1",0,3]')],
        ],
      },
    ]);
    await refuse(0);
    expect(await relayDeadLetters(deps(), 100)).toBe(1);
    expect(await relayDeadLetters(deps(), 100)).toBe(0);
    const [letter] = await allOf('dead-letters.v1');
    expect([letter?.key?.toString(), letter?.value]).toEqual(['acme|host|web-1', bytes]);
    expect(headersOf(letter as RawRecord)).toMatchObject({
      h: 'v',
      '__streams.errors.topic': 'events.enriched.v1',
      '__streams.errors.partition': '0',
      '__streams.errors.offset': '0',
      '__streams.errors.message': 'too long',
      '__goshawk.errors.stage': 'persist',
      '__goshawk.errors.code': 'INVALID_EVENT',
      '__goshawk.errors.attempt': '2',
      '__goshawk.errors.version': '1.2.3',
      '__goshawk.errors.first.failure.ms': '1700000000000',
      '__goshawk.errors.schema.id': '9',
      '__goshawk.errors.timestamp': String(broker.clock.nowMs()),
      '__goshawk.errors.organization': 'acme',
    });
  });

  it('publishes what could not be decoded with the bytes that persist kept', async () => {
    await refuse(77, Buffer.from('raw'), JSON.stringify([['h', Buffer.from([1, 2]).toString('base64')]]));
    await relayDeadLetters(deps(), 100);
    const [letter] = await allOf('dead-letters.v1');
    expect([letter?.value?.toString(), letter?.headers[0]]).toEqual(['raw', ['h', Buffer.from([1, 2])]]);
  });

  it('publishes the error alone when retention was quicker', async () => {
    await broker.producer().send([0, 1].map((n) => ({ topic: 'events.enriched.v1', partition: 0, key: Buffer.from('k'), value: Buffer.from(String(n)) })));
    await broker.admin().deleteRecords(new Map([['events.enriched.v1/0', 1]]));
    await refuse(0);
    await refuse(5);
    expect(await relayDeadLetters(deps(), 100)).toBe(2);
    const letters = await allOf('dead-letters.v1');
    expect(letters.map(({ value }) => value)).toEqual([null, null]);
    expect(letters.map((letter) => headersOf(letter)['__goshawk.errors.without'])).toEqual([
      expect.stringMatching(/deleted/),
      expect.stringMatching(/deleted/),
    ]);
    expect(letters.every(({ key }) => key !== null)).toBe(true);
  });

  it('runs until it is told to end, and publishes what comes meanwhile', async () => {
    const stop = new AbortController();
    const running = runRelay(config.parse({ pollMs: 10 }), { ...deps(), databaseUrl: database.url, broker, signal: stop.signal });
    await putAsset(null, '2026-01-01T00:00:00Z');
    await expect.poll(async () => (await database.owner.query('SELECT FROM goshawk.outbox WHERE sent_at IS NULL')).rowCount, { timeout: 10_000 }).toBe(0);
    stop.abort();
    await running;
    expect((await allOf('ref.assets.v1')).length).toBe(1);
  });
});
