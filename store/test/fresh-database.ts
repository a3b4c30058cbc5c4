// For tests: an empty, migrated database of one's own on the test server.
import { randomBytes } from 'node:crypto';
import type { Client, Pool } from 'pg';
import { pino } from 'pino';
import { openClient, openPool } from '../connect.ts';
import { migrate } from '../migrate.ts';
import type { Tier } from '../tiers.ts';

/** Superuser connection to the test server; empty when there is none, and the tests are skipped. */
export const serverUrl = process.env.GOSHAWK_TEST_DATABASE ?? '';
export const silent = pino({ level: 'silent' });

export interface FreshDatabase {
  readonly url: string;
  /** Owner of everything. */
  readonly owner: Pool;
  /** Plain when it was not migrated. */
  readonly tier: Tier;
  /** Makes everything stored so far that many days older, by storage time. */
  readonly age: (days: number) => Promise<void>;
  readonly drop: () => Promise<void>;
}

export async function freshDatabase({ isMigrated = true } = {}): Promise<FreshDatabase> {
  const name = `goshawk_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name}`));
  const url = serverUrl.replace(/^(\w+:\/\/[^/?]*)(?:\/[^?]*)?/, (_all, start: string) => `${start}/${name}`);
  const tier = isMigrated ? (await migrate({ databaseUrl: url, log: silent })).tier : 'plain';
  const owner = openPool({ databaseUrl: url, max: 4 });
  return {
    url,
    owner,
    tier,
    async age(days) {
      const parts = tier === 'plain' ? 'goshawk.time_partition SET created_at = created_at' : '_timescaledb_catalog.chunk SET creation_time = creation_time';
      await owner.query(`UPDATE ${parts} - interval '${days} days'; UPDATE goshawk.event SET stored_at = stored_at - interval '${days} days'`);
    },
    async drop() {
      await owner.end();
      await onServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

async function onServer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = openClient({ databaseUrl: serverUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
