// Out of one database and into another: every row, and nothing that was written after the snapshot.
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBeside, dropDatabase, loadDatabase, openSnapshot, swapDatabases } from './backup.ts';
import type { DatabaseDescription } from './backup-plan.ts';
import { openPool } from './connect.ts';
import type { FreshDatabase } from './test/fresh-database.ts';
import { freshDatabase, serverUrl, silent } from './test/fresh-database.ts';

const EVENT = `INSERT INTO goshawk.event (event_time, id, organization, dataset, sensor, product, kind, category, type, raw_topic, raw_partition, raw_offset, appended_at, parser, parser_version, detail, native)
  SELECT t, decode(md5(t::text), 'hex'), 'default', 'test', 's', 'p', 'event', '{}', '{}', 'raw.default.test', 0, n, t, 'p', 1, '{}', 'native ' || n
  FROM generate_series(1, 50) AS n, LATERAL (SELECT timestamptz '2024-01-30 12:00:00Z' + n * interval '6 hours') AS x (t)`;

describe.skipIf(serverUrl === '')('a backup of the database', { timeout: 60_000 }, () => {
  let source: FreshDatabase;
  const made: FreshDatabase[] = [];
  let description: DatabaseDescription;
  const copies = new Map<string, Buffer>();
  const empty = async () => {
    const database = await freshDatabase({ isMigrated: false });
    made.push(database);
    return database;
  };
  const load = (database: Pick<FreshDatabase, 'url'>, more: { isBehindTopics?: boolean; description?: DatabaseDescription } = {}) =>
    loadDatabase({
      databaseUrl: database.url,
      description,
      open: ({ name }) => Readable.from([copies.get(name)]),
      isBehindTopics: false,
      onTable: () => {},
      log: silent,
      ...more,
    });
  const everyRow = async ({ owner }: FreshDatabase, table: string) =>
    (await owner.query<{ row: string }>(`SELECT x::text AS row FROM goshawk.${table} x ORDER BY 1`)).rows.map(({ row }) => row);

  beforeAll(async () => {
    source = await freshDatabase();
    const { owner } = source;
    await owner.query(`SELECT goshawk.prepare_days('event', array(SELECT d::date FROM generate_series(date '2024-01-30', date '2024-02-20', '1 day') d))`);
    await owner.query(EVENT);
    await owner.query(
      `INSERT INTO goshawk.stage_offset VALUES ('goshawk.persist', 'events.enriched.v1', 2, 50, 3), ('goshawk.persist', 'alerts.v1', 0, NULL, 3)`,
    );
    await owner.query(`INSERT INTO goshawk.zone (id, valid_from, organization, name, cidr, kind, version, written_by)
      VALUES (gen_random_uuid(), now(), 'default', 'lab', '10.0.0.0/8', 'internal', nextval(pg_get_serial_sequence('goshawk.outbox', 'id')), 'me')`);
    await owner.query(`INSERT INTO goshawk.subscription (organization, name, format, kinds, min_severity, datasets, query, enabled, description, created_by, changed_by)
      VALUES ('default', 'soc', 'ecs', '{event}', 'low', '{}', '', true, '', 'me', 'me')`);
    const snapshot = await openSnapshot(source.url);
    await owner.query(`DELETE FROM goshawk.zone; UPDATE goshawk.stage_offset SET next_offset = 99`); // later than the snapshot
    ({ description } = snapshot);
    for (const table of description.tables) copies.set(table.name, await buffer(snapshot.rows(table)));
    await snapshot.close();
  });
  afterAll(async () => {
    for (const database of [source, ...made]) await database?.drop();
  });

  it('holds every row of the moment it was taken, and the positions beside them', async () => {
    const target = await empty();
    const counts = await load(target);
    expect(counts).toMatchObject({ event: 50, zone: 1, stage_offset: 2, installation: 1 });
    expect(await everyRow(target, 'event')).toEqual(await everyRow(source, 'event'));
    expect(await everyRow(target, 'installation')).toEqual(await everyRow(source, 'installation'));
    expect(description.positions).toEqual([{ group: 'goshawk.persist', topic: 'events.enriched.v1', partition: 2, next: 50 }]);
    const { rows } = await target.owner.query<{ next: string }>('SELECT next_offset AS next FROM goshawk.stage_offset WHERE next_offset IS NOT NULL');
    expect(rows.map(({ next }) => Number(next))).toEqual([50]);
  });

  it('leaves sessions out: everybody signs in again', () => {
    expect(description.tables.map(({ name }) => name)).not.toContain('session');
  });

  it('goes on counting where the sequences were, with room and all reference rows published when topics are newer', async () => {
    const target = await empty();
    await load(target, { isBehindTopics: true });
    const { rows } = await target.owner.query<{ id: string; topic: string }>('SELECT id, topic FROM goshawk.outbox WHERE sent_at IS NULL');
    expect(rows.map(({ topic }) => topic)).toEqual(['ref.zones.v1', 'ref.subscriptions.v1']);
    expect(Number(rows[0]?.id)).toBeGreaterThan((description.sequences['outbox.id'] ?? 0) + 1000);
  });

  it.each<[string, (database: FreshDatabase) => Promise<unknown>]>([
    ['a database that is not empty', () => load(source)],
    [
      'a backup of a version that is not known here',
      async (database) =>
        load(database, { description: { ...description, migrations: [...description.migrations, { name: '9999_later.sql', checksum: 'x' }] } }),
    ],
    ['an empty database as a source', async ({ url }) => openSnapshot(url)],
  ])('is refused for %s', async (_name, work) => {
    await expect(work(await empty())).rejects.toMatchObject({ code: 'BACKUP_REFUSED' });
  });

  it('that breaks off leaves nothing behind', async () => {
    const target = await empty();
    await expect(
      loadDatabase({
        databaseUrl: target.url,
        description,
        open: ({ name }) => Readable.from([name === 'event' ? (copies.get(name) as Buffer).subarray(0, 500) : copies.get(name)]),
        isBehindTopics: false,
        onTable: () => {},
        log: silent,
      }),
    ).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(await everyRow(target, 'stage_offset')).toEqual([]);
  });

  it('takes the place of another database, which is kept', async () => {
    const current = await freshDatabase();
    const name = current.url.split('/').at(-1)?.split('?')[0] ?? '';
    const filled = `${name}_restoring`;
    await load({ url: await createBeside(current.url, filled) });
    await current.owner.query('SELECT 1');
    await expect(swapDatabases(current.url, filled, 'x'), 'while it is in use').rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
    await current.owner.end();
    const kept = await swapDatabases(current.url, filled, 'x');
    const pool = openPool({ databaseUrl: current.url });
    expect((await pool.query('SELECT FROM goshawk.event')).rowCount).toBe(50);
    await pool.end();
    await dropDatabase(current.url, kept);
    await dropDatabase(source.url, name);
  });
});
