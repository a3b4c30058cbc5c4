import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '../gate/roles.ts';
import { ADMIN, openTestAccess, somebody } from '../test/access.ts';
import type { TestAccess } from '../test/access.ts';
import { serverUrl } from '../test/database.ts';
import { makeKey } from './api-key.ts';

const HERE = '192.0.2.7';
const KEY = { permissions: null, networks: null, days: 90 };

describe.skipIf(serverUrl === '')('a service account', () => {
  let access: TestAccess;
  let count = 0;
  const add = (roles: string[], who = ADMIN) => {
    count += 1;
    return access.serviceAccounts.add(who, { name: `robot-${count}`, description: '', roles });
  };
  const keyed = async (roles: string[], more: Partial<typeof KEY> | { readonly permissions: Permission[] } | { readonly networks: string[] } = {}) => {
    const account = await add(roles);
    return access.serviceAccounts.addKey(ADMIN, account.id, { ...KEY, ...more });
  };
  const show = (secret: string, address = HERE) => access.keys.authenticate(secret, address);
  const refusal = (secret: string, address = HERE) =>
    show(secret, address).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );
  /** When what was opened with the principal is to be closed. */
  const closing = async (secret: string) => {
    const told = Promise.withResolvers<void>();
    access.revocations.onRevoked(await show(secret), told.resolve);
    return told.promise;
  };

  beforeAll(async () => {
    access = await openTestAccess();
  });
  afterAll(() => access.close());

  it('signs in with a key, as itself, with what its roles give', async () => {
    const { account, key, secret } = await keyed(['analyst']);
    const principal = await show(secret);
    expect(principal).toMatchObject({ user: `service:${account.name}`, organization: 'alpha', roles: ['analyst'], session: { id: key.id } });
    expect(principal.permissions).toContain('alerts:work');
    expect(principal.permissions).not.toContain('users:manage');
    expect(principal.expiresAt * 1_000_000).toBeCloseTo(key.expiresAt, -7);
    expect((await access.serviceAccounts.account(ADMIN, account.id)).keys[0]).toMatchObject({
      hint: secret.slice(-4),
      lastUsedAt: expect.any(Number),
      lastUsedFrom: HERE,
    });
  });

  it('keeps no key: neither tables nor audit have it', async () => {
    const { secret } = await keyed(['viewer']);
    const dump = await access.database.owner.query('SELECT k::text AS row FROM goshawk.api_key k UNION ALL SELECT a::text FROM goshawk.audit a');
    expect(JSON.stringify(dump.rows)).not.toContain(secret.slice(4, -4));
  });

  it('has with a key of fewer permissions no more than those, and no more than its roles give', async () => {
    const { account, secret } = await keyed(['analyst'], { permissions: ['alerts:read', 'alerts:work'] });
    expect([...(await show(secret)).permissions].sort()).toEqual(['alerts:read', 'alerts:work']);
    await access.serviceAccounts.change(ADMIN, account.id, { roles: ['viewer'] });
    expect([...(await show(secret)).permissions]).toEqual(['alerts:read']);
  });

  it.each<[networks: string[], address: string, outcome: string]>([
    [['192.0.2.0/24'], HERE, 'taken'],
    [['192.0.2.0/24'], '::ffff:192.0.2.7', 'taken'],
    [['192.0.2.0/24'], '198.51.100.1', 'FORBIDDEN'],
    [['192.0.2.7'], HERE, 'taken'],
    [['192.0.2.7'], '192.0.2.8', 'FORBIDDEN'],
    [['2001:db8::/32', '10.0.0.0/8'], '2001:db8::1%eth0', 'taken'],
    [['2001:db8::/32', '10.0.0.0/8'], '10.255.0.1', 'taken'],
    [['2001:db8::/32'], HERE, 'FORBIDDEN'],
    [['0.0.0.0/0'], '::1', 'FORBIDDEN'],
  ])('with a key for %s comes from %s: %s', async (networks, address, outcome) => {
    expect(await refusal((await keyed(['viewer'], { networks })).secret, address)).toBe(outcome);
  });

  it.each<[name: string, key: string]>([
    ['unknown', makeKey()],
    ['cut', makeKey().slice(0, -1)],
    ['mistyped', makeKey().replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))],
    ['nothing', 'gsk_'],
  ])('has no key that is %s', async (_name, key) => {
    expect(await refusal(key)).toBe('UNAUTHENTICATED');
  });

  it('loses a key at once when it is revoked, with what it holds open, in every process', async () => {
    const { account, key, secret } = await keyed(['viewer']);
    const closed = closing(secret);
    await access.serviceAccounts.revokeKey(ADMIN, account.id, key.id);
    await closed;
    expect(await refusal(secret)).toBe('UNAUTHENTICATED');
    await expect(access.serviceAccounts.revokeKey(ADMIN, account.id, key.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('has both keys for a while after a rotation, and the new one alone without overlap', async () => {
    const { account, key, secret } = await keyed(['viewer'], { networks: ['192.0.2.0/24'] });
    const second = await access.serviceAccounts.rotateKey(ADMIN, account.id, key.id, { days: 30, overlapSeconds: 3_600 });
    expect([await refusal(secret), await refusal(second.secret), await refusal(second.secret, '198.51.100.1')]).toEqual(['taken', 'taken', 'FORBIDDEN']);
    const third = await access.serviceAccounts.rotateKey(ADMIN, account.id, second.key.id, { days: 30, overlapSeconds: 0 });
    expect(third.account.keys).toHaveLength(3);
    await closing(second.secret).catch(() => {}); // heard of, if not already
    expect([await refusal(second.secret), await refusal(third.secret)]).toEqual(['UNAUTHENTICATED', 'taken']);
  });

  it.each<[name: string, end: (id: string, keyId: string) => Promise<unknown>]>([
    ['its key has expired', (_id, keyId) => access.database.owner.query(`UPDATE goshawk.api_key SET expires_at = now() WHERE id = $1`, [keyId])],
    ['it is disabled', (id) => access.serviceAccounts.change(ADMIN, id, { disabled: true })],
    ['it is removed', (id) => access.serviceAccounts.remove(ADMIN, id)],
  ])('is refused when %s', async (_name, end) => {
    const { account, key, secret } = await keyed(['viewer']);
    await end(account.id, key.id);
    expect(await refusal(secret)).toBe('UNAUTHENTICATED');
  });

  it('is in the audit with what was before and after', async () => {
    const account = await add(['viewer']);
    await access.serviceAccounts.change(ADMIN, account.id, { roles: ['analyst'], description: 'reads' });
    expect((await access.audited()).at(-1)).toMatchObject({
      action: 'service_account.change',
      object: account.name,
      detail: { before: { roles: ['viewer'], description: '' }, after: { roles: ['analyst'], description: 'reads' } },
    });
  });

  describe('and somebody who holds less', () => {
    const keeper = somebody(['viewer'], ['service-accounts:manage']);

    it('is not made with more than its maker holds', async () => {
      await expect(add(['admin'], keeper)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(add(['platform_admin'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await add(['viewer'], keeper)).toMatchObject({ roles: ['viewer'] });
    });

    it('gives no key, new or rotated, that may more', async () => {
      const { account, key } = await keyed(['admin']);
      await expect(access.serviceAccounts.addKey(keeper, account.id, KEY)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(access.serviceAccounts.rotateKey(keeper, account.id, key.id, { days: 1, overlapSeconds: 0 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(access.serviceAccounts.change(keeper, account.id, { roles: ['viewer'] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(access.serviceAccounts.remove(keeper, account.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const small = await access.serviceAccounts.addKey(keeper, account.id, { ...KEY, permissions: ['alerts:read'] });
      expect([...(await show(small.secret)).permissions]).toEqual(['alerts:read']);
      await expect(access.serviceAccounts.rotateKey(keeper, account.id, small.key.id, { days: 1, overlapSeconds: 0 })).resolves.toMatchObject({
        key: { permissions: ['alerts:read'] },
      });
    });

    it('names no permission that the account has not', async () => {
      const account = await add(['viewer']);
      await expect(access.serviceAccounts.addKey(ADMIN, account.id, { ...KEY, permissions: ['users:manage'] })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      });
    });
  });

  it('of another organization is not there, nor are its keys', async () => {
    const { account, key } = await keyed(['viewer']);
    const other = somebody(['admin'], [], 'bob', 'beta');
    for (const attempt of [
      () => access.serviceAccounts.account(other, account.id),
      () => access.serviceAccounts.change(other, account.id, { disabled: true }),
      () => access.serviceAccounts.remove(other, account.id),
      () => access.serviceAccounts.addKey(other, account.id, KEY),
      () => access.serviceAccounts.rotateKey(other, account.id, key.id, { days: 1, overlapSeconds: 0 }),
      () => access.serviceAccounts.revokeKey(other, account.id, key.id),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const mine = await access.serviceAccounts.add(other, { name: 'mine', description: '', roles: ['viewer'] });
    await expect(access.serviceAccounts.revokeKey(other, mine.id, key.id), 'a key of theirs below an account of mine').rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
