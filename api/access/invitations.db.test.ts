import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, openTestAccess, PASSWORD, somebody } from '../test/access.ts';
import type { TestAccess } from '../test/access.ts';
import { serverUrl } from '../test/database.ts';

describe.skipIf(serverUrl === '')('an invitation', () => {
  let access: TestAccess;
  const invite = async (name: string, roles = ['analyst'], who = ADMIN) => {
    const { invitation, link } = await access.invitations.add(who, { name, email: `${name}@example.org`, roles, hours: 72 }, 'https://goshawk.example');
    return { ...invitation, link, token: link.split('#')[1]! };
  };

  beforeAll(async () => {
    access = await openTestAccess();
  });
  afterAll(() => access.close());

  it('is a link whose secret no server sees, and of which the hash alone is kept', async () => {
    const { link, token } = await invite('kept');
    expect(link).toMatch(/^https:\/\/goshawk\.example\/invitation#gsi_[\w-]{43}$/);
    const dump = await access.database.owner.query('SELECT i::text AS row FROM goshawk.invitation i UNION ALL SELECT a::text FROM goshawk.audit a');
    expect(dump.rows.length).toBeGreaterThan(1);
    expect(JSON.stringify(dump.rows)).not.toContain(token.slice(4));
  });

  it('says what it is to, to whoever holds it', async () => {
    const { token } = await invite('looked');
    expect(await access.invitations.look(token)).toMatchObject({ organization: 'alpha', organizationName: 'alpha', name: 'looked', roles: ['analyst'] });
  });

  it('makes one user, of several who accept it at once', async () => {
    const { token } = await invite('Once');
    const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => access.invitations.accept(token, PASSWORD)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const [user] = await access.users.page(ADMIN, { search: 'once@' }, null, 2);
    expect(user).toMatchObject({ name: 'Once', email: 'Once@example.org', roles: ['analyst'], hasPassword: true });
    await expect(access.invitations.accept(token, PASSWORD)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await access.audited()).slice(-2).map(({ actor, action }) => [actor, action])).toEqual([
      ['Once', 'invitation.accept'],
      ['ada', 'user.add'],
    ]);
  });

  it('wants a password that is hard to guess, and stays open until there is one', async () => {
    const { token } = await invite('weak');
    await expect(access.invitations.accept(token, 'weak@example')).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/body/password' }] });
    expect(await access.invitations.accept(token, PASSWORD)).toMatchObject({ organization: 'alpha' });
  });

  it('makes a user without a password for who signs in by an identity provider', async () => {
    const { token } = await invite('federated');
    expect((await access.invitations.accept(token, null)).user).toMatchObject({ hasPassword: false });
  });

  it.each<[name: string, close: (invitation: { id: string; name: string }) => Promise<unknown>]>([
    ['withdrawn', ({ id }) => access.invitations.revoke(ADMIN, id)],
    ['replaced by another of the same name', ({ name }) => invite(name.toUpperCase())],
    ['past its end', ({ id }) => access.database.owner.query(`UPDATE goshawk.invitation SET expires_at = now() WHERE id = $1`, [id])],
    [
      'to an organization that is suspended',
      () => access.organizations.change(somebody(['platform_admin'], [], 'op', 'default'), 'alpha', { suspended: true }),
    ],
  ])("is nobody's any more when it is %s", async (name, close) => {
    const invitation = await invite(name.replaceAll(' ', '-'));
    await close(invitation);
    await expect(access.invitations.look(invitation.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(access.invitations.accept(invitation.token, PASSWORD)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await access.organizations.change(somebody(['platform_admin'], [], 'op', 'default'), 'alpha', { suspended: false });
  });

  it.each(['', 'gsi_', `gsi_${'a'.repeat(43)}`, `gsi_${'a'.repeat(44)}`, "gsi_'; DROP TABLE"])('of the token "%s" there is none', async (token) => {
    await expect(access.invitations.accept(token, PASSWORD)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each<[name: string, roles: string[], who: ReturnType<typeof somebody>, code: string]>([
    ['a role that gives more than who invites holds', ['admin'], somebody(['viewer'], ['users:manage']), 'FORBIDDEN'],
    ['a role of the installation', ['platform_admin'], ADMIN, 'FORBIDDEN'],
    ['a role that is not there', ['ghost'], ADMIN, 'INVALID_REQUEST'],
  ])('is refused to %s', async (_name, roles, who, code) => {
    await expect(invite('refused', roles, who)).rejects.toMatchObject({ code });
  });

  it('is not for who is there already', async () => {
    await expect(invite('once')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('of another organization is not there', async () => {
    const { id } = await invite('ours');
    await expect(access.invitations.revoke(somebody(['admin'], [], 'bob', 'beta'), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await access.invitations.page({ organization: 'beta' }, true, null, 50)).toEqual([]);
  });
});
