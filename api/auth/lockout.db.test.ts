// Guessing: after each failure one waits longer, whoever one tries to be.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestAccounts, PASSWORD } from '../test/accounts.ts';
import type { Answer, TestAccounts } from '../test/accounts.ts';
import { serverUrl } from '../test/database.ts';
import { LIMITS } from './lockout.ts';

describe.skipIf(serverUrl === '')('who guesses', () => {
  let accounts: TestAccounts;
  let ada: string;
  const guess = (user: string, more: object = {}) => accounts.post('/auth/login', { user, password: 'wrong', ...more });
  const guesses = async (user: string, times: number): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    for (let n = 0; n < times; n++) answers.push(await guess(user));
    return answers;
  };
  /** As if so many seconds had passed. */
  const wait = (seconds: number) =>
    accounts.database.owner.query(
      `UPDATE goshawk.sign_in_attempt SET last_at = last_at - make_interval(secs => $1), locked_until = locked_until - make_interval(secs => $1)`,
      [seconds],
    );
  const forget = () => accounts.database.owner.query('TRUNCATE goshawk.sign_in_attempt');

  beforeAll(async () => {
    accounts = await openTestAccounts();
    ada = await accounts.addUser('ada');
    await accounts.addUser('bob');
  });
  afterAll(() => accounts.close());

  it.each(['ada', 'nobody'])('is refused and then has to wait, as %s: the answers do not say whether there is such a user', async (user) => {
    await forget();
    const answers = await guesses(user, LIMITS.account.free + 1);
    expect(answers.map(({ body }) => body.code)).toEqual([...Array.from({ length: LIMITS.account.free }, () => 'LOGIN_FAILED'), 'SIGN_IN_DELAYED']);
    const { status, headers } = answers.at(-1)!;
    expect([status, headers['retry-after']]).toEqual([429, String(LIMITS.account.firstSeconds)]);
  });

  it('waits even with the right password, and signs in afterwards', async () => {
    await forget();
    await guesses('ada', LIMITS.account.free);
    expect((await accounts.login('ada')).code).toBe('SIGN_IN_DELAYED');
    await wait(LIMITS.account.firstSeconds);
    expect((await accounts.login('ada')).accessToken).toBeDefined();
    expect((await guess('ada')).body.code).toBe('LOGIN_FAILED'); // believed again: the count begins anew
    expect((await accounts.login('ada')).accessToken).toBeDefined();
  });

  it('waits twice as long each time, up to a limit', async () => {
    await forget();
    await guesses('ada', LIMITS.account.free);
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      const seconds = Number((await guess('ada')).headers['retry-after']);
      waits.push(seconds);
      await wait(seconds);
      expect((await guess('ada')).body.code).toBe('LOGIN_FAILED');
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it('is as slow with many attempts at once: each is counted before it is looked at', async () => {
    await forget();
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess('ada')));
    expect(answers.filter(({ body }) => body.code === 'LOGIN_FAILED')).toHaveLength(LIMITS.account.free);
    expect(answers.filter(({ body }) => body.code === 'SIGN_IN_DELAYED')).toHaveLength(20 - LIMITS.account.free);
  });

  it('names: capitals make no other account, another organization does', async () => {
    await forget();
    for (const user of ['ada', 'Ada', 'ADA', 'aDa', 'adA']) await guess(user);
    expect((await guess('ada')).body.code).toBe('SIGN_IN_DELAYED');
    expect((await guess('ada', { organization: 'elsewhere' })).body.code).toBe('LOGIN_FAILED');
  });

  it('is known by address too, which one’s own account does not wipe out', async () => {
    await forget();
    const from = async (remoteAddress: string, user: string, password = 'wrong') =>
      (await accounts.api.inject({ method: 'POST', url: '/auth/login', payload: { user, password, refresh: 'body' }, remoteAddress }, null)).json();
    for (let n = 0; n < LIMITS.address.free - 1; n++) await from('2001:db8::1', `name-${n}`);
    expect((await from('2001:db8::2', 'bob', PASSWORD)).accessToken).toBeDefined();
    expect((await from('2001:db8::3', 'name-x')).code).toBe('LOGIN_FAILED');
    expect((await from('2001:db8::4', 'bob', PASSWORD)).code).toBe('SIGN_IN_DELAYED'); // one network, one address
    expect((await from('2001:db8:0:1::1', 'bob', PASSWORD)).accessToken).toBeDefined();
  });

  it('is not known by the address of this machine, as which all come by a proxy that is not believed', async () => {
    await forget();
    for (let n = 0; n < LIMITS.address.free; n++) await guess(`name-${n}`);
    expect((await accounts.login('bob')).accessToken).toBeDefined();
  });

  it('is forgotten after a quiet hour', async () => {
    await forget();
    await guesses('ada', LIMITS.account.free - 1);
    await wait(LIMITS.account.memorySeconds + 1);
    await guesses('ada', LIMITS.account.free - 1);
    expect((await guess('ada')).body.code).toBe('LOGIN_FAILED');
  });

  it('is let in again by an administrator, and by nobody else', async () => {
    await forget();
    await guesses('ada', LIMITS.account.free);
    const url = `/auth/users/${ada}/unlock`;
    expect((await accounts.post(url, {}, await accounts.api.token(['analyst']))).status).toBe(403);
    expect((await accounts.post(url, {}, await accounts.api.token(['admin'], 'beta'))).status).toBe(404);
    expect((await accounts.post(url, {}, await accounts.api.token(['admin']))).status).toBe(204);
    expect((await accounts.login('ada')).accessToken).toBeDefined();
    expect(await accounts.audited('user.unlock')).toEqual(['user.unlock ada']);
  });

  it('is audited, under the name only when it is one of ours: what is typed may be a password', async () => {
    await forget();
    await guess('ada');
    await guess('my secret password');
    expect((await accounts.audited('session.refused')).slice(-2)).toEqual(['session.refused ada', 'session.refused ']);
    const { rows } = await accounts.database.owner.query('SELECT * FROM goshawk.audit');
    expect(JSON.stringify(rows)).not.toContain('my secret password');
    const { rows: kept } = await accounts.database.owner.query('SELECT * FROM goshawk.sign_in_attempt');
    expect(JSON.stringify(kept)).not.toContain(Buffer.from('my secret password').toString('hex'));
  });

  it('says nothing of the password in the log or the answer', async () => {
    await forget();
    const { body } = await accounts.post('/auth/login', { user: 'ada', password: `${PASSWORD}x` });
    expect(JSON.stringify(body)).not.toContain(PASSWORD);
  });
});
