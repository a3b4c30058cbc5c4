import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { Headers } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Role } from '../gate/roles.ts';
import { inOrganization } from '../database.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { seedOrganization } from '../test/seed.ts';
import { openSensorGate } from './gate.ts';
import type { RunningSensorGate } from './gate.ts';

describe.skipIf(serverUrl === '')('the register of sensors', () => {
  let database: TestDatabase;
  let api: TestApi;
  const post = (url: string, payload: object = {}, roles: readonly Role[] = ['admin'], organization?: string) =>
    api.inject({ method: 'POST', url, payload }, roles, organization);
  const enrol = async (given: object, roles?: readonly Role[], organization?: string): Promise<Loose> =>
    (await post('/v2/sensors', given, roles, organization)).json();
  const send = (token: string, body: object) =>
    api.app.inject({ method: 'POST', url: '/v2/events/bulk', payload: body, headers: { authorization: `Bearer ${token}` } });
  /** Sensor and format headers of what lies on a topic. */
  async function headersOn(topic: string): Promise<(readonly string[])[]> {
    const admin = api.broker.admin();
    const partitions = Array.from({ length: (await admin.topics()).get(topic) ?? 0 }, (_, partition) => ({ topic, partition }));
    const ends = await admin.offsets(partitions, 'latest');
    const found: Headers[] = [];
    for (const tp of partitions)
      for await (const { records } of api.broker.reader().read(tp, 0, ends.get(tpKey(tp)) ?? 0, new AbortController().signal))
        found.push(...records.map(({ headers }) => headers));
    return found.map((headers) => headers.map(([name, value]) => `${name}=${String(value)}`));
  }

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database, { deps: { wallMicros: () => Date.now() * 1_000 } }); // the database judges the end of credentials by its clock
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('enrols with a topic, a token that is shown once, and snippets that hold both', async () => {
    const { sensor, credential, snippets } = await enrol({ name: 'web-01', format: 'nginx' });
    expect(sensor).toMatchObject({
      name: 'web-01',
      access: 'token',
      source: 'sensors',
      topic: 'raw.default.gateway-sensors',
      format: 'nginx',
      createdBy: 'tester',
    });
    expect(credential).toEqual({ kind: 'token', token: expect.stringMatching(/^ghs_[\w-]{43}$/), expiresAt: null });
    expect(snippets.map(({ shipper }: Loose) => shipper)).toEqual(['filebeat', 'vector', 'fluent-bit', 'rsyslog', 'otel-collector', 'hec', 'curl']);
    for (const { shipper, text } of snippets)
      expect([shipper, text.includes(credential.token), /localhost:80\b|localhost\b.*\b80\b/s.test(text)]).toEqual([shipper, true, true]);
    expect((await api.broker.admin().topics()).has('raw.default.gateway-sensors')).toBe(true);
    const shown = (await api.inject({ url: `/v2/sensors/${sensor.id}` })).json();
    expect(JSON.stringify(shown)).not.toContain(credential.token);
    const { rows } = await database.owner.query<{ text: string }>(
      "SELECT (SELECT string_agg(c::text, ' ') FROM goshawk.sensor_credential c) || (SELECT string_agg(a.detail::text, ' ') FROM goshawk.audit a) AS text",
    );
    expect(rows[0]?.text).not.toContain(credential.token);
  });

  it('takes organization, sensor, source and format from the credential, whatever the request says', async () => {
    const { credential } = await enrol({ name: 'dns-01', source: 'resolvers', format: 'zeek' }, ['admin'], 'other');
    const answer = await send(credential.token, { source: 'elsewhere', format: 'windows', events: ['a'] });
    expect(answer.statusCode).toBe(202);
    expect(await headersOn('raw.other.gateway-resolvers')).toEqual([['sensor=dns-01', 'format=zeek', `request=${String(answer.headers['x-request-id'])}`]]);
    expect((await api.broker.admin().topics()).has('raw.other.gateway-elsewhere')).toBe(false);
  });

  it('lets a sensor send, ask what became of it, and nothing else', async () => {
    const { credential } = await enrol({ name: 'narrow' });
    const get = (url: string) => api.app.inject({ url, headers: { authorization: `Bearer ${credential.token}` } });
    expect([(await get('/v2/events')).statusCode, (await get('/v2/sensors')).statusCode, (await get('/v2/alerts')).statusCode]).toEqual([403, 403, 403]);
    const { receipt } = (await send(credential.token, { events: ['x'] })).json().items[0];
    expect((await get(`/v2/events/${receipt}`)).json()).toEqual({ id: receipt, status: 'pending' });
  });

  it.each([
    ['a token that nobody has', `ghs_${'A'.repeat(43)}`],
    ['half a token', 'ghs_AAAA'],
    ['a token with something behind', `ghs_${'A'.repeat(43)}x`],
  ])('refuses %s', async (_name, token) => {
    expect((await send(token, { events: ['x'] })).json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('lets old and new token overlap for the stated time', async () => {
    const first = await enrol({ name: 'turning' });
    const rotated = (await post(`/v2/sensors/${first.sensor.id}/rotate`, { overlapSeconds: 3_600 })).json();
    expect((await send(first.credential.token, { events: ['x'] })).statusCode).toBe(202);
    expect((await send(rotated.credential.token, { events: ['x'] })).statusCode).toBe(202);
    const [{ expiresAt: newest }, { expiresAt: before, lastUsedAt }] = (await api.inject({ url: `/v2/sensors/${first.sensor.id}` })).json().credentials;
    expect([newest, typeof before, typeof lastUsedAt]).toEqual([null, 'string', 'string']);
    const at = (await post(`/v2/sensors/${first.sensor.id}/rotate`, { overlapSeconds: 0 })).json().credential.token;
    expect([
      (await send(first.credential.token, { events: ['x'] })).statusCode,
      (await send(rotated.credential.token, { events: ['x'] })).statusCode,
      (await send(at, { events: ['x'] })).statusCode,
    ]).toEqual([401, 401, 202]);
  });

  it('revokes at once, and frees the name', async () => {
    const { sensor, credential } = await enrol({ name: 'gone' });
    expect((await send(credential.token, { events: ['x'] })).statusCode).toBe(202);
    expect((await post(`/v2/sensors/${sensor.id}/revoke`)).json()).toMatchObject({ revokedAt: expect.any(String), revokedBy: 'tester' });
    expect((await send(credential.token, { events: ['x'] })).statusCode).toBe(401);
    expect((await post(`/v2/sensors/${sensor.id}/revoke`)).json().code).toBe('NOT_FOUND');
    expect((await post(`/v2/sensors/${sensor.id}/rotate`)).json().code).toBe('CONFLICT');
    const names = async (query: string) => (await api.inject({ url: `/v2/sensors?search=gone${query}` })).json().sensors.length;
    expect([await names(''), await names('&revoked=true')]).toEqual([0, 1]);
    expect((await enrol({ name: 'gone' })).sensor.id).not.toBe(sensor.id);
  });

  it('writes each step into the audit, and what stages must know to the outbox', async () => {
    const { sensor } = await enrol({ name: 'noted', silenceSeconds: 600 });
    await post(`/v2/sensors/${sensor.id}/rotate`);
    await post(`/v2/sensors/${sensor.id}/revoke`);
    const { rows } = await database.owner.query<{ action: string }>('SELECT action FROM goshawk.audit WHERE object = $1 ORDER BY seq', [sensor.id]);
    expect(rows.map(({ action }) => action)).toEqual(['sensor.enrol', 'sensor.rotate', 'sensor.revoke']);
    const { rows: out } = await database.owner.query<{ ended: boolean; silence: number }>(
      `SELECT payload->>'validTo' IS NOT NULL AS ended, (payload->>'silenceSeconds')::int AS silence FROM goshawk.outbox WHERE topic = 'ref.sensors.v1' AND payload->>'id' = $1 ORDER BY id`,
      [sensor.id],
    );
    expect(out).toEqual([
      { ended: false, silence: 600 },
      { ended: true, silence: 600 },
    ]);
  });

  it.each<[name: string, body: object, code: string]>([
    ['a name that is taken', { name: 'twice' }, 'CONFLICT'],
    ['a name that could leave its topic', { name: '../x' }, 'INVALID_REQUEST'],
    ['a source that could leave its topic', { name: 'fine', source: 'a.b' }, 'INVALID_REQUEST'],
    ['a topic of the gateway for a sensor that writes itself', { name: 'gateway-http', access: 'sasl' }, 'INVALID_REQUEST'],
    ['another topic for a sensor that writes itself', { name: 'fine', access: 'sasl', source: 'windows' }, 'INVALID_REQUEST'],
    ['a SPIFFE ID without the role for it', { name: 'fine', access: 'spiffe', spiffeId: 'spiffe://a.test/x' }, 'FORBIDDEN'],
    ['the name of records of our own', { name: 'goshawk' }, 'INVALID_REQUEST'],
    ['the topic of records that are sent again', { name: 'redriven', access: 'sasl' }, 'INVALID_REQUEST'],
    ['the source of records of our own', { name: 'fine', source: 'goshawk' }, 'INVALID_REQUEST'],
    ['silence of seconds', { name: 'fine', silenceSeconds: 5 }, 'INVALID_REQUEST'],
    ['a request that is none', { name: 'fine', access: 'mtls', csr: 'x' }, 'INVALID_REQUEST'],
  ])('refuses %s', async (_name, body, code) => {
    await enrol({ name: 'twice' });
    expect((await enrol(body)).code).toBe(code);
  });

  it('does not let another organization see, rotate or revoke', async () => {
    const { sensor } = await enrol({ name: 'ours' });
    const asOther = (url: string) => post(url, {}, ['admin', 'platform_admin'], 'other');
    expect((await api.inject({ url: '/v2/sensors?search=ours' }, ['admin'], 'other')).json().sensors).toEqual([]);
    expect((await api.inject({ url: `/v2/sensors/${sensor.id}` }, ['admin'], 'other')).statusCode).toBe(404);
    expect([(await asOther(`/v2/sensors/${sensor.id}/rotate`)).statusCode, (await asOther(`/v2/sensors/${sensor.id}/revoke`)).statusCode]).toEqual([404, 404]);
  });

  it('pages through all, newest first', async () => {
    for (let n = 0; n < 3; n += 1) await enrol({ name: `page-${n}` });
    const found: string[] = [];
    let url: string | undefined = '/v2/sensors?limit=2&search=page-';
    while (url !== undefined) {
      const answer = await api.inject({ url });
      found.push(...answer.json().sensors.map(({ name }: Loose) => name));
      url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    expect(found).toEqual(['page-2', 'page-1', 'page-0']);
  });

  describe('asked by inputs that are not HTTP', () => {
    let gate: RunningSensorGate;
    let isAway = false;
    let now = 0;
    beforeAll(() => {
      const run = inOrganization(database.pool, { isDown: () => false, onDown: () => () => {} });
      gate = openSensorGate({
        run: (organization, work) => (isAway ? Promise.reject(new RetryableError('DATABASE_UNAVAILABLE', 'away')) : run(organization, work)),
        wallMicros: () => now,
      });
    });
    afterAll(() => gate.stop());

    it('knows a certificate by its fingerprint, as a TLS socket gives it', async () => {
      const { credential } = await enrol({ name: 'tls-01', access: 'mtls', certificateDays: 30 });
      const { fingerprint256 } = new X509Certificate(credential.certificate);
      expect(credential.key).toContain('PRIVATE KEY');
      expect(await gate.authenticateSensor({ kind: 'certificate', sha256: fingerprint256 })).toMatchObject({
        organization: 'default',
        sensor: 'tls-01',
        source: 'sensors',
        format: null,
      });
      expect(await gate.authenticateSensor({ kind: 'certificate', sha256: fingerprint256.replace(/^../, '00') })).toBeNull();
    });

    it('knows a SPIFFE ID', async () => {
      await enrol({ name: 'workload', access: 'spiffe', spiffeId: 'spiffe://prod.test/agent/7' }, ['platform_admin']);
      expect(await gate.authenticateSensor({ kind: 'spiffe', id: 'spiffe://prod.test/agent/7' })).toMatchObject({ sensor: 'workload' });
      expect(await gate.authenticateSensor({ kind: 'spiffe', id: 'spiffe://prod.test/agent' })).toBeNull();
    });

    it('tells connections that are open of the end of their credential, and only those', async () => {
      const [one, two] = [await enrol({ name: 'open-1' }), await enrol({ name: 'open-2' })];
      const ended: string[] = [];
      for (const { credential } of [one, two]) {
        const sensor = (await gate.authenticateSensor({ kind: 'token', token: credential.token }))!;
        gate.watch(sensor, () => ended.push(sensor.sensor));
      }
      await gate.look();
      expect(ended).toEqual([]);
      await post(`/v2/sensors/${one.sensor.id}/revoke`);
      await gate.look();
      await gate.look();
      expect(ended).toEqual(['open-1']);
    });

    it('believes what it has seen lately while the database is away, and no longer', async () => {
      const { sensor, credential } = await enrol({ name: 'steady' });
      const ask = () => gate.authenticateSensor({ kind: 'token', token: credential.token });
      await ask();
      isAway = true;
      now += 899_000_000;
      expect(await ask()).toMatchObject({ sensor: 'steady' });
      expect(await gate.authenticateSensor({ kind: 'token', token: `ghs_${'B'.repeat(43)}` }).catch(({ code }: { code: string }) => code)).toBe(
        'DATABASE_UNAVAILABLE',
      );
      now += 2_000_000;
      await expect(ask()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      isAway = false;
      now += 3_000_000;
      expect(await ask()).toMatchObject({ sensor: 'steady' });
      await post(`/v2/sensors/${sensor.id}/revoke`);
      expect(await ask()).toMatchObject({ sensor: 'steady' }); // what it asked two seconds ago at most
      now += 3_000_000;
      expect(await ask()).toBeNull();
    });
  });
});
