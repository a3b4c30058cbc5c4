import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Headers } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import { topics } from '../../../topologies/topics.ts';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import { noteAll } from '../../test/dead-letters.ts';
import type { TestDatabase } from '../../test/database.ts';
import { hexId, NOON, seedEvents } from '../../test/seed.ts';

const SECOND = 1_000_000;
const publicId = (n: number) => `${NOON + n * SECOND}-${hexId(n)}`;

describe.skipIf(serverUrl === '')('events over REST', () => {
  let database: TestDatabase;
  let api: TestApi;
  const get = (url: string, roles?: Parameters<TestApi['inject']>[1]) => api.inject({ url }, roles);
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}, roles?: Parameters<TestApi['inject']>[1]) =>
    api.inject({ method: 'POST', url, payload: payload as object, headers }, roles);

  /** What lies on a topic. */
  async function recordsOf(topic: string) {
    const admin = api.broker.admin();
    const partitions = Array.from({ length: (await admin.topics()).get(topic) ?? 0 }, (_, partition) => ({ topic, partition }));
    const ends = await admin.offsets(partitions, 'latest');
    const reader = api.broker.reader();
    const found: { partition: number; offset: number; text: string; headers: Record<string, string> }[] = [];
    for (const tp of partitions) {
      for await (const { records } of reader.read(tp, 0, ends.get(tpKey(tp)) ?? 0, new AbortController().signal)) {
        for (const { offset, value, headers } of records)
          found.push({
            partition: tp.partition,
            offset,
            text: String(value),
            headers: Object.fromEntries(headers.map(([name, text]) => [name, String(text)])),
          });
      }
    }
    return found;
  }

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [
      ...Array.from({ length: 5 }, (_, n) => ({
        n,
        columns: { host_name: `web0${n}`, severity: n * 10, dataset: n < 3 ? 'a.log' : 'b.log', source_ip: `10.0.0.${n}` },
        native: { n, text: `word${n}` },
      })),
      { n: 70, time: NOON + 70 * SECOND, columns: { dataset: 'a.log' } },
    ]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  describe('GET /v2/events', () => {
    it.each<[name: string, query: string, found: readonly number[]]>([
      ['gives the newest first', '', [70, 4, 3, 2, 1, 0]],
      ['begins at from and ends before to', 'from=2026-03-01T12:00:01Z&to=2026-03-01T12:00:03Z', [2, 1]],
      ['asks one dataset', 'dataset=b.log', [4, 3]],
      ['asks one of several hosts', 'host=web01&host=WEB03', [3, 1]],
      ['asks a network', 'address=10.0.0.2/31', [3, 2]],
      ['asks a severity', 'minSeverity=30', [4, 3]],
      ['searches', `search=${encodeURIComponent('word1 or host.name:web02')}`, [2, 1]],
    ])('%s', async (_name, query, found) => {
      const response = await get(`/v2/events?${query}`);
      expect(response.json().events.map(({ provenance }: { provenance: { offset: number } }) => provenance.offset)).toEqual(found);
    });

    it('goes through all pages by the links that it gives', async () => {
      const found: number[] = [];
      let url: string | undefined = '/v2/events?limit=2&dataset=a.log';
      let pages = 0;
      while (url !== undefined) {
        const response = await get(url);
        found.push(...response.json().events.map(({ provenance }: { provenance: { offset: number } }) => provenance.offset));
        url = /^<([^>]+)>; rel="next"$/.exec(String(response.headers.link ?? ''))?.[1];
        pages += 1;
      }
      expect([found, pages]).toEqual([[70, 2, 1, 0], 2]);
    });

    it.each<[name: string, query: string, pointer: string]>([
      ['a time without zone', 'from=2026-03-01T12:00:00', '/query/from'],
      ['an address that is none', 'address=host', '/query/address'],
      ['an unknown filter', 'hots=a', '/query'],
      ['a page of none', 'limit=0', '/query/limit'],
      ['a page that is too large', 'limit=201', '/query/limit'],
      ['a cursor that is none', 'cursor=x', '/after'],
      ['a severity that is none', 'minSeverity=high', '/query/minSeverity'],
      ['a search that cannot be read', 'search=(a', '/search'],
      ['a NUL', 'host=a%00', '/query/host'],
    ])('points at %s', async (_name, query, pointer) => {
      const response = await get(`/v2/events?${query}`);
      expect([response.statusCode, response.headers['content-type'], response.json().errors?.[0]?.pointer]).toEqual([
        400,
        'application/problem+json; charset=utf-8',
        pointer,
      ]);
    });
  });

  it('GET /v2/events/stats counts whole minutes and their edges once', async () => {
    const { total, counts } = (await get('/v2/events/stats?from=2026-03-01T12:00:01Z&to=2026-03-01T12:01:11Z&spanSeconds=60&by=dataset')).json();
    expect(total).toBe(5);
    expect(counts).toEqual([
      { start: '2026-03-01T12:00:00.000000Z', series: 'a.log', count: 2 },
      { start: '2026-03-01T12:00:00.000000Z', series: 'b.log', count: 2 },
      { start: '2026-03-01T12:01:00.000000Z', series: 'a.log', count: 1 },
    ]);
  });

  describe('GET /v2/events/:id', () => {
    it('gives a stored event', async () => {
      expect((await get(`/v2/events/${publicId(1)}`)).json()).toMatchObject({
        id: publicId(1),
        status: 'stored',
        event: { id: publicId(1), host: 'web01', native: { n: 1, text: 'word1' } },
      });
    });

    it.each([
      ['an unknown id', publicId(99)],
      ['text', 'x'],
      ['a receipt of another organization', `r1_${Buffer.from(`0 0 ${NOON} raw.other.test`).toString('base64url')}`],
      ['a receipt beyond the topic', `r1_${Buffer.from(`0 999 ${NOON} raw.default.zeek`).toString('base64url')}`],
      ['a receipt of a partition that is not there', `r1_${Buffer.from(`9 0 ${NOON} raw.default.zeek`).toString('base64url')}`],
    ])('does not find %s', async (_name, id) => {
      expect((await get(`/v2/events/${id}`)).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    });

    it('finds the event that a record is a part of', async () => {
      await post('/v2/events', { event: { n: 0 }, source: 'parts' });
      const columns = { raw_topic: 'raw.default.gateway-parts', raw_offset: 7 };
      await seedEvents(database.owner, [{ n: 2_000, time: NOON, columns, detail: { labels: { raw_offsets: '7,9,12' } } }]);
      const at = (offset: number) => get(`/v2/events/r1_${Buffer.from(`0 ${offset} ${NOON} raw.default.gateway-parts`).toString('base64url')}`);
      for (const offset of [7, 9, 12]) expect((await at(offset)).json()).toMatchObject({ status: 'stored', event: { id: `${NOON}-${hexId(2_000)}` } });
      for (const offset of [8, 1, 2]) expect((await at(offset)).json().status).not.toBe('stored');
    });

    it('follows an event from its receipt to its end', async () => {
      const receipts: string[] = [];
      for (let n = 0; n < 3; n += 1) receipts.push((await post('/v2/events', { event: { n } })).json().receipt);
      expect((await get(`/v2/events/${receipts[0]}`)).json()).toEqual({ id: receipts[0], status: 'pending' });

      const written = await recordsOf('raw.default.gateway-http');
      const lies = (n: number) => written.find(({ text }) => text === `{"n":${n}}`)!;
      const columns = (n: number) => ({ raw_topic: 'raw.default.gateway-http', raw_partition: lies(n).partition, raw_offset: lies(n).offset });
      const takenAt = 3_600 * SECOND; // the clock of the test's API is an hour after noon
      await seedEvents(database.owner, [
        { n: 1_000, time: NOON + takenAt, columns: columns(0) },
        { n: 1_001, time: NOON + takenAt, columns: columns(1) },
        { n: 1_002, time: NOON + takenAt, columns: columns(1) },
      ]);
      expect((await get(`/v2/events/${receipts[0]}`)).json()).toMatchObject({ status: 'stored', event: { id: `${NOON + takenAt}-${hexId(1_000)}` } });
      expect((await get(`/v2/events/${receipts[0]}`)).json().events).toBeUndefined();
      expect((await get(`/v2/events/${receipts[1]}`)).json().events).toHaveLength(2);
      expect((await get(`/v2/events/${receipts[0]}`, ['sensor'])).json()).toEqual({ id: receipts[0], status: 'stored' }); // a sensor sees that, not what

      const headers: Headers = Object.entries({
        '__streams.errors.topic': 'raw.default.gateway-http',
        '__streams.errors.partition': String(lies(2).partition),
        '__streams.errors.offset': String(lies(2).offset),
        '__streams.errors.message': 'Not a time.',
        '__goshawk.errors.stage': 'ingest',
        '__goshawk.errors.code': 'INVALID_EVENT',
        '__goshawk.errors.organization': 'default',
      }).map(([name, text]) => [name, Buffer.from(text)] as const);
      await api.broker.producer().send([{ topic: topics.deadLetters.name, partition: 0, key: null, value: Buffer.from('{"n":2}'), headers }]);
      await noteAll(database, api);
      expect((await get(`/v2/events/${receipts[2]}`)).json()).toEqual({
        id: receipts[2],
        status: 'rejected',
        error: { code: 'INVALID_EVENT', detail: 'Not a time.', stage: 'ingest', deadLetter: '0:0' },
      });
    });
  });

  describe('POST /v2/events/bulk', () => {
    it('writes ECS documents as they are, and says where each one is', async () => {
      const response = await post('/v2/events/bulk', { events: [{ '@timestamp': '2026-03-01T12:00:00Z', message: 'a' }, { message: 'b' }], source: 'bulk-a' });
      expect([response.statusCode, response.json().items.map(({ index, status }: { index: number; status: number }) => [index, status])]).toEqual([
        202,
        [
          [0, 202],
          [1, 202],
        ],
      ]);
      expect(response.json().items.every(({ receipt }: { receipt: string }) => receipt.startsWith('r1_'))).toBe(true);
      const written = await recordsOf('raw.default.gateway-bulk-a');
      const beside = { sensor: 'bulk-a', format: 'ecs', request: response.headers['x-request-id'] };
      expect(written.map(({ text, headers }) => [text, headers])).toEqual([
        ['{"@timestamp":"2026-03-01T12:00:00Z","message":"a"}', beside],
        ['{"message":"b"}', beside],
      ]);
    });

    it('takes native documents and lines', async () => {
      const response = await post('/v2/events/bulk', { format: 'zeek', source: 'bulk-b', events: [{ uid: 'C1' }, '#separator \\x09'] });
      expect(response.statusCode).toBe(202);
      expect((await recordsOf('raw.default.gateway-bulk-b')).map(({ text, headers }) => [text, headers.format])).toEqual([
        ['{"uid":"C1"}', 'zeek'],
        ['#separator \\x09', 'zeek'],
      ]);
    });

    it('leaves it to ingest to find out', async () => {
      await post('/v2/events/bulk', { format: 'auto', source: 'bulk-c', events: ['x'] });
      expect((await recordsOf('raw.default.gateway-bulk-c'))[0]?.headers).toEqual({ sensor: 'bulk-c', request: expect.any(String) });
    });

    it('names a sensor by its token', async () => {
      await post('/v2/events/bulk', { source: 'bulk-d', events: [{ a: 1 }] }, {}, ['sensor']);
      expect((await recordsOf('raw.default.gateway-bulk-d'))[0]?.headers.sensor).toBe('tester');
    });

    it('refuses some and takes the others', async () => {
      const response = await post('/v2/events/bulk', { source: 'bulk-e', events: [{ a: 1 }, 'text', {}, [], null, { big: 'x'.repeat(1_048_576) }, { b: 2 }] });
      expect(response.statusCode).toBe(207);
      expect(response.json().items.map(({ status, error }: { status: number; error?: { code: string } }) => error?.code ?? status)).toEqual([
        202,
        'INVALID_REQUEST',
        'INVALID_REQUEST',
        'INVALID_REQUEST',
        'INVALID_REQUEST',
        'BODY_TOO_LARGE',
        202,
      ]);
      expect((await recordsOf('raw.default.gateway-bulk-e')).map(({ text }) => text)).toEqual(['{"a":1}', '{"b":2}']);
    });

    it('keeps every digit', async () => {
      const text = '{"source":"bulk-f","events":[{"id":12345678901234567890,"price":1.10,"tiny":1E-7,"plain":7}]}';
      const response = await api.inject({ method: 'POST', url: '/v2/events/bulk', payload: text, headers: { 'content-type': 'application/json' } });
      expect(response.statusCode).toBe(202);
      expect((await recordsOf('raw.default.gateway-bulk-f'))[0]?.text).toBe('{"id":12345678901234567890,"price":1.10,"tiny":1E-7,"plain":7}');
    });

    it('unpacks gzip, and takes the same request under the same key once, however it is packed', async () => {
      const body = JSON.stringify({ source: 'bulk-z', events: [{ packed: 1 }] });
      const send = (payload: Buffer | string, more: Record<string, string>) =>
        api.inject({ method: 'POST', url: '/v2/events/bulk', payload, headers: { 'content-type': 'application/json', 'idempotency-key': 'gz', ...more } });
      const first = await send(gzipSync(body), { 'content-encoding': 'gzip' });
      expect([first.statusCode, (await send(body, {})).json()]).toEqual([202, first.json()]);
      expect((await recordsOf('raw.default.gateway-bulk-z')).map(({ text }) => text)).toEqual(['{"packed":1}']);
    });

    it.each<[name: string, payload: Buffer, encoding: string, code: string]>([
      ['a body that unpacks to too much', gzipSync(Buffer.alloc(20_000_000, ' ')), 'gzip', 'BODY_TOO_LARGE'],
      ['what is no gzip', Buffer.from('{}'), 'gzip', 'INVALID_REQUEST'],
      ['gzip that is cut off', gzipSync('{"events":[{"a":1}]}').subarray(0, 25), 'gzip', 'INVALID_REQUEST'],
      ['an unknown packing', Buffer.from('{}'), 'lzma', 'UNSUPPORTED_MEDIA_TYPE'],
    ])('refuses %s', async (_name, payload, encoding, code) => {
      const response = await api.inject({
        method: 'POST',
        url: '/v2/events/bulk',
        payload,
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      });
      expect(response.json().code).toBe(code);
    });

    it('sends a large request in parts, in order', async () => {
      const events = Array.from({ length: 1_000 }, (_, n) => ({ n, fill: 'x'.repeat(2_000) }));
      const response = await post('/v2/events/bulk', { source: 'bulk-g', events });
      const receipts = response.json().items.map(({ receipt }: { receipt: string }) => receipt);
      expect([response.statusCode, new Set(receipts).size]).toEqual([202, 1_000]);
      const written = await recordsOf('raw.default.gateway-bulk-g');
      expect(written.map(({ text }) => JSON.parse(text).n)).toEqual(events.map(({ n }) => n));
    });

    it('answers a repeated request again without doing it again', async () => {
      const send = (n: number, key: string) => post('/v2/events/bulk', { source: 'bulk-h', events: [{ n }] }, { 'idempotency-key': key });
      const [first, second] = [await send(1, 'k1'), await send(1, 'k1')];
      expect(second.json()).toEqual(first.json());
      expect((await send(2, 'k1')).json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
      expect((await send(3, 'k2')).statusCode).toBe(202);
      expect((await recordsOf('raw.default.gateway-bulk-h')).map(({ text }) => text).sort()).toEqual(['{"n":1}', '{"n":3}']);
    });

    it.each<[name: string, body: unknown, pointer: string]>([
      ['no events', {}, '/body/events'],
      ['an empty list', { events: [] }, '/body/events'],
      ['too many', { events: Array.from({ length: 1_001 }, () => ({ a: 1 })) }, '/body/events'],
      ['a source that could leave its organization', { events: [{ a: 1 }], source: '../x' }, '/body/source'],
      ['a format that is none', { events: [{ a: 1 }], format: 'A b' }, '/body/format'],
      ['another member', { events: [{ a: 1 }], evnts: 1 }, '/body'],
      ['a list', [], '/body'],
    ])('points at %s', async (_name, body, pointer) => {
      const { status, code, errors } = (await post('/v2/events/bulk', body)).json();
      expect([status, code, errors[0].pointer]).toEqual([400, 'INVALID_REQUEST', pointer]);
    });

    it('does not let an organization make any number of topics', async () => {
      let code: string | undefined;
      for (let n = 0; n < 40 && code === undefined; n += 1) code = (await post('/v2/events/bulk', { source: `many-${n}`, events: [{ a: 1 }] })).json().code;
      expect(code).toBe('CONFLICT');
    });
  });

  it('says so when the broker does not take a single event', async () => {
    const response = await post('/v2/events', { event: 'text' });
    expect(response.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST', errors: [{ pointer: '/body/event' }] });
  });
});
