// Rules over REST and GraphQL: written, versioned, refused, retired, and put out as numbered sets.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOW, openTestApi } from '../../test/api.ts';
import type { Loose, TestApi } from '../../test/api.ts';
import { openTestDatabase, serverUrl } from '../../test/database.ts';
import type { TestDatabase } from '../../test/database.ts';
import { NOON, seedAlerts, seedFindings, seedOrganization } from '../../test/seed.ts';

const PATH = '/v2/threat-detection/rules';
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const rule = ({ n, title = `Rule ${n}`, more = '', image = 'a.exe' }: { n?: number; title?: string; more?: string; image?: string } = {}): string => `
title: ${title}
${n === undefined ? '' : `id: ${id(n)}`}
logsource: {category: process_creation, product: windows}
detection:
  selection: {Image|endswith: '\\\\${image}'}
  condition: selection
level: high
tags: [attack.credential-access, attack.t1003.001]
${more}`;
const correlation = (n: number, of: string): string => `
title: Many ${n}
id: ${id(n)}
correlation: {type: event_count, rules: ['${of}'], group-by: [User], timespan: 5m, condition: {gte: 3}}
level: high`;

describe.skipIf(serverUrl === '')('rules', () => {
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
  beforeEach(async () => {
    await database.owner.query('TRUNCATE goshawk.rule, goshawk.rule_set, goshawk.rule_refusal, goshawk.outbox, goshawk.finding CASCADE');
  });

  const post = (text: string, more: object = {}, organization?: string) =>
    api.inject({ method: 'POST', url: PATH, payload: { text, ...more } }, ['engineer'], organization);
  const put = (n: number, payload: object) => api.inject({ method: 'PUT', url: `${PATH}/${id(n)}`, payload }, ['engineer']);
  const list = async (query = '', organization?: string): Promise<Loose[]> =>
    (await api.inject({ url: `${PATH}${query}` }, ['viewer'], organization)).json().rules;
  const outbox = async () => (await database.owner.query(`SELECT key, payload FROM goshawk.outbox WHERE topic = 'ref.rules.v1' ORDER BY id`)).rows;
  /** As the relay does it with the files of the installation. */
  const sync = async (rules: { n: number; text?: string; state?: string; refersTo?: string[]; kind?: string }[], refusals: object[] = []) => {
    const documents = rules.map(({ n, text = rule({ n }), state = 'production', refersTo = [], kind = 'rule' }) => ({
      id: id(n),
      state,
      file: `detections/r${n}.yml`,
      kind,
      title: `File ${n}`,
      level: 2,
      tags: [],
      head: { description: null, author: null, license: null, references: [], falsepositives: [], logsource: null, names: [id(n)], refersTo },
      hash: `h${text.length}`,
      text,
    }));
    const { rows } = await database.owner.query('SELECT goshawk.sync_rules($1, $2, $3) AS set', [JSON.stringify(documents), JSON.stringify(refusals), 'files']);
    return rows[0].set as number | null;
  };

  it('adds a rule as a draft, in a set of its own, with who and when', async () => {
    const answer = await post(rule({ n: 1 }));
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.location).toBe(`${PATH}/${id(1)}`);
    expect(answer.json()).toMatchObject({
      id: id(1),
      state: 'draft',
      version: 1,
      set: 1,
      level: 'high',
      origin: 'api',
      file: null,
      writtenBy: 'tester',
      logsource: { product: 'windows' },
    });
    expect(
      (await outbox()).map(({ key, payload }) => [key, payload.validFrom, payload.organization, payload.state, payload.text?.includes('a.exe') ?? null]),
    ).toEqual([
      [`default/${id(1)}|1`, 1, 'default', 'draft', true],
      ['@set|1', 1, 'default', 'production', null],
    ]);
    const { rows } = await database.owner.query(`SELECT action, object, detail->>'set' AS set FROM goshawk.audit ORDER BY seq DESC LIMIT 1`);
    expect(rows).toEqual([{ action: 'rule.put', object: id(1), set: '1' }]);
  });

  it('gives a rule without an id one', async () => {
    const answer = await post(`---\n${rule()}`, { state: 'production' });
    const made = answer.json();
    expect(answer.statusCode).toBe(201);
    expect(made.text.startsWith(`---\nid: ${made.id}\n`)).toBe(true);
    expect((await api.inject({ url: `${PATH}/${made.id}` }, ['viewer'])).json().title).toBe('Rule undefined');
  });

  it('keeps versions: text, then state', async () => {
    await post(rule({ n: 1 }));
    expect((await put(1, { text: rule({ n: 1, title: 'Better' }), version: 1 })).json()).toMatchObject({ title: 'Better', version: 2, state: 'draft', set: 2 });
    expect((await put(1, { state: 'production' })).json()).toMatchObject({ title: 'Better', version: 3, state: 'production', set: 3 });
    const { versions } = (await api.inject({ url: `${PATH}/${id(1)}/versions` }, ['viewer'])).json();
    expect(versions.map((one: Loose) => [one.version, one.set, one.state, one.writtenBy])).toEqual([
      [3, 3, 'production', 'tester'],
      [2, 2, 'draft', 'tester'],
      [1, 1, 'draft', 'tester'],
    ]);
  });

  it.each([
    ['a version that is not the newest', { state: 'test', version: 7 }, 'CONFLICT'],
    ['a text with another id', { text: rule({ n: 2 }) }, 'INVALID_RULE'],
    ['nothing', {}, 'INVALID_REQUEST'],
  ])('refuses to change a rule: %s', async (_name, payload, code) => {
    await post(rule({ n: 1 }));
    expect((await put(1, payload)).json().code).toBe(code);
    expect((await list()).map(({ version, state }) => [version, state])).toEqual([[1, 'draft']]);
  });

  it.each([
    ['no YAML', 'title: [', /Line 1: it is not valid YAML/],
    ['no detection', 'title: x\nlogsource: {product: windows}', /neither detection/],
    ['an unknown modifier', rule({ n: 1 }).replace('endswith', 'nearly'), /Line 6: .*nearly/],
    ['two documents', `${rule({ n: 1 })}\n---\n${rule({ n: 2 })}`, /several documents/],
    ['a status that does not run', rule({ n: 1, more: 'status: deprecated' }), /deprecated/],
    ['a correlation of an unknown rule', correlation(1, id(99)), /not the id or name/],
  ])('refuses %s, says where, and stores nothing', async (_name, text, detail) => {
    const answer = await post(text);
    expect([answer.statusCode, answer.headers['content-type'], answer.json().code]).toEqual([400, 'application/problem+json; charset=utf-8', 'INVALID_RULE']);
    expect(answer.json().errors).toEqual([{ pointer: '/body/text', detail: expect.stringMatching(detail) }]);
    expect(await outbox()).toEqual([]);
    expect((await database.owner.query('SELECT FROM goshawk.rule_set')).rowCount).toBe(0);
  });

  it('refuses an id that is taken, by files too', async () => {
    await sync([{ n: 2 }]);
    await post(rule({ n: 1 }));
    expect((await post(rule({ n: 1 }))).json().code).toBe('CONFLICT');
    expect((await post(rule({ n: 2 }))).json().code).toBe('CONFLICT');
  });

  it('takes correlations over rules of its own and of files, and keeps what they need', async () => {
    await sync([{ n: 2 }]);
    await post(rule({ n: 1 }));
    expect((await post(correlation(3, id(1)))).statusCode).toBe(201);
    expect((await post(correlation(4, id(2)))).statusCode).toBe(201);
    for (const n of [1, 2]) {
      const refused = await api.inject({ method: 'DELETE', url: `${PATH}/${id(n)}` }, ['engineer']);
      expect([refused.statusCode, refused.json().detail]).toEqual([409, expect.stringContaining(`Many ${n + 2}`)]);
    }
    expect((await put(1, { text: rule({ n: 1, image: 'b.exe' }) })).statusCode).toBe(200);
    expect((await api.inject({ method: 'DELETE', url: `${PATH}/${id(3)}` }, ['engineer'])).statusCode).toBe(204);
    expect((await api.inject({ method: 'DELETE', url: `${PATH}/${id(1)}` }, ['engineer'])).statusCode).toBe(204);
    expect((await list()).map((one) => one.id)).toEqual([id(2), id(4)]);
    expect((await list('?state=retired')).map((one) => one.id)).toEqual([id(3), id(1)]);
  });

  it('gives a rule of files another state, for one organization', async () => {
    await sync([{ n: 2 }]);
    expect((await put(2, { state: 'draft', version: 1 })).json()).toMatchObject({ state: 'draft', version: 2, origin: 'file', set: 2 });
    expect((await put(2, { text: rule({ n: 2 }) })).json()).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('detections/r2.yml') });
    expect((await list('', 'other')).map(({ state, version }) => [state, version])).toEqual([['production', 1]]);
    expect((await outbox()).slice(2).map(({ payload: { organization, state, text } }) => [organization, state, text])).toEqual([
      ['default', 'draft', null],
      ['default', 'production', null],
    ]);
  });

  it('reads files again: what changed, came or went is one set; refusals are named', async () => {
    expect(await sync([{ n: 1 }, { n: 2 }])).toBe(1);
    expect(await sync([{ n: 1 }, { n: 2 }])).toBeNull();
    const refused = { file: 'public/bad.yml', document: 2, line: 14, title: 'Bad', reason: 'there is no condition' };
    expect(await sync([{ n: 2, text: rule({ n: 2, title: 'New' }) }, { n: 3 }], [refused])).toBe(2);
    expect((await outbox()).slice(3).map(({ key, payload }) => [key, payload.state])).toEqual([
      [`/${id(1)}|2`, 'retired'],
      [`/${id(2)}|2`, 'production'],
      [`/${id(3)}|2`, 'production'],
      ['@set|2', 'production'],
    ]);
    expect((await api.inject({ url: `${PATH}/refused` }, ['viewer'])).json()).toEqual({ refused: [refused] });
  });

  it("shows and changes nothing of another organization's", async () => {
    await post(rule({ n: 1 }));
    expect(await list('', 'other')).toEqual([]);
    const theirs = (options: object) => api.inject({ url: `${PATH}/${id(1)}`, ...options }, ['engineer'], 'other');
    expect((await theirs({})).statusCode).toBe(404);
    expect((await theirs({ method: 'PUT', payload: { state: 'test' } })).statusCode).toBe(404);
    expect((await theirs({ method: 'DELETE' })).statusCode).toBe(404);
    expect((await post(rule({ n: 1 }), {}, 'other')).statusCode).toBe(201);
  });

  it('pages by title and filters', async () => {
    for (const n of [3, 1, 2]) await post(rule({ n }), { state: n === 2 ? 'production' : 'draft' });
    const first = await api.inject({ url: `${PATH}?limit=2` }, ['viewer']);
    expect(first.json().rules.map((one: Loose) => one.title)).toEqual(['Rule 1', 'Rule 2']);
    const next = /<(.+)>; rel="next"/.exec(String(first.headers.link))![1]!;
    expect((await api.inject({ url: next }, ['viewer'])).json().rules.map((one: Loose) => one.title)).toEqual(['Rule 3']);
    expect((await list('?state=production')).map(({ title }) => title)).toEqual(['Rule 2']);
    expect((await list('?search=rule%203')).map(({ title }) => title)).toEqual(['Rule 3']);
    expect(await list('?technique=T1003')).toHaveLength(3);
    expect(await list('?technique=T1004')).toHaveLength(0);
    expect(await list('?origin=file')).toHaveLength(0);
  });

  it.each([
    ['a rule', 'goshawk.rule-over-budget', 0, 'too much'],
    ['a correlation', 'goshawk.correlation-over-budget', 0, 'too much'],
    ['one that was in the hour before', 'goshawk.rule-over-budget', 1, null],
  ])('say why they are shadows for now: %s', async (_name, ruleId, secondsAgo, expected) => {
    await post(rule({ n: 1 }));
    const columns = { rule_id: ruleId, kind: 'platform', reason: 'too much', entities: JSON.stringify([{ type: 'rule', value: id(1) }]) };
    await seedFindings(database.owner, [{ n: 1, columns, time: NOW - secondsAgo * 1_000_000 }]);
    const { data, errors } = await api.graphql(`{ rule(id: "${id(1)}") { shadowedBecause } }`);
    expect(errors).toBeUndefined();
    expect(data.rule.shadowedBecause).toBe(expected);
  });

  it('counts hits, suppressed ones, noise, verdicts and coverage for GraphQL', async () => {
    await post(rule({ n: 1 }), { state: 'production' });
    await post(rule({ n: 2 }));
    const columns = { rule_id: id(1) };
    await seedFindings(database.owner, [
      { n: 1, columns },
      { n: 2, columns: { ...columns, suppressed_by: 'x' } },
      { n: 3, columns: { rule_id: 'another' } },
      { n: 4, columns: { ...columns, organization: 'other' }, organization: 'other' },
      { n: 5, columns, time: NOON - 26 * 3_600_000_000 },
    ]);
    await seedAlerts(
      database.owner,
      [1, 2, 3].map((n) => ({ n, columns: { rule_ids: `{${id(1)}}` } })),
    );
    const verdicts = [['true_positive'], ['false_positive'], [null]] as const;
    for (const [index, [verdict]] of verdicts.entries())
      await database.owner.query(
        `INSERT INTO goshawk.alert_work (alert_id, organization, status, verdict, changed_by) VALUES (decode($1, 'hex'), 'default', 'closed', $2, 't')`,
        [(index + 1).toString(16).padStart(32, '0'), verdict],
      );
    const { data, errors } = await api.graphql(`{
      rules(first: 1, filter: { hasHits: true }) { edges { node { id state version hits day: hits(hours: 48) suppressed noise lastHitAt shadowedBecause
        verdicts { truePositive falsePositive benign none } techniques versions { version } } } pageInfo { hasNextPage } }
      coverageLayer
      coverage { technique name family tactics hits rules { id hits state } }
    }`);
    expect(errors).toBeUndefined();
    expect(data.rules.edges[0].node).toMatchObject({
      id: id(1),
      hits: 2,
      day: 3,
      suppressed: 1,
      noise: 2 / 3,
      lastHitAt: '2026-03-01T12:00:02.000000Z',
      shadowedBecause: null,
      verdicts: { truePositive: 1, falsePositive: 1, benign: 0, none: 1 },
      techniques: ['T1003.001'],
      versions: [{ version: 1 }],
    });
    expect(data.rules.pageInfo.hasNextPage).toBe(false);
    expect(data.coverage).toEqual([
      {
        technique: 'T1003.001',
        name: 'OS Credential Dumping: LSASS Memory',
        family: 'OS Credential Dumping',
        tactics: ['credential-access'],
        hits: 2,
        rules: [
          { id: id(1), hits: 2, state: 'production' },
          { id: id(2), hits: 0, state: 'draft' },
        ],
      },
    ]);
    expect(JSON.parse(data.coverageLayer).techniques).toMatchObject([
      { techniqueID: 'T1003.001', score: 1, comment: expect.stringMatching(/\(draft\)$/), metadata: [{ name: 'findings', value: '2' }] },
    ]);
  });

  it('writes through GraphQL by the same rules', async () => {
    const add = 'mutation ($text: String!) { addRule(input: { text: $text, state: test }) { id state version } }';
    expect((await api.graphql(add, { text: rule({ n: 1 }) })).data.addRule).toEqual({ id: id(1), state: 'test', version: 1 });
    expect((await api.graphql(add, { text: 'title: x' })).errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_RULE' });
    const change = `mutation { updateRule(id: "${id(1)}", change: { state: production, version: 1 }) { state version } retireRule(id: "${id(1)}") { state version } }`;
    expect((await api.graphql(change)).data).toEqual({ updateRule: { state: 'production', version: 2 }, retireRule: { state: 'retired', version: 3 } });
  });
});
