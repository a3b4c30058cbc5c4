// The two ways of a hunt through the same events: by the index of values, and one event after the other. They find the same.
import fc from 'fast-check';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { event, search } from '../../domains/search/test/arbitraries.ts';
import { printSearch } from '../../domains/search/print.ts';
import { SearchError } from '../../domains/search/syntax.ts';
import { openPool, withOrganization } from '../../store/connect.ts';
import type { Pool } from '../../store/connect.ts';
import { estimateReads } from '../../store/hunt-estimate.ts';
import { readEvents } from '../../store/hunt-reading.ts';
import type { Preference } from '../../store/hunt-reading.ts';
import { termsOfHunt } from '../../store/hunt-terms.ts';
import { TermList } from '../../store/queries/search/terms.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON, seedEvents, seedOrganization } from '../test/seed.ts';
import type { SeedEvent } from '../test/seed.ts';
import { HuntRegister } from './register.ts';
import { checkedQuery, newHunt } from './input.ts';
import { doHunts } from './work.ts';

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;
const SEED = 20_261_126;
const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const always: Preference = () => true;
const never: Preference = () => false;

/** What cannot be hunted for is refused before it is read. */
function isAskable(query: string): boolean {
  try {
    return checkedQuery(query) !== null;
  } catch (error) {
    if (error instanceof SearchError) return false;
    throw error;
  }
}

/** With what persist lists them under; that it does is tested where it stores. */
function listed({ columns = {}, detail = {}, native, ...rest }: SeedEvent): SeedEvent {
  const list = new TermList();
  list.begin(rest.organization ?? 'default');
  const text = (name: string) => (typeof columns[name] === 'string' ? columns[name] : undefined);
  list.addJson(Buffer.from(JSON.stringify(native ?? {})));
  list.addJson(Buffer.from(JSON.stringify(detail)));
  list.addText(text('dataset') ?? 'test.log');
  for (const name of ['sensor', 'host_name', 'user_name', 'process_name', 'dns_question', 'url_domain']) list.addText(text(name));
  for (const name of ['source_ip', 'destination_ip']) list.addAddress(text(name));
  for (const host of [text('dns_question'), text('url_domain'), ...((detail['related.hosts'] as string[] | undefined) ?? [])]) list.addName(host);
  list.addHostOf(detail['url.original'] as string | undefined);
  return { ...rest, columns: { ...columns, terms: list.values() }, detail, ...(native !== undefined && { native }) };
}

describe.skipIf(serverUrl === '')('hunts by the index of values', () => {
  let database: TestDatabase;
  let stages: Pool;
  let register: HuntRegister;
  const user = { organization: 'default', user: 'ada' } as Parameters<HuntRegister['start']>[0];
  beforeAll(async () => {
    database = await openTestDatabase();
    stages = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    register = new HuntRegister(
      (organization, use) => withOrganization(database.pool, organization, use),
      () => NOON + DAY,
    );
    await seedOrganization(database.owner, 'other');
    const random = fc.sample(event, { seed: SEED, numRuns: 120 }).map((one, n) => listed({ n: 1_000 + n, ...one, time: NOON - (n % 40) * 5 * HOUR }));
    await seedEvents(database.owner, [
      ...random,
      listed({ n: 1, columns: { source_ip: '203.0.113.77', host_name: 'web01' } }),
      listed({ n: 2, columns: { destination_ip: '2001:db8::53' } }),
      listed({ n: 3, time: NOON - 30 * HOUR, columns: { dns_question: 'x.a.Evil.example.' } }),
      listed({ n: 4, columns: { dns_question: 'notevil.example' } }),
      listed({ n: 5, time: NOON - 200 * HOUR, detail: { 'process.hash.md5': MD5.toUpperCase(), 'related.hash': [MD5.toUpperCase()] } }),
      listed({ n: 6, detail: { 'url.original': 'http://EVIL.example:80/drop?x=1' } }),
      listed({ n: 7, detail: { 'related.ip': ['10.0.0.1', '198.51.100.9'], 'related.hosts': ['very.deep.below.of.evil.example'] } }),
      { n: 8, columns: { source_ip: '203.0.113.77' } }, // stored before there were terms
      listed({ n: 9, organization: 'other', columns: { source_ip: '203.0.113.77', dns_question: 'evil.example' } }),
      listed({ n: 10, time: NOON - 2 * DAY, detail: { 'url.original': 'https://[2001:db8::7]/p' } }),
      listed({ n: 11, time: NOON - 2 * DAY, detail: { 'url.original': 'ftp://user@intranet/p' } }),
    ]);
    for (let days = 0; days < 12; days += 1) await seedCrowd('crowd', NOON - days * DAY, 100);
  });
  afterAll(async () => {
    await stages.end();
    await database.drop();
  });
  afterEach(() => database.owner.query('DELETE FROM goshawk.hunt; DELETE FROM goshawk.outbox'));

  /** Events of a dataset that have its name for a value, a millisecond apart. */
  const seedCrowd = async (dataset: string, at: number, events: number) => {
    for (const table of ['event', 'event_count']) await database.owner.query('SELECT goshawk.prepare_days($1, ARRAY[api.from_micros($2)::date])', [table, at]);
    const list = new TermList();
    list.begin('default');
    list.addText(dataset);
    await database.owner.query(
      `INSERT INTO goshawk.event (event_time, id, organization, dataset, sensor, product, kind, category, type, raw_topic, raw_partition, raw_offset, appended_at, parser, parser_version, detail, terms, native)
       SELECT api.from_micros($1::bigint + n * 1000), decode(md5($2 || $1 || '-' || n), 'hex'), 'default', $2, 'test', 'test', 'event', '{}', '{}', 'raw.default.test', 0, n, now(), 'test', 1, '{"labels": {}}', $3, '{}'
       FROM generate_series(1, $4::int) n`,
      [at, dataset, list.values(), events],
    );
    await database.owner.query(
      `INSERT INTO goshawk.event_count (minute, organization, dataset, sensor, events) VALUES (date_trunc('minute', api.from_micros($1)), 'default', $2, 'test', $3)`,
      [at, dataset, events],
    );
  };
  const work = async (id: string, prefers: Preference | undefined, sliceEvents?: number) => {
    const options = { log: pino({ level: 'silent' }), signal: new AbortController().signal, wallMicros: () => NOON, prefers };
    for (;;) {
      await doHunts(stages, { ...options, ...(sliceEvents !== undefined && { sliceEvents }) });
      const { rows } = await database.owner.query('SELECT state, reason, events_read::int AS read FROM goshawk.hunt WHERE id = $1', [id]);
      if (rows[0].state !== 'running') return rows[0] as { readonly state: string; readonly reason: string | null; readonly read: number };
    }
  };
  /** What it finds: event and field. */
  const found = async (asked: object, prefers: Preference | undefined, sliceEvents?: number) => {
    await database.owner.query('DELETE FROM goshawk.hunt; DELETE FROM goshawk.outbox');
    const { id } = await register.start(user, newHunt.parse({ name: 'n', from: '2026-02-20T00:00:00Z', ...asked }));
    const { state, reason, read } = await work(id, prefers, sliceEvents);
    expect([state, reason]).toEqual(['done', null]);
    const { rows } = await database.owner.query(
      `SELECT ('x' || right(payload #>> '{goshawk,finding,event,id}', 8))::bit(32)::int AS n, payload #>> '{goshawk,finding,fields,0,name}' AS field FROM goshawk.outbox ORDER BY 1, 2`,
    );
    return { found: rows.map(({ n, field }) => `${n} ${field}`), read };
  };

  it.each<[name: string, asked: object, found: readonly string[]]>([
    ['an address, also where it is only related', { indicators: '203.0.113.77\n198.51.100.9' }, ['1 source.ip', '7 related.ip', '8 source.ip']],
    ['an address of version 6', { indicators: '2001:DB8::53' }, ['2 destination.ip']],
    ['what lies below a domain, however deep', { indicators: 'evil.example' }, ['3 dns.question.name', '7 related.hosts']],
    ['a domain of three labels', { indicators: 'a.evil.example' }, ['3 dns.question.name']],
    ['a domain of more labels than are listed', { indicators: 'deep.below.of.evil.example' }, ['7 related.hosts']],
    ['a hash, case aside', { indicators: MD5 }, ['5 process.hash.md5']],
    ['a URL in another spelling', { indicators: 'hxxp://evil.example/drop?x=1' }, ['6 url.original']],
    ['a URL of an address', { indicators: 'https://[2001:db8:0::7]/p' }, ['10 url.original']],
    ['a URL of a host without a domain', { indicators: 'ftp://user@intranet/p' }, ['11 url.original']],
    [
      'all kinds in one pass',
      { indicators: `203.0.113.77\nevil.example\n${MD5}` },
      ['1 source.ip', '3 dns.question.name', '5 process.hash.md5', '7 related.hosts', '8 source.ip'],
    ],
    ['a search', { query: 'source.ip:203.0.113.77 host.name:web01' }, ['1 source.ip']],
    ['in a range that begins and ends within a day', { indicators: '203.0.113.77', from: '2026-03-01T12:00:01Z', to: '2026-03-01T12:00:02Z' }, ['1 source.ip']],
  ])('find %s', async (_name, asked, want) => {
    const byIndex = await found(asked, always);
    expect(byIndex.found).toEqual(want);
    expect(byIndex.read, 'only what the index names').toBeLessThanOrEqual(want.length + 3);
    expect((await found(asked, never)).found).toEqual(want);
  });

  it('find the same in the smallest slices', async () => {
    const asked = { indicators: `203.0.113.77\nevil.example\n${MD5}` };
    expect((await found(asked, always, 1)).found).toEqual((await found(asked, always)).found);
  });

  it('find what reading all finds, whatever is searched for', async () => {
    let [byIndex, matches] = [0, 0];
    const range = { from: NOON - 10 * DAY, to: NOON + DAY };
    await withOrganization(stages, 'default', (sql) =>
      fc.assert(
        fc.asyncProperty(search, async (tree) => {
          const query = printSearch(tree);
          const content = { name: 'n', query, indicators: null, datasets: [], ...range, severity: 2, makesAlerts: false };
          const hunt = { ...content, organization: 'default', position: range.to, positionId: null, sliceMicros: DAY, byTimeUntil: null };
          const terms = isAskable(query) ? termsOfHunt('default', hunt) : '';
          if (typeof terms === 'string') return;
          const [some, all] = [
            await readEvents(sql, hunt, { from: range.from, terms }, 5_000),
            await readEvents(sql, hunt, { from: range.from, terms: null }, 5_000),
          ];
          expect([query, some.events.map(({ id }) => id)]).toEqual([query, all.events.map(({ id }) => id)]);
          byIndex += 1;
          matches += all.events.length;
        }),
        { numRuns: 600, seed: SEED },
      ),
    );
    expect(byIndex).toBeGreaterThan(30);
    expect(matches).toBeGreaterThan(50);
  });

  it('look a long list up in one pass', async () => {
    const list = Array.from({ length: 1_000 }, (_unused, n) => (n % 2 === 0 ? `10.77.${n >> 8}.${n & 255}` : `host${n}.nowhere.example`));
    const asked = { from: '2026-02-28T00:00:00Z', indicators: [...list, '203.0.113.77', 'evil.example'].join('\n') };
    const byIndex = await found(asked, always);
    expect(byIndex.found).toEqual(['1 source.ip', '3 dns.question.name', '7 related.hosts', '8 source.ip']);
    expect(await found(asked, never)).toMatchObject({ found: byIndex.found });
  });

  it('read events by time where names were not listed yet, and say why', async () => {
    await database.owner.query(`UPDATE goshawk.term_listing SET since = api.from_micros($1)`, [NOON - DAY]);
    // As such events are: without their names.
    await database.owner.query(`UPDATE goshawk.event SET terms = '{}' WHERE id = decode($1, 'hex')`, [hexId(3)]);
    const asked = { indicators: 'evil.example' };
    expect((await found(asked, always)).found).toEqual(['3 dns.question.name', '7 related.hosts']);
    const estimate = await withOrganization(database.pool, 'default', (sql) =>
      estimateReads(sql, { query: null, indicators: [{ type: 'domain', value: 'evil.example' }], datasets: [], from: NOON - 3 * DAY, to: NOON + DAY }, always),
    );
    expect(estimate).toMatchObject({ servedBy: 'values', why: expect.stringContaining('before names of hosts') });
    await database.owner.query('UPDATE goshawk.term_listing SET since = NULL');
  });

  it.each<[name: string, asked: { query?: string; indicators?: string }, servedBy: string, why: string | null]>([
    ['a value of few events', { query: 'source.ip:203.0.113.77' }, 'values', null],
    ['words', { query: 'mimikatz' }, 'time', 'no whole value'],
    ['a value of most events', { query: 'event.dataset:crowd' }, 'time', 'names so many events'],
    ['addresses', { indicators: '203.0.113.77\n198.18.0.9' }, 'values', null],
    ['a network among addresses', { indicators: '203.0.113.77\n198.18.0.0/24' }, 'time', 'networks such as 198.18.0.0/24'],
  ])('are estimated: %s', async (_name, { query, indicators }, servedBy, why) => {
    const { query: asked = null, indicators: list = null } = newHunt.parse({ name: 'n', from: '2026-01-01T00:00:00Z', query, indicators });
    const range = { from: NOON - 20 * DAY, to: NOON + DAY };
    const estimate = await withOrganization(database.pool, 'default', (sql) =>
      estimateReads(sql, { query: asked, indicators: list, datasets: [], ...range }, always),
    );
    expect(estimate).toMatchObject({ servedBy, why: why === null ? null : expect.stringContaining(why) });
    if (servedBy === 'values') expect(estimate.reads).toBeLessThan(estimate.events / 4);
    else expect(estimate.reads).toBe(estimate.events);
  });

  it('go on by time when the index names too many', async () => {
    await seedCrowd('many', NOON - 15 * DAY, 6_000);
    const asked = { name: 'n', query: 'event.dataset:many "words that none has"', from: '2026-02-10T00:00:00Z', to: '2026-02-20T00:00:00Z' };
    const { id } = await register.start(user, newHunt.parse(asked));
    expect(await work(id, always)).toMatchObject({ state: 'done' });
    const { rows } = await database.owner.query('SELECT by_time_until IS NOT NULL AS "isByTime" FROM goshawk.hunt WHERE id = $1', [id]);
    expect(rows).toEqual([{ isByTime: true }]);
  });
});
