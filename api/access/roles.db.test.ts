import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';
import { ADMIN, openTestAccess, PASSWORD, somebody } from '../test/access.ts';
import type { TestAccess } from '../test/access.ts';
import { serverUrl } from '../test/database.ts';

describe.skipIf(serverUrl === '')('a role that an organization makes', () => {
  let access: TestAccess;
  const add = (name: string, permissions: Permission[], who = ADMIN) => access.roles.add(who, { name, description: '', permissions });

  beforeAll(async () => {
    access = await openTestAccess();
  });
  afterAll(() => access.close());

  it('has the permissions it was made of, and is audited', async () => {
    expect(await add('night-shift', ['alerts:read', 'alerts:work'])).toMatchObject({
      name: 'night-shift',
      permissions: ['alerts:read', 'alerts:work'],
      createdBy: 'ada',
      users: 0,
    });
    expect((await access.standings.of('alpha')).roles.permissionsOf(['night-shift'])).toEqual(new Set(['alerts:read', 'alerts:work']));
    expect((await access.audited()).at(-1)).toEqual({
      actor: 'ada',
      action: 'role.add',
      object: 'night-shift',
      detail: { before: {}, after: { description: '', permissions: ['alerts:read', 'alerts:work'] } },
    });
  });

  it('is of one organization', async () => {
    expect(await access.roles.list({ organization: 'beta' })).toEqual([]);
    expect((await access.standings.of('beta')).roles.permissionsOf(['night-shift'])).toEqual(new Set());
    const other = somebody(['admin'], [], 'bob', 'beta');
    await expect(access.roles.change(other, 'night-shift', { description: 'mine' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(access.roles.remove(other, 'night-shift')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each<[name: string, permissions: Permission[], who: ReturnType<typeof somebody>, code: string]>([
    ['for the whole installation', ['organizations:manage'], somebody(['platform_admin']), 'INVALID_REQUEST'],
    ['for what sends', ['events:send'], ADMIN, 'INVALID_REQUEST'],
    ['that its maker does not hold', ['alerts:work'], somebody(['viewer'], ['roles:manage']), 'FORBIDDEN'],
  ])('is refused a permission %s', async (_name, permissions, who, code) => {
    await expect(add('too-much', permissions, who)).rejects.toMatchObject({ code });
    expect((await access.roles.list(ADMIN)).map(({ name }) => name)).not.toContain('too-much');
  });

  it('cannot be given, by who holds it, what it had not', async () => {
    const holder = somebody([], ['roles:manage', 'alerts:read']);
    await add('own', ['roles:manage', 'alerts:read']);
    await expect(access.roles.change(holder, 'own', { permissions: ['roles:manage', 'alerts:read', 'users:manage'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('users:manage'),
    });
    await expect(access.roles.change(holder, 'night-shift', { permissions: ['alerts:read'] }), 'takes away what the holder lacks').rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await access.roles.change(holder, 'own', { permissions: ['alerts:read'] })).toMatchObject({ permissions: ['alerts:read'] });
  });

  it('is taken once by name', async () => {
    await expect(add('night-shift', ['alerts:read'])).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is changed for everybody who holds it: their tokens stop holding', async () => {
    await add('tier-1', ['alerts:read']);
    const user = await access.users.add(ADMIN, { name: 'tia', email: null, roles: ['tier-1'], password: PASSWORD });
    const { rows } = await access.database.owner.query(
      `INSERT INTO goshawk.session (organization, user_id, token_hash, expires_at) VALUES ('alpha', $1, '\\x00', now() + interval '1 hour') RETURNING id`,
      [user.id],
    );
    const told = Promise.withResolvers<void>();
    access.revocations.onRevoked({ session: { id: rows[0].id, generation: 1 } }, told.resolve);
    expect(await access.roles.change(ADMIN, 'tier-1', { permissions: ['alerts:read', 'rules:read'] })).toMatchObject({ users: 1 });
    await told.promise;
    expect((await access.standings.of('alpha')).roles.permissionsOf(['tier-1'])).toEqual(new Set(['alerts:read', 'rules:read']));
    expect((await access.audited()).at(-1)).toMatchObject({
      action: 'role.change',
      detail: { before: { permissions: ['alerts:read'] }, after: { permissions: ['alerts:read', 'rules:read'] } },
    });
  });

  it('stays while somebody holds it', async () => {
    await expect(access.roles.remove(ADMIN, 'tier-1')).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('holds') });
    const [tia] = await access.users.page(ADMIN, { role: 'tier-1' }, null, 1);
    await access.users.change(ADMIN, tia!.id, { roles: ['viewer'] });
    expect(await access.roles.remove(ADMIN, 'tier-1')).toMatchObject({ name: 'tier-1' });
    expect((await access.standings.of('alpha')).roles.permissionsOf(['tier-1'])).toEqual(new Set());
    await expect(access.users.change(ADMIN, tia!.id, { roles: ['tier-1'] })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('never has the name of one that is built in: the database knows the same names', async () => {
    expect((await access.database.owner.query('SELECT goshawk.built_in_roles() AS names')).rows[0].names).toEqual(ROLES);
    for (const name of ROLES) await expect(add(name, ['alerts:read'])).rejects.toMatchObject({ code: '23514' });
  });
});
