// The commands as a person types them, against an API with a database of its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../api/test/access.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { openCommandLine } from './test/command-line.ts';
import type { CommandLine } from './test/command-line.ts';

const NEXT = 'tundra marmalade 44 sextant';

describe.skipIf(serverUrl === '')('goshawk user', () => {
  let database: TestDatabase;
  let commandLine: CommandLine;
  beforeAll(async () => {
    database = await openTestDatabase();
    commandLine = await openCommandLine(database, 'user', ['admin']);
    await commandLine.api.inject({ method: 'POST', url: '/auth/users', payload: { name: 'root', roles: ['admin'], password: PASSWORD } });
  });
  afterAll(async () => {
    await commandLine.close();
    await database.drop();
  });
  const user = (...words: string[]) => commandLine.run(...words);
  const post = (url: string, payload: object) => commandLine.api.inject({ method: 'POST', url, payload }, null);

  it('invites, lists, changes and signs out', { timeout: 240_000 }, async () => {
    const invited = await user('invite', 'Ada Lovelace', '--role', 'analyst', '--role', 'auditor', '--hours', '2');
    const token = /#(gsi_[\w-]{43})/.exec(invited.stdout)?.[1];
    expect([invited.code, (await post('/auth/invitations/accept', { token, password: PASSWORD })).statusCode]).toEqual([0, 201]);
    expect((await post('/auth/login', { user: 'Ada Lovelace', password: PASSWORD })).statusCode).toBe(200);

    const ended = await user('end-sessions', 'ada lovelace');
    expect([ended.code, ended.stdout]).toEqual([0, '1 sessions of ada lovelace have ended.\n']);
    const changed = JSON.parse((await user('change', 'Ada Lovelace', '--role', 'viewer', '--email', 'ada@example.org', '--disable', '--json')).stdout);
    expect(changed).toMatchObject({ roles: ['viewer'], email: 'ada@example.org', disabledAt: expect.any(String) });
    expect((await post('/auth/login', { user: 'Ada Lovelace', password: PASSWORD })).statusCode).toBe(401);

    const listed = await user('list');
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/Ada Lovelace.*viewer.*disabled[\s\S]*root.*admin.*active/)]);
  });

  it('lets in by a link who forgot the password, also the only administrator, with the key of the installation alone', { timeout: 240_000 }, async () => {
    for (let n = 0; n < 5; n++) await post('/auth/login', { user: 'root', password: 'forgotten' });
    const printed = await user('password-link', 'ROOT');
    expect([printed.code, printed.stdout]).toEqual([0, expect.stringMatching(/^Give this to root, who can choose another password with it once until \d{4}-.*Z:\n.*\/password#gsp_/)]); // prettier-ignore
    const { link } = JSON.parse((await user('password-link', 'root', '--json')).stdout);
    const accept = (of: string) => post('/auth/password-link/accept', { token: of.trim().split('#')[1], password: NEXT });
    expect((await accept(printed.stdout)).statusCode).toBe(404); // the second took its place
    expect((await accept(link)).statusCode).toBe(200);
    expect((await post('/auth/login', { user: 'root', password: NEXT })).statusCode).toBe(200);
  });

  it('ends with 2 and says what to change', { timeout: 240_000 }, async () => {
    const said = async (...words: string[]) => {
      const { code, stdout, stderr } = await user(...words);
      expect([code, stdout]).toEqual([2, '']);
      return stderr;
    };
    expect(await said('change', 'root')).toContain('--role');
    expect(await said('change', 'root', '--disable')).toContain('administrator');
    expect(await said('change', 'nobody', '--enable')).toContain('no user nobody');
    expect(await said('password-link', 'nobody')).toContain('no user nobody');
    expect(await said('invite', 'x', '--role', 'ghost')).toContain('no role ghost');
  });
});
