// A migrated database of one's own, as the API's role sees it and as its owner does.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import pino from 'pino';
import { openClient, openPool, signedInAs } from '../../store/connect.ts';
import { migrate } from '../../store/migrate.ts';

export const serverUrl = process.env.GOSHAWK_TEST_DATABASE ?? '';

export interface TestDatabase {
  /** With the role of the API. */
  readonly pool: pg.Pool;
  readonly openListener: () => pg.Client;
  /** Owner of everything. */
  readonly owner: pg.Pool;
  readonly url: string;
  readonly drop: () => Promise<void>;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const name = `api_${randomBytes(6).toString('hex')}`;
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`CREATE DATABASE ${name}`);
  await server.end();
  const url = withDatabase(serverUrl, name);
  await migrate({ databaseUrl: url, log: pino({ level: 'silent' }) });
  const apiUrl = signedInAs(url, 'goshawk_api');
  const pool = openPool({ databaseUrl: apiUrl, role: 'goshawk_api', max: 4 });
  const owner = openPool({ databaseUrl: url, max: 2 });
  return {
    pool,
    owner,
    url,
    openListener: () => openClient({ databaseUrl: apiUrl, role: 'goshawk_api' }),
    drop: async () => {
      await Promise.all([pool.end(), owner.end()]);
      const again = new pg.Client({ connectionString: serverUrl });
      await again.connect();
      await again.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await again.end();
    },
  };
}

const withDatabase = (url: string, name: string): string => url.replace(/^(\w+:\/\/[^/?]*)(?:\/[^?]*)?/, (_all, start: string) => `${start}/${name}`);
