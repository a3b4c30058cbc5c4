import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { withOrganization } from '../../store/connect.ts';
import type { InOrganization } from '../database.ts';
import { openTestAccounts } from '../test/accounts.ts';
import type { TestAccounts } from '../test/accounts.ts';
import { serverUrl } from '../test/database.ts';
import { openKeys, readKeys } from './keys.ts';
import { rotateBySchedule } from './schedule.ts';

const DAY = 86_400;
const NOW = 1_800_000_000;

describe.skipIf(serverUrl === '')('the schedule of signing keys', () => {
  let accounts: TestAccounts;
  const root = mkdtempSync(join(tmpdir(), 'goshawk-schedule-'));
  const log = { info: vi.fn(), error: vi.fn() };
  /** With a first key of so many days. */
  async function keysOf(age: number): Promise<string> {
    const folder = mkdtempSync(join(root, 'keys-'));
    await openKeys(folder);
    utimesSync(join(folder, 'token-signing.jwk'), NOW - age * DAY, NOW - age * DAY);
    return folder;
  }
  const look = (folder: string, days = 90, run: InOrganization = (organization, work) => withOrganization(accounts.database.pool, organization, work)) =>
    rotateBySchedule({ folder, days, run, nowSeconds: () => NOW, log });

  beforeAll(async () => {
    accounts = await openTestAccounts();
  });
  afterAll(async () => {
    await accounts.close();
    rmSync(root, { recursive: true });
  });

  it('replaces a key that is old enough, once, and writes it down', async () => {
    const folder = await keysOf(90);
    expect([await look(folder), await look(folder)]).toEqual([true, false]);
    const [, made] = await readKeys(folder);
    expect(await accounts.audited('keys.rotate')).toEqual([`keys.rotate ${made!.kid}`]);
  });

  it.each([
    ['that is young', 89, 90],
    ['when there is no schedule', 900, 0],
  ])('leaves a key %s', async (_name, age, days) => {
    expect(await look(await keysOf(age), days)).toBe(false);
  });

  it('says so and goes on when the folder cannot be used', async () => {
    expect(await look(join(root, 'missing'))).toBe(false);
    expect(log.error).toHaveBeenCalled();
  });
});
