// An API with accounts in its database, and a clock that is moved by hand.
import { withOrganization } from '../../store/connect.ts';
import { oneOf } from '../../store/queries/sql.ts';
import { hashPassword } from '../auth/passwords.ts';
import type { ApiConfig } from '../config.ts';
import { openTestApi } from './api.ts';
import type { Loose, TestApi } from './api.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

export const PASSWORD = 'vellum otter quincunx 7 harbours';
/** Of all that are made here, so that a test hashes once. */
const hash = hashPassword(PASSWORD);

export interface Answer {
  readonly status: number;
  readonly body: Loose;
  readonly headers: Readonly<Record<string, unknown>>;
}
export interface TestAccounts {
  readonly database: TestDatabase;
  readonly api: TestApi;
  /** Microseconds since 1970, as the API sees it; the database has its own. */
  readonly clock: { micros: number };
  /** With PASSWORD. @returns The id. */
  readonly addUser: (name: string, roles?: readonly string[], organization?: string) => Promise<string>;
  /** @param token Access token; absent = none. */
  readonly ask: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    token?: string,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly post: (url: string, body?: object, token?: string, headers?: Record<string, string>) => Promise<Answer>;
  /** Body of the answer to signing in with PASSWORD. */
  readonly login: (user: string, more?: object) => Promise<Loose>;
  /** Actions and objects of the audit, oldest first, that begin so. */
  readonly audited: (beginning: string, organization?: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export async function openTestAccounts(config: Partial<ApiConfig> = {}): Promise<TestAccounts> {
  const database = await openTestDatabase();
  const clock = { micros: Date.now() * 1_000 };
  const api = await openTestApi(database, { config, deps: { wallMicros: () => clock.micros } });
  const ask: TestAccounts['ask'] = async (method, url, body, token, headers = {}) => {
    const response = await api.inject(
      { method, url, headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }, ...(body !== undefined && { payload: body }) },
      null,
    );
    return { status: response.statusCode, body: response.body === '' ? null : response.json(), headers: response.headers };
  };
  const post: TestAccounts['post'] = (url, body = {}, token, headers) => ask('POST', url, body, token, headers);
  return {
    database,
    api,
    clock,
    ask,
    post,
    addUser: async (name, roles = ['analyst'], organization = 'default') =>
      withOrganization(
        database.pool,
        organization,
        async (sql) => (await oneOf<{ id: string }>(sql, 'SELECT api.add_user($1, $2, $3, $4) AS id', ['test', name, await hash, roles]))!.id,
      ),
    login: async (user, more = {}) => (await post('/auth/login', { user, password: PASSWORD, refresh: 'body', ...more })).body,
    audited: async (beginning, organization = 'default') => {
      const { rows } = await database.owner.query<{ entry: string }>(
        `SELECT action || ' ' || object AS entry FROM goshawk.audit WHERE organization = $1 AND starts_with(action, $2) ORDER BY seq`,
        [organization, beginning],
      );
      return rows.map(({ entry }) => entry);
    },
    close: async () => {
      await api.close();
      await database.drop();
    },
  };
}
