import { gzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordError, RetryableError } from '../../../pipeline/core/errors.ts';
import { config } from '../../config.ts';
import { permissionsOfRole } from '../../gate/roles.ts';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { recordsOf } from '../../test/raw-records.ts';
import { BodyBudget } from '../body.ts';
import { registerElastic } from './routes.ts';

const TOPIC = 'raw.alpha.gateway-elastic';
const lines = (...of: readonly (object | string)[]) => of.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

describe('the Elasticsearch bulk input', () => {
  let api: TestApi;
  let authorization: string;
  beforeAll(async () => {
    api = await openTestApi();
    authorization = `ApiKey ${Buffer.from(`fw-1:${await api.token(['sensor'], 'alpha', 'fw-1')}`).toString('base64')}`;
  });
  afterAll(() => api.close());
  const post = (payload: string | Buffer, { url = '/_bulk', ...headers }: Record<string, string> = {}) =>
    api.app.inject({ method: 'POST', url, payload, headers: { authorization, 'content-type': 'application/x-ndjson', ...headers } });

  it('takes documents as they are, and gives each its receipt as id', async () => {
    const response = await post(
      lines({ create: { _index: 'logs-a' } }, '{"n":12345678901234567890}', { index: { _index: 'logs-b', _id: 'x1' } }, '{"m": 1.10}'),
    );
    expect([response.statusCode, response.headers['x-elastic-product'], response.json().errors]).toEqual([200, 'Elasticsearch', false]);
    const [first, second] = response.json().items;
    expect(first.create).toMatchObject({ _index: 'logs-a', status: 201, result: 'created', _id: expect.stringMatching(/^r1_/) });
    expect(second.index).toMatchObject({ _index: 'logs-b', status: 201 });
    const records = await recordsOf(api.broker, TOPIC);
    expect(records.map(({ text, headers }) => [text, headers.sensor, JSON.parse(headers.told!)])).toEqual([
      ['{"n":12345678901234567890}', 'fw-1', { labels: { 'elastic.index': 'logs-a' } }],
      ['{"m": 1.10}', 'fw-1', { labels: { 'elastic.index': 'logs-b', 'elastic.id': 'x1' } }],
    ]);
  });

  it.each(['/logs-x/_bulk', '/elastic/_bulk', '/elastic/logs-x/_bulk'])('serves %s', async (url) => {
    const { items } = (await post(lines({ create: {} }, { at: url }), { url })).json();
    expect(items[0].create).toMatchObject({ _index: url.includes('logs-x') ? 'logs-x' : 'goshawk', status: 201 });
  });

  it('refuses items one by one, and takes the others', async () => {
    const big = `{"big":"${'x'.repeat(1_048_576)}"}`;
    const body = lines(
      { create: {} },
      { ok: 1 },
      { update: { _id: 'a' } },
      { doc: {} },
      { delete: { _id: 'a' } },
      { create: {} },
      'text',
      { index: {} },
      big,
      { create: {} },
      { ok: 2 },
    );
    const { errors, items } = (await post(body)).json();
    expect(errors).toBe(true);
    expect(
      items.map(
        (item: Record<string, { status: number; error?: { type: string } }>) =>
          Object.entries(item).map(([action, { status, error }]) => [action, status, error?.type])[0],
      ),
    ).toEqual([
      ['create', 201, undefined],
      ['update', 400, 'illegal_argument_exception'],
      ['delete', 400, 'illegal_argument_exception'],
      ['create', 400, 'document_parsing_exception'],
      ['index', 413, 'content_too_large_exception'],
      ['create', 201, undefined],
    ]);
    const texts = (await recordsOf(api.broker, TOPIC)).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('ok'))).toEqual(['{"ok":1}', '{"ok":2}']);
  });

  it.each<[name: string, body: string, type: string]>([
    ['no body', '', 'parse_exception'],
    ['no last newline', '{"create":{}}\n{"a":1}', 'illegal_argument_exception'],
    ['an action that is no JSON', 'x\n{"a":1}\n', 'illegal_argument_exception'],
    ['an unknown action', '{"upsert":{}}\n{"a":1}\n', 'illegal_argument_exception'],
    ['two actions in a line', '{"create":{},"index":{}}\n{"a":1}\n', 'illegal_argument_exception'],
    ['an action without its document', '{"create":{}}\n', 'action_request_validation_exception'],
    ['blank lines', '\n\n', 'action_request_validation_exception'],
  ])('takes nothing of a request with %s', async (_name, body, type) => {
    const before = (await recordsOf(api.broker, TOPIC)).length;
    const response = await post(body);
    expect([response.statusCode, response.json().error.type, response.json().status]).toEqual([400, type, 400]);
    expect(await recordsOf(api.broker, TOPIC)).toHaveLength(before);
  });

  it.each<[name: string, headers: Record<string, string>]>([
    ['no credential', { authorization: '' }],
    ['a wrong key', { authorization: `ApiKey ${Buffer.from('a:b').toString('base64')}` }],
    ['a wrong password', { authorization: `Basic ${Buffer.from('elastic:changeme').toString('base64')}` }],
  ])('refuses %s, as Elasticsearch does', async (_name, headers) => {
    const response = await post(lines({ create: {} }, { a: 1 }), headers);
    expect([response.statusCode, response.json().error.type]).toEqual([401, 'security_exception']);
    expect(response.headers['www-authenticate']).toContain('ApiKey');
    expect(response.headers['x-elastic-product']).toBe('Elasticsearch');
  });

  it('tells who asks with a key what it is, and shows others the dashboard', async () => {
    for (const url of ['/', '/elastic', '/elastic/']) {
      const response = await api.app.inject({ url, headers: { authorization } });
      expect([response.statusCode, response.headers['x-elastic-product'], response.json().tagline]).toEqual([200, 'Elasticsearch', 'You Know, for Search']);
    }
    expect((await api.app.inject({ url: '/' })).headers['content-type']).toContain('text/html');
    expect((await api.app.inject({ url: '/', headers: { authorization: 'ApiKey eDp5' } })).statusCode).toBe(401);
    expect((await api.app.inject({ url: '/_license', headers: { authorization } })).json().license.status).toBe('active');
  });

  it('unpacks gzip within the limit', async () => {
    const packed = { 'content-encoding': 'gzip' };
    expect((await post(gzipSync(lines({ create: {} }, { packed: true })), packed)).json().errors).toBe(false);
    const bomb = await post(gzipSync(Buffer.alloc(17_000_000, '\n')), packed);
    expect([bomb.statusCode, bomb.json().status]).toEqual([413, 413]);
  });

  it.each<[name: string, failure: Error, status: number, type: string]>([
    ['too much waits', new RetryableError('GATEWAY_BUSY', 'later'), 429, 'es_rejected_execution_exception'],
    ['the broker is away', new RetryableError('BROKER_UNAVAILABLE', 'away'), 503, 'unavailable_shards_exception'],
    ['there are too many sources', new RecordError('SOURCE_REFUSED', 'no'), 400, 'illegal_argument_exception'],
  ])('answers each item when %s', async (_name, failure, status, type) => {
    const app = Fastify();
    app.decorateRequest('principal', null);
    const sensor = { organization: 'alpha', sensor: 's', source: 'x', format: null, credentialId: '1', expiresAt: null };
    registerElastic(app, {
      byCertificate: async () => null,
      config: config.parse({}),
      deliver: () => Promise.reject(failure),
      isBusy: () => false,
      budget: new BodyBudget(),
      installationId: 'i',
      wallMicros: () => 0,
      authenticate: async () => ({ organization: 'alpha', user: 's', roles: ['sensor'], permissions: permissionsOfRole('sensor'), expiresAt: 0, sensor }),
    });
    try {
      const payload = lines({ create: {} }, { a: 1 }, { delete: { _id: 'x' } }, { index: {} }, { a: 2 });
      const response = await app.inject({ method: 'POST', url: '/_bulk', payload, headers: { authorization: 'ApiKey ghs_x' } });
      expect([response.statusCode, response.json().errors]).toEqual([200, true]);
      expect(response.json().items.map((item: Record<string, Loose>) => [Object.values(item)[0].status, Object.values(item)[0].error.type])).toEqual([
        [status, type],
        [400, 'illegal_argument_exception'],
        [status, type],
      ]);
    } finally {
      await app.close();
    }
  });
});
