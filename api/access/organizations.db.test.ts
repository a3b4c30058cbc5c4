import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sensorOfProof } from '../../store/queries/sensors.ts';
import { ADMIN, openTestAccess, PASSWORD, somebody } from '../test/access.ts';
import type { TestAccess } from '../test/access.ts';
import { serverUrl } from '../test/database.ts';

const OPERATOR = somebody(['platform_admin', 'admin'], [], 'op', 'default');

describe.skipIf(serverUrl === '')('an organization', () => {
  let access: TestAccess;
  const atBroker: string[] = [];
  const suspend = (id: string, suspended: boolean) => access.organizations.change(OPERATOR, id, { suspended });

  beforeAll(async () => {
    access = await openTestAccess({
      suspend: async (user) => void atBroker.push(`${user} no more`),
      resume: async (user, topic) => void atBroker.push(`${user} writes ${topic}`),
    });
  });
  afterAll(() => access.close());

  it('is made with who is to administer it, and is in both audits', async () => {
    const { organization, invited } = await access.organizations.add(
      OPERATOR,
      { id: 'gamma', name: 'Gamma', admin: { name: 'gina', email: null } },
      'https://x',
    );
    expect(organization).toMatchObject({ id: 'gamma', name: 'Gamma', suspendedAt: null, users: 0 });
    const { user } = await access.invitations.accept(invited!.link.split('#')[1]!, PASSWORD);
    expect(user).toMatchObject({ name: 'gina', roles: ['admin'] });
    const added = { action: 'organization.add', object: 'gamma', detail: { after: { name: 'Gamma' } } };
    expect(await access.audited('default')).toContainEqual(expect.objectContaining({ actor: 'op', ...added, detail: expect.objectContaining(added.detail) }));
    expect((await access.audited('gamma'))[0]).toMatchObject({ actor: 'default/op', ...added });
    expect((await access.organizations.list(OPERATOR)).map(({ id }) => id)).toEqual(['alpha', 'beta', 'default', 'gamma']);
  });

  it('is there once, and not changed when it is not there', async () => {
    await expect(access.organizations.add(OPERATOR, { id: 'gamma', name: 'Other' }, '')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(access.organizations.change(OPERATOR, 'nowhere', { name: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is renamed, with before and after in both audits', async () => {
    expect(await access.organizations.change(OPERATOR, 'beta', { name: 'Beta Ltd' })).toMatchObject({ name: 'Beta Ltd' });
    for (const organization of ['default', 'beta'])
      expect((await access.audited(organization)).at(-1)).toMatchObject({
        action: 'organization.change',
        detail: { before: { name: 'beta' }, after: { name: 'Beta Ltd' } },
      });
  });

  it('that is suspended lets nobody read or send, and has everything again afterwards', async () => {
    const account = await access.serviceAccounts.add(ADMIN, { name: 'robot', description: '', roles: ['viewer'] });
    const { secret } = await access.serviceAccounts.addKey(ADMIN, account.id, { permissions: null, networks: null, days: 1 });
    const user = await access.users.add(ADMIN, { name: 'al', email: null, roles: ['viewer'], password: PASSWORD });
    const { rows } = await access.database.owner.query(
      `INSERT INTO goshawk.session (organization, user_id, token_hash, expires_at) VALUES ('alpha', $1, '\\x00', now() + interval '1 hour') RETURNING id`,
      [user.id],
    );
    const sensor = await access.database.owner.query(
      `INSERT INTO goshawk.sensor (organization, name, access, source, topic, created_by) VALUES ('alpha', 's', 'token', 's', 'raw.alpha.gateway-s', 'test') RETURNING id`,
    );
    await access.database.owner.query(`INSERT INTO goshawk.sensor_credential (sensor_id, kind, proof, created_by) VALUES ($1, 'token', 'p', 'test')`, [
      sensor.rows[0].id,
    ]);
    const sees = () => access.run('alpha', (sql) => sensorOfProof(sql, 'token', 'p'));
    const sessionEnds = Promise.withResolvers<void>();
    access.revocations.onRevoked({ session: { id: rows[0].id, generation: 1 } }, sessionEnds.resolve);
    const keyEnds = Promise.withResolvers<void>();
    access.revocations.onRevoked(await access.keys.authenticate(secret, '::1'), keyEnds.resolve);
    expect(await sees()).toBeDefined();

    await suspend('alpha', true);
    await Promise.all([sessionEnds.promise, keyEnds.promise]);
    expect(await access.standings.of('alpha')).toMatchObject({ isSuspended: true });
    await expect(access.keys.authenticate(secret, '::1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await sees()).toBeUndefined();

    await suspend('alpha', false);
    expect(await access.standings.of('alpha')).toMatchObject({ isSuspended: false });
    expect(await access.keys.authenticate(secret, '::1')).toMatchObject({ user: 'service:robot' });
    expect(await sees()).toBeDefined();
    expect(await access.users.user(ADMIN, user.id)).toMatchObject({ name: 'al', disabledAt: null });
  });

  it('that is suspended takes it from its sensors that write to the broker themselves, and gives it back', async () => {
    const { rows } = await access.database.owner.query(
      `INSERT INTO goshawk.sensor (organization, name, access, source, topic, created_by) VALUES ('beta', 'direct', 'sasl', 'direct', 'raw.beta.direct', 'test') RETURNING id`,
    );
    await access.database.owner.query(
      `INSERT INTO goshawk.sensor_credential (sensor_id, kind, proof, created_by) VALUES ($1, 'sasl', 'sensor.beta.direct.1', 'test')`,
      [rows[0].id],
    );
    for (const suspended of [true, true, false]) await suspend('beta', suspended);
    expect(atBroker).toEqual(['sensor.beta.direct.1 no more', 'sensor.beta.direct.1 no more', 'sensor.beta.direct.1 writes raw.beta.direct']);
  });

  it('of who suspends stays: nobody could undo it', async () => {
    await expect(suspend('default', true)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('keeps settings that a change leaves out, and audits the others', async () => {
    expect(await access.organizations.changeSettings(ADMIN, { sessionHours: 8, outboundHosts: ['10.0.0.0/8'] })).toMatchObject({
      sessionHours: 8,
      outboundHosts: ['10.0.0.0/8'],
      mfaRoles: [],
    });
    expect(await access.organizations.changeSettings(ADMIN, { sessionHours: null })).toMatchObject({ sessionHours: null, outboundHosts: ['10.0.0.0/8'] });
    expect((await access.audited()).at(-1)).toMatchObject({
      action: 'organization.change',
      detail: { before: { sessionHours: 8 }, after: { sessionHours: null } },
    });
    expect(await access.organizations.changeSettings(ADMIN, { mfaRoles: ['admin'] })).toMatchObject({ mfaRoles: ['admin'] });
    await expect(access.organizations.changeSettings(ADMIN, { mfaRoles: ['ghost'] })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await access.organizations.settings({ organization: 'beta' })).toMatchObject({ outboundHosts: [], mfaRoles: [] });
    await expect(access.organizations.settings({ organization: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('changes settings for one of two who both mean to replace the same, whichever part they change', async () => {
    const { changedAt } = await access.organizations.settings(ADMIN);
    const both = [
      access.organizations.changeSettings(ADMIN, { sessionHours: 7 }, changedAt),
      access.organizations.changeSettings(ADMIN, { mfaRoles: [] }, changedAt),
    ];
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    const now = await access.organizations.settings(ADMIN);
    expect(now.changedAt).toBeGreaterThan(changedAt);
    expect(await access.organizations.changeSettings(ADMIN, { sessionHours: 6 }, now.changedAt)).toMatchObject({ sessionHours: 6 });
  });
});
