// Hunts against the database: what they find and where, slices and restarts, repetition, bounds, steering, and what goes out to the stream.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import pino from 'pino';
import { readTold } from '../../domains/hunt/index.ts';
import type { ToldMatch } from '../../domains/hunt/index.ts';
import { openPool } from '../../store/connect.ts';
import type { Pool } from '../../store/connect.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { eventually } from '../test/eventually.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON, seedEvents, seedOrganization } from '../test/seed.ts';
import { HuntRegister } from './register.ts';
import { doHunts } from './work.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const HOUR = 3_600_000_000;
const FROM = '2026-02-01T00:00:00Z';
const FIELDS = 'id state reason progress matches newFindings eventsTotal eventsLooked';

describe.skipIf(serverUrl === '')('hunts', () => {
  let database: TestDatabase;
  let api: TestApi;
  let stages: Pool;
  beforeAll(async () => {
    database = await openTestDatabase();
    stages = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 4 });
    await seedOrganization(database.owner, 'other');
    await seedEvents(database.owner, [
      { n: 1, columns: { source_ip: '192.0.2.7', host_name: 'web01' } },
      { n: 2, columns: { destination_ip: '2001:db8::53' } },
      { n: 3, time: NOON - 30 * HOUR, columns: { dns_question: 'a.Evil.example', host_name: 'web02' } },
      { n: 4, columns: { dns_question: 'notevil.example' } },
      { n: 5, time: NOON - 200 * HOUR, detail: { 'process.hash.md5': MD5.toUpperCase(), 'related.hash': [MD5.toUpperCase()] } },
      { n: 6, detail: { 'url.original': 'http://EVIL.example:80/drop?x=1' } },
      { n: 7, detail: { 'related.ip': ['10.0.0.1', '198.51.100.9'] } },
      { n: 8, columns: { user_name: 'Root', message: 'x' }, native: { text: 'mimikatz was here' } },
      { n: 9, columns: { dataset: 'goshawk.hunt', source_ip: '192.0.2.7' } },
      { n: 10, organization: 'other', columns: { source_ip: '192.0.2.7', dns_question: 'evil.example' } },
      { n: 11, columns: { dataset: 'quiet', source_ip: '192.0.2.7' } },
    ]);
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await stages.end();
    await database.drop();
  });
  afterEach(() => database.owner.query('DELETE FROM goshawk.hunt; DELETE FROM goshawk.outbox'));

  const start = async (input: Record<string, unknown>, roles: readonly ('admin' | 'analyst' | 'viewer')[] = ['analyst'], organization = 'default') =>
    (await api.graphql(
      `mutation ($input: NewHunt!) { startHunt(input: $input) { ${FIELDS} } }`,
      { input: { name: 'Old list', from: FROM, ...input } },
      roles,
      organization,
    )) as Loose;
  const hunt = async (id: string, organization = 'default') =>
    (await api.graphql(`query ($id: ID!) { hunt(id: $id) { ${FIELDS} } }`, { id }, ['viewer'], organization)).data.hunt;
  /** What the ticker does, until nothing runs. */
  const work = async (options: { sliceEvents?: number; mostFindings?: number } = {}) => {
    for (;;) {
      await doHunts(stages, { log: pino({ level: 'silent' }), signal: new AbortController().signal, wallMicros: () => NOON, ...options });
      const { rows } = await database.owner.query(`SELECT FROM goshawk.hunt WHERE state = 'running'`);
      if (rows.length === 0) return;
    }
  };
  const told = async (): Promise<readonly ToldMatch[]> => {
    const { rows } = await database.owner.query(`SELECT topic, payload FROM goshawk.outbox ORDER BY id`);
    expect(new Set(rows.map(({ topic }) => topic))).toEqual(new Set(rows.length === 0 ? [] : ['raw.default.gateway-goshawk']));
    return rows.map(({ payload }) => readTold(Buffer.from(JSON.stringify(payload)))!);
  };
  const eventsOf = (records: readonly ToldMatch[]) => records.map(({ finding }) => Number.parseInt(finding.event.id, 16)).sort((a, b) => a - b);
  const run = async (input: Record<string, unknown>, options = {}) => {
    const { data, errors } = await start(input);
    expect(errors).toBeUndefined();
    await work(options);
    return hunt(data.startHunt.id);
  };

  it.each<[name: string, input: Record<string, unknown>, events: readonly number[], fields: string]>([
    ['an address', { indicators: '192.0.2.7' }, [1, 11], 'source.ip=192.0.2.7'],
    ['an address of version 6', { indicators: '2001:DB8::53' }, [2], 'destination.ip=2001:db8::53'],
    ['a network', { indicators: '192.0.2.0/24' }, [1, 11], 'source.ip=192.0.2.7'],
    ['a network that an event only relates to', { indicators: '198.51.100.0/24' }, [7], 'related.ip=198.51.100.9'],
    ['a domain and what is below it', { indicators: 'evil[.]example' }, [3], 'dns.question.name=a.Evil.example'],
    ['a domain of three labels', { indicators: 'a.evil.example\nb.other.example' }, [3], 'dns.question.name=a.Evil.example'],
    ['not a sibling of a domain', { indicators: 'b.a.evil.example' }, [], ''],
    ['a hash', { indicators: MD5 }, [5], `process.hash.md5=${MD5.toUpperCase()}`],
    ['a URL in another spelling', { indicators: 'hxxp://evil.example/drop?x=1' }, [6], 'url.original=http://EVIL.example:80/drop?x=1'],
    ['a search', { query: 'user.name:root mimikatz' }, [8], 'user.name=Root'],
    ['in some datasets', { indicators: '192.0.2.7', datasets: ['quiet'] }, [11], 'source.ip=192.0.2.7'],
    ['in a range', { indicators: '192.0.2.7', to: '2026-03-01T12:00:11Z' }, [1], 'source.ip=192.0.2.7'],
    ['nothing', { indicators: '203.0.113.1\nother.example' }, [], ''],
  ])('find %s', async (_name, input, events, field) => {
    const done = await run(input);
    expect(done).toMatchObject({ state: 'done', progress: 1, matches: events.length, newFindings: events.length });
    const records = await told();
    expect(eventsOf(records)).toEqual(events);
    if (field !== '') expect(records.map(({ finding: { fields } }) => `${fields[0]!.name}=${fields[0]!.value}`)).toContain(field);
  });

  it('tell of the event, its entities, and whether alerts are wanted', async () => {
    await run({ indicators: 'evil.example', severity: 'high', makesAlerts: true });
    const [one] = await told();
    expect(one).toMatchObject({
      kind: 'hunt-match',
      at: '2026-03-01T12:00:00.000000Z',
      finding: {
        ruleId: 'goshawk.hunt.indicator',
        title: 'evil.example seen in the past',
        severity: 'high',
        status: 'production',
        entities: [
          { type: 'host', value: 'web02' },
          { type: 'domain', value: 'evil.example' },
        ],
        event: { id: hexId(3), time: NOON - 30 * HOUR, topic: 'raw.default.test', partition: 0, offset: 3 },
      },
    });
  });

  it('add nothing when they are repeated, and know what they found all the same', async () => {
    await run({ indicators: '192.0.2.7\nevil.example' });
    const first = await told();
    const again = await run({ indicators: 'evil.example', name: 'Again' });
    expect(again).toMatchObject({ matches: 1, newFindings: 0 });
    expect(await told()).toEqual(first);
    const alerting = await run({ indicators: 'evil.example', makesAlerts: true });
    expect(alerting, 'alerts were not asked for before').toMatchObject({ matches: 1, newFindings: 1 });
  });

  it('give the same in the smallest slices, one event at a time', async () => {
    await run({ query: 'event.dataset:test.log' });
    const whole = (await told()).map(({ id }) => id).sort();
    await database.owner.query('DELETE FROM goshawk.hunt; DELETE FROM goshawk.outbox');
    const done = await run({ query: 'event.dataset:test.log' }, { sliceEvents: 1 });
    expect(done).toMatchObject({ state: 'done', matches: whole.length, newFindings: whole.length });
    expect((await told()).map(({ id }) => id).sort()).toEqual(whole);
    expect(whole.length).toBe(8);
  });

  it('go on after a restart where they stopped: what failed is as if it had not been begun', async () => {
    const { data } = await start({ query: 'event.dataset:test.log' });
    const failing = {
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      sliceEvents: 2,
      wallMicros: (() => {
        let calls = 0;
        return () => {
          if (++calls === 3) throw new Error('The process dies here');
          return NOON;
        };
      })(),
    };
    await expect(doHunts(stages, failing)).rejects.toThrow('dies here');
    expect(await hunt(data.startHunt.id)).toMatchObject({ state: 'running', matches: 4 });
    await work({ sliceEvents: 2 });
    expect(await hunt(data.startHunt.id)).toMatchObject({ state: 'done', matches: 8, newFindings: 8 });
    expect(eventsOf(await told())).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('go on where they were when their process is killed within a slice', async () => {
    const { data } = await start({ query: 'event.dataset:test.log' });
    const script = fileURLToPath(new URL('../test/hunting-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, database.url, '5'], { stdio: 'inherit' });
    await eventually(async () => expect((await hunt(data.startHunt.id)).matches).toBeGreaterThan(1));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await hunt(data.startHunt.id)).state).toBe('running');
    await work({ sliceEvents: 2 });
    expect(await hunt(data.startHunt.id)).toMatchObject({ state: 'done', matches: 8, newFindings: 8, eventsLooked: 10 });
    expect(eventsOf(await told())).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('two at once of one organization make each finding once', async () => {
    const ids = await Promise.all([1, 2].map(async () => (await start({ query: 'event.dataset:test.log' })).data.startHunt.id));
    await Promise.all([work({ sliceEvents: 1 }), work({ sliceEvents: 1 })]);
    const both = await Promise.all(ids.map((id) => hunt(id)));
    expect(both.map(({ matches }) => matches)).toEqual([8, 8]);
    expect(both[0].newFindings + both[1].newFindings).toBe(8);
    expect((await told()).length).toBe(8);
  });

  it('stop at the most findings, and say so', async () => {
    expect(await run({ query: 'event.dataset:test.log' }, { sliceEvents: 2, mostFindings: 3 })).toMatchObject({
      state: 'stopped',
      matches: 4,
      reason: expect.stringContaining('3 findings, the most'),
    });
  });

  it('can be paused, go on and be cancelled; what is over stays over', async () => {
    const { id } = (await start({ indicators: '192.0.2.7' })).data.startHunt;
    const steer = async (verb: string) => {
      const { data, errors } = await api.graphql(`mutation ($id: ID!) { ${verb}Hunt(id: $id) { state } }`, { id }, ['analyst']);
      return errors?.[0]?.extensions.code ?? Object.values(data as Record<string, Loose>)[0].state;
    };
    expect(await steer('resume')).toBe('CONFLICT');
    expect(await steer('pause')).toBe('paused');
    await work();
    expect(await hunt(id)).toMatchObject({ state: 'paused', matches: 0 });
    expect(await steer('resume')).toBe('running');
    expect(await steer('cancel')).toBe('cancelled');
    expect([await steer('resume'), await steer('pause'), await steer('cancel')]).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
  });

  it('are estimated before, and refused above a bound that says how to narrow', async () => {
    const estimate = async (input: object) =>
      (
        await api.graphql(
          'query ($input: HuntQuestion!) { huntEstimate(input: $input) { events servedBy reads seconds isAllowed advice narrowedFrom } }',
          { input },
          ['analyst'],
        )
      ).data.huntEstimate;
    expect(await estimate({ query: 'x', from: FROM })).toEqual({
      events: 10,
      servedBy: 'time',
      reads: 10,
      seconds: 1,
      isAllowed: true,
      advice: null,
      narrowedFrom: null,
    });
    expect(await estimate({ query: 'x', from: FROM, datasets: ['quiet'] })).toMatchObject({ events: 1 });
    const small = new HuntRegister(
      async (organization, use) => (await import('../../store/connect.ts')).withOrganization(database.pool, organization, use),
      () => NOON + HOUR,
      9,
    );
    const principal = { organization: 'default', user: 'ada' } as Loose;
    const asked = { name: 'n', query: 'x', datasets: [], from: NOON - 300 * HOUR, severity: 'medium' as const, makesAlerts: false };
    await expect(small.start(principal, asked)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message:
        'There are 10 events to be read in this range; one hunt reads 9 at most. Name datasets, or take a shorter range: from 2026-02-28 on it would do.',
      extensions: { narrowedFrom: '2026-02-28T00:00:00.000000Z' },
    });
    await expect(small.start(principal, { ...asked, from: NOON - 12 * HOUR })).resolves.toMatchObject({ state: 'running', eventsTotal: 8 });
  });

  it.each<[name: string, input: Record<string, unknown>, code: string, pointer: string | undefined]>([
    ['neither indicators nor a query', {}, 'INVALID_REQUEST', '/input/query'],
    ['both', { indicators: '192.0.2.7', query: 'x' }, 'INVALID_REQUEST', '/input/query'],
    ['a line that is no indicator', { indicators: '192.0.2.7\nnothing' }, 'INVALID_REQUEST', '/input/indicators'],
    ['no indicator at all', { indicators: '# none' }, 'INVALID_REQUEST', '/input/indicators'],
    ['too many indicators', { indicators: Array.from({ length: 10_001 }, (_, n) => `h${n}.example`).join('\n') }, 'INVALID_REQUEST', '/input/indicators'],
    ['a search that finds all', { query: ' ' }, 'INVALID_REQUEST', '/input/query'],
    ['a search that cannot be read', { query: '(' }, 'INVALID_SEARCH', '/search'],
    ['a search whose fields cannot be tested so', { query: 'source.ip:localhost' }, 'INVALID_SEARCH', '/search'],
    ['a range that ends before it begins', { query: 'x', to: '2025-01-01T00:00:00Z' }, 'INVALID_REQUEST', '/input/to'],
    ['no name', { query: 'x', name: ' ' }, 'INVALID_REQUEST', '/input/name'],
    ['an injected address', { indicators: `192.0.2.7'; DROP TABLE goshawk.hunt; --` }, 'INVALID_REQUEST', '/input/indicators'],
  ])('are refused with %s', async (_name, input, code, pointer) => {
    const { errors } = await start(input);
    expect([errors[0].extensions.code, errors[0].extensions.errors?.[0].pointer]).toEqual([code, pointer]);
  });

  it('are at most ten at once', async () => {
    for (let n = 0; n < 10; n++) expect((await start({ query: 'x' })).errors).toBeUndefined();
    expect((await start({ query: 'x' })).errors[0].extensions.code).toBe('CONFLICT');
    expect((await start({ query: 'x' }, ['analyst'], 'other')).errors).toBeUndefined();
  });

  it('are of one organization, and wanted by those who may', async () => {
    const { id } = (await start({ indicators: 'evil.example' })).data.startHunt;
    await work();
    expect(eventsOf(await told()), 'event 10 is of another organization').toEqual([3]);
    expect(await hunt(id, 'other')).toBeNull();
    expect((await api.graphql(`mutation { cancelHunt(id: "${id}") { id } }`, {}, ['analyst'], 'other')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await start({ query: 'x' }, ['viewer'])).errors[0].extensions.code).toBe('FORBIDDEN');
    const { rows } = await database.owner.query(`SELECT action FROM goshawk.audit WHERE object = $1 ORDER BY seq`, [id]);
    expect(rows).toEqual([{ action: 'hunt.start' }]);
  });

  it('page their findings, of which those on their way are null', async () => {
    const done = await run({ query: 'event.dataset:test.log' });
    const seen: Loose[] = [];
    let after: string | null = null;
    do {
      const { data }: Loose = await api.graphql(
        'query ($id: ID!, $after: String) { hunt(id: $id) { findings(first: 3, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }',
        { id: done.id, after },
      );
      seen.push(...data.hunt.findings.edges);
      after = data.hunt.findings.pageInfo.hasNextPage ? data.hunt.findings.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(Array.from({ length: 8 }, () => ({ node: null })));
  });
});
