import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withOrganization } from '../../store/connect.ts';
import { auditHead } from '../../store/queries/audit.ts';
import { openKeys } from '../auth/keys.ts';
import type { SigningKeys } from '../auth/keys.ts';
import { INSTALLATION, NOW, openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { exportLines, readExport } from './export.ts';
import { auditPages } from './pages.ts';
import { headFileOf, publishHeads } from './publish-heads.ts';
import { readHeads, verifyChain } from './verify.ts';

describe.skipIf(serverUrl === '')('the audit', () => {
  let database: TestDatabase;
  let folder: string;
  let keys: SigningKeys;
  beforeAll(async () => {
    database = await openTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'goshawk-audit-'));
    keys = await openKeys(join(folder, 'keys'));
    await database.owner.query(`INSERT INTO goshawk.organization (id, name) VALUES ('other', 'Other') ON CONFLICT DO NOTHING`);
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await database.owner.query('TRUNCATE goshawk.audit, goshawk.audit_head, goshawk.audit_published, goshawk.outbox');
    rmSync(join(folder, 'heads'), { recursive: true, force: true });
    for (let n = 1; n <= 6; n++) await write(n);
  });
  const write = (n: number, organization = 'default') =>
    withOrganization(database.pool, organization, (sql) =>
      sql.query('SELECT api.append_audit($1, $2, $3, $4)', [
        `user ${n % 2}`,
        n % 3 === 0 ? 'rule.add' : 'alert.change',
        `object ${n}`,
        { n, text: 'Grün "x"', big: 2 ** 53 - 1 },
      ]),
    );
  const publish = () => publishHeads({ pool: database.owner, keys, installation: INSTALLATION, folder: join(folder, 'heads'), wallMicros: () => NOW });
  const lines = () =>
    readFileSync(headFileOf(join(folder, 'heads')), 'utf8')
      .trim()
      .split('\n');
  const pagesOf = async (organization: string) => {
    const end = (await withOrganization(database.pool, organization, auditHead)) ?? null;
    return { end, rows: auditPages((work) => withOrganization(database.pool, organization, work), {}, end?.seq ?? 0) };
  };
  async function check(organization = 'default', published: readonly string[] = []) {
    const { end, rows } = await pagesOf(organization);
    const heads = await readHeads(published, keys, INSTALLATION);
    const verdict = await verifyChain(organization, rows, { heads: heads.byOrganization.get(organization) ?? [], end, isWhole: true });
    return [...(heads.problems.get('') ?? []), ...(heads.problems.get(organization) ?? []), ...verdict.problems].map(({ kind, seq }) => `${kind} ${seq}`);
  }
  const tamper = (sql: string) => database.owner.query(sql);

  it('holds as it was written, also of several organizations and of none', async () => {
    await write(1, 'other');
    await publish();
    expect(await Promise.all(['default', 'other', 'nobody'].map((name) => check(name, lines())))).toEqual([[], [], []]);
  });

  it.each<[name: string, sql: string, problems: readonly string[]]>([
    ['an edited detail', `UPDATE goshawk.audit SET detail = '{}' WHERE seq = 3`, ['edited 3']],
    ['another actor', `UPDATE goshawk.audit SET actor = 'nobody' WHERE seq = 3`, ['edited 3']],
    ['another time', `UPDATE goshawk.audit SET at = at + interval '1 microsecond' WHERE seq = 3`, ['edited 3']],
    [
      'an edited row that is hashed again',
      `UPDATE goshawk.audit SET actor = 'nobody', hash = goshawk.audit_hash(previous_hash, organization, seq, at, 'nobody', action, object, detail) WHERE seq = 3`,
      ['unlinked 4'],
    ],
    ['a row taken out', 'DELETE FROM goshawk.audit WHERE seq = 3', ['gap 3']],
    ['the first row taken out', 'DELETE FROM goshawk.audit WHERE seq = 1', ['gap 1']],
    ['rows taken off the end', 'DELETE FROM goshawk.audit WHERE seq > 4', ['truncated 5']],
    [
      'rows taken off the end, and the head set back',
      `DELETE FROM goshawk.audit WHERE seq > 4; UPDATE goshawk.audit_head h SET seq = 4, hash = a.hash FROM goshawk.audit a WHERE a.seq = 4`,
      ['truncated 5'],
    ],
    ['everything taken away', 'TRUNCATE goshawk.audit, goshawk.audit_head', ['truncated 1']],
    ['another head', `UPDATE goshawk.audit_head SET hash = sha256('x')`, ['unlinked 6']],
    [
      'the whole chain written again',
      `TRUNCATE goshawk.audit, goshawk.audit_head; SELECT goshawk.append_audit('default', 'nobody', 'x.y', '', '{}') FROM generate_series(1, 6)`,
      ['rewritten 6'],
    ],
  ])('finds %s', async (_name, sql, problems) => {
    await publish();
    expect(await check('default', lines())).toEqual([]);
    await tamper(sql);
    expect(await check('default', lines())).toEqual(problems);
  });

  it('finds what happened after the hash function itself was replaced', async () => {
    await tamper(`UPDATE goshawk.audit SET detail = '{"n": 0}' WHERE seq = 2`);
    const before = await database.owner.query<{ source: string }>(`SELECT pg_get_functiondef('goshawk.audit_hash'::regproc) AS source`);
    await tamper(`CREATE OR REPLACE FUNCTION goshawk.audit_hash(previous bytea, organization text, seq bigint, at timestamptz, actor text, action text, object text, detail jsonb)
      RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT hash FROM goshawk.audit a WHERE a.organization = audit_hash.organization AND a.seq = audit_hash.seq $$`);
    expect(await check()).toEqual(['edited 2']);
    await tamper(before.rows[0]!.source);
  });

  describe('is published', () => {
    it('where it grew, each head naming the one before, once', async () => {
      expect(await publish()).toBe(1);
      expect(await publish()).toBe(0);
      await write(7);
      await write(1, 'other');
      expect(await publish()).toBe(2);
      const { byOrganization, problems } = await readHeads(lines(), keys, INSTALLATION);
      expect(problems.size).toBe(0);
      expect(byOrganization.get('default')).toMatchObject([
        { seq: 6, previous: null, installation: INSTALLATION, at: '2026-03-01T13:00:00.000Z' },
        { seq: 7, previous: { seq: 6 } },
      ]);
      const { rows } = await database.owner.query(`SELECT key, payload->>'jws' AS jws FROM goshawk.outbox WHERE topic = 'audit.heads.v1' ORDER BY id`);
      expect(rows.map(({ key }) => key)).toEqual(['default|6', 'default|7', 'other|1']);
      expect(rows.map(({ jws }) => jws)).toEqual(lines());
    });

    it('in the file too when the process died between database and file', async () => {
      await publish();
      rmSync(headFileOf(join(folder, 'heads')));
      await publish();
      expect(lines()).toHaveLength(1);
    });

    it('so that a head that was taken out, forged, or comes from elsewhere is found', async () => {
      await publish();
      await write(7);
      await publish();
      const [first = '', second = ''] = lines();
      expect(await check('default', [second])).toEqual(['head 6']);
      const [header, , signature] = first.split('.');
      const forged = [header, Buffer.from(JSON.stringify({ organization: 'default', seq: 1 })).toString('base64url'), signature].join('.');
      expect(await check('default', [first, second, forged])).toEqual(['head null']);
      expect((await readHeads([first], keys, 'another')).problems.get('default')).toMatchObject([{ kind: 'head', seq: 6 }]);
    });
  });

  describe('as a file', () => {
    const text = async () => {
      const { rows } = await pagesOf('default');
      const all: string[] = [];
      for await (const line of exportLines('default', rows)) all.push(line.trimEnd());
      return all;
    };
    const read = async (all: readonly string[]) => {
      const { organization, rows } = await readExport((async function* () { yield* all; })()); // prettier-ignore
      return (await verifyChain(organization, rows, { heads: [], end: null, isWhole: true })).problems.map(({ kind, seq }) => `${kind} ${seq}`);
    };
    it('holds by itself', async () => {
      const all = await text();
      expect(all).toHaveLength(8);
      expect(await read(all)).toEqual([]);
    });
    it('shows a changed line', async () => {
      const all = await text();
      expect(await read(all.map((line) => line.replace('object 3', 'object 4')))).toEqual(['edited 3']);
      expect(await read(all.map((line) => line.replace('"actor":"user 1"', '"actor":"user 2"')))).toEqual(['edited 1', 'edited 3', 'edited 5']);
    });
    it.each<[name: string, change: (all: string[]) => string[], says: RegExp]>([
      ['cut off', (all) => all.slice(0, -2), /was cut off/],
      ['without a line', (all) => all.toSpliced(3, 1), /lines were taken out/],
      ['of another kind', (all) => all.slice(1), /does not begin/],
      ['with a line of something else', (all) => all.with(2, 'x'), /Line 3 is no row/],
      ['that is empty', () => [], /does not begin/],
    ])('is refused when it is one %s', async (_name, change, says) => {
      await expect(read(change(await text()))).rejects.toThrow(says);
    });
  });

  describe('over the API', () => {
    let api: TestApi;
    beforeEach(async () => {
      api = await openTestApi(database);
    });
    afterEach(async () => {
      await api.close();
    });
    const seqs = (body: { entries: { seq: number }[] }) => body.entries.map(({ seq }) => seq);

    it('is read in pages, newest first, and filtered', async () => {
      const first = await api.inject({ url: '/v2/audit?limit=4' }, ['auditor']);
      expect(seqs(first.json())).toEqual([6, 5, 4, 3]);
      const next = /<(.+)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? '';
      expect(seqs((await api.inject({ url: next }, ['auditor'])).json())).toEqual([2, 1]);
      expect(seqs((await api.inject({ url: '/v2/audit?actor=user%200&action=alert.' }, ['auditor'])).json())).toEqual([4, 2]);
      expect(seqs((await api.inject({ url: '/v2/audit?object=object%203' }, ['admin'])).json())).toEqual([3]);
      expect(seqs((await api.inject({ url: '/v2/audit?to=2020-01-01T00:00:00Z' }, ['admin'])).json())).toEqual([]);
    });

    it('is refused to those who may not read it, and never shows another organization', async () => {
      expect((await api.inject({ url: '/v2/audit' }, ['analyst'])).statusCode).toBe(403);
      expect(seqs((await api.inject({ url: '/v2/audit' }, ['auditor'], 'other')).json())).toEqual([]);
    });

    it('is handed out whole, which is written down', async () => {
      const answer = await api.inject({ url: '/v2/audit/export' }, ['auditor']);
      const { organization, rows } = await readExport((async function* () { yield* answer.body.trim().split('\n'); })()); // prettier-ignore
      expect(await verifyChain(organization, rows, { heads: [], end: null, isWhole: true })).toMatchObject({ rows: 6, problems: [] });
      expect((await api.inject({ url: '/v2/audit?limit=1' }, ['auditor'])).json().entries).toMatchObject([
        { seq: 7, action: 'audit.export', detail: { upTo: 6 } },
      ]);
    });

    it('is asked for in GraphQL, with how far it is published', async () => {
      await publish();
      await write(7);
      const { data } = await api.graphql(`{ auditEntries(first: 2, filter: { action: "rule.add" }) { edges { cursor node { seq actor detail } } pageInfo { hasNextPage endCursor } }
        auditState { seq publishedSeq publishedAt } }`, {}, ['auditor']); // prettier-ignore
      expect(data.auditEntries).toMatchObject({
        edges: [{ cursor: '6', node: { seq: 6, detail: { n: 6 } } }, { node: { seq: 3 } }],
        pageInfo: { hasNextPage: false },
      });
      expect(data.auditState).toEqual({ seq: 7, publishedSeq: 6, publishedAt: '2026-03-01T13:00:00.000000Z' });
    });
  });

  it('is written by everything that the API can change', async () => {
    // The API's role writes by functions alone. Each notes what it did, itself or by one that it calls, or says here why not.
    const silent: Readonly<Record<string, string>> = {
      authenticate_key: 'notes when a key was last used',
      authenticate_sensor: 'notes when a sensor was last heard',
      claim_idempotency: 'the request itself is noted',
      keep_answer: 'the request itself is noted',
      release_idempotency: 'the request itself is noted',
      count_attempt: 'counts failures; the sign-in that is refused is noted',
      take_back_attempt: 'counts failures',
      take_quota: 'counts what is used',
      enter_room: 'who looks at what, for a minute',
      leave_room: 'who looks at what, for a minute',
      live_heartbeat: 'which processes serve',
      end_live_process: 'which processes serve',
      trim_live_changes: 'drops what every process has read',
      forget_token_revocations: 'drops what has expired by itself',
      hold_alerts: 'locks rows for the change that follows',
      note_provider_session: 'part of a sign-in, which is noted',
      open_oidc_flow: 'part of a sign-in, which is noted',
      take_oidc_flow: 'part of a sign-in, which is noted',
      open_passkey_challenge: 'part of a sign-in, which is noted',
      take_passkey_challenge: 'part of a sign-in, which is noted',
      use_passkey: 'part of a sign-in, which is noted',
      use_totp_step: 'part of a sign-in, which is noted',
    };
    const { rows } = await database.owner.query<{ schema: string; name: string; source: string; isWriter: boolean }>(
      `SELECT p.pronamespace::regnamespace::text AS schema, p.proname AS name, p.prosrc AS source, p.provolatile = 'v' AND p.prosecdef AS "isWriter"
       FROM pg_proc p WHERE p.pronamespace IN ('api'::regnamespace, 'goshawk'::regnamespace)`,
    );
    const noting = new Set(['append_audit']);
    for (let before = 0; before < noting.size;) {
      before = noting.size;
      for (const { name, source } of rows) if ([...noting].some((other) => source.includes(`${other}(`))) noting.add(name);
    }
    const writers = rows.filter(
      ({ schema, isWriter, source }) => schema === 'api' && isWriter && /\b(INSERT INTO|UPDATE|DELETE FROM)\b|publish_|goshawk\.\w+\(/i.test(source),
    );
    expect(writers.length).toBeGreaterThan(20);
    expect(writers.filter(({ name }) => !noting.has(name)).map(({ name }) => name).sort()).toEqual(Object.keys(silent).sort()); // prettier-ignore
  });
});
