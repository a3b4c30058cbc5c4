// Subscriptions over REST and GraphQL: kept, checked, audited, handed to the relay, and counted before they are made.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { config, publishEvents } from '../../pipeline/publish/index.ts';
import { StageDriver } from '../../pipeline/runtime/driver.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { RefSubscription } from '../../schemas/avro/types.gen.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Role } from '../gate/roles.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { NOON, seedAlerts, seedEvents, seedFindings, seedOrganization } from '../test/seed.ts';

const PATH = '/v2/subscriptions';
const MINUTE = 60_000_000;
const soc = { name: 'soc', format: 'ecs', kinds: ['event', 'alert'], minSeverity: 'medium', datasets: ['windows.sysmon'], query: 'host.name:web*' };
const { name: _name, format: _format, ...asked } = soc;

describe.skipIf(serverUrl === '')('subscriptions', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  afterEach(() =>
    database.owner.query('TRUNCATE goshawk.subscription, goshawk.outbox, goshawk.event, goshawk.event_count, goshawk.finding, goshawk.alert CASCADE'),
  );

  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, role: Role = 'engineer', organization = 'default') =>
    api.inject({ method, url: `${PATH}${url}`, ...(payload && { payload }) }, [role], organization);
  const add = async (fields: object = {}): Promise<Loose> => (await call('POST', '', { ...soc, ...fields })).json();
  const list = async (organization = 'default'): Promise<Loose[]> => (await call('GET', '', undefined, 'analyst', organization)).json().subscriptions;
  const published = async (): Promise<Loose[]> =>
    (await database.owner.query(`SELECT key, payload FROM goshawk.outbox WHERE topic = 'ref.subscriptions.v1' ORDER BY id`)).rows;

  it('are kept, audited, and handed to the relay', async () => {
    const answer = await call('POST', '', soc);
    expect(answer.statusCode).toBe(201);
    const { id, changedAt, effectiveFrom } = answer.json();
    expect(answer.json()).toMatchObject({ ...soc, description: '', enabled: true, revision: 1, problem: null, createdBy: 'tester', changedBy: 'tester' });
    expect(Date.parse(effectiveFrom) - Date.parse(changedAt)).toBe(10_000);
    expect(await list()).toEqual([answer.json()]);
    expect((await call('GET', `/${id}`)).json()).toEqual(answer.json());
    const [{ key, payload }] = (await published()) as [Loose];
    expect(payload).toEqual({
      ...soc,
      id,
      organization: 'default',
      validFrom: expect.any(Number),
      writtenAt: payload.validFrom,
      version: expect.any(Number),
      enabled: true,
    });
    expect(key).toBe(`${id}|${payload.validFrom}`);
    const { rows } = await database.owner.query('SELECT actor, action, detail FROM goshawk.audit WHERE object = $1', [id]);
    expect(rows).toMatchObject([{ actor: 'tester', action: 'subscription.put', detail: soc }]);
  });

  it('reach publish as they were made', async () => {
    const { id } = await add();
    await call('PATCH', `/${id}`, { format: 'ocsf' });
    const codec = new Codec(fixedIds());
    const driver = new StageDriver(publishEvents(config.parse({ formats: [] })));
    let lastAt = 0;
    for (const { payload } of await published()) {
      const row = codec.decode<RefSubscription>(schemas.refSubscription, codec.encode(schemas.refSubscription, payload));
      driver.addReference('subscriptions', [row], row.writtenAt);
      lastAt = row.writtenAt;
    }
    const event = { organization: 'default', dataset: 'windows.sysmon', severity: 40, host: { name: 'web01', id: null, ip: [], os: null } };
    const at = (appendedAt: number) => driver.send({ event: plainEvent(event), context: plainContext() }, { appendedAt }).outputs.map(({ to }) => to);
    expect([at(lastAt), at(lastAt + 9_999_999), at(lastAt + 10_000_000)]).toEqual([[], ['sink.default.ecs.v1'], ['sink.default.ocsf.v1']]);
  });

  it('change in what is given, and each change is published under a key of its own', async () => {
    const { id } = await add();
    const changed = await call('PATCH', `/${id}`, { query: 'user.name:root', enabled: false, revision: 1 });
    expect(changed.json()).toMatchObject({ ...soc, query: 'user.name:root', enabled: false, revision: 2 });
    const rows = await published();
    expect(rows.map(({ payload }) => [payload.query, payload.enabled])).toEqual([
      ['host.name:web*', true],
      ['user.name:root', false],
    ]);
    expect(rows[1]!.payload.validFrom).toBeGreaterThan(rows[0]!.payload.validFrom);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
  });

  it('are taken back: published once more, and enabled no longer', async () => {
    const { id } = await add();
    expect([(await call('DELETE', `/${id}`)).statusCode, (await call('DELETE', `/${id}`)).statusCode]).toEqual([204, 404]);
    expect(await list()).toEqual([]);
    expect((await published()).map(({ payload }) => [payload.id, payload.enabled])).toEqual([
      [id, true],
      [id, false],
    ]);
    expect((await call('POST', '', soc)).statusCode).toBe(201); // the name is free again
  });

  it.each<[name: string, change: object, code: string, text: RegExp]>([
    ['a name that the configuration has', { name: 'default' }, 'INVALID_REQUEST', /configuration has/],
    ['a name that a header cannot list', { name: 'a,b' }, 'INVALID_REQUEST', /lower-case letters/],
    ['no kind', { kinds: [] }, 'INVALID_REQUEST', /kinds/],
    ['a format that there is not', { format: 'cef' }, 'INVALID_REQUEST', /format/],
    ['a severity that there is not', { minSeverity: 'bad' }, 'INVALID_REQUEST', /minSeverity/],
    ['a search that cannot be read', { query: 'a and' }, 'INVALID_SEARCH', /ends where a term was expected/],
    ['what events cannot be asked', { query: 'source.ip:localhost', kinds: ['event'] }, 'INVALID_SEARCH', /is an address/],
    [
      'a field that one of the kinds does not have',
      { query: 'process.name:cmd.exe' },
      'INVALID_SEARCH',
      /Alerts, when they are published, have no field `process.name`/,
    ],
    ['what people do with alerts later', { query: 'status:open', kinds: ['alert'] }, 'INVALID_SEARCH', /have no field `status`/],
  ])('are refused with %s', async (_case, change, code, text) => {
    const answer = await call('POST', '', { ...soc, ...change });
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
    expect(answer.body).toMatch(text);
    expect(await list()).toEqual([]);
  });

  it('are refused with a name that is taken, with an old revision, and above a hundred', async () => {
    const { id } = await add();
    expect((await call('POST', '', soc)).json()).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await call('PATCH', `/${id}`, { enabled: false, revision: 7 })).json()).toMatchObject({ status: 409, code: 'CONFLICT' });
    await database.owner.query(
      `INSERT INTO goshawk.subscription (organization, name, format, kinds, min_severity, datasets, query, enabled, description, created_by, changed_by)
       SELECT 'default', 'n' || n, 'ecs', '{event}', 'low', '{}', '', true, '', 'test', 'test' FROM generate_series(1, 99) n`,
    );
    expect((await call('POST', '', { ...soc, name: 'more' })).json().detail).toContain('There are 100 subscriptions already');
  });

  it('are refused when their searches have too many terms together', async () => {
    const words = (count: number) => Array.from({ length: count }, (_unused, n) => `w${n}`).join(' ');
    await database.owner.query(
      `INSERT INTO goshawk.subscription (organization, name, format, kinds, min_severity, datasets, query, enabled, description, created_by, changed_by)
       SELECT 'default', 'n' || n, 'ecs', '{event}', 'low', '{}', $1, n < 10, '', 'test', 'test' FROM generate_series(0, 20) n`,
      [words(49)],
    );
    const answer = await call('POST', '', { ...soc, query: words(11) });
    expect(answer.json()).toMatchObject({ status: 409, code: 'CONFLICT', detail: expect.stringContaining('500 terms at most; these would have 501') });
    expect((await call('POST', '', { ...soc, query: words(10) })).statusCode).toBe(201);
    expect((await call('POST', '', { ...soc, name: 'later', query: words(50), enabled: false })).statusCode).toBe(201);
  });

  it('are those of the organization', async () => {
    const { id } = await add();
    expect(await list('other')).toEqual([]);
    for (const method of ['GET', 'PATCH', 'DELETE'] as const)
      expect((await call(method, `/${id}`, method === 'PATCH' ? { enabled: false } : undefined, 'admin', 'other')).statusCode).toBe(404);
    expect((await list())[0]).toMatchObject({ enabled: true });
  });

  it('say so where their search cannot be read any more', async () => {
    const { id } = await add();
    await database.owner.query(`UPDATE goshawk.subscription SET query = 'gone:(' WHERE id = $1`, [id]);
    expect((await list())[0]).toMatchObject({ id, problem: expect.stringMatching(/search ends/) });
  });

  describe('before they are made', () => {
    const preview = async (fields: object = {}): Promise<Loose> => (await call('POST', '/preview', { ...asked, ...fields })).json();

    it('count what they would have taken of the last day', async () => {
      const event = (n: number, columns: object, minutesAgo = n) => ({
        n,
        time: NOON - minutesAgo * MINUTE,
        columns: { dataset: 'windows.sysmon', host_name: 'web01', severity: 50, ...columns },
      });
      await seedEvents(database.owner, [
        event(1, {}),
        event(2, { dataset: 'windows.security' }),
        event(3, { severity: 39 }),
        event(4, { severity: null }),
        event(5, { host_name: 'db01' }),
        event(6, {}, 25 * 60),
      ]);
      const ref = JSON.stringify([{ id: 'e', time: NOON, dataset: 'windows.sysmon', topic: 't', partition: 0, offset: 0 }]);
      const entities = JSON.stringify([{ type: 'host', value: 'web01' }]);
      await seedAlerts(database.owner, [
        { n: 1, time: NOON - MINUTE, columns: { severity: 2, events: ref, entities } },
        { n: 2, time: NOON - MINUTE, columns: { severity: 1, events: ref, entities } },
        { n: 3, time: NOON - MINUTE, columns: { severity: 3, events: '[]', entities } },
      ]);
      await seedFindings(database.owner, [
        { n: 1, time: NOON - MINUTE, columns: { severity: 2, events: ref, entities } },
        { n: 2, time: NOON - MINUTE, columns: { severity: 2, events: ref, entities, status: 'draft' } },
        { n: 3, time: NOON - MINUTE, columns: { severity: 2, events: ref, entities, suppressed_by: 'x' } },
      ]);
      const counts = async (fields: object) => ((await preview(fields)).kinds as Loose[]).map(({ kind, count }) => [kind, count]);
      const kinds = ['alert', 'event', 'finding'];
      expect(await counts({ kinds })).toEqual([
        ['event', 1],
        ['finding', 1],
        ['alert', 1],
      ]);
      expect(await counts({ kinds, datasets: [] })).toEqual([
        ['event', 2],
        ['finding', 1],
        ['alert', 2],
      ]);
      expect(await counts({ kinds: ['event'], datasets: [], minSeverity: 'informational', query: '' })).toEqual([['event', 5]]);
      const { from, to, kinds: told } = await preview({ kinds: ['event'], datasets: [] });
      expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
      expect(told[0].datasets).toEqual([
        { dataset: 'windows.security', count: 1 },
        { dataset: 'windows.sysmon', count: 1 },
      ]);
    });

    it('say that there is too much to count, and refuse what cannot be asked', async () => {
      await database.owner.query(
        `INSERT INTO goshawk.event_count (organization, dataset, sensor, severity, minute, events) VALUES ('default', 'a', 's', -1, api.from_micros($1), 9000000)`,
        [NOON - 60 * MINUTE],
      );
      const { kinds } = await preview({ kinds: ['event'], datasets: [], query: 'word' });
      expect(kinds).toMatchObject([{ kind: 'event', count: null, problem: expect.stringMatching(/^This would look at 9,000,000 events/) }]);
      expect(await preview({ query: 'process.name:x' })).toMatchObject({ status: 400, code: 'INVALID_SEARCH' });
    });
  });

  it('are the same in GraphQL', async () => {
    const ask = (query: string, variables: object = {}, role: Role = 'engineer') => api.graphql(query, variables as Record<string, unknown>, [role]);
    const FIELDS = 'id name description format kinds minSeverity datasets query enabled revision problem changedBy';
    const { data } = await ask(`mutation ($input: NewPublishSubscription!) { addPublishSubscription(input: $input) { ${FIELDS} } }`, {
      input: { ...soc, description: null },
    });
    const added = data.addPublishSubscription;
    expect(added).toMatchObject({ ...soc, description: '', enabled: true, revision: 1 });
    const changed = await ask(
      `mutation ($id: ID!, $change: PublishSubscriptionChange!) { updatePublishSubscription(id: $id, change: $change) { ${FIELDS} } }`,
      { id: added.id, change: { format: 'ocsf', query: null } },
    );
    expect(changed.data.updatePublishSubscription).toEqual({ ...added, format: 'ocsf', revision: 2 });
    expect((await ask(`{ publishSubscriptions { name effectiveFrom } }`, {}, 'analyst')).data.publishSubscriptions).toMatchObject([{ name: 'soc' }]);
    expect((await ask(`mutation ($id: ID!) { deletePublishSubscription(id: $id) }`, { id: added.id })).data).toEqual({ deletePublishSubscription: added.id });
    expect((await ask(`query ($id: ID!) { publishSubscription(id: $id) { name } }`, { id: added.id })).data).toEqual({ publishSubscription: null });
  });
});
