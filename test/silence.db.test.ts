// From a sensor that says nothing to the alert, by way of the topics: the ticker, the relay, all stages and the database, with a clock that is moved.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { dutiesOf } from '../api/ticker/duties.ts';
import { config } from '../api/ticker/index.ts';
import { silent } from '../store/test/fresh-database.ts';
import type { Chain } from './chain-in-memory.ts';
import { openChain } from './chain-in-memory.ts';

const RAW = 'raw.default.gateway-sensors';
const MINUTE_MS = 60_000;

describe.skipIf(serverUrl === '')('a silent sensor', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let chain: Chain;
  beforeAll(async () => {
    database = await openTestDatabase();
    chain = await openChain(database.url);
    await chain.driver.broker.admin().createTopics([{ name: RAW, partitions: 2, config: {} }], 1);
  });
  afterAll(async () => {
    await chain?.close();
    await database?.drop();
  });

  const now = () => chain.driver.clock.nowMs() * 1_000;
  const enrol = (name: string, silenceSeconds: number) =>
    database.owner.query(
      `INSERT INTO goshawk.sensor (organization, name, access, source, topic, silence_seconds, created_by, created_at) VALUES ('default', $1, 'token', 'sensors', $2, $3, 'tester', api.from_micros($4))`,
      [name, RAW, silenceSeconds, now()],
    );
  const speak = async (sensor: string) => {
    await chain.driver.write(RAW, [{ key: null, value: Buffer.from('a line'), headers: [['sensor', Buffer.from(sensor)]] }]);
    await chain.driver.settle(50);
  };
  /** The ticker's turn after so many minutes, and what comes of it. */
  const after = async (minutes: number) => {
    chain.driver.clock.advance(minutes * MINUTE_MS);
    await chain.driver.settle(50);
    const [watch] = dutiesOf(config.parse({}), {
      pool: chain.stages,
      admin: chain.driver.broker.admin(),
      reader: chain.driver.broker.reader(),
      log: silent,
      signal: new AbortController().signal,
      closeBooks: () => Promise.resolve([]),
      signReports: () => Promise.resolve(),
      publishAuditHeads: () => Promise.resolve(),
      wallMicros: now,
    }).filter(({ name }) => name === 'silent sensors');
    await watch!.run();
    await chain.relay();
    await chain.driver.settle(50);
  };
  const turns = async (count: number) => {
    for (let n = 0; n < count; n += 1) await after(1);
  };
  const alertsOf = async (sensor: string) =>
    (
      await database.owner.query<{ id: string; findings: number; status: string; notes: readonly string[] }>(
        `SELECT encode(a.id, 'hex') AS id, a.finding_count::int AS findings, coalesce(w.status, 'open') AS status,
           ARRAY(SELECT n.text FROM goshawk.alert_note n WHERE n.alert_id = a.id ORDER BY n.id) AS notes
         FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id WHERE a.entities @> jsonb_build_array(jsonb_build_object('type', 'host', 'value', $1::text)) ORDER BY a.event_time`,
        [sensor],
      )
    ).rows;
  const work = (alertId: string, status: string) =>
    database.owner.query(`SELECT set_config('goshawk.organization', 'default', false), api.change_alert('ada', decode($1, 'hex'), status => $2)`, [
      alertId,
      status,
    ]);

  it('raises one alert for each silence, which ends with it', async () => {
    await enrol('web-01', 600);
    await speak('web-01');
    await after(9);
    expect(await alertsOf('web-01')).toEqual([]);
    await turns(5); // noticed, asked, answered, told
    expect(await alertsOf('web-01')).toMatchObject([{ findings: 1, status: 'open', notes: [] }]);
    await database.owner.query("UPDATE goshawk.outbox SET sent_at = NULL WHERE topic LIKE 'raw.%'"); // a relay that has died sends them again
    await turns(15);
    expect(await alertsOf('web-01')).toMatchObject([{ findings: 1, status: 'open', notes: [] }]);

    await speak('web-01');
    await turns(3);
    expect(await alertsOf('web-01')).toMatchObject([
      { findings: 1, status: 'closed', notes: [expect.stringMatching(/^Sensor web-01 speaks again.*had said nothing from 20.*Z to 20.*Z\.$/)] },
    ]);

    await after(120);
    await turns(3);
    expect(await alertsOf('web-01')).toMatchObject([{ status: 'closed' }, { findings: 1, status: 'open' }]);
  });

  it('raises another alert for a second silence soon after, since the first is closed', async () => {
    await enrol('flapping', 600);
    await speak('flapping');
    await after(11);
    await turns(2);
    await speak('flapping');
    await turns(2);
    expect(await alertsOf('flapping')).toMatchObject([{ findings: 1, status: 'closed' }]);
    await after(11);
    await turns(3);
    expect(await alertsOf('flapping')).toMatchObject([
      { status: 'closed', notes: [expect.stringContaining('speaks again')] },
      { findings: 1, status: 'open', notes: [] },
    ]);
    await speak('flapping');
    await turns(2);
    expect(await alertsOf('flapping')).toMatchObject([{ status: 'closed' }, { findings: 1, status: 'closed' }]);
  });

  it('leaves an alert that somebody works on to them, with a note', async () => {
    await enrol('worked-on', 600);
    await speak('worked-on');
    await after(11);
    await turns(2);
    const [alert] = await alertsOf('worked-on');
    await work(alert!.id, 'acknowledged');
    await speak('worked-on');
    await turns(3);
    expect(await alertsOf('worked-on')).toMatchObject([{ status: 'acknowledged', notes: [expect.stringContaining('speaks again')] }]);
  });
});
