import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FencedError } from '../../../pipeline/core/errors.ts';
import pino from 'pino';
import { topics } from '../../../topologies/topics.ts';
import { doNextRedrive } from '../../relay/redrives.ts';
import { openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { noteAll, setAside } from '../../test/dead-letters.ts';

const LIST =
  'query ($filter: DeadLetterFilter, $first: Int, $after: String) { deadLetters(filter: $filter, first: $first, after: $after) { edges { node { id code } } pageInfo { hasNextPage endCursor } } }';
const marker = (ranges: readonly (readonly [number, number])[]) => ({
  topic: topics.redrives.name,
  partition: 0,
  key: null,
  value: Buffer.from(JSON.stringify({ run: 'r', by: 'ann', wallMs: 1_772_366_400_000, letters: [[0, ranges]] })),
});

describe.skipIf(serverUrl === '')('dead letters', () => {
  let database: TestDatabase;
  let api: TestApi;
  const tried: string[] = [];
  const ids = async (filter: object, extra = {}) =>
    (await api.graphql(LIST, { filter, ...extra })).data.deadLetters.edges.map(({ node }: Loose) => node.id as string);

  beforeAll(async () => {
    database = await openTestDatabase();
    api = await openTestApi(database, {
      deps: {
        tryLetters: async ({ id }) => {
          tried.push(id);
          return { outcome: 'passed', code: null, message: null, isSame: false, outputs: [{ topic: 'events.parsed.v1', key: 'k', value: { n: 1 } }] };
        },
      },
    });
    await setAside(api, [
      { value: 'password=hunter2', headers: { own: 'header' } },
      { organization: 'other', value: 'theirs' },
      { code: 'INVALID_EVENT', value: Buffer.concat([Buffer.from([0xff]), Buffer.alloc(70_000, 'x')]) },
      {
        code: 'UNEXPECTED',
        stage: 'detect',
        topic: 'events.enriched.v1',
        message: 'nul \0 and \ud800 lone',
        value: 'z',
        headers: { '__goshawk.errors.first.failure.ms': 'no number' },
      },
    ]);
    await api.broker.producer().send([{ topic: topics.deadLetters.name, partition: 1, key: null, value: null }]); // by something else
    expect(await noteAll(database, api)).toBe(5);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('are noted once, whoever looks again', async () => {
    expect(await noteAll(database, api)).toBe(0);
    expect((await database.owner.query('SELECT FROM goshawk.dead_letter')).rowCount).toBe(5);
  });

  it('are listed by what their headers say, of the own organization', async () => {
    expect(await ids({})).toEqual(['0:3', '0:2', '0:0']);
    expect(await ids({ code: 'INVALID_EVENT' })).toEqual(['0:2']);
    expect(await ids({ stage: 'detect', topic: 'events.enriched.v1' })).toEqual(['0:3']);
    expect(await ids({ version: '9' })).toEqual([]);
    expect(await ids({ ids: ['0:0', '0:1'] })).toEqual(['0:0']);
    expect(await ids({ from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' })).toEqual([]);
  });

  it('are paged', async () => {
    const { data } = await api.graphql(LIST, { first: 2 });
    expect(data.deadLetters.pageInfo.hasNextPage).toBe(true);
    expect(await ids({}, { first: 2, after: data.deadLetters.pageInfo.endCursor })).toEqual(['0:0']);
  });

  it('are counted by reason without a look at what they hold', async () => {
    const { data } = await api.graphql('{ deadLetterReasons { stage code version topic count redriven } }');
    const plain = { version: '1.0.0', count: 1, redriven: 0 };
    expect(data.deadLetterReasons).toEqual([
      { ...plain, stage: 'detect', code: 'UNEXPECTED', topic: 'events.enriched.v1' },
      { ...plain, stage: 'ingest', code: 'DECODE_FAILED', topic: 'raw.default.zeek' },
      { ...plain, stage: 'ingest', code: 'INVALID_EVENT', topic: 'raw.default.zeek' },
    ]);
  });

  it('show what they hold to those who may see it, and each look is audited', async () => {
    const query = 'query ($id: ID!) { deadLetter(id: $id) { meaning content { text base64 isCut headers { name text } } } }';
    const { data } = await api.graphql(query, { id: '0:0' }, ['engineer']);
    expect(data.deadLetter).toEqual({
      meaning: 'The bytes are not what their topic declares.',
      content: {
        text: 'password=hunter2',
        base64: Buffer.from('password=hunter2').toString('base64'),
        isCut: false,
        headers: [{ name: 'own', text: 'header' }],
      },
    });
    const large = (await api.graphql(query, { id: '0:2' }, ['engineer'])).data.deadLetter.content;
    expect([large.isCut, Buffer.from(large.base64, 'base64').length, large.text.slice(0, 2)]).toEqual([true, 65_536, '\ufffdx']);
    expect((await api.graphql(query, { id: '0:0' }, ['viewer'])).data.deadLetter.content).toBe(null);
    expect((await api.graphql(query, { id: '0:1' }, ['engineer'])).data.deadLetter).toBe(null); // of another organization
    const bytes = await api.inject({ url: '/v2/dead-letters/0:2/value' }, ['engineer']);
    expect([bytes.rawPayload.length, bytes.rawPayload[0], bytes.headers['content-type']]).toEqual([70_001, 0xff, 'application/octet-stream']);
    expect((await api.inject({ url: '/v2/dead-letters/0:1/value' }, ['engineer'])).statusCode).toBe(404);
    const { rows } = await database.owner.query(`SELECT actor, object, detail FROM goshawk.audit WHERE action = 'dead-letter.show' ORDER BY seq`);
    expect(rows).toEqual([
      { actor: 'tester', object: '0:0', detail: { how: 'shown', from: 'api' } },
      { actor: 'tester', object: '0:2', detail: { how: 'shown', from: 'api' } },
      { actor: 'tester', object: '0:2', detail: { how: 'downloaded', from: 'api' } },
    ]);
  });

  it('are tried on the stages as they are, which is audited', async () => {
    const { data } = await api.graphql(
      'mutation { previewDeadLetters(filter: { stage: "ingest" }, first: 1) { hasMore summary { stage was outcome count } verdicts { id outcome outputs { topic value } } } }',
      {},
      ['engineer'],
    );
    expect(data.previewDeadLetters).toEqual({
      hasMore: true,
      summary: [{ stage: 'ingest', was: 'INVALID_EVENT', outcome: 'passed', count: 1 }],
      verdicts: [{ id: '0:2', outcome: 'passed', outputs: [{ topic: 'events.parsed.v1', value: { n: 1 } }] }],
    });
    const rest = await api.inject({ method: 'POST', url: '/v2/dead-letters/preview', payload: { filter: { code: 'DECODE_FAILED' } } }, ['engineer']);
    expect([rest.statusCode, rest.json().summary, tried]).toEqual([200, [expect.objectContaining({ count: 1 })], ['0:2', '0:0']]);
    expect((await database.owner.query(`SELECT detail FROM goshawk.audit WHERE action = 'dead-letter.preview'`)).rows).toEqual([
      { detail: { ids: ['0:2'] } },
      { detail: { ids: ['0:0'] } },
    ]);
  });

  it('are sent again on request, which the relay does with what was there when it was asked for', async () => {
    const mutation =
      'mutation ($execute: Boolean) { redriveDeadLetters(filter: { stage: "ingest" }, execute: $execute) { matched already redrive { id state requestedBy } } }';
    expect((await api.graphql(mutation, {}, ['engineer'])).data.redriveDeadLetters).toEqual({ matched: 2, already: 0, redrive: null });
    const { data } = await api.graphql(mutation, { execute: true }, ['engineer']);
    expect(data.redriveDeadLetters).toMatchObject({ matched: 2, redrive: { state: 'waiting', requestedBy: 'tester' } });
    const asked: unknown[] = [];
    const options = { pool: database.owner, log: pino({ level: 'silent' }), signal: new AbortController().signal };
    const sums = { matched: 2, redriven: 1, already: 0, obstacles: { 'too large': 1 } };
    expect(
      await doNextRedrive({
        ...options,
        redrive: async ({ filter, ends, by }) => {
          asked.push({ filter, ends: Object.fromEntries(ends), by });
          return sums;
        },
      }),
    ).toBe(true);
    expect(asked).toEqual([{ filter: { stage: 'ingest', organization: 'default' }, ends: { 'dead-letters.v1/0': 4, 'dead-letters.v1/1': 1 }, by: 'tester' }]);
    const rest = await api.inject({ url: `/v2/redrives/${data.redriveDeadLetters.redrive.id}` });
    expect(rest.json()).toMatchObject({ state: 'done', ...sums, requestedBy: 'tester' });
    const { data: listed } = await api.graphql('{ redrives { state redriven obstacles { name count } failure } }');
    expect(listed.redrives).toEqual([{ state: 'done', redriven: 1, obstacles: [{ name: 'too large', count: 1 }], failure: null }]);
    expect(await doNextRedrive({ ...options, redrive: async () => sums })).toBe(false); // nothing is left to do
    expect((await database.owner.query(`SELECT actor FROM goshawk.audit WHERE action = 'dead-letter.redrive'`)).rows).toEqual([{ actor: 'tester' }]);
  });

  it('say why a redrive failed', async () => {
    const asked = await api.inject({ method: 'POST', url: '/v2/dead-letters/redrive', payload: { filter: { code: 'UNEXPECTED' }, execute: true } }, [
      'engineer',
    ]);
    expect([asked.statusCode, asked.headers.location]).toEqual([202, `/v2/redrives/${asked.json().redrive.id}`]);
    await doNextRedrive({
      pool: database.owner,
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      redrive: () => Promise.reject(new FencedError('PRODUCER_FENCED', 'Another redrive began.')),
    });
    expect((await api.inject({ url: asked.headers.location as string })).json()).toMatchObject({ state: 'failed', failure: 'Another redrive began.' });
  });

  it('need a choice before they are sent again, or tried', async () => {
    const { errors } = await api.graphql('mutation { redriveDeadLetters(filter: {}) { matched } }', {}, ['engineer']);
    expect(errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
    expect((await api.inject({ method: 'POST', url: '/v2/dead-letters/redrive', payload: { filter: {} } }, ['engineer'])).statusCode).toBe(400);
    expect((await api.graphql(LIST, { filter: { ids: ['nonsense'] } })).errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
  });

  it('say when they were sent again, and are gone when the topic has dropped them', async () => {
    await api.broker.producer().send([marker([[2, 4]])]);
    await noteAll(database, api);
    const query = '{ deadLetters { edges { node { id redrivenAt redrivenBy } } } deadLetterReasons { code redriven } }';
    const { data } = await api.graphql(query);
    const at = { redrivenAt: '2026-03-01T12:00:00.000000Z', redrivenBy: 'ann' };
    expect(data.deadLetters.edges.map(({ node }: Loose) => node)).toEqual([
      { id: '0:3', ...at },
      { id: '0:2', ...at },
      { id: '0:0', redrivenAt: null, redrivenBy: null },
    ]);
    expect(await ids({ isWaiting: true })).toEqual(['0:0']);
    await api.broker.admin().deleteRecords(new Map([[`${topics.deadLetters.name}/0`, 3]]));
    await noteAll(database, api);
    expect(await ids({})).toEqual(['0:3']);
  });
});
