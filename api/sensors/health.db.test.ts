import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool } from '../../store/connect.ts';
import { foldSensorCounts, noteSilence } from '../../store/upkeep.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { noteAll, setAside } from '../test/dead-letters.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { seedOrganization } from '../test/seed.ts';

const SENSORS = `query ($search: String) { sensors(filter: { search: $search, withRevoked: true }) { edges { node {
  id name state lastSeenAt silentSince eventsPerMinute lagSeconds events unparsed keyless refused skew { aheadMinute near lateDay } refusals { stage code count message } credentials { kind expiresAt } snippets { shipper text } } } } }`;

describe.skipIf(serverUrl === '')('the health of sensors', () => {
  let database: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database, { deps: { wallMicros: () => Date.now() * 1_000 } }); // counted against the clock of the database
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const enrol = async (input: object): Promise<Loose> =>
    (
      await api.graphql(
        'mutation ($input: SensorInput!) { enrolSensor(input: $input) { sensor { id name topic state } credential { token key } notes snippets { shipper } } }',
        { input },
      )
    ).data.enrolSensor;
  const shown = async (name: string, organization = 'default'): Promise<Loose> =>
    (await api.graphql(SENSORS, { search: name }, ['viewer'], organization)).data.sensors.edges.map(({ node }: Loose) => node);
  /** Rows as persist writes them, so many minutes ago. */
  const count = (sensor: string, minutesAgo: number, over: Readonly<Record<string, number>> = {}, organization = 'default') => {
    const { events, unparsed, keyless, timed, lag, far, near, old } = {
      events: 10,
      unparsed: 0,
      keyless: 0,
      timed: 10,
      lag: 20_000_000,
      far: 0,
      near: 10,
      old: 0,
      ...over,
    };
    return database.owner.query(
      `INSERT INTO goshawk.sensor_count (minute, organization, sensor, events, unparsed, last_at, timed, lag_micros, ahead_minute, ahead, near, late_minute, late_hour, late_day, late_more, keyless)
       SELECT date_trunc('minute', now() - make_interval(mins => $1)), $2, $3, $4, $5, now() - make_interval(mins => $1), $6, $7, $8, 0, $9, 0, 0, $10, 0, $11`,
      [minutesAgo, organization, sensor, events, unparsed, timed, lag, far, near, old, keyless],
    );
  };
  /** As if it had been there all along. */
  const backdate = (name: string, hours: number) =>
    database.owner.query('UPDATE goshawk.sensor SET created_at = now() - make_interval(hours => $2) WHERE name = $1', [name, hours]);

  it('enrols over GraphQL like over REST, and says what is wrong with each member', async () => {
    expect(await enrol({ name: 'by-graphql' })).toMatchObject({
      sensor: { topic: 'raw.default.gateway-sensors', state: 'never' },
      credential: { token: expect.stringMatching(/^ghs_/), key: null },
      notes: [],
    });
    const { errors } = await api.graphql('mutation { enrolSensor(input: { name: "A b", silenceSeconds: 1 }) { notes } }');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_REQUEST' }, message: expect.stringMatching(/name: .*silenceSeconds: /) });
    const [node] = await shown('by-graphql');
    expect(node).toMatchObject({
      state: 'never',
      lastSeenAt: null,
      eventsPerMinute: 0,
      lagSeconds: null,
      refused: 0,
      refusals: [],
      credentials: [{ kind: 'token', expiresAt: null }],
    });
    expect(node.snippets[0].text).toContain('PUT-THE-SECRET-HERE');
  });

  it('adds up what came: the rate lately, the rest of the last day', async () => {
    await enrol({ name: 'busy' });
    await backdate('busy', 48);
    await count('busy', 1);
    await count('busy', 2, { events: 40, unparsed: 4, keyless: 3, timed: 20, near: 20, lag: 100_000_000 });
    await count('busy', 120, { events: 100, far: 3, near: 0, old: 97, timed: 100, lag: 9e12 });
    await count('busy', 60 * 30); // more than a day ago
    await count('busy', 1, { events: 7 }, 'other');
    const [node] = await shown('busy');
    expect(node).toMatchObject({
      state: 'sending',
      events: 150,
      unparsed: 4,
      keyless: 3,
      eventsPerMinute: 5,
      lagSeconds: 4,
      skew: { aheadMinute: 3, near: 30, lateDay: 97 },
    });
    expect(Date.now() - Date.parse(node.lastSeenAt)).toBeLessThan(120_000);
    const rest = (await api.inject({ url: '/v2/sensors?search=busy' })).json().sensors[0].health;
    expect(rest).toMatchObject({ state: 'sending', events: 150, eventsPerMinute: 5, lagSeconds: 4, lastSeenAt: node.lastSeenAt });
    expect(await shown('busy', 'other')).toEqual([]);
  });

  it('shows how it was over time, since it was enrolled, and to its organization only', async () => {
    const { sensor } = await enrol({ name: 'long-lived' });
    await backdate('long-lived', 3);
    await count('long-lived', 5, { events: 30, unparsed: 3, timed: 10, lag: 20_000_000 });
    await count('long-lived', 15, { events: 50 });
    await count('long-lived', 125, { events: 7, timed: 0, lag: 0 });
    await count('long-lived', 200, { events: 1_000 }); // of another that had the name
    await database.owner.query(
      `INSERT INTO goshawk.dead_letter (partition, "offset", organization, at, stage, code, version, message, topic, topic_partition, topic_offset, attempt, first_failed_at, schema_id, bytes, without, sensor)
       VALUES (9, 1, 'default', now() - interval '5 minutes', 'ingest', 'DECODE_FAILED', '0', 'm', 't', 0, 0, 1, now(), -1, 1, '', 'long-lived')`,
    );
    const now = Date.now();
    const range = { id: sensor.id, from: new Date(now - 4 * 3_600_000).toISOString(), to: new Date(now).toISOString() };
    const ask = (organization?: string) =>
      api.graphql(
        `query ($id: ID!, $from: Time!, $to: Time!) { sensor(id: $id) { eventsPerMinute eventsPerMinuteBefore source
           history(from: $from, to: $to, spanSeconds: 86400) { events unparsed refused lagSeconds } } }`,
        range,
        ['viewer'],
        organization,
      );
    const found = (await ask()).data.sensor;
    expect(found).toMatchObject({ eventsPerMinute: 3, eventsPerMinuteBefore: 5, source: 'sensors' });
    const sum = (name: string) => found.history.reduce((all: number, span: Loose) => all + span[name], 0); // two spans around midnight
    expect([sum('events'), sum('unparsed'), sum('refused')]).toEqual([87, 3, 1]);
    expect((await ask('other')).data.sensor).toBeNull();
  });

  it('stays the same when small rows are folded', async () => {
    await enrol({ name: 'folded' });
    await backdate('folded', 24 * 30);
    for (let n = 0; n < 3; n += 1) await count('folded', 5);
    await count('folded', 60 * 24 * 10);
    await count('folded', 60 * 24 * 10);
    const before = await shown('folded');
    const stages = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 1 });
    expect(await foldSensorCounts(stages, { afterMinutes: -1, keepDays: 400 })).toBeGreaterThanOrEqual(3);
    expect(await foldSensorCounts(stages, { afterMinutes: -1, keepDays: 400 })).toBe(0);
    await stages.end();
    expect(await shown('folded')).toEqual(before);
    expect((await database.owner.query("SELECT FROM goshawk.sensor_count WHERE sensor = 'folded'")).rowCount).toBe(2);
  });

  it('shows its own dead letters with their reasons, of a topic that others share', async () => {
    await enrol({ name: 'broken' });
    await backdate('broken', 1);
    const shared = 'raw.default.gateway-sensors';
    await setAside(api, [
      { topic: shared, headers: { sensor: 'broken' }, message: 'Record is empty', value: '1' },
      { topic: shared, headers: { sensor: 'broken' }, message: 'Record is blank', value: '2' },
      { topic: shared, headers: { sensor: 'another' }, value: '3' },
      { topic: 'raw.default.broken', headers: { sensor: 'pretender' }, code: 'RECORD_TOO_LARGE', message: 'Too large', value: '4' }, // its own topic: the header is not believed
    ]);
    await noteAll(database, api);
    await database.owner.query('UPDATE goshawk.dead_letter SET at = now()'); // the broker in memory has a clock of its own
    const [node] = await shown('broken');
    expect(node.refused).toBe(3);
    expect(node.refusals).toEqual([
      { stage: 'ingest', code: 'DECODE_FAILED', count: 2, message: expect.stringMatching(/^Record is/) },
      { stage: 'ingest', code: 'RECORD_TOO_LARGE', count: 1, message: 'Too large' },
    ]);
    expect(await shown('pretender')).toEqual([]);
  });

  describe('silence', () => {
    const MINUTE = 60_000_000;
    let stages: ReturnType<typeof openPool>;
    let at = 0;
    beforeAll(() => {
      stages = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 1 });
    });
    afterAll(async () => stages.end());
    beforeEach(async () => {
      at = Date.now() * 1_000;
      await database.owner.query(
        "UPDATE goshawk.sensor SET silence_seconds = NULL; DELETE FROM goshawk.outbox; DELETE FROM goshawk.sensor_probe; DELETE FROM goshawk.sensor_silence; DELETE FROM goshawk.sensor_count WHERE sensor = 'goshawk'",
      );
    });

    /** What changed when the clock has moved on by so many minutes. */
    const afterMinutes = async (minutes: number) => {
      at += minutes * MINUTE;
      return (await noteSilence(stages, at)).map(({ sensor, isSilent }) => [sensor, isSilent] as const);
    };
    const heard = (sensor: string) =>
      database.owner.query(
        `INSERT INTO goshawk.sensor_count (minute, organization, sensor, events, unparsed, last_at, timed, lag_micros, ahead_minute, ahead, near, late_minute, late_hour, late_day, late_more)
         SELECT date_trunc('minute', t), 'default', $1, 1, 0, t, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM api.from_micros($2) t`,
        [sensor, at],
      );
    const told = async () =>
      (
        await database.owner.query<{ kind: string; topic: string; key: string }>(
          "SELECT payload -> 'goshawk' ->> 'kind' AS kind, topic, key FROM goshawk.outbox WHERE topic LIKE 'raw.%' ORDER BY id",
        )
      ).rows;
    const kinds = async () => (await told()).map(({ kind }) => kind);

    it('is noticed once, and its end once, each with a record of our own', async () => {
      await enrol({ name: 'quiet', silenceSeconds: 600 });
      await heard('quiet');
      expect([await afterMinutes(9), await kinds()]).toEqual([[], []]);
      expect([await afterMinutes(2), await kinds()]).toEqual([[], ['probe']]);
      await heard('goshawk');
      expect([await afterMinutes(1), await afterMinutes(1)]).toEqual([[['quiet', true]], []]);
      expect((await told()).at(-1)).toEqual({ kind: 'sensor-silent', topic: 'raw.default.gateway-goshawk', key: 'quiet' });
      await heard('quiet');
      expect([await afterMinutes(1), await afterMinutes(1), await kinds()]).toEqual([[['quiet', false]], [], ['probe', 'sensor-silent', 'sensor-speaks']]);
    });

    it('is not noticed while records do not come through, however long', async () => {
      await enrol({ name: 'held-up', silenceSeconds: 600 });
      await heard('held-up');
      expect([await afterMinutes(11), await afterMinutes(9), await kinds()]).toEqual([[], [], ['probe']]);
      expect([await afterMinutes(2), await kinds()]).toEqual([[], ['probe', 'probe']]); // the first may be lost
      await heard('goshawk');
      await heard('held-up'); // what had waited before the probe
      expect([await afterMinutes(1), await kinds()]).toEqual([[], ['probe', 'probe']]);
      expect([await afterMinutes(10), await kinds()]).toEqual([[], ['probe', 'probe', 'probe']]); // the one from before proves nothing any more
    });

    it('of many sensors costs one probe', async () => {
      for (const name of ['many-1', 'many-2', 'many-3']) await enrol({ name, silenceSeconds: 600 });
      await afterMinutes(11);
      await heard('goshawk');
      expect((await afterMinutes(1)).length).toBe(3);
      expect((await kinds()).sort()).toEqual(['probe', 'sensor-silent', 'sensor-silent', 'sensor-silent']);
    });

    it('ends with the sensor, and with its limit', async () => {
      const { sensor } = await enrol({ name: 'revoked-later', silenceSeconds: 600 });
      await enrol({ name: 'unlimited-later', silenceSeconds: 600 });
      await afterMinutes(11);
      await heard('goshawk');
      expect((await afterMinutes(1)).length).toBe(2);
      await api.inject({ method: 'POST', url: `/v2/sensors/${sensor.id}/revoke`, payload: {} });
      await database.owner.query("UPDATE goshawk.sensor SET silence_seconds = NULL WHERE name = 'unlimited-later'");
      expect(new Map(await afterMinutes(1))).toEqual(
        new Map([
          ['revoked-later', false],
          ['unlimited-later', false],
        ]),
      );
    });

    it('shows in the state of the sensor', async () => {
      await enrol({ name: 'shown-silent', silenceSeconds: 600 });
      await enrol({ name: 'unwatched', silenceSeconds: 0 });
      await backdate('shown-silent', 2);
      await backdate('unwatched', 100);
      await afterMinutes(0);
      await heard('goshawk');
      await afterMinutes(1);
      const [silent] = await shown('shown-silent');
      const { data } = await api.graphql('query ($id: ID!) { sensor(id: $id) { silences { since noticedAt endedAt } } }', { id: silent.id });
      expect(data.sensor.silences).toEqual([{ since: silent.silentSince, noticedAt: expect.any(String), endedAt: null }]);
      expect([silent.state, Date.now() - Date.parse(silent.silentSince) > 119 * 60_000, (await shown('unwatched'))[0].state]).toEqual([
        'silent',
        true,
        'never',
      ]);
    });

    it.each<[name: string, input: object, seconds: number | null]>([
      ['an hour where there is always something to tell', { format: 'suricata-eve' }, 3_600],
      ['a day elsewhere', { format: 'auto' }, 86_400],
      ['none when it is said so', { silenceSeconds: 0 }, null],
      ['what is said', { silenceSeconds: 60, format: 'suricata-eve' }, 60],
    ])('may last %s', async (_name, input, seconds) => {
      const { sensor } = await enrol({ name: `span-${seconds ?? 'none'}`, ...input });
      expect((await api.inject({ url: `/v2/sensors/${sensor.id}` })).json().silenceSeconds).toBe(seconds);
    });
  });
});
