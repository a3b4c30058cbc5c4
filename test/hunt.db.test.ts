// From an indicator to finding and alert by way of the topics: the API, the ticker, the relay, all stages and the database.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../api/test/api.ts';
import type { TestApi } from '../api/test/api.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { readIndicator } from '../domains/hunt/index.ts';
import { doHunts } from '../api/hunt/work.ts';
import type { Preference } from '../store/hunt-reading.ts';
import { join } from 'node:path';
import { projectFolder } from '../local/project.ts';
import { readLines } from '../local/recording.ts';
import { silent } from '../store/test/fresh-database.ts';
import { rawTopic } from '../topologies/topics.ts';
import type { Chain } from './chain-in-memory.ts';
import { openChain } from './chain-in-memory.ts';

const RAW = 'raw.default.test';
const dns = (minutesAgo: number, query: string, now: number) =>
  JSON.stringify({
    ts: now / 1_000_000 - minutesAgo * 60,
    uid: `C${minutesAgo}`,
    'id.orig_h': '10.0.0.7',
    'id.orig_p': 5353,
    'id.resp_h': '10.0.0.53',
    'id.resp_p': 53,
    proto: 'udp',
    trans_id: 1,
    query,
    qtype_name: 'A',
    _path: 'dns',
  });

describe.skipIf(serverUrl === '')('a hunt', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let chain: Chain;
  let api: TestApi;
  let now: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    chain = await openChain(database.url);
    const topics = [RAW, rawTopic('default', 'gateway-goshawk')];
    await chain.driver.broker.admin().createTopics(
      topics.map((name) => ({ name, partitions: 2, config: {} })),
      1,
    );
    now = chain.driver.clock.nowMs() * 1_000;
    api = await openTestApi(database, { deps: { wallMicros: () => now + 600_000_000 } });
    const records = [300, 200, 100].map((ago) => ({ key: null, value: Buffer.from(dns(ago, ago === 100 ? 'good.example' : 'a.evil.example', now)) }));
    await chain.driver.write(RAW, records);
    await settle();
  });
  afterAll(async () => {
    await api?.close();
    await chain?.close();
    await database?.drop();
  });

  /** New raw topics are looked for now and then. */
  const settle = async () => {
    chain.driver.clock.advance(60_000);
    await chain.driver.settle(50);
  };
  /** @returns Its id, once it is over. */
  const hunted = async (input: object, prefers?: Preference): Promise<string> => {
    const { data, errors } = await api.graphql(
      'mutation ($input: NewHunt!) { startHunt(input: $input) { id } }',
      { input: { name: 'Report 7', from: new Date(now / 1_000 - 86_400_000).toISOString(), ...input } },
      ['analyst'],
    );
    expect(errors).toBeUndefined();
    for (let isRunning = true; isRunning;) {
      await doHunts(chain.stages, { log: silent, signal: new AbortController().signal, wallMicros: () => chain.driver.clock.nowMs() * 1_000, prefers });
      isRunning = (await database.owner.query(`SELECT FROM goshawk.hunt WHERE state = 'running'`)).rows.length > 0;
    }
    return data.startHunt.id as string;
  };
  /** All that becomes of it. */
  const run = async (input: object) => {
    const id = await hunted(input);
    await chain.relay();
    await settle();
    return (
      await api.graphql(
        `{ hunt(id: "${id}") { state matches newFindings findings { edges { node { kind status eventCount rule { title version } matchedFields { name value } events { topic offset event { id } } } } } } }`,
      )
    ).data.hunt;
  };
  const alerts = async () =>
    (await api.graphql('{ alerts { edges { node { id title severity revision eventCount findingCount events { topic } } } } }')).data.alerts.edges;

  it('makes findings that lead to the raw record of each event, and no alerts unless they are asked for', async () => {
    const hunt = await run({ indicators: 'evil[.]example' });
    expect(hunt).toMatchObject({ state: 'done', matches: 2, newFindings: 2 });
    expect(hunt.findings.edges.map(({ node }: { node: unknown }) => node)).toEqual(
      [1, 0].map(() => ({
        kind: 'hunt',
        status: 'test',
        eventCount: 1,
        rule: { title: 'evil.example seen in the past', version: expect.any(String) as string },
        matchedFields: [
          { name: 'dns.question.name', value: 'a.evil.example' },
          { name: 'indicator', value: 'evil.example' },
        ],
        events: [{ topic: RAW, offset: expect.any(Number) as number, event: { id: expect.any(String) as string } }],
      })),
    );
    expect(await alerts()).toEqual([]);
  });

  it('makes one alert of all that one indicator is found in, however far apart, and adds nothing when it is repeated', async () => {
    await run({ indicators: 'evil.example', makesAlerts: true, severity: 'high' });
    const first = await alerts();
    expect(first).toMatchObject([
      { node: { title: 'evil.example seen in the past', severity: 'high', eventCount: 2, findingCount: 2, events: [{ topic: RAW }, { topic: RAW }] } },
    ]);
    expect(await run({ indicators: 'evil.example', makesAlerts: true, severity: 'high' })).toMatchObject({ matches: 2, newFindings: 0 });
    expect(await alerts()).toEqual(first);
  });

  it('finds by a search, and never what hunts themselves have told', async () => {
    expect(await run({ query: 'evil.example' })).toMatchObject({ state: 'done', matches: 2 });
    const { rows } = await database.owner.query(`SELECT count(*)::int AS n FROM goshawk.event WHERE dataset = 'goshawk.hunt' AND native LIKE '%evil.example%'`);
    expect(rows[0].n, 'those are stored, too').toBe(6);
  });

  it('finds the same in what sensors told, by the index of values and one event after the other', async () => {
    for (const file of ['zeek/apt29-day1', 'windows/credential_access__cmd_sam_copy_esentutl']) {
      const records: { readonly key: null; readonly value: Buffer }[] = [];
      for await (const line of readLines(join(projectFolder, 'examples/sample', `${file}.jsonl.gz`)))
        if (records.length < 250) records.push({ key: null, value: Buffer.from(line) });
      await chain.driver.write(RAW, records);
    }
    await settle();
    const few = (of: string) =>
      `SELECT v FROM (SELECT DISTINCT ${of} AS v FROM goshawk.event WHERE dataset <> 'goshawk.hunt') d WHERE v IS NOT NULL ORDER BY md5(v) LIMIT 12`;
    const { rows } = await database.owner.query<{ v: string }>(
      [
        few('host(source_ip)'),
        few('host(destination_ip)'),
        few(`substring(dns_question from '[^.]+[.][^.]+$')`),
        few(`detail #>> '{related.hosts,0}'`),
        few(`detail #>> '{related.hash,0}'`),
        few(`detail ->> 'url.original'`),
      ]
        .map((text) => `(${text})`)
        .join(' UNION '),
    );
    const asked = {
      indicators: rows
        .map(({ v }) => v)
        .filter((value) => typeof readIndicator(value) !== 'string')
        .join('\n'),
      from: '2020-04-15T00:00:00Z',
      to: '2020-11-15T00:00:00Z',
    };
    const foundBy = async (input: object, prefers: Preference) => {
      const id = await hunted(input, prefers);
      const { rows: matches } = await database.owner.query(
        `SELECT encode(finding_id, 'hex') AS id FROM goshawk.hunt_match WHERE hunt_id = $1 AND event_time < api.from_micros($2) ORDER BY 1`,
        [id, now],
      );
      return matches.map((row) => row.id as string);
    };
    const all = await foundBy(asked, () => false);
    expect(all.length).toBeGreaterThan(100);
    expect(await foundBy(asked, () => true)).toEqual(all);
    const { rows: read } = await database.owner.query('SELECT events_read::int AS n FROM goshawk.hunt ORDER BY created_at DESC LIMIT 2');
    expect(read[0].n).toBeLessThan(read[1].n);
  });
});
