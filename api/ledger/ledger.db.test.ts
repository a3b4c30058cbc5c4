import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import type { Pool } from '../../store/connect.ts';
import { openPool } from '../../store/connect.ts';
import { loadReports } from '../../store/ledger.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import { topics } from '../../topologies/topics.ts';
import { openKeys } from '../auth/keys.ts';
import type { SigningKeys } from '../auth/keys.ts';
import { bookkeeping } from './keep-books.ts';
import { readReport, signDueReports, verifyReport, verifyReports } from './report.ts';
import type { ReportDeps } from './report.ts';
import { statementOf } from './statement.ts';

const DAY = 86_400_000_000;
const MONDAY = Date.parse('2026-03-02T00:00:00Z') * 1000;
const HOUR = DAY / 24;
const RAW = 'raw.default.test';
const PARSED = topics.parsed.name;

describe.skipIf(serverUrl === '')('the books', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let broker: MemoryBroker;
  let deps: ReportDeps;
  let closeBooks: ReturnType<typeof bookkeeping>;
  let now = MONDAY + 6 * HOUR;
  const codec = new Codec(fixedIds());
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-ledger-'));

  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    broker = memoryBroker();
    await broker.admin().createTopics([settingsOf(topics.ledger, 1), settingsOf(topics.parsed, 1), { name: RAW, partitions: 1, config: {} }], 1);
    const keys: SigningKeys = await openKeys(folder);
    deps = {
      admin: broker.admin(),
      reader: broker.reader(),
      codec,
      pool,
      keys,
      folder: join(folder, 'reports'),
      installation: 'here',
      openEntry: () => undefined,
      app: 'goshawk',
      flow: [],
      rounds: 3,
      budgetMs: 60_000,
      tailOffsets: 1_000,
      wallMicros: () => now,
    };
    closeBooks = bookkeeping(deps);
  });
  afterAll(async () => {
    await broker?.close();
    await pool?.end();
    await database?.drop();
  });

  let at = 0;
  /** `count` records go from the raw topic to persist; `lost` of them vanish on the way. */
  async function flow(count: number, lost = 0): Promise<void> {
    const entry = (fields: Partial<LedgerEntry>): LedgerEntry => ({
      app: 'goshawk',
      stage: 'ingest',
      topic: RAW,
      partition: 0,
      from: at,
      to: at + count,
      in: count,
      passed: count,
      dropped: [],
      rejected: [],
      emitted: 0,
      out: [],
      watermark: null,
      watermarks: [],
      throttledMs: 0,
      begins: false,
      wallFrom: now,
      wallTo: now,
      ...fields,
    });
    const out = [{ topic: PARSED, partition: 0, count, first: at, last: at + count - 1 }];
    await broker.producer().send(Array.from({ length: count }, () => ({ topic: PARSED, partition: 0, key: null, value: Buffer.from('x') })));
    const value = codec.encode(schemas.ledgerEntry, entry({ out, passed: count - 1, dropped: [{ reason: 'duplicate', count: 1 }] }));
    await broker.producer().send([{ topic: topics.ledger.name, partition: 0, key: null, value }]);
    await database.owner.query(
      `INSERT INTO goshawk.stage_ledger (app, stage, topic, partition, from_offset, to_offset, records, passed, dropped, rejected) VALUES ('goshawk', 'persist', $1, 0, $2, $3, $4, $4, '{}', '{}')`,
      [PARSED, at, at + count, count - lost],
    );
    at += count;
  }
  const like = (...sentences: RegExp[]): unknown[] => sentences.map((sentence) => expect.stringMatching(sentence) as unknown);
  const hopsOf = async (from: number | null, to: number | null) =>
    (await statementOf({ from, to }, deps)).hops.map((hop) => [hop.stage, hop.from, hop.to, hop.in, hop.passed, hop.dropped.duplicate ?? 0]);

  it('give a range as the difference of two closings; ranges that meet share one', async () => {
    await flow(10);
    await closeBooks();
    now += HOUR;
    await flow(20);
    await closeBooks();
    now += HOUR;
    const [start, middle] = [MONDAY, MONDAY + 6 * HOUR + 1];
    expect(await hopsOf(start, middle)).toEqual([
      ['ingest', 0, 10, 10, 9, 1],
      ['persist', 0, 10, 10, 10, 0],
    ]);
    expect(await hopsOf(middle, now)).toEqual([
      ['ingest', 10, 30, 20, 19, 1],
      ['persist', 10, 30, 20, 20, 0],
    ]);
    expect(await hopsOf(start, now)).toEqual([
      ['ingest', 0, 30, 30, 28, 2],
      ['persist', 0, 30, 30, 30, 0],
    ]);
    expect(await hopsOf(now + DAY, null)).toEqual([]);
    expect((await statementOf({ from: start, to: now }, deps)).breaks).toEqual([]);
  });

  it('show what no closing has yet, and name a break in the range in which it happened', async () => {
    await flow(5, 1);
    const broken = { kind: 'missing', stage: 'persist', topic: PARSED, partition: 0, from: 30, to: 35, count: 1 };
    const live = await statementOf({ from: null, to: null }, deps);
    expect(live.breaks).toMatchObject([broken]);
    expect(await closeBooks()).toMatchObject([broken]);
    expect(await closeBooks()).toEqual([]);
    now += HOUR;
    expect((await statementOf({ from: MONDAY, to: now - HOUR - 1 }, deps)).isBalanced).toBe(true);
    expect((await statementOf({ from: now - HOUR - 1, to: now }, deps)).breaks).toMatchObject([broken]);
    expect((await statementOf({ from: null, to: null }, deps)).breaks).toHaveLength(1); // not twice: found by the closing, and not again
  });

  it('are signed day by day, also days that nobody signed in time', async () => {
    await signDueReports(deps);
    expect(await loadReports(pool)).toEqual([]); // Monday is not over
    now = MONDAY + DAY + HOUR;
    await flow(7);
    await closeBooks();
    now = MONDAY + 3 * DAY + 1;
    await signDueReports(deps);
    await signDueReports(deps);
    const reports = await loadReports(pool);
    expect(reports.map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
    expect(readdirSync(deps.folder)).toEqual(['2026-03-02.jws', '2026-03-03.jws', '2026-03-04.jws']);
    const [monday, tuesday] = await Promise.all(reports.map(({ jws }) => readReport(jws, deps.keys)));
    expect(monday).toMatchObject({
      balanced: false,
      previous: null,
      hops: [
        { stage: 'ingest', topic: RAW, in: 35, passed: 32, dropped: { duplicate: 3 }, out: { [PARSED]: 35 }, offsets: { 0: [0, 35] } },
        { stage: 'persist', in: 34 },
      ],
      organizations: { default: { raw: [{ stage: 'ingest', in: 35 }] } },
      breaks: [{ kind: 'missing', from: 30, to: 35 }],
    });
    expect(tuesday).toMatchObject({ balanced: true, previous: { day: '2026-03-02' }, hops: [{ in: 7 }, { in: 7 }] });
    expect(await verifyReports(deps)).toEqual([]);
    for (const day of ['2026-03-02', '2026-03-03', '2026-03-04'])
      expect(await verifyReport(readFileSync(join(deps.folder, `${day}.jws`), 'utf8'), deps)).toEqual([]);
  });

  it('are refused when a document was changed, signed by another, or taken out of the chain', async () => {
    const [monday, tuesday] = (await loadReports(pool)).map(({ jws }) => jws) as [string, string, string];
    const [header, payload, signature] = tuesday.split('.') as [string, string, string];
    const edited = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"in":7', '"in":8')).toString('base64url');
    expect(await verifyReport(`${header}.${edited}.${signature}`, deps)).toEqual(like(/signature does not hold/));

    const token = await new CompactSign(Buffer.from('{}')).setProtectedHeader({ alg: 'EdDSA', kid: deps.keys.kid, typ: 'at+jwt' }).sign(deps.keys.privateKey);
    expect(await verifyReport(token, deps)).toEqual(like(/is no goshawk-ledger-report/));

    // The installation's own key, other sums: neither the stored document nor the ledger agree.
    const document = { ...(await readReport(tuesday, deps.keys)), hops: [] };
    const resigned = await new CompactSign(Buffer.from(JSON.stringify(document)))
      .setProtectedHeader({ alg: 'EdDSA', kid: deps.keys.kid, typ: 'goshawk-ledger-report+jws' })
      .sign(deps.keys.privateKey);
    expect(await verifyReport(resigned, deps)).toEqual(like(/another report/, /names another one before it/, /hops are not what the ledger says/));
    await database.owner.query(`UPDATE goshawk.ledger_report SET jws = $1, hash = $2 WHERE day = '2026-03-03'`, [
      resigned,
      createHash('sha256').update(resigned).digest(),
    ]);
    expect(await verifyReports(deps)).toEqual(like(/^2026-03-04: The one of 2026-03-03 is not the one it followed/));

    await database.owner.query(`DELETE FROM goshawk.ledger_report WHERE day = '2026-03-03'`);
    expect(await verifyReports(deps)).toEqual(like(/^2026-03-04: The one it follows, of 2026-03-03, is gone/));
    expect(await verifyReport(tuesday, deps)).toEqual(like(/database has no report/));
    expect(await verifyReport(monday, deps)).toEqual(like(/names another one before it/));
    await database.owner.query(`INSERT INTO goshawk.ledger_report (day, jws, hash) VALUES ('2026-03-03', $1, $2)`, [
      tuesday,
      createHash('sha256').update(tuesday).digest(),
    ]);
  });

  it('no longer agree when the ledger itself was changed afterwards', async () => {
    await database.owner.query(
      `UPDATE goshawk.ledger_closing SET records = records - 1, passed = passed - 1 WHERE stage = 'persist' AND at = (SELECT max(at) FROM goshawk.ledger_closing)`,
    );
    const [, tuesday] = await loadReports(pool);
    expect(await verifyReport(tuesday!.jws, deps)).toEqual(['Its hops are not what the ledger says now.']);
  });
});
