// OWASP API1 (2023), broken authorization of objects: whose an object is, is said by the token alone. The walk (api/gate/walk.db.test.ts) guesses
// ids on every route; here an organization or another user is named wherever a caller can name one.
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { cursorOf } from '../paging.ts';
import type { Loose } from '../test/api.ts';
import { serverUrl } from '../test/database.ts';
import { eventually } from '../test/eventually.ts';
import { hexId, NOON, seedAlerts, seedEvents, seedFindings } from '../test/seed.ts';
import { ALERT, EVENT, FINDING, openWorld, SECRET } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

const RANGE = 'from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z"';
const NAMING = [
  'organization:alpha',
  'organization.id:alpha',
  'labels.organization:alpha',
  'goshawk.organization:alpha',
  'organization:*',
  '*',
  `message:${SECRET}`,
  `"${SECRET}"`,
];

describe.skipIf(serverUrl === '')('an object of somebody else', () => {
  let world: World;
  let base: string;
  const graphql = (query: string, variables: Record<string, unknown> = {}, organization = 'beta', roles: readonly string[] = ['admin']) =>
    world.api.graphql(query, variables, roles, organization);
  const rest = (method: string, url: string, payload?: object, organization = 'beta') =>
    world.api.inject({ method, url, ...(payload && { payload }) }, ['admin'], organization);

  beforeAll(async () => {
    world = await openWorld();
    // What the other organization has of its own: an answer that is empty for all would prove nothing.
    await seedEvents(world.database.owner, [{ n: 11, organization: 'beta', columns: { host_name: 'of-beta' } }]);
    await seedFindings(world.database.owner, [{ n: 12, organization: 'beta', columns: { title: 'of-beta' } }]);
    await seedAlerts(world.database.owner, [{ n: 13, organization: 'beta', columns: { title: 'of-beta' } }]);
    base = (await world.api.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
  });
  afterAll(() => world.close());

  it.each([
    ['events', 'dataset fields'],
    ['findings', 'rule { title }'],
    ['alerts', 'title'],
  ])('is not found by naming its organization in a search of %s, nor by a search for all', async (list, fields) => {
    for (const search of NAMING) {
      const { data, errors } = await graphql(`query ($s: String) { ${list}(filter: { search: $s }) { edges { node { id ${fields} } } } }`, { s: search });
      expect([search, JSON.stringify({ data, errors }).includes(`${SECRET}"`) && errors === undefined]).toEqual([search, false]);
      for (const { node } of data?.[list]?.edges ?? []) expect([search, JSON.stringify(node)]).toEqual([search, expect.stringContaining('beta')]);
    }
    const { data, errors } = await graphql(`{ ${list} { edges { node { id ${fields} } } } }`);
    expect(errors).toBeUndefined();
    expect(data[list].edges).toHaveLength(1);
  });

  it.each([
    ['eventTop', `{ eventTop(field: "host.name", ${RANGE}) { name count } }`],
    ['eventTop of who has it', `{ eventTop(field: "organization", ${RANGE}) { name count } }`],
    ['topValues', `{ topValues(field: "host.name", ${RANGE}) { values { value count } } }`],
    ['searchCompletion', `{ searchCompletion(search: "host.name:", caret: 10) { text insert } }`],
    ['findingsByRule', `{ findingsByRule(${RANGE}) { title } }`],
    ['fields', '{ fields { edges { node { name examples } } } }'],
  ])('is not counted, and not offered: %s', async (_name, query) => {
    expect(JSON.stringify(await graphql(query))).not.toContain(SECRET);
  });

  it('is not behind a cursor that its organization was given', async () => {
    for (const list of ['events', 'findings', 'alerts']) {
      // Cursors just above what alpha has, as alpha would hold them, or as somebody writes them who has heard of the ids.
      const forged = [1, 2, 3].map((n) => cursorOf({ at: NOON + (n + 1) * 1_000_000, id: 'f'.repeat(32) }));
      const { data: own } = await graphql(`{ ${list} { edges { cursor } } }`, {}, 'alpha');
      for (const cursor of [...own[list].edges.map((edge: { cursor: string }) => edge.cursor), ...forged])
        for (const [after, size] of [['after', 'first'], ...(list === 'alerts' ? [] : [['before', 'last']])] as const) {
          const { data } = await graphql(`query ($c: String) { ${list}(${after}: $c, ${size}: 10) { edges { node { id } } } }`, { c: cursor });
          for (const { node } of data?.[list]?.edges ?? []) expect(node.id).toMatch(/0[bcd]$/);
        }
    }
    for (const url of ['/v2/events', '/v2/alerts', '/v2/audit', '/v2/assets', '/v2/hunts', '/v2/dead-letters', '/v2/sensors']) {
      const { headers } = await rest('GET', `${url}?limit=1`, undefined, 'alpha');
      const cursor = /cursor=([^&>]+)/.exec(String(headers.link))?.[1] ?? cursorOf({ at: NOON * 2, id: 'f'.repeat(32) });
      expect([url, (await rest('GET', `${url}?cursor=${cursor}`)).body.includes(SECRET)]).toEqual([url, false]);
    }
  });

  it('is not in an export, whatever is asked', async () => {
    for (const kind of ['events', 'findings', 'alerts'])
      for (const search of NAMING) {
        const { body, statusCode } = await rest(
          'GET',
          `/v2/exports/${kind}?search=${encodeURIComponent(search)}&columns=id,organization,title,host.name,message`,
        );
        expect([kind, search, statusCode < 400 && body.includes(SECRET)]).toEqual([kind, search, false]);
      }
    const { body } = await rest('GET', '/v2/exports/events?columns=host.name');
    expect(body).toContain('of-beta');
  });

  it('is not worked on: one id of another organization among one’s own changes nothing at all', async () => {
    const before = await world.alpha();
    const mutations = [
      `mutation { updateAlerts(ids: ["${hexId(13)}", "${ALERT}"], change: { status: closed }) { id } }`,
      `mutation { updateAlerts(ids: ["${ALERT}"], change: { assignee: "tester" }, expected: [{ id: "${ALERT}", workRevision: 1 }]) { id } }`,
      `mutation { undoAlertChange(changeId: "${world.ids.alertChange}") { id } }`,
      `mutation { editAlertNote(noteId: "${world.ids.note}", text: "mine") { id } }`,
      `mutation { removeAlertNote(noteId: "${world.ids.note}") { id } }`,
      `mutation { updateSavedSearch(id: "${world.ids.savedSearch}", change: { name: "mine" }) { id } }`,
      `mutation { deleteSavedSearch(id: "${world.ids.savedSearch}") }`,
      `mutation { cancelHunt(id: "${world.ids.hunt}") { id } }`,
      `mutation { redriveDeadLetters(filter: { ids: ["0:0"] }, execute: true) { count } }`,
    ];
    for (const mutation of mutations) expect([mutation, JSON.stringify(await graphql(mutation))]).toEqual([mutation, expect.not.stringContaining(SECRET)]);
    const { data } = await graphql(`{ alert(id: "${hexId(13)}") { status } }`);
    expect(data.alert.status).toBe('open');
    expect(await world.alpha()).toEqual(before);
  });

  it('is no part of a hunt, a saved search or an exception that names it', async () => {
    const input = { name: 'theirs', query: `"${SECRET}" or organization:alpha or host.name:${SECRET}`, from: '2026-01-01T00:00:00Z' };
    const hunt = await rest('POST', '/v2/hunts', { ...input, organization: 'alpha' });
    expect(hunt.statusCode).toBe(400);
    const estimate = (await rest('POST', '/v2/hunts/estimate', { query: input.query, from: input.from, to: '2027-01-01T00:00:00Z' })).json();
    const own = (await rest('POST', '/v2/hunts/estimate', { query: 'host.name:of-beta', from: input.from, to: '2027-01-01T00:00:00Z' })).json();
    expect(estimate.events).toBe(own.events); // of the range, which has one event here and one there
    expect((await rest('POST', '/v2/saved-searches', { kind: 'events', name: 'theirs', query: 'a', owner: 'tester', organization: 'alpha' })).statusCode).toBe(
      400,
    );
    expect(JSON.stringify(await graphql('{ savedSearches { name query owner } }'))).not.toContain(SECRET);
    const effect = await graphql(`{ exceptionEffect(conditions: { Text: "${SECRET}" }, ruleIds: ["${SECRET}"]) { findings } }`);
    expect(JSON.stringify(effect)).not.toMatch(/"findings":[1-9]/);
  });

  it('is not what a note, a search or a session of another user of one organization is either', async () => {
    const as = async (user: string, query: string) =>
      (
        await world.api.inject(
          { method: 'POST', url: '/graphql', payload: { query }, headers: { authorization: `Bearer ${await world.api.token(['analyst'], 'beta', user)}` } },
          null,
        )
      ).json<{ data: Loose; errors?: { extensions: { code: string } }[] }>();
    const { data } = await as('ada', 'mutation { addSavedSearch(input: { kind: events, name: "private", query: "of-ada" }) { id } }');
    const { id } = data.addSavedSearch;
    for (const query of [`{ savedSearch(id: "${id}") { query } }`, '{ savedSearches { query } }'])
      expect(JSON.stringify(await as('bob', query))).not.toContain('of-ada');
    for (const query of [`mutation { updateSavedSearch(id: "${id}", change: { name: "mine" }) { id } }`, `mutation { deleteSavedSearch(id: "${id}") }`])
      expect((await as('bob', query)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    await as('ada', `mutation { updateAlerts(ids: ["${hexId(13)}"], change: { note: "of ada" }) { id } }`);
    const noted = await as('ada', `{ alert(id: "${hexId(13)}") { notes { id text } } }`);
    const note = noted.data.alert.notes[0].id;
    expect((await as('bob', `mutation { editAlertNote(noteId: "${note}", text: "mine") { id } }`)).errors?.[0]?.extensions.code).toMatch(/FORBIDDEN|NOT_FOUND/);
    expect((await as('ada', `{ alert(id: "${hexId(13)}") { notes { text } } }`)).data.alert.notes).toEqual([{ text: 'of ada' }]);
  });

  it.each([
    '123',
    '../alpha',
    `${EVENT}%00`,
    `${EVENT}/../../v2/audit`,
    EVENT.toUpperCase(),
    ` ${EVENT}`,
    `0${EVENT}`,
    FINDING,
    ALERT.toUpperCase(),
    '%2e%2e',
    '1-1',
    '*',
    'null',
  ])('is not under an id that is nearly its own: %s', async (id) => {
    for (const url of ['/v2/events/', '/v2/alerts/', '/v2/sensors/', '/auth/users/', '/v2/hunts/']) {
      const { statusCode, body } = await rest('GET', `${url}${encodeURIComponent(id)}`);
      expect([url, [400, 404].includes(statusCode), body.includes(SECRET)]).toEqual([url, true, false]);
    }
  });

  describe('over a socket', () => {
    it('is not told to who names its organization, its alert or its asset', async () => {
      const socket = new WebSocket(`${base}/live`);
      const messages: Loose[] = [];
      socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))));
      await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
      const say = (message: object) => socket.send(JSON.stringify(message));
      say({ token: await world.api.token(['admin'], 'beta') });
      const rooms: readonly object[] = [
        { join: 'organization:alpha' },
        { join: 'organization', organization: 'alpha' },
        { join: 'organization', id: 'alpha' },
        { join: `alert:${ALERT}` },
        { join: `asset:${world.ids.asset}` },
        { join: 'events', filter: { organization: 'alpha' } },
        { join: 'events', filter: { search: 'organization:alpha' } },
        { join: '__proto__' },
        { join: 'constructor' },
        { join: 'alert:__proto__' },
        { join: { toString: 'alerts' } },
      ];
      for (const room of rooms) say(room);
      say({ join: 'events' });
      await eventually(() => expect(messages.filter(({ joined, error }) => joined !== undefined || error !== undefined)).toHaveLength(rooms.length + 1));
      const { join } = { join: (room: string) => messages.some(({ joined, room: at }) => joined === room || (joined === true && at === room)) };
      for (const room of ['organization:alpha', `asset:${world.ids.asset}`, '__proto__', 'constructor']) expect([room, join(room)]).toEqual([room, false]);
      await eventually(async () => {
        await sendBoth();
        expect(JSON.stringify(messages)).toContain('told-to-beta');
      });
      await world.database.owner.query(`UPDATE goshawk.alert SET revision = revision + 1, changed_at = now() WHERE id = decode($1, 'hex')`, [ALERT]);
      await eventually(async () => {
        await world.database.owner.query(`UPDATE goshawk.alert SET revision = revision + 1, changed_at = now() WHERE id = decode($1, 'hex')`, [hexId(13)]);
        await sendBoth();
        expect(messages.filter((message) => JSON.stringify(message).includes('told-to-beta')).length).toBeGreaterThan(2);
      });
      expect(JSON.stringify(messages)).not.toContain(SECRET);
      socket.close();
    });

    it('is in no subscription, and no subscription takes an organization', async () => {
      const client = createClient({
        url: `${base}/graphql`,
        connectionParams: { authorization: `Bearer ${await world.api.token(['admin'], 'beta')}` },
        retryAttempts: 0,
      });
      const items: unknown[] = [];
      const listen = (query: string, variables: Record<string, unknown> = {}) =>
        client.subscribe({ query, variables }, { next: (item) => items.push(item), error: (error) => items.push(error), complete: () => {} });
      listen('subscription { eventTail(organization: "alpha") { leftOut } }');
      listen('subscription ($f: EventFilter) { eventTail(filter: $f) { leftOut } }', { f: { organization: 'alpha' } });
      await eventually(() => expect(items).toHaveLength(2));
      expect(JSON.stringify(items)).toMatch(/Unknown argument .{1,3}organization.*Field .{1,3}organization.{1,3} is not defined/s);
      listen('subscription { eventTail { events { fields } } }');
      await eventually(async () => {
        await sendBoth();
        expect(JSON.stringify(items)).toContain('told-to-beta');
      });
      expect(JSON.stringify(items)).not.toContain(SECRET);
      await client.dispose();
    });
  });

  /** To alpha first, to beta second: who has heard of the second has been passed by the first. */
  const sendBoth = () =>
    world.api.broker.producer().send(
      [
        ['alpha', SECRET],
        ['beta', 'told-to-beta'],
      ].map(([organization, host]) => ({
        topic: topics.enriched.name,
        partition: 0,
        key: null,
        value: world.api.codec.encode(schemas.enriched, {
          event: plainEvent({ organization: organization!, host: { name: host! } } as Parameters<typeof plainEvent>[0]),
          context: plainContext(),
        }),
      })),
    );
});
