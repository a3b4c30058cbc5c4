// A subscription takes on the way what the same search finds once it is stored: on real events, and the findings and alerts that come of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../../api/test/database.ts';
import type { TestDatabase } from '../../api/test/database.ts';
import { CASES, REFUSED } from '../../domains/search/cases.ts';
import { DETAIL, enrichedFields, SearchedEvent } from '../../domains/search/enriched.ts';
import { compileEventSearch, nativeValues } from '../../domains/search/event-match.ts';
import { COLUMNS } from '../../domains/search/fields.ts';
import { printValue } from '../../domains/search/print.ts';
import { compileRecordSearch } from '../../domains/search/record-match.ts';
import { alertFields, findingFields } from '../../domains/search/records.ts';
import { parseSearch, SearchError } from '../../domains/search/syntax.ts';
import type { Search } from '../../domains/search/syntax.ts';
import type { Alert, Enriched, Finding } from '../../schemas/avro/types.gen.ts';
import { openPool, withOrganization } from '../../store/connect.ts';
import { alertCondition } from '../../store/queries/search/alert-sql.ts';
import { findingCondition } from '../../store/queries/search/finding-sql.ts';
import { Parameters, searchCondition } from '../../store/queries/search/sql.ts';
import { manyOf } from '../../store/queries/sql.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import type { Loader, Topic } from '../core/index.ts';
import { recordsOf, sampleFiles } from '../ingest/test/records.ts';
import { batchOf, loaders } from '../persist/test/log.ts';
import { runOnMemory } from '../runtime/topology-driver.ts';
import { RAW, topologyOf } from './test/topology.ts';

const EACH = 25; // records of each sample
const EVERY = 40; // event that searches are made of
/** As some sensors write JSON. */
const SPACED = '{ "Spaced" : 1 , "Nothing" : null , "Empty" :  "" , "List" : [ ] , "Inner" : { "Deep" : [ 1 ] } }';
const WRITTEN: readonly string[] = [
  'Spaced:*',
  'Spaced:1',
  'Nothing:*',
  'Nothing:n*',
  'Empty:*',
  'List:*',
  'Inner:*',
  'Deep:*',
  '',
  'mimikatz or cmd',
  '"program files"',
  'sys*exe',
  '-windows',
  'severity>=medium',
  'severity:informational',
  'not severity:*',
  'source.ip:10.0.0.0/8 or destination.ip:10.0.0.0/8',
  'source.ip:"10".*',
  'destination.port:[1 to 1024]',
  'destination.port>=1024 -event.dataset:zeek*',
  'event.category:(network or process) host.name:*',
  'event.kind:alert',
  'EventID:(1 or 4624)',
  'EventID:1*',
  'EventID>=4000',
  'LogonType:*',
  'process.command_line=~"(cmd|powershell)\\.exe"',
  'Image=~"\\\\\\\\system32\\\\\\\\"',
  'related.ip:*',
  'related.ip:192.168.0.0/16',
  '@timestamp>=2020-01-01 @timestamp<2022-01-01',
  'labels.sample:*',
  'id.orig_h:*',
  'proto:tcp',
];

describe.skipIf(serverUrl === '')('a search on the stream finds what it finds in the database', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let events: readonly Enriched[];
  let findings: readonly Finding[];
  let alerts: readonly Alert[];

  beforeAll(async () => {
    const driver = await runOnMemory(await topologyOf({ formats: [] }), {
      platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
      topics: RAW,
      partitions: 1,
      referenceTables: Object.values(refTables),
    });
    const sent = sampleFiles()
      .flatMap((file) => recordsOf(file).slice(0, EACH))
      .concat(SPACED);
    await driver.write(
      RAW[0],
      sent.map((value) => ({ key: null, value: Buffer.from(value), partition: 0 })),
    );
    await driver.settle();
    await driver.advance(5000);
    const valuesOf = async <V>(topic: Topic<V>) => (await driver.records(topic)).map(({ value }) => value);
    events = await valuesOf(topics.enriched);
    findings = await valuesOf(topics.findings);
    alerts = [...new Map((await valuesOf(topics.alerts)).map((alert) => [alert.id, alert])).values()]; // the last revision of each
    await driver.stop();

    database = await openTestDatabase();
    const stages = openPool({ databaseUrl: database.url, role: 'goshawk_stages' });
    const { events: ofEvents, findings: ofFindings, alerts: ofAlerts } = loaders(stages);
    await load(ofEvents, topics.enriched, events);
    await load(ofFindings, topics.findings, findings);
    await load(ofAlerts, topics.alerts, alerts);
    await stages.end();
  }, 120_000);
  afterAll(() => database.drop());

  const inDatabase = (view: string, condition: (parameters: Parameters) => string): Promise<readonly string[]> => {
    const parameters = new Parameters();
    const text = `SELECT encode(id, 'hex') AS id FROM api.${view} WHERE ${condition(parameters)} ORDER BY 1`;
    return withOrganization(database.pool, RAW[0].split('.')[1]!, async (sql) =>
      (await manyOf<{ readonly id: string }>(sql, text, parameters.values)).map(({ id }) => id),
    );
  };
  /** Ids by both readings, or the two sentences of refusal. */
  async function both<R>(
    search: Search,
    view: string,
    conditionOf: typeof searchCondition,
    records: readonly R[],
    idOf: (record: R) => string,
    compile: () => (record: R) => boolean,
  ) {
    const stored = refusedAs(() => conditionOf(search, new Parameters())) ?? (await inDatabase(view, (parameters) => conditionOf(search, parameters)));
    const streamed = refusedAs(compile) ?? records.filter(compile()).map(idOf).sort();
    return { stored, streamed };
  }
  const ofEvents = (search: Search) =>
    both(search, 'event e', searchCondition, events.map((event) => new SearchedEvent(event)), ({ enriched }) => enriched.event.id, () => compileEventSearch(search, enrichedFields)); // prettier-ignore
  const ofFindings = (search: Search) =>
    both(
      search,
      'finding f',
      findingCondition,
      findings,
      ({ id }) => id,
      () => compileRecordSearch(search, findingFields),
    );
  const ofAlerts = (search: Search) =>
    both(
      search,
      'alert a',
      alertCondition,
      alerts,
      ({ id }) => id,
      () => compileRecordSearch(search, alertFields),
    );

  it('events: searches that people write', async () => {
    let found = 0;
    for (const text of [...WRITTEN, ...CASES.map(([, search]) => search), ...REFUSED.map(([, search]) => search)]) {
      const { stored, streamed } = await ofEvents(parseSearch(text));
      expect([text, streamed]).toEqual([text, stored]);
      if (typeof stored !== 'string') found += stored.length;
    }
    expect(found).toBeGreaterThan(1_000);
  });

  it('events: every field that one of them has', async () => {
    const searches = new Set(events.filter((_event, index) => index % EVERY === 0).flatMap(searchesFor));
    expect(searches.size).toBeGreaterThan(500);
    for (const text of searches) {
      const { stored, streamed } = await ofEvents(parseSearch(text));
      expect([text, streamed]).toEqual([text, stored]);
    }
  });

  it('findings', async () => {
    expect(findings.length).toBeGreaterThan(5);
    for (const text of [...RECORD_SEARCHES, 'kind:rule', 'status:production reason:*', 'rule:ONE', 'reason=~x', 'events:1', 'events>1', 'nothing:x']) {
      const { stored, streamed } = await ofFindings(parseSearch(text));
      expect([text, streamed]).toEqual([text, stored]);
    }
  });

  it('alerts', async () => {
    expect(alerts.length).toBeGreaterThan(1);
    for (const text of [...RECORD_SEARCHES, 'rule.id:one', 'score>=1', 'score:7*', 'findings>1', 'events:[2 to *]']) {
      const { stored, streamed } = await ofAlerts(parseSearch(text));
      expect([text, streamed]).toEqual([text, stored]);
    }
  });

  it.each(['status:open', 'verdict:benign', 'assignee:*', 'label:x', 'changed>=2026-01-01'])('alerts: %s is for stored ones alone', async (text) => {
    const { stored, streamed } = await ofAlerts(parseSearch(text));
    expect(stored).toBeInstanceOf(Array);
    expect(streamed).toContain('Alerts, when they are published, have no field');
  });
});

const RECORD_SEARCHES = [
  '',
  'image',
  'dll or "C:\\Windows"',
  'attack.t1003*',
  'severity:high',
  'severity>=critical or severity:*',
  'severity:bad',
  'title:im*e',
  'title=~"^IM"',
  'title>5',
  'tag:attack.* -tags:nothing',
  'tags:*',
  'host:*',
  'host.name:workstation5*',
  'user=~"a"',
  'source.ip:*',
  'time>=2020-01-01 @timestamp<2030-01-01',
  'time:yesterday',
  'events>=high',
] as const;

async function load<V>(loader: Loader<V>, { name: topic }: Topic<V>, values: readonly V[]): Promise<void> {
  await loader.open([{ topic, partition: 0 }], 1);
  await loader.load([batchOf(topic, 0, 0, values)]);
  await loader.close([{ topic, partition: 0 }]);
}

function refusedAs(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof SearchError) return error.message;
    throw error;
  }
}

/** For each field that the event has: its value, a part of it, and where it is a number its side of an order. */
function searchesFor(enriched: Enriched): readonly string[] {
  const event = new SearchedEvent(enriched);
  const fields = [...[...COLUMNS].map(([name, { name: column }]) => [name, enrichedFields.column(column)(event)] as const), ...[...DETAIL.keys(), ...Object.keys(enriched.event.ecs)].map((name) => [name, enrichedFields.detail(name)(event)] as const), ...nativeValues(Buffer.from(enriched.event.native).toString())]; // prettier-ignore
  return fields
    .filter(([name]) => /^[A-Za-z_@]([\w.@-]*\w)?$/.test(name) && name !== 'goshawk.context' && name !== 'labels')
    .flatMap(([name, value]) => {
      const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
      if (first === null || first === undefined || typeof first === 'object') return [`${name}:*`];
      const text = (typeof first === 'string' ? first : JSON.stringify(first)).slice(0, 200);
      const [start, end] = [text.slice(0, 4), text.slice(-4)].map(printValue);
      const order = Number.isFinite(Number(text)) && /^-?\d{1,15}$/.test(text) ? [`${name}>=${text}`, `${name}<${text}`] : [];
      return [`${name}:${printValue(text)}`, `${name}:${start}*`, `${name}:*${end}`, `not ${name}:*`, ...order];
    });
}
