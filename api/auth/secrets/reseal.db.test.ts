import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestAccounts } from '../../test/accounts.ts';
import type { TestAccounts } from '../../test/accounts.ts';
import { serverUrl } from '../../test/database.ts';
import { totpContext } from '../mfa/factors.ts';
import { openSecretBox } from './box.ts';
import { countOutdated, resealAll, SEALED } from './reseal.ts';
import { openSecretKeys } from './ring.ts';

const OLD = randomBytes(32).toString('base64');
const NEW = randomBytes(32).toString('base64');
const boxOf = (...keys: readonly string[]) => openSecretBox(openSecretKeys(keys.join(','), '/nowhere'));
const never = new AbortController().signal;

describe.skipIf(serverUrl === '')('sealing everything again', () => {
  let accounts: TestAccounts;
  const users: string[] = [];
  const sealedOf = async (id: string) =>
    (await accounts.database.owner.query<{ secret: string }>('SELECT secret FROM goshawk.totp WHERE user_id = $1', [id])).rows[0]!.secret;

  beforeAll(async () => {
    accounts = await openTestAccounts();
    for (let n = 0; n < 5; n++) users.push(await accounts.addUser(`user-${n}`));
  });
  afterAll(() => accounts.close());
  beforeEach(async () => {
    const { owner } = accounts.database;
    await owner.query('TRUNCATE goshawk.totp');
    const box = boxOf(OLD);
    for (const id of users)
      await owner.query(`INSERT INTO goshawk.totp (user_id, organization, secret, pending) VALUES ($1, 'default', $2, $3)`, [
        id,
        box.seal(totpContext(id), `secret of ${id}`),
        box.seal(totpContext(id), `pending of ${id}`),
      ]);
  });

  it('leaves the same secrets under the new key alone', async () => {
    const both = boxOf(NEW, OLD);
    expect(await countOutdated(accounts.database.owner, both)).toBe(10);
    expect(await resealAll(accounts.database.owner, both, never)).toEqual({ values: 10, unreadable: [] });
    expect(await countOutdated(accounts.database.owner, both)).toBe(0);
    for (const id of users) expect(boxOf(NEW).open(totpContext(id), await sealedOf(id))).toBe(`secret of ${id}`);
    expect((await accounts.audited('secrets.reseal')).slice(-2)).toEqual(['secrets.reseal totp.secret', 'secrets.reseal totp.pending']);
  });

  it('does nothing the second time, and goes on where a run was interrupted', async () => {
    const both = boxOf(NEW, OLD);
    const done = both.seal(totpContext(users[0]!), 'done before');
    await accounts.database.owner.query('UPDATE goshawk.totp SET secret = $2 WHERE user_id = $1', [users[0], done]);
    expect((await resealAll(accounts.database.owner, both, never)).values).toBe(9);
    expect(await sealedOf(users[0]!)).toBe(done);
    expect((await resealAll(accounts.database.owner, both, never)).values).toBe(0);
  });

  it('stops when it is told to', async () => {
    expect(await resealAll(accounts.database.owner, boxOf(NEW, OLD), AbortSignal.abort())).toEqual({ values: 0, unreadable: [] });
  });

  it('leaves alone what no key opens, names it, and does the others', async () => {
    const foreign = boxOf(randomBytes(32).toString('base64')).seal(totpContext(users[1]!), 'x');
    await accounts.database.owner.query('UPDATE goshawk.totp SET secret = $2 WHERE user_id = $1', [users[1], foreign]);
    const both = boxOf(NEW, OLD);
    expect(await resealAll(accounts.database.owner, both, never)).toEqual({ values: 9, unreadable: [`totp.secret ${users[1]}`] });
    expect(await sealedOf(users[1]!)).toBe(foreign);
    expect(await countOutdated(accounts.database.owner, both)).toBe(1);
  });

  it('knows columns that there are', async () => {
    for (const { table, column, id, owner } of SEALED)
      await accounts.database.owner.query(`SELECT ${id}, organization, ${owner}, ${column} FROM goshawk.${table} LIMIT 0`);
  });
});
