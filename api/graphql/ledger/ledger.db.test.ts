import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';

const QUERY = '{ ledger { closedAt breaks { kind stage topic partition from to count detail } reports { day hash } } }';

describe.skipIf(serverUrl === '')('the ledger over GraphQL', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('is empty before the books were closed', async () => {
    expect((await api.graphql(QUERY)).data.ledger).toEqual({ closedAt: null, breaks: [], reports: [] });
  });

  it('shows what did not add up lately, and the days that are signed', async () => {
    await database.owner.query(`
      INSERT INTO goshawk.ledger_book (position, book, closed_at) VALUES (1, '{"accounts":[],"written":{}}', '2026-03-01T12:00:00.5Z');
      INSERT INTO goshawk.ledger_break (at, kind, stage, topic, partition, from_offset, to_offset, count, detail) VALUES
        (now() - interval '8 days', 'missing', 'enrich', 'events.valid.v1', 0, 0, 1, 1, 'Long ago.'),
        (now(), 'missing', 'validate', 'events.parsed.v1', 3, 10, 20, 2, 'Two records.');
      INSERT INTO goshawk.ledger_report (day, hash, jws) SELECT date '2026-02-01' + n, decode(lpad(n::text, 4, '0'), 'hex'), 'x' FROM generate_series(0, 8) AS n`);
    const { ledger } = (await api.graphql(QUERY, {}, ['viewer'])).data;
    expect(ledger.closedAt).toBe('2026-03-01T12:00:00.500000Z');
    expect(ledger.breaks).toEqual([
      { kind: 'missing', stage: 'validate', topic: 'events.parsed.v1', partition: 3, from: 10, to: 20, count: 2, detail: 'Two records.' },
    ]);
    expect(ledger.reports).toHaveLength(7);
    expect(ledger.reports[0]).toEqual({ day: '2026-02-09', hash: '0008' });
  });
});
