import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { senderOf } from '../../../pipeline/core/connector.ts';
import type { Deliver } from '../../../pipeline/core/connector.ts';
import { RetryableError } from '../../../pipeline/core/errors.ts';
import { withOrganization } from '../../../store/connect.ts';
import { quotasOf, setQuota } from '../../../store/queries/quotas.ts';
import type { QuotaKind } from '../../../store/queries/quotas.ts';
import type { InOrganization } from '../../database.ts';
import type { Role } from '../../gate/roles.ts';
import { Quotas } from '../../gateway/quotas.ts';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

const sensor = { organization: 'default', sensor: 's', source: 's', format: null, credentialId: 'c', expiresAt: null };
/** 2026-03-01T13:00:00Z */
const NOW = 1_772_370_000_000_000;

describe.skipIf(serverUrl === '')('quotas', () => {
  let database: TestDatabase;
  let isAway: boolean;
  let now: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    await database.owner.query(`INSERT INTO goshawk.organization (id, name) VALUES ('other', 'Other')`);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    isAway = false;
    now = NOW;
    await database.owner.query('DELETE FROM goshawk.quota; DELETE FROM goshawk.quota_use');
  });

  const run: InOrganization = (organization, work) => {
    if (isAway) throw new RetryableError('DATABASE_UNAVAILABLE', 'away');
    return withOrganization(database.pool, organization, work);
  };
  const open = (metrics = new Registry()) =>
    new Quotas({ run: async (...args) => run(...args), wallMicros: () => now, log: pino({ level: 'silent' }), metrics });
  const set = (kind: QuotaKind, perDay: number | null, organization = 'default') => run('default', (sql) => setQuota(sql, 'admin', organization, kind, perDay));
  const used = async (organization = 'default') => Object.fromEntries((await run(organization, quotasOf)).map((row) => [row.kind, row.used]));

  it('are counted exactly, however many ask at once in several processes', async () => {
    await set('events', 1_000);
    const processes = [open(), open(), open()];
    const asked = Array.from({ length: 30 }, (_, n) => processes[n % 3]!.take('default', { events: 70 }));
    const taken = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled').length;
    expect([taken, await used()]).toEqual([14, { events: 980 }]);
    await open().take('default', { events: 20 });
    expect(await used()).toEqual({ events: 1_000 });
  });

  it('say what is left, what to do, and when to come again', async () => {
    await set('events', 100);
    const metrics = new Registry();
    const quotas = open(metrics);
    await quotas.take('default', { events: 60, bytes: 5 });
    await expect(quotas.take('default', { events: 50, bytes: 5 })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message: expect.stringMatching(/may have 100 events a day.*40 are left and this asks for 50.*GET \/v2\/quotas/),
      details: { retryAfterSeconds: 11 * 3_600 },
    });
    expect(await metrics.metrics()).toContain('api_quota_refusals_total{kind="events"} 1');
  });

  it('take all that is asked for or nothing', async () => {
    await set('events', 100);
    await set('bytes', 10);
    await expect(open().take('default', { events: 5, bytes: 11 })).rejects.toMatchObject({ details: { kind: 'bytes' } });
    expect(await used()).toEqual({ bytes: 0, events: 0 });
  });

  it('hold for their own organization and kind alone, for a day', async () => {
    await set('events', 0);
    const quotas = open();
    await quotas.take('other', { events: 1_000 });
    await quotas.take('default', { hunts: 1 });
    await expect(quotas.take('default', { events: 1 })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await set('events', 5);
    await quotas.take('default', { events: 5 });
    await database.owner.query('UPDATE goshawk.quota_use SET day = day - 1');
    await quotas.take('default', { events: 5 });
  });

  it('keep nobody out while the database is away, and count what came then', async () => {
    await set('events', 10);
    const quotas = open();
    await quotas.take('default', { events: 4 });
    isAway = true;
    await quotas.take('default', { events: 100 });
    await quotas.take('default', { events: 1 });
    isAway = false;
    now += 6_000_000;
    await expect(quotas.take('default', { events: 1 })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(await used()).toEqual({ events: 105 });
  });

  it('are given back what the broker did not take', async () => {
    await set('events', 10);
    await set('bytes', 1_000);
    let fault: Error | null = new RetryableError('GATEWAY_BUSY', 'Not now.');
    const deliver: Deliver = async (values) => {
      if (fault !== null) throw fault;
      return values.map((_value, offset) => ({ topic: 't', partition: 0, offset, takenAt: 0 }));
    };
    const metered = open().metered(deliver);
    await expect(metered([Buffer.from('abc')], senderOf(sensor))).rejects.toThrow('Not now.');
    expect(await used()).toEqual({ bytes: 0, events: 0 });
    fault = null;
    expect(await metered([Buffer.from('abc'), Buffer.from('de')], senderOf(sensor))).toHaveLength(2);
    expect(await used()).toEqual({ bytes: 5, events: 2 });
  });

  it('are known to other processes within half a minute, and taken away as well', async () => {
    const quotas = open();
    await quotas.take('default', { events: 1 });
    await set('events', 0);
    await quotas.take('default', { events: 1 });
    now += 30_000_000;
    await expect(quotas.take('default', { events: 1 })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await set('events', null);
    await quotas.take('default', { events: 1 });
  });

  it('are in the audit with what they were before', async () => {
    await set('hunts', 3, 'other');
    await set('hunts', 3, 'other');
    await set('hunts', 4, 'other');
    const { rows } = await database.owner.query(`SELECT detail FROM goshawk.audit WHERE organization = 'other' AND action = 'quota.set' ORDER BY seq`);
    expect(rows).toEqual([{ detail: { before: null, after: 3 } }, { detail: { before: 3, after: 4 } }]);
  });

  describe('over REST', () => {
    let api: TestApi;
    beforeAll(async () => {
      api = await openTestApi(database);
    });
    afterAll(() => api.close());
    const put = (organization: string, payload: object, role: Role = 'platform_admin') =>
      api.inject({ method: 'PUT', url: `/v2/quotas/${organization}`, payload }, [role]);

    it('are set by the platform, and seen by the organization', async () => {
      expect((await put('default', { events: 10, bytes: 5_000 })).statusCode).toBe(204);
      await api.inject({ method: 'POST', url: '/v2/events/bulk', payload: { events: [{ a: 1 }, { a: 2 }] } });
      const seen = await api.inject({ url: '/v2/quotas' }, ['viewer']);
      expect(seen.json()).toEqual({
        quotas: [
          { kind: 'bytes', perDay: 5_000, used: 14 },
          { kind: 'events', perDay: 10, used: 2 },
        ],
        resetsAt: '2026-03-02T00:00:00.000000Z',
      });
      expect((await api.inject({ url: '/v2/quotas' }, ['viewer'], 'other')).json().quotas).toEqual([]);
      await put('default', { bytes: null });
      expect((await api.inject({ url: '/v2/quotas' }, ['viewer'])).json().quotas).toEqual([{ kind: 'events', perDay: 10, used: 2 }]);
    });

    it('refuse what is beyond them with what to do', async () => {
      await put('default', { events: 1, hunts: 0 });
      const events = await api.inject({ method: 'POST', url: '/v2/events/bulk', payload: { events: [{ a: 1 }, { a: 2 }] } });
      expect([events.statusCode, events.json().code, events.headers['retry-after']]).toEqual([429, 'QUOTA_EXCEEDED', '39600']);
      const question = { name: 'h', query: 'mimikatz', from: '2026-03-01T00:00:00Z', to: '2026-03-01T12:00:00Z' };
      const hunt = await api.inject({ method: 'POST', url: '/v2/hunts', payload: question }, ['analyst']);
      expect(hunt.json()).toMatchObject({ status: 429, code: 'QUOTA_EXCEEDED', detail: expect.stringContaining('0 hunts a day') });
      await put('default', { hunts: 1 });
      expect((await api.inject({ method: 'POST', url: '/v2/hunts', payload: question }, ['analyst'])).statusCode).toBe(201);
      expect(await used()).toEqual({ events: 0, hunts: 1 });
    });

    it.each<[name: string, organization: string, payload: object, role: Role, status: number]>([
      ['an organization that is not there', 'nobody', { events: 1 }, 'platform_admin', 404],
      ['a quota below nothing', 'default', { events: -1 }, 'platform_admin', 400],
      ['a kind that is none', 'default', { alerts: 1 }, 'platform_admin', 400],
      ["an organization's own administrator", 'default', { events: 1 }, 'admin', 403],
    ])('are not set for %s', async (_name, organization, payload, role, status) => {
      expect((await put(organization, payload, role)).statusCode).toBe(status);
    });
  });
});
