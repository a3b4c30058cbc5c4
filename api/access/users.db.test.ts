import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, openTestAccess, PASSWORD, somebody } from '../test/access.ts';
import type { TestAccess } from '../test/access.ts';
import { serverUrl } from '../test/database.ts';

describe.skipIf(serverUrl === '')('a user', () => {
  let access: TestAccess;
  let count = 0;
  const add = (roles: string[], more: object = {}) => {
    count += 1;
    return access.users.add(ADMIN, { name: `user ${count}`, email: null, roles, password: PASSWORD, ...more });
  };
  const openSession = async (userId: string): Promise<string> =>
    (
      await access.database.owner.query(
        `INSERT INTO goshawk.session (organization, user_id, token_hash, expires_at) VALUES ('alpha', $1, '\\x00', now() + interval '1 hour') RETURNING id`,
        [userId],
      )
    ).rows[0].id;
  const revoked = (session: string) => {
    const told = Promise.withResolvers<void>();
    access.revocations.onRevoked({ session: { id: session, generation: 1 } }, told.resolve);
    return told.promise;
  };

  beforeAll(async () => {
    access = await openTestAccess();
    await add(['admin'], { name: 'root' }); // so that nobody below is the last administrator
  });
  afterAll(() => access.close());

  it('is made with a password that nobody is shown, and audited', async () => {
    const user = await add(['analyst'], { name: 'Grace', email: 'grace@example.org' });
    expect(user).toMatchObject({
      name: 'Grace',
      email: 'grace@example.org',
      roles: ['analyst'],
      hasPassword: true,
      disabledAt: null,
      sessions: 0,
      seenAt: null,
    });
    expect(JSON.stringify(user)).not.toContain('argon2');
    expect((await access.audited()).at(-1)).toEqual({
      actor: 'ada',
      action: 'user.add',
      object: 'Grace',
      detail: { id: user.id, before: {}, after: { name: 'Grace', email: 'grace@example.org', roles: ['analyst'] } },
    });
  });

  it.each<[name: string, given: object, code: string]>([
    ['a name that differs by case alone', { name: 'GRACE' }, 'CONFLICT'],
    ['an address that another user has', { email: 'GRACE@example.org' }, 'CONFLICT'],
    ['a password that is easy to guess', { password: 'Password1!' }, 'INVALID_REQUEST'],
    ['a password made of its own name', { name: 'aurelius-vonbraun', password: 'aurelius-vonbraun' }, 'INVALID_REQUEST'],
    ['a role that is not there', { roles: ['nothing'] }, 'INVALID_REQUEST'],
    ['a role of the installation', { roles: ['platform_admin'] }, 'FORBIDDEN'],
  ])('is refused with %s', async (_name, given, code) => {
    await expect(add(['viewer'], given)).rejects.toMatchObject({ code });
  });

  it('is found by part of name or address, by role, and by whether it is disabled', async () => {
    const names = async (filter: object) => (await access.users.page(ADMIN, filter, null, 50)).map(({ name }) => name);
    expect(await names({ search: 'RAC' })).toEqual(['Grace']);
    expect(await names({ search: '@example' })).toEqual(['Grace']);
    expect(await names({ search: '%' })).toEqual([]);
    expect(await names({ role: 'admin' })).toEqual(['root']);
    expect(await names({ disabled: true })).toEqual([]);
    expect(await access.users.page({ organization: 'beta' }, {}, null, 50)).toEqual([]);
  });

  it('keeps what a change leaves out, and the audit has before and after of the rest', async () => {
    const user = await add(['viewer'], { email: 'x@example.org' });
    expect(await access.users.change(ADMIN, user.id, { name: 'Renamed', email: null })).toMatchObject({ name: 'Renamed', email: null, roles: ['viewer'] });
    expect((await access.audited()).at(-1)).toMatchObject({
      action: 'user.change',
      object: user.name,
      detail: { before: { name: user.name, email: 'x@example.org' }, after: { name: 'Renamed', email: null } },
    });
  });

  it('of other roles shows new tokens, and keeps its session', async () => {
    const user = await add(['viewer']);
    const told = revoked(await openSession(user.id));
    expect(await access.users.change(ADMIN, user.id, { roles: ['analyst'] })).toMatchObject({ roles: ['analyst'], sessions: 1 });
    await told;
  });

  it('that is disabled loses its sessions at once, and the invitations it made', async () => {
    const user = await add(['admin']);
    const told = revoked(await openSession(user.id));
    const { invitation } = await access.invitations.add(somebody(['admin'], [], user.name), { name: 'back door', email: null, roles: ['admin'], hours: 1 }, '');
    expect(await access.users.change(ADMIN, user.id, { disabled: true })).toMatchObject({ disabledAt: expect.any(Number), sessions: 0 });
    await told;
    expect(await access.invitations.page(ADMIN, false, null, 50)).not.toContainEqual(expect.objectContaining({ id: invitation.id }));
    expect(await access.users.change(ADMIN, user.id, { disabled: false })).toMatchObject({ disabledAt: null });
  });

  it('that loses a role loses the invitations it made, which may give that role', async () => {
    const user = await add(['admin']);
    const open = async () => (await access.invitations.page(ADMIN, false, null, 50)).map(({ name }) => name);
    await access.invitations.add(somebody(['admin'], [], user.name), { name: 'side door', email: null, roles: ['admin'], hours: 1 }, '');
    await access.users.change(ADMIN, user.id, { roles: ['admin', 'auditor'] });
    expect(await open()).toContain('side door');
    await access.users.change(ADMIN, user.id, { roles: ['auditor'] });
    expect(await open()).not.toContain('side door');
  });

  it('loses all its sessions when somebody says so', async () => {
    const user = await add(['viewer']);
    const told = [await openSession(user.id), await openSession(user.id)].map(revoked);
    expect(await access.users.endSessions(ADMIN, user.id)).toBe(2);
    await Promise.all(told);
    expect(await access.users.user(ADMIN, user.id)).toMatchObject({ sessions: 0 });
  });

  it('who holds more is not to be changed: neither roles, nor name, nor address, nor sessions', async () => {
    const helpDesk = somebody(['viewer'], ['users:manage']);
    const admin = await add(['admin']);
    for (const change of [{ roles: ['viewer'] }, { name: 'other' }, { email: 'mine@example.org' }, { disabled: true }])
      await expect(access.users.change(helpDesk, admin.id, change)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(access.users.endSessions(helpDesk, admin.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const viewer = await add(['viewer']);
    expect(await access.users.change(helpDesk, viewer.id, { disabled: true })).toMatchObject({ disabledAt: expect.any(Number) });
    await expect(access.users.change(helpDesk, viewer.id, { roles: ['analyst'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('alerts:work'),
    });
  });

  it('of another organization is not there', async () => {
    const user = await add(['viewer']);
    const other = somebody(['platform_admin', 'admin'], [], 'bob', 'beta');
    await expect(access.users.user(other, user.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(access.users.change(other, user.id, { disabled: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(access.users.endSessions(other, user.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('who is the last administrator stays one, also when two go at the same moment', async () => {
    const admins = (await access.users.page(ADMIN, { role: 'admin', disabled: false }, null, 50)).map(({ id }) => id);
    const [last, before, ...others] = admins;
    for (const id of others) await access.users.change(ADMIN, id, { roles: ['viewer'] });
    const outcomes = await Promise.allSettled([access.users.change(ADMIN, last!, { disabled: true }), access.users.change(ADMIN, before!, { roles: [] })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'CONFLICT', message: expect.stringContaining('administer') },
    });
    expect(await access.users.page(ADMIN, { role: 'admin', disabled: false }, null, 50)).toHaveLength(1);
  });
});
