// The command as a person types it, beside an API that runs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keyFolderOf } from '../api/auth/keys.ts';
import { totpContext } from '../api/auth/mfa/factors.ts';
import { openSecretBox } from '../api/auth/secrets/box.ts';
import type { SecretBox } from '../api/auth/secrets/box.ts';
import { newKey, openSecretKeys, writeKeys } from '../api/auth/secrets/ring.ts';
import type { SecretKeys } from '../api/auth/secrets/ring.ts';
import { openTestAccounts } from '../api/test/accounts.ts';
import type { TestAccounts } from '../api/test/accounts.ts';
import { serverUrl } from '../api/test/database.ts';
import { runCommand } from './rules/test/run.ts';
import secrets from './secrets.ts';

describe.skipIf(serverUrl === '')('goshawk secrets', () => {
  const data = mkdtempSync(join(tmpdir(), 'goshawk-cli-secrets-'));
  let accounts: TestAccounts;
  let user: string;
  /** As the running API has them. */
  let keys: SecretKeys;
  let box: SecretBox;
  const run = async (...words: string[]) => {
    const { out, code } = await runCommand(secrets, [...words, '--json', '--data', data], true);
    return { ...JSON.parse(out[0]!), code };
  };
  const stored = async () =>
    (await accounts.database.owner.query<{ secret: string }>('SELECT secret FROM goshawk.totp WHERE user_id = $1', [user])).rows[0]!.secret;

  beforeAll(async () => {
    accounts = await openTestAccounts();
    vi.stubEnv('DATABASE_URL', accounts.database.url);
    user = await accounts.addUser('ada');
    keys = openSecretKeys('', keyFolderOf(data));
    box = openSecretBox(keys);
    await accounts.database.owner.query(`INSERT INTO goshawk.totp (user_id, organization, secret) VALUES ($1, 'default', $2)`, [
      user,
      box.seal(totpContext(user), 'GEZDGNBV'),
    ]);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    rmSync(data, { recursive: true });
    await accounts.close();
  });

  it('encrypts anew with a new key, which the API reads without a restart; old keys go when they are told to', async () => {
    const [before] = keys.list();
    expect(await run('status')).toEqual({ newest: before!.id, older: [], outdated: 0, code: 0 });
    const rotated = await run('rotate');
    expect(rotated).toMatchObject({ resealed: 1, left: 0, unreadable: [], code: 0 });
    expect([rotated.key === before!.id, box.isCurrent(await stored()), box.open(totpContext(user), await stored())]).toEqual([false, true, 'GEZDGNBV']);
    expect(await run('forget')).toEqual({ outdated: 0, older: [before!.id], forgotten: false, code: 0 });
    expect(await run('forget', '--execute')).toMatchObject({ forgotten: true, code: 0 });
    expect(box.open(totpContext(user), await stored())).toBe('GEZDGNBV');
    expect((await accounts.audited('secrets.')).map((entry) => entry.split(' ')[0])).toEqual(['secrets.rotate', 'secrets.reseal', 'secrets.forget']);
  });

  it('goes on with a run that was interrupted, and makes no further key', async () => {
    writeKeys(keys.file!, [newKey(), ...keys.list()]); // as far as it came
    const [newest] = keys.list();
    expect(await run('status')).toMatchObject({ outdated: 1, code: 1 });
    expect(await run('forget', '--execute')).toMatchObject({ outdated: 1, forgotten: false, code: 1 });
    expect(await run('rotate')).toMatchObject({ key: newest!.id, resealed: 1, left: 0 });
  });

  it('names what no key opens, and ends with 1', async () => {
    const file = keys.file!;
    const whole = readFileSync(file);
    writeKeys(file, [newKey()]);
    expect(await run('rotate')).toMatchObject({ resealed: 0, left: 1, unreadable: [`totp.secret ${user}`], code: 1 });
    writeFileSync(file, whole);
    expect(box.open(totpContext(user), await stored())).toBe('GEZDGNBV');
  });
});
