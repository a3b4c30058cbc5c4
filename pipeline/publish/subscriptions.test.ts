// Who gets which document, on the stages themselves.
import { describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Alert, Event, Finding, RefSubscription } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import type { PublishConfig } from './index.ts';
import { config, publishAlerts, publishEvents, publishFindings } from './index.ts';
import type { Kind, Skipped } from './subscriptions.ts';

const SECOND = 1_000_000;
const T = Date.UTC(2026, 0, 1) * 1000;
const NONE = { formats: [], eventKinds: [] } as const satisfies Partial<PublishConfig>;
const subscription = (name: string, fields: Partial<RefSubscription> = {}): RefSubscription => ({
  id: name,
  organization: 'acme',
  validFrom: T - 60 * SECOND,
  writtenAt: T - 60 * SECOND,
  version: 1,
  name,
  format: 'ecs',
  kinds: ['event', 'finding', 'alert'],
  minSeverity: 'informational',
  datasets: [],
  query: '',
  enabled: true,
  ...fields,
});
const event = (fields: Partial<Event> = {}) => ({
  event: plainEvent({
    id: '00000000000000000000000000000001',
    organization: 'acme',
    dataset: 'windows.sysmon',
    time: T,
    severity: 50,
    host: { name: 'web01', id: null, ip: [], os: null },
    native: Buffer.from('{"Image":"C:\\\\Windows\\\\cmd.exe","EventRecordID":9007199254740993,"EventID":1}'),
    ...fields,
  }),
  context: plainContext(),
});
const finding = (fields: Partial<Finding> = {}): Finding => ({
  id: 'f'.repeat(32),
  organization: 'acme',
  time: T,
  lastTime: T,
  kind: 'rule',
  ruleId: 'hive-copied',
  ruleVersion: '1',
  title: 'Registry hive copied',
  description: null,
  author: null,
  license: null,
  reference: null,
  severity: 'medium',
  status: 'production',
  tags: ['attack.t1003.002'],
  groupKey: 'g',
  entities: [{ type: 'host', value: 'web01' }],
  fields: [{ name: 'Image', value: 'esentutl.exe' }],
  events: [{ id: 'e', time: T, dataset: 'windows.sysmon', topic: 'raw.acme.windows', partition: 0, offset: 0 }],
  eventCount: 1,
  supersedes: null,
  reason: null,
  revisable: null,
  ruleSet: 1,
  suppressedBy: null,
  ...fields,
});
const alert = (fields: Partial<Alert> = {}): Alert => ({
  id: 'a'.repeat(32),
  organization: 'acme',
  revision: 3,
  time: T,
  lastTime: T,
  title: 'Registry hive copied',
  severity: 'high',
  groupKey: 'g',
  score: 70,
  ruleIds: ['hive-copied'],
  tags: [],
  entities: [{ type: 'user', value: 'ada' }],
  findings: [],
  findingCount: 2,
  events: finding().events,
  eventCount: 2,
  reason: 'joined',
  changes: [],
  ...fields,
});

/** `<topic> <names>` of each document that comes of a record. */
type Documents = readonly string[];
function sendTo(kind: Kind, value: object, rows: readonly RefSubscription[], options: Partial<PublishConfig> = NONE, skipped: Skipped[] = []): Documents {
  const stages = { event: publishEvents, finding: publishFindings, alert: publishAlerts };
  const driver = new StageDriver(stages[kind](config.parse(options), (_kind, some) => skipped.push(...some)) as never);
  driver.addReference('subscriptions', rows);
  const { outputs, outcome } = driver.send(value, { appendedAt: T });
  expect(outcome).toBe('passed');
  return outputs.map(({ to, headers }) => `${to} ${headers!['goshawk.subscriptions']}`);
}

describe('an event', () => {
  it.each<[name: string, rows: readonly RefSubscription[], documents: Documents, fields?: Partial<Event>, options?: Partial<PublishConfig>]>([
    ['goes nowhere where nobody asks', [], []],
    ['goes to the format that one asks for', [subscription('soc', { format: 'ocsf' })], ['sink.acme.ocsf.v1 soc']],
    ['goes once to a format, for all who ask for it', [subscription('z'), subscription('a')], ['sink.acme.ecs.v1 a,z']],
    ['goes to each format', [subscription('a', { format: 'ocsf' }), subscription('b')], ['sink.acme.ecs.v1 b', 'sink.acme.ocsf.v1 a']],
    ['is shared with the default', [subscription('soc')], ['sink.acme.ecs.v1 default,soc'], {}, { eventKinds: ['*'] }],
    [
      'is the default alone where the subscription does not want it',
      [subscription('soc', { minSeverity: 'high' })],
      ['sink.acme.ecs.v1 default'],
      {},
      { eventKinds: ['*'] },
    ],
    ['is not for other organizations', [subscription('soc', { organization: 'other' })], []],
    ['is not for who wants other kinds', [subscription('soc', { kinds: ['alert', 'finding'] })], []],
    ['is not for what is disabled', [subscription('soc', { enabled: false })], []],
    [
      'is for the last of one name',
      [subscription('a', { id: '2', format: 'ocsf', validFrom: T - 50 * SECOND }), subscription('a', { id: '1' }), subscription('a', { id: '3' })],
      ['sink.acme.ocsf.v1 a'],
    ],
    [
      'is for none of one name whose last was ended',
      [subscription('a', { id: '2', enabled: false, validFrom: T - 50 * SECOND }), subscription('a', { id: '1' })],
      [],
    ],
    [
      'is for its dataset',
      [subscription('a', { datasets: ['zeek.conn', 'windows.sysmon'] }), subscription('b', { datasets: ['zeek.conn'] })],
      ['sink.acme.ecs.v1 a'],
    ],
    ['of a dataset that nobody names is for those who name none', [subscription('a', { datasets: ['x'] }), subscription('b')], ['sink.acme.ecs.v1 b']],
    ['is severe enough at the beginning of a level', [subscription('a', { minSeverity: 'medium' })], ['sink.acme.ecs.v1 a'], { severity: 40 }],
    ['is not severe enough below it', [subscription('a', { minSeverity: 'medium' })], [], { severity: 39 }],
    ['without a severity is informational', [subscription('a'), subscription('b', { minSeverity: 'low' })], ['sink.acme.ecs.v1 a'], { severity: null }],
    ['meets a search over fields', [subscription('a', { query: 'host.name:WEB* severity>=low' })], ['sink.acme.ecs.v1 a']],
    ['meets a search over the native document', [subscription('a', { query: 'EventID:1 "windows\\cmd"' })], ['sink.acme.ecs.v1 a']],
    ['does not meet another search', [subscription('a', { query: 'host.name:db01' })], []],
  ])('%s', (_name, rows, documents, fields = {}, options = NONE) => {
    expect(sendTo('event', event(fields), rows, options)).toEqual(documents);
  });

  it('says in headers what its document is', () => {
    const driver = new StageDriver(publishEvents(config.parse(NONE)));
    driver.addReference('subscriptions', [subscription('soc'), subscription('lake', { format: 'ocsf' })]);
    const { outputs } = driver.send(event(), { appendedAt: T });
    const id = `${T}-00000000000000000000000000000001`;
    expect(outputs.map(({ key, headers }) => [key, headers])).toEqual(
      ['soc', 'lake'].map((name) => [
        id,
        { 'goshawk.id': id, 'goshawk.kind': 'event', 'goshawk.organization': 'acme', 'goshawk.dataset': 'windows.sysmon', 'goshawk.subscriptions': name },
      ]),
    );
    const [ecs, ocsf] = outputs.map(({ value }) => Buffer.from(value as Uint8Array).toString());
    expect([JSON.parse(ecs!).event.id, JSON.parse(ocsf!).metadata.uid]).toEqual([id, id]);
    expect(ecs).toContain('"EventRecordID":9007199254740993'); // no number of JavaScript
    expect(ecs).not.toContain('\n');
  });
});

describe('a finding', () => {
  it.each<[name: string, row: Partial<RefSubscription>, isTaken: boolean, fields?: Partial<Finding>]>([
    ['is taken by who wants all', {}, true],
    ['is taken from its severity on', { minSeverity: 'medium' }, true],
    ['is not severe enough', { minSeverity: 'high' }, false],
    ['is of the datasets of its events', { datasets: ['windows.sysmon'] }, true],
    ['is of no other dataset', { datasets: ['zeek.conn'] }, false],
    ['meets a search', { query: 'rule:hive* host:web01 tag:attack.t1003.*' }, true],
    ['meets a word among the fields that met its rule', { query: 'ESENTUTL' }, true],
    ['does not meet a search', { query: 'not kind:rule' }, false],
    ['of a draft is for nobody', {}, false, { status: 'draft' }],
    ['that met an exception is for nobody', {}, false, { suppressedBy: 'x' }],
  ])('%s', (_name, row, isTaken, fields = {}) => {
    expect(sendTo('finding', finding(fields), [subscription('soc', row)])).toEqual(isTaken ? ['sink.acme.ecs.v1 soc'] : []);
  });

  it('has an id for each revision, and one key', () => {
    const driver = new StageDriver(publishFindings(config.parse({ formats: ['ecs', 'ocsf'] })));
    const revisable = { revision: 2, settlesAt: T, isWithdrawn: false, change: null };
    const outputs = [driver.send(finding()), driver.send(finding({ revisable }))].flatMap((result) => result.outputs);
    const id = 'f'.repeat(32);
    expect(outputs.map(({ key, headers }) => [key, headers!['goshawk.id'], headers!['goshawk.dataset']])).toEqual(
      [1, 1, 2, 2].map((revision) => [id, `${id}-${revision}`, 'goshawk.finding']),
    );
    const documents = outputs.map(({ value }) => JSON.parse(Buffer.from(value as Uint8Array).toString()));
    expect(documents.map((document) => document.event?.id ?? document.metadata.uid)).toEqual([1, 1, 2, 2].map((revision) => `${id}-${revision}`));
    expect(documents.map((document) => document.goshawk?.finding.id ?? document.finding_info.uid)).toEqual([id, id, id, id]);
  });
});

describe('an alert', () => {
  it.each<[name: string, row: Partial<RefSubscription>, isTaken: boolean]>([
    ['is taken by who wants all', {}, true],
    ['meets a search', { query: 'score>=70 findings:2 user:ada' }, true],
    ['does not meet a search', { query: 'title:other*' }, false],
    ['is of the datasets of its events', { datasets: ['zeek.conn'] }, false],
  ])('%s', (_name, row, isTaken) => {
    expect(sendTo('alert', alert(), [subscription('soc', row)])).toEqual(isTaken ? ['sink.acme.ecs.v1 soc'] : []);
  });

  it('has an id for each revision', () => {
    const driver = new StageDriver(publishAlerts(config.parse({})));
    const [output] = driver.send(alert()).outputs;
    expect([output!.key, output!.headers!['goshawk.id'], output!.headers!['goshawk.kind']]).toEqual(['a'.repeat(32), `${'a'.repeat(32)}-3`, 'alert']);
  });
});

describe('a subscription', () => {
  it.each<[name: string, kind: Kind, value: object, row: Partial<RefSubscription>, problem: RegExp]>([
    ['a search that is none', 'event', event(), { query: 'a and' }, /ends where a term was expected/],
    ['what events cannot be asked', 'event', event(), { query: 'source.ip:localhost' }, /is an address/],
    ['what findings do not have', 'finding', finding(), { query: 'process.name:cmd.exe' }, /Findings have no field `process.name`/],
    ['what is not known of alerts yet', 'alert', alert(), { query: 'status:open' }, /Alerts, when they are published, have no field `status`/],
    ['a format that there is not', 'event', event(), { format: 'cef' }, /no format cef/],
  ])('with %s takes nothing, is named, and stops nobody else', (_name, kind, value, row, problem) => {
    const skipped: Skipped[] = [];
    expect(sendTo(kind, value, [subscription('bad', row), subscription('good')], NONE, skipped)).toEqual(['sink.acme.ecs.v1 good']);
    expect(skipped).toEqual([{ organization: 'acme', name: 'bad', problem: expect.stringMatching(problem) }]);
  });

  it('holds ten seconds after it was written, by append time, until it was changed or removed', () => {
    const driver = new StageDriver(publishEvents(config.parse(NONE)));
    const change = (at: number, fields: Partial<RefSubscription>) =>
      driver.addReference('subscriptions', [subscription('soc', { validFrom: T + at * SECOND, ...fields })], T + at * SECOND);
    change(0, {});
    change(100, { format: 'ocsf' });
    change(200, { enabled: false });
    const at = (seconds: number) => driver.send(event(), { appendedAt: T + seconds * SECOND }).outputs.map(({ to }) => to);
    expect([9, 10, 109, 110, 209, 210].map(at)).toEqual([[], ['sink.acme.ecs.v1'], ['sink.acme.ecs.v1'], ['sink.acme.ocsf.v1'], ['sink.acme.ocsf.v1'], []]);
    expect(at(50)).toEqual(['sink.acme.ecs.v1']); // read again, the same comes out
  });
});
