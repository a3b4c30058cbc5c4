// What the database itself promises: isolation of organizations, versions of reference data, the audit chain, migrations.
import { mkdtempSync, writeFileSync, copyFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool, parseMicros, signedInAs, withOrganization } from './connect.ts';
import { migrate, readMigrations } from './migrate.ts';
import type { FreshDatabase } from './test/fresh-database.ts';
import { freshDatabase, serverUrl, silent } from './test/fresh-database.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA';

describe.skipIf(serverUrl === '')('schema api', () => {
  let database: FreshDatabase;
  let api: Pool;
  beforeAll(async () => {
    database = await freshDatabase();
    api = openPool({ databaseUrl: signedInAs(database.url, 'goshawk_api'), role: 'goshawk_api', max: 4 });
    await database.owner.query(`INSERT INTO goshawk.organization VALUES ('other', 'Other')`);
    await database.owner.query(`
      SELECT goshawk.prepare_days(t, ARRAY[current_date]) FROM unnest(ARRAY['event', 'event_count', 'finding', 'feature']) AS t;
      INSERT INTO goshawk.event SELECT now(), decode(md5(o), 'hex'), o, 'd', 's', '', 'event', '{}', '{}', NULL, NULL, NULL, NULL, NULL, 'secret of ' || o, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'raw', 0, 0, now(), 'p', 1, '{}', '{}'
        FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.event_count SELECT date_trunc('minute', now()), o, 'd', 's', NULL, 1 FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.finding SELECT now(), decode(md5(o), 'hex'), o, now(), 'rule', 'r', 'v', 'T', NULL, NULL, NULL, NULL, 1, 'test', '{}', 'g', '[]', '[]', '[]', 1 FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.alert (id, organization, revision, event_time, last_time, title, severity, group_key, score, rule_ids, tags, entities, findings, finding_count, events, event_count, reason)
        SELECT decode(md5(o), 'hex'), o, 1, now(), now(), 'T', 1, 'g', 1, '{}', '{}', '[]', '[]', 1, '[]', 1, 'r' FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.feature SELECT now(), 1, o, 'host', 'h', 1, 1, 1, 1, 1, 1, 1, 1 FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.evidence (alert_id, event_time, event_id, organization, raw_topic, raw_partition, raw_offset, event, native, event_hash)
        SELECT decode(md5(o), 'hex'), now(), decode(md5(o), 'hex'), o, 'raw', 0, 0, '{}', '{}', '' FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.dead_letter (partition, "offset", organization, at, stage, code, version, message, topic, topic_partition, topic_offset, attempt, first_failed_at, schema_id, bytes, without)
        SELECT 0, n, o, now(), 'ingest', 'DECODE_FAILED', '1', 'm', 'raw', 0, 0, 1, now(), -1, 1, '' FROM unnest(ARRAY['default', 'other']) WITH ORDINALITY AS u (o, n);
      INSERT INTO goshawk.redrive (organization, filter, ends, requested_by) SELECT o, '{}', '{}', 'test' FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.field_dataset SELECT o, 'd', 1, 0, now(), now() FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.field SELECT o, 'd', 'ecs', 'host.name', '{text}', '{}', 1, 0, now(), now(), 1 FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.sensor_count SELECT now(), o, 's', 1, 0, now(), 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM unnest(ARRAY['default', 'other']) AS o`);
    for (const organization of ['default', 'other']) {
      await withOrganization(api, organization, async (client) => {
        await client.query(`SELECT api.add_user('test', 'ann', $1, '{analyst}')`, [HASH]);
        await client.query(
          `SELECT api.put_asset('test', NULL, now(), 'web', 'server', '{WEB}', '{10.0.0.1}', NULL, 1), api.put_zone('test', NULL, now(), 'lan', '10.0.0.0/8', 'internal')`,
        );
        await client.query(`SELECT api.enrol_sensor('test', 'web-01', 'token', 'sensors', NULL, NULL, 'token', md5($1), NULL)`, [organization]);
        await client.query(`SELECT api.put_rule('test', 'r', 'draft', '{"kind":"rule","title":"T","level":1,"tags":[],"head":{},"hash":"h","text":"t"}', 0)`);
        await client.query(`SELECT api.add_exception('test', '{}', '{"A": 1}', 'o', 'r', now() + interval '1 day')`);
        await client.query(`SELECT api.change_alert('test', decode(md5($1), 'hex'), note => 'n')`, [organization]);
        await client.query(`SELECT api.edit_note('test', n.id, NULL, 'm') FROM api.alert_note n`);
        await client.query(
          `SELECT api.put_saved_search('test', NULL, NULL, false, '{"kind":"alerts","name":"n","query":"","columns":[],"filter":{},"isShared":true}'),
             api.put_subscription('test', NULL, NULL, '{"name":"n","description":"","format":"ecs","kinds":["event"],"minSeverity":"low","datasets":[],"query":"","enabled":true}'),
             api.start_hunt('test', '{"name":"n","query":"x","datasets":[],"from":1,"to":2,"severity":1,"makesAlerts":false,"events":0}')`,
        );
        await client.query(
          `SELECT api.add_passkey(u.id, 'k', '', 0, '{}', 'n', false), api.set_sign_in_policy('test', '{}')
             FROM api.app_user u, api.open_session(u.id, '', '1 day', '1 day', '{password}', NULL, NULL) WHERE u.name = 'ann'`,
        );
        await client.query(
          `SELECT api.add_role('test', 'own', '', '{alerts:read}'), api.invite('test', 'eve', NULL, '{viewer}', sha256(convert_to($1, 'UTF8')), '1 day'),
             api.add_key('test', api.add_service_account('test', 'robot', '', '{viewer}'), 'abcd', sha256(convert_to($1, 'UTF8')), NULL, NULL, '1 day')`,
          [organization],
        );
        await client.query(`SELECT api.change_event('test', e.id, e.event_time, 0, 'open', NULL, '{}', NULL) FROM api.event e`);
        await client.query(`SELECT api.enter_room('00000000-0000-4000-8000-000000000001', 'alert:1', 'ann')`);
      });
    }
    await database.owner.query(
      `INSERT INTO goshawk.event_sum SELECT span, start, organization, 'd', 's', -1, 1 FROM unnest(ARRAY['default', 'other']) organization, (VALUES ('hour', timestamptz '2026-01-01')) v (span, start)`,
    );
    await database.owner.query(
      `INSERT INTO goshawk.hunt_match SELECT h.id, decode(md5(h.organization), 'hex'), h.organization, now(), decode(md5(h.organization), 'hex'), true FROM goshawk.hunt h`,
    );
    await database.owner.query(`
      INSERT INTO goshawk.identity_provider (organization, name, label, issuer, client_id, scopes, name_claim, groups_claim, group_roles, default_roles, email_domains, provisions, created_by, changed_by)
        SELECT o, 'idp', 'I', 'https://i', 'c', '{}', 'n', 'g', '[]', '{}', '{}', false, 'test', 'test' FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.user_identity (provider_id, subject, user_id) SELECT p.id, 's', u.id FROM goshawk.identity_provider p JOIN goshawk.app_user u USING (organization) WHERE u.name = 'ann';
      INSERT INTO goshawk.trust_domain (organization, name, bundle, workloads, changed_by) SELECT o, 'example.org', '{}', '[]', 'test' FROM unnest(ARRAY['default', 'other']) AS o;
      INSERT INTO goshawk.quota SELECT o, 'events', 1 FROM unnest(ARRAY['default', 'other']) AS o`);
    await database.owner.query('INSERT INTO goshawk.sensor_silence (sensor_id, since) SELECT id, now() FROM goshawk.sensor');
  });
  afterAll(async () => {
    await api?.end();
    await database?.drop();
  });

  const isolated = [
    'event',
    'event_newest',
    'event_oldest',
    'event_sum',
    'finding_newest',
    'finding_oldest',
    'alert_newest',
    'event_count',
    'finding',
    'alert',
    'alert_note',
    'alert_note_version',
    'alert_change',
    'alert_change_part',
    'saved_search',
    'subscription',
    'hunt',
    'hunt_match',
    'evidence',
    'feature',
    'field',
    'field_dataset',
    'asset',
    'zone',
    'dead_letter',
    'dead_letter_newest',
    'redrive',
    'rule',
    'rule_version',
    'exception',
    'sensor',
    'sensor_count',
    'sensor_credential',
    'sensor_silence',
    'live_presence',
    'passkey',
    'session',
    'sign_in_policy',
    'app_user',
    'member',
    'role',
    'invitation',
    'service_account',
    'api_key',
    'organization_info',
    'organization_settings',
    'audit',
    'audit_entry',
    'audit_head',
    'event_change',
    'identity_provider',
    'user_identity',
    'trust_domain',
    'quota',
  ];
  const column = (view: string) => (view.startsWith('organization_') ? 'id' : 'organization');

  it.each(isolated)('api.%s shows one organization, and is an error without one', async (view) => {
    for (const organization of ['default', 'other', 'nobody']) {
      const rows = await withOrganization(
        api,
        organization,
        async (client) => (await client.query<{ o: string }>(`SELECT ${column(view)} AS o FROM api.${view}`)).rows,
      );
      expect(new Set(rows.map(({ o }) => o))).toEqual(new Set(organization === 'nobody' ? [] : [organization]));
    }
    await expect(api.query(`SELECT * FROM api.${view}`)).rejects.toMatchObject({ code: '42501' });
  });

  it('covers every view: what shows no single organization is named here', async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'api' ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(
      [
        ...isolated,
        'current_rule_set',
        'installation',
        'ledger_book',
        'ledger_break',
        'ledger_closing',
        'ledger_report',
        'outbox_state',
        'rule_refusal',
        'stage_ledger',
        'stage_offset',
      ].sort(),
    );
  });

  it("gives the API's role no table below it, to read or to write", async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'goshawk' AND c.relkind IN ('r', 'p', 'v')`,
    );
    expect(rows.length).toBeGreaterThan(15);
    for (const { name } of rows) {
      for (const sql of [`SELECT FROM goshawk.${name} LIMIT 0`, `DELETE FROM goshawk.${name} WHERE false`, `TRUNCATE goshawk.${name}`]) {
        await expect(api.query(sql), sql).rejects.toMatchObject({ code: '42501' });
      }
    }
    const { rows: functions } = await database.owner.query<{ may: boolean }>(
      `SELECT has_function_privilege('goshawk_api', p.oid, 'EXECUTE') AS may FROM pg_proc p WHERE p.pronamespace = 'goshawk'::regnamespace`,
    );
    expect(functions.length).toBeGreaterThan(4);
    expect(functions.filter(({ may }) => may)).toEqual([]);
    await expect(api.query('SET ROLE goshawk_stages')).rejects.toMatchObject({ code: '42501' });
  });

  it('shows a condition of the reader only rows of their organization', async () => {
    const seen: string[] = [];
    const client = await api.connect();
    client.on('notice', ({ message }) => seen.push(message ?? ''));
    await client.query(
      `BEGIN; SET LOCAL goshawk.organization = 'default'; CREATE FUNCTION pg_temp.spy(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE '%', t; RETURN true; END $$`,
    );
    await client.query('SELECT FROM api.event WHERE pg_temp.spy(message)');
    await client.query('ROLLBACK');
    client.release();
    expect(seen).toEqual(['secret of default']);
  });

  it('lets no function reach another organization', async () => {
    const {
      rows: [asset],
    } = await database.owner.query<{ id: string }>(`SELECT id FROM goshawk.asset WHERE organization = 'other'`);
    const {
      rows: [zone],
    } = await database.owner.query<{ id: string }>(`SELECT id FROM goshawk.zone WHERE organization = 'other'`);
    const idIn = async (table: string) =>
      (await database.owner.query<{ id: unknown }>(`SELECT id FROM goshawk.${table} WHERE organization = 'other'`)).rows[0]?.id;
    for (const [sql, values] of [
      [`SELECT api.change_alert('x', decode(md5('other'), 'hex'), status => 'closed')`, []],
      [
        `SELECT api.change_alerts('x', jsonb_build_array(jsonb_build_object('id', md5('other'), 'revision', 1, 'next', '{"status":"closed","labels":[]}'::jsonb)), NULL, NULL)`,
        [],
      ],
      [`SELECT api.edit_note('x', $1, NULL, 'taken')`, [await idIn('alert_note')]],
      [
        `SELECT api.put_saved_search('test', $1, NULL, true, '{"kind":"alerts","name":"taken","query":"","columns":[],"filter":{},"isShared":true}')`,
        [await idIn('saved_search')],
      ],
      [`SELECT api.delete_saved_search('test', $1, true)`, [await idIn('saved_search')]],
      [
        `SELECT api.put_subscription('test', $1, NULL, '{"description":"taken","format":"ecs","kinds":["event"],"minSeverity":"low","datasets":[],"query":"","enabled":true}')`,
        [await idIn('subscription')],
      ],
      [`SELECT api.delete_subscription('test', $1)`, [await idIn('subscription')]],
      [`SELECT api.steer_hunt('x', $1, 'paused')`, [await idIn('hunt')]],
      [`SELECT api.put_asset('x', $1, now(), 'n', 'k', '{}', '{}', NULL, 0)`, [asset?.id]],
      [`SELECT api.end_asset('x', $1, now())`, [asset?.id]],
      [`SELECT api.put_zone('x', $1, now(), 'n', '10.0.0.0/8', 'dmz')`, [zone?.id]],
      [`SELECT api.end_zone('x', $1, now())`, [zone?.id]],
      [`SELECT api.change_user('x', 'nobody', disabled => true)`, []],
    ] as const) {
      await expect(
        withOrganization(api, 'default', (client) => client.query(sql, [...values])),
        sql,
      ).rejects.toMatchObject({ code: 'P0002' });
      await expect(api.query(sql, [...values]), `${sql} without organization`).rejects.toMatchObject({ code: '42501' });
    }
    const { rows } = await withOrganization(api, 'default', (client) => client.query(`SELECT api.credentials('ANN')`));
    expect(rows.length).toBe(1);
  });

  it('leaves the setting behind in no pooled connection', async () => {
    const one = openPool({ databaseUrl: database.url, role: 'goshawk_api', max: 1 });
    await withOrganization(one, 'default', (client) => client.query('SELECT FROM api.event'));
    await expect(one.query('SELECT * FROM api.event')).rejects.toMatchObject({ code: '42501' });
    await expect(withOrganization(one, 'default', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await expect(one.query('SELECT * FROM api.event')).rejects.toMatchObject({ code: '42501' });
    expect((await one.query<{ role: string }>('SELECT current_user AS role')).rows).toEqual([{ role: 'goshawk_api' }]);
    await one.query('RESET ROLE');
    expect((await one.query<{ role: string }>('SELECT current_user AS role')).rows).toEqual([{ role: 'goshawk_api' }]);
    await one.end();
  });

  it.each([
    ['event_newest', 'event_time'],
    ['finding_newest', 'event_time'],
    ['alert_newest', 'changed_at'],
  ])('api.%s reads a page by index, without sorting the rest', async (view, column) => {
    const plan = await withOrganization(api, 'default', async (client) => {
      await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off'); // the tables are tiny here
      return (
        await client.query<{ 'QUERY PLAN': string }>(
          `EXPLAIN SELECT * FROM api.${view}
        WHERE ${column} >= now() - interval '1 hour' AND (${column}, id) < (now(), '\\xff') AND title_or_message LIKE '%x%' ORDER BY ${column} DESC, id DESC LIMIT 10`.replace(
            'title_or_message',
            view === 'event_newest' ? 'message' : 'title',
          ),
        )
      ).rows;
    });
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(new RegExp(`Index Cond: \\(\\(organization = .*${column} >= .*ROW\\(`));
    expect(text).not.toMatch(/Sort/);
  });

  it('the first user is made once, however many processes start', async () => {
    await database.owner.query(`INSERT INTO goshawk.organization VALUES ('fresh', 'Fresh')`);
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        withOrganization(
          api,
          'fresh',
          async (client) => (await client.query<{ made: boolean }>(`SELECT api.add_first_user($1, $2, '{admin}') AS made`, [name, HASH])).rows[0]?.made,
        ),
      ),
    );
    expect(made.filter(Boolean).length).toBe(1);
  });

  it('the audit is a chain: what is changed or taken out is found', async () => {
    const broken = async () =>
      (await withOrganization(api, 'default', (client) => client.query<{ seq: number | null }>('SELECT api.first_broken_audit() AS seq'))).rows[0]?.seq;
    await withOrganization(api, 'default', (client) => client.query(`SELECT api.append_audit('ann', 'event.export', 'x', '{"b": 1, "a": 2}')`));
    expect(await broken()).toBe(null);
    const client = await database.owner.connect();
    for (const [damage, found] of [
      [`UPDATE goshawk.audit SET actor = 'nobody' WHERE organization = 'default' AND seq = 2`, 2],
      [`DELETE FROM goshawk.audit WHERE organization = 'default' AND seq = 2`, 3],
      [`DELETE FROM goshawk.audit a USING goshawk.audit_head h WHERE a.organization = 'default' AND h.organization = 'default' AND a.seq = h.seq`, 'head'],
    ] as const) {
      await client.query('BEGIN');
      const {
        rows: [head],
      } = await client.query<{ seq: number }>(`SELECT seq FROM goshawk.audit_head WHERE organization = 'default'`);
      await client.query(damage);
      expect((await client.query<{ seq: number }>(`SELECT goshawk.first_broken_audit('default') AS seq`)).rows[0]?.seq, damage).toBe(
        found === 'head' ? head?.seq : found,
      );
      await client.query('ROLLBACK');
    }
    client.release();
  });

  describe('versions of an asset', () => {
    const at = (day: number) => `2026-01-0${day}T00:00:00Z`;
    const put = (id: string | null, day: number, owner: string) =>
      withOrganization(
        api,
        'default',
        async (client) =>
          (
            await client.query<{ id: string }>(`SELECT api.put_asset('ann', $1, $2, 'db', 'server', '{DB1,db1}', '{10.0.0.9,fe80::1}', $3, 2) AS id`, [
              id,
              at(day),
              owner,
            ])
          ).rows[0]?.id as string,
      );
    const versions = async (id: string) =>
      (
        await database.owner.query<{ span: string; owner: string }>(
          `SELECT to_char(valid_from, 'DD') || '-' || coalesce(to_char(valid_to, 'DD'), '') AS span, owner FROM goshawk.asset WHERE id = $1 ORDER BY valid_from`,
          [id],
        )
      ).rows.map(({ span, owner }) => `${span} ${owner}`);
    const sent = async (id: string) =>
      (
        await database.owner.query<{ key: string; payload: Record<string, unknown> }>(
          `SELECT key, payload FROM goshawk.outbox WHERE topic = 'ref.assets.v1' AND payload ->> 'id' = $1 ORDER BY id`,
          [id],
        )
      ).rows;

    it('follow each other: a new one ends the one before, one between ends before the next', async () => {
      const id = await put(null, 1, 'ann');
      await put(id, 5, 'bob');
      await put(id, 3, 'eve');
      expect(await versions(id)).toEqual(['01-03 ann', '03-05 eve', '05- bob']);
      await put(id, 3, 'max');
      expect(await versions(id)).toEqual(['01-03 ann', '03-05 max', '05- bob']);
      await withOrganization(api, 'default', (client) => client.query(`SELECT api.end_asset('ann', $1, $2)`, [id, at(7)]));
      expect(await versions(id)).toEqual(['01-03 ann', '03-05 max', '05-07 bob']);
    });

    it('go out whole, each change of each version, keyed by where it begins', async () => {
      const id = await put(null, 1, 'ann');
      await put(id, 5, 'bob');
      const first = Date.parse(at(1)) * 1000;
      const second = Date.parse(at(5)) * 1000;
      const rows = await sent(id);
      expect(rows.map(({ key }) => key)).toEqual([`${id}|${first}`, `${id}|${first}`, `${id}|${second}`]);
      expect(rows[1]?.payload).toEqual({
        id,
        organization: 'default',
        validFrom: first,
        validTo: second,
        writtenAt: expect.any(Number) as number,
        version: expect.any(Number) as number,
        name: 'db',
        kind: 'server',
        hostnames: ['db1'],
        addresses: ['10.0.0.9', 'fe80::1'],
        owner: 'ann',
        criticality: 2,
      });
      expect(rows[2]?.payload).toMatchObject({ validFrom: second, validTo: null, owner: 'bob' });
    });
  });
});

describe.skipIf(serverUrl === '')('migrate', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase({ isMigrated: false });
  });
  afterAll(async () => {
    await database?.drop();
  });

  /** A copy of the real files, changed. */
  const folderWith = (change: (folder: string) => void): URL => {
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    const real = new URL('migrations/', import.meta.url);
    for (const name of readdirSync(real)) copyFileSync(new URL(name, real), join(folder, name));
    change(folder);
    return pathToFileURL(`${folder}/`);
  };
  const next = () => String(readMigrations(new URL('migrations/', import.meta.url)).length + 1).padStart(4, '0');

  it('runs the files once, also when several processes begin together', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => migrate({ databaseUrl: database.url, log: silent })));
    expect(runs.filter(({ applied }) => applied.length > 0).length).toBe(1);
    expect(new Set(runs.map(({ version }) => version)).size).toBe(1);
    expect((await migrate({ databaseUrl: database.url, log: silent })).applied).toEqual([]);
  });

  it('names file, line and reason, and leaves nothing of the file behind', async () => {
    const folder = folderWith((dir) => {
      writeFileSync(join(dir, `${next()}_broken.sql`), 'CREATE TABLE goshawk.half (n int);\nCREATE TABLE goshawk.half (n nonsense);');
    });
    await expect(migrate({ databaseUrl: database.url, log: silent, folder })).rejects.toMatchObject({
      name: 'FatalError',
      code: 'MIGRATION_FAILED',
      message: expect.stringMatching(/_broken\.sql, line 2: type "nonsense"/) as string,
    });
    expect((await database.owner.query(`SELECT FROM pg_class WHERE relname = 'half'`)).rowCount).toBe(0);
  });

  it.each<[name: string, change: (folder: string) => void, message: RegExp]>([
    [
      'a file that was changed after it ran',
      (dir) => {
        writeFileSync(join(dir, '0002_event.sql'), '-- other');
      },
      /0002_event\.sql is not the file/,
    ],
    [
      'a gap in the numbers',
      (dir) => {
        writeFileSync(join(dir, '9999_late.sql'), '');
      },
      /9999_late\.sql is not number/,
    ],
  ])('refuses %s', async (_name, change, message) => {
    await expect(migrate({ databaseUrl: database.url, log: silent, folder: folderWith(change) })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses a database that is newer than the program', async () => {
    const newer = await freshDatabase({ isMigrated: false });
    const name = `${next()}_future.sql`;
    await migrate({
      databaseUrl: newer.url,
      log: silent,
      folder: folderWith((dir) => {
        writeFileSync(join(dir, name), 'SELECT 1');
      }),
    });
    await expect(migrate({ databaseUrl: newer.url, log: silent })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('newer') as string,
    });
    await newer.drop();
  });

  it('says which database is away', async () => {
    await expect(migrate({ databaseUrl: 'postgresql://goshawk@127.0.0.1:1/none', log: silent })).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'DATABASE_UNAVAILABLE',
    });
  });

  it('reads times exactly', async () => {
    for (const micros of [0, -1, 1_700_000_000_123_456, 1_700_000_000_100_000, Date.UTC(1715, 0, 1) * 1000, Date.UTC(2255, 0, 1) * 1000 + 1]) {
      expect(
        (await database.owner.query<{ at: number; back: number }>('SELECT api.from_micros($1) AS at, api.micros(api.from_micros($1)) AS back', [micros])).rows,
      ).toEqual([{ at: micros, back: micros }]);
    }
    expect(() => parseMicros('infinity')).toThrow(RangeError);
    expect(() => parseMicros('2026-01-01 00:00:00+02')).toThrow(RangeError);
  });
});
