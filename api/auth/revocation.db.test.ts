// Tokens that stop holding: in every process, at once, and what they hold open closes.
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestAccounts } from '../test/accounts.ts';
import type { TestAccounts } from '../test/accounts.ts';
import { serverUrl } from '../test/database.ts';
import { openRevocations } from './revocation.ts';
import type { Revocations, SessionRef } from './revocation.ts';

describe.skipIf(serverUrl === '')('a token that stops holding', () => {
  let accounts: TestAccounts;
  /** Of another process of the API. */
  let other: Revocations;
  let number = 0;
  let user: string;
  let session: SessionRef;
  let token: string;
  const sql = (text: string, values: readonly unknown[] = []) => accounts.database.owner.query(text, [...values]);
  const isAlive = async () => (await accounts.ask('GET', '/auth/me', undefined, token)).status === 200;
  const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as { sid: string; gen: number };

  beforeAll(async () => {
    accounts = await openTestAccounts();
  });
  afterAll(() => accounts.close());
  beforeEach(async () => {
    user = `user-${++number}`;
    await accounts.addUser(user);
    token = (await accounts.login(user)).accessToken;
    const { sid, gen } = claimsOf(token);
    session = { id: sid, generation: gen };
    other = openRevocations({ openListener: accounts.database.openListener, log: pino({ level: 'silent' }) });
    await other.start();
  });
  afterEach(() => other.stop());

  it('is heard of by other processes, which close what it holds open', async () => {
    const closed = Promise.withResolvers<void>();
    other.onRevoked({ session }, closed.resolve);
    const others = vi.fn();
    other.onRevoked({ session: { id: '00000000-0000-4000-8000-000000000000', generation: 1 } }, others);
    expect(other.isRevoked({ session })).toBe(false);
    await accounts.ask('DELETE', `/auth/sessions/${session.id}`, undefined, token);
    await closed.promise;
    expect(other.isRevoked({ session })).toBe(true);
    expect(others).not.toHaveBeenCalled();
    expect(await isAlive()).toBe(false);
  });

  it('stops when its session is deleted by whatever means', async () => {
    const closed = Promise.withResolvers<void>();
    other.onRevoked({ session }, closed.resolve);
    await sql('DELETE FROM goshawk.app_user WHERE name = $1', [user]);
    await closed.promise;
    expect(other.isRevoked({ session })).toBe(true);
  });

  it('stops when its user is disabled', async () => {
    const closed = Promise.withResolvers<void>();
    other.onRevoked({ session }, closed.resolve);
    await sql('UPDATE goshawk.app_user SET disabled_at = now() WHERE name = $1', [user]);
    await closed.promise;
    await vi.waitFor(async () => expect(await isAlive()).toBe(false));
  });

  it('stops when the roles of its user change, but the session goes on with a new one', async () => {
    const { accessToken, refreshToken } = await accounts.login(user);
    const closed = Promise.withResolvers<void>();
    const { sid, gen } = claimsOf(accessToken);
    other.onRevoked({ session: { id: sid, generation: gen } }, closed.resolve);
    await sql(`UPDATE goshawk.app_user SET roles = '{viewer}' WHERE name = $1`, [user]);
    await closed.promise;
    await vi.waitFor(async () => expect((await accounts.ask('GET', '/auth/me', undefined, accessToken)).status).toBe(401));
    const { status, body } = await accounts.post('/auth/refresh', { refreshToken });
    expect([status, body.user.roles]).toEqual([200, ['viewer']]);
    expect((await accounts.ask('GET', '/auth/me', undefined, body.accessToken)).status).toBe(200);
    const next = claimsOf(body.accessToken);
    expect(other.isRevoked({ session: { id: next.sid, generation: next.gen } })).toBe(false);
  });

  it('holds when something else about its user changes', async () => {
    await sql(`UPDATE goshawk.app_user SET name = name || '-renamed' WHERE name = $1`, [user]);
    await sql(`SELECT pg_notify('goshawk_revocation', '{"session":"${number}","generation":null}')`); // what comes before it is heard before it
    await vi.waitFor(() => expect(other.isRevoked({ session: { id: String(number), generation: 1 } })).toBe(true));
    expect(other.isRevoked({ session })).toBe(false);
    expect(await isAlive()).toBe(true);
  });

  it('is known to a process that starts afterwards', async () => {
    await accounts.ask('DELETE', `/auth/sessions/${session.id}`, undefined, token);
    const late = openRevocations({ openListener: accounts.database.openListener, log: pino({ level: 'silent' }) });
    await late.start();
    expect(late.isRevoked({ session })).toBe(true);
    const listener = vi.fn();
    late.onRevoked({ session }, listener);
    expect(listener).toHaveBeenCalledOnce(); // it is over already
    await late.stop();
  });

  it('is heard of after the database was away', async () => {
    const closed = Promise.withResolvers<void>();
    const lost = openRevocations({ openListener: accounts.database.openListener, log: pino({ level: 'silent' }), retryMs: 1 });
    await lost.start();
    lost.onRevoked({ session }, closed.resolve);
    await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT session_id%' AND pid <> pg_backend_pid()`,
    );
    await sql('DELETE FROM goshawk.session WHERE id = $1', [session.id]);
    await closed.promise;
    await lost.stop();
  });

  it('is not told to who has closed by themselves', async () => {
    const listener = vi.fn();
    const forget = other.onRevoked({ session }, listener);
    forget();
    other.sessionsEnded([session.id]);
    expect(listener).not.toHaveBeenCalled();
    expect(other.isRevoked({ session })).toBe(true);
  });

  it('is none that has no session: tokens of the command line end with their time', () => {
    const listener = vi.fn();
    other.onRevoked({}, listener)();
    expect([other.isRevoked({}), listener.mock.calls]).toEqual([false, []]);
  });

  it('survives notices that are none', async () => {
    await sql(`SELECT pg_notify('goshawk_revocation', 'x')`);
    await sql(`SELECT pg_notify('goshawk_revocation', '{"session":1}')`);
    const closed = Promise.withResolvers<void>();
    other.onRevoked({ session }, closed.resolve);
    await sql('DELETE FROM goshawk.session WHERE id = $1', [session.id]);
    await closed.promise;
  });

  it('is forgotten when no token can live any more', async () => {
    await sql('DELETE FROM goshawk.session WHERE id = $1', [session.id]);
    await sql(`UPDATE goshawk.token_revocation SET revoked_at = now() - interval '27 hours' WHERE session_id = $1`, [session.id]);
    await sql('SELECT api.forget_token_revocations()');
    expect((await sql('SELECT FROM goshawk.token_revocation WHERE session_id = $1', [session.id])).rowCount).toBe(0);
  });
});
