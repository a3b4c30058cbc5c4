import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keyFolderOf, openKeys } from '../api/auth/keys.ts';
import keys from './keys.ts';
import { runCommand } from './rules/test/run.ts';

const root = mkdtempSync(join(tmpdir(), 'goshawk-cli-keys-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('goshawk keys', () => {
  let data: string;
  const run = (...words: string[]) => runCommand(keys, [...words, '--data', data], words.includes('--json'));
  const listed = async () => JSON.parse((await run('list', '--json')).out[0]!) as readonly { readonly kid: string; readonly state: string }[];

  beforeEach(() => {
    data = mkdtempSync(join(root, 'data-'));
    vi.stubEnv('DATABASE_URL', '');
  });
  afterEach(() => vi.unstubAllEnvs());

  it('says where it looked when there are none', async () => {
    await expect(run('list')).rejects.toMatchObject({ code: 'INVALID_USAGE', message: expect.stringContaining(data) });
  });

  it('has another key sign from a minute on', async () => {
    const { kid } = await openKeys(keyFolderOf(data));
    const { before, isAudited } = JSON.parse((await run('rotate', '--json')).out[0]!);
    expect([before, isAudited]).toEqual([kid, false]); // no database: the folder is what counts
    expect((await listed()).map(({ state }) => state)).toEqual(['signs', 'signs next']);
  });

  it('refuses what leaked keys have signed, once it is told to', async () => {
    await openKeys(keyFolderOf(data));
    expect((await run('rotate', '--leaked')).out[0]).toContain('--execute');
    expect((await listed()).map(({ state }) => state)).toEqual(['signs']);
    await run('rotate', '--leaked', '--execute');
    expect((await listed()).map(({ state }) => state)).toEqual(['refused', 'signs']);
  });
});
