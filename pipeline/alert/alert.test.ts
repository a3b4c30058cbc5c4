import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert, Change, EventRef, Finding, RefDecision, Revisable } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { alert, config } from './index.ts';

const MINUTE = 60_000_000;
const T = 1_700_000_000_000_000 - (1_700_000_000_000_000 % MINUTE);
const eventRef = (id: string, time = T): EventRef => ({ id, time, dataset: 'windows.sysmon', topic: 'raw.default.windows', partition: 0, offset: 7 });
const finding = (fields: Partial<Finding>): Finding => ({
  id: 'f1',
  organization: 'default',
  time: T,
  lastTime: T,
  kind: 'rule',
  ruleId: 'rule-a',
  ruleVersion: '1',
  title: 'Rule A',
  description: null,
  author: null,
  license: null,
  reference: null,
  severity: 'medium',
  status: 'production',
  tags: ['attack.t1003'],
  groupKey: 'rule-a|ws1',
  entities: [{ type: 'host', value: 'ws1' }],
  fields: [],
  events: [eventRef(`e-${fields.id ?? 'f1'}`, fields.time ?? T)],
  eventCount: 1,
  supersedes: null,
  reason: null,
  revisable: null,
  ruleSet: 0,
  suppressedBy: null,
  ...fields,
});
const driverOf = (options: Partial<Parameters<typeof alert>[0]> = {}) => new StageDriver(alert({ ...config.parse({}), ...options }));
const alertsOf = (outputs: readonly { value: unknown }[]) => outputs.map(({ value }) => value as Alert);

it('opens an alert with an id that a replay gives again', () => {
  const [first] = alertsOf(driverOf().send(finding({})).outputs);
  const [again] = alertsOf(driverOf().send(finding({})).outputs);
  expect(first).toEqual(again);
  expect(first).toMatchObject({
    revision: 1,
    severity: 'medium',
    eventCount: 1,
    reason: 'Opened.',
    events: [{ topic: 'raw.default.windows', partition: 0, offset: 7 }],
  });
});

it.each<[name: string, second: Partial<Finding>, want: [revision: number, sameAlert: boolean, reason: RegExp] | 'silent']>([
  ['joins another finding of its group', { id: 'f2', time: T + MINUTE, lastTime: T + MINUTE }, [2, true, /Another finding/]],
  ['rises in severity and says so', { id: 'f2', severity: 'high' }, [2, true, /rose from medium to high/]],
  ['opens another alert for another group', { id: 'f2', groupKey: 'rule-a|ws2' }, [1, false, /Opened/]],
  ['opens another alert after the window', { id: 'f2', time: T + 61 * MINUTE, lastTime: T + 61 * MINUTE }, [1, false, /Opened/]],
  ['joins at the very end of the window', { id: 'f2', time: T + 60 * MINUTE, lastTime: T + 60 * MINUTE }, [2, true, /Another/]],
  ['keeps another organization apart', { id: 'f2', organization: 'other' }, [1, false, /Opened/]],
  ['says nothing of the very finding again', {}, 'silent'],
  ['makes no alert of a draft', { id: 'f2', status: 'draft' }, 'silent'],
])('%s', (_name, second, want) => {
  const driver = driverOf();
  const [first] = alertsOf(driver.send(finding({})).outputs);
  const [next] = alertsOf(driver.send(finding(second)).outputs);
  expect(next === undefined ? 'silent' : [next.revision, next.id === first!.id]).toEqual(want === 'silent' ? want : want.slice(0, 2));
  if (next !== undefined && want !== 'silent') expect(next.reason).toMatch(want[2]);
});

describe('a flood', () => {
  it('gathers revisions beyond the limit of a minute and lets the last one out when the minute is over', () => {
    const driver = driverOf({ revisionsPerMinute: 3 });
    const sent = Array.from({ length: 10 }, (_unused, i) => alertsOf(driver.send(finding({ id: `f${i}`, time: T + i, lastTime: T + i })).outputs)).flat();
    expect(sent.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    const flushed = alertsOf(driver.advance(T + MINUTE));
    expect(flushed.map(({ revision, findingCount, eventCount }) => [revision, findingCount, eventCount])).toEqual([[4, 10, 10]]);
  });
  it('lists the first and last 50 events and counts the rest', () => {
    const driver = driverOf({ revisionsPerMinute: 1000 });
    const last = Array.from({ length: 150 }, (_unused, i) => alertsOf(driver.send(finding({ id: `f${i}`, time: T + i, lastTime: T + i })).outputs)[0]!).at(-1)!;
    expect([last.events.length, last.events[0]!.time - T, last.events.at(-1)!.time - T, last.eventCount, last.findingCount]).toEqual([100, 0, 149, 150, 150]);
  });
});

it('goes on after a restart where it stopped', () => {
  const driver = driverOf();
  driver.send(finding({}));
  driver.restart();
  expect(alertsOf(driver.send(finding({ id: 'f2' })).outputs)[0]).toMatchObject({ revision: 2, findingCount: 2 });
});

it('forgets an alert when nothing can join it any more', () => {
  const driver = driverOf();
  driver.send(finding({}));
  driver.advance(T + 61 * MINUTE);
  expect(Object.keys(driver.state()['open'] ?? {})).toEqual([]);
});

it('keeps no more alerts open than it may: further groups get an alert a finding, counted, until one has closed', () => {
  const driver = driverOf({ maxOpen: 2 });
  const send = (id: string, groupKey: string) => driver.send(finding({ id, groupKey }));
  for (const group of ['a', 'b']) expect(send(`first ${group}`, group).summary).not.toContain('over-limit');
  const [beyond, again] = [send('c1', 'c'), send('c2', 'c')];
  expect([beyond.summary, again.summary]).toEqual([expect.stringContaining('over-limit'), expect.stringContaining('over-limit')]);
  const ids = [...alertsOf(beyond.outputs), ...alertsOf(again.outputs)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(alertsOf(send('a2', 'a').outputs)[0], 'those that are open are joined').toMatchObject({ revision: 2 });
  driver.advance(T + 2 * 60 * MINUTE);
  const later = { time: T + 121 * MINUTE, lastTime: T + 121 * MINUTE, groupKey: 'c' };
  driver.send(finding({ id: 'c3', ...later }));
  expect(alertsOf(driver.send(finding({ id: 'c4', ...later })).outputs)[0]).toMatchObject({ revision: 2 });
});

describe('a correlation that a late event changes', () => {
  const late = eventRef('late', T + 5);
  const span = (time: number, lastTime: number, eventCount: number) => ({ time, lastTime, eventCount });
  const revisable = (revision: number, change: Change | null = null, isWithdrawn = false): Revisable => ({
    revision,
    settlesAt: T + 30 * MINUTE,
    isWithdrawn,
    change,
  });
  const correlated = (fields: Partial<Finding>): Finding => finding({ kind: 'correlation', eventCount: 3, revisable: revisable(1), ...fields });
  const run = (...findings: Finding[]) => {
    const driver = driverOf();
    return findings.flatMap((one) => alertsOf(driver.send(one).outputs));
  };

  it('makes a new revision that says what changed and why, never a second alert', () => {
    const alerts = run(
      correlated({ id: 'f1', time: T + 10, lastTime: T + 30, events: ['b', 'c', 'd'].map((id, i) => eventRef(id, T + 10 * (i + 1))) }),
      correlated({
        id: 'f2',
        supersedes: 'f1',
        time: T + 5,
        lastTime: T + 20,
        events: ['late', 'b', 'c'].map((id) => eventRef(id, id === 'late' ? T + 5 : T + 10)),
        revisable: revisable(1, { code: 'replaced', event: late, before: span(T + 10, T + 30, 3), after: span(T + 5, T + 20, 3) }),
      }),
    );
    expect(alerts.map(({ id, revision, findingCount, eventCount, time }) => [id === alerts[0]!.id, revision, findingCount, eventCount, time - T])).toEqual([
      [true, 1, 1, 3, 10],
      [true, 2, 1, 3, 5], // the event that does not contribute any more is gone
    ]);
    expect(alerts[1]).toMatchObject({
      findings: [{ id: 'f2' }],
      reason: expect.stringContaining('an earlier event arrived later') as string,
      changes: [{ revision: 2, findingId: 'f2', ruleId: 'rule-a', change: { code: 'replaced', event: late, before: { eventCount: 3 } } }],
    });
  });

  it('takes the newest revision of a finding, whatever comes again', () => {
    const extended = correlated({ revisable: revisable(2, { code: 'extended', event: late, before: span(T, T, 3), after: span(T, T, 4) }), eventCount: 4 });
    expect(run(correlated({}), extended, correlated({}), extended).map(({ revision, eventCount }) => [revision, eventCount])).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('stays, without findings, when the last of them is withdrawn; and holds again when that is taken back', () => {
    const withdrawn = correlated({ revisable: revisable(2, { code: 'broken', event: late, before: span(T, T, 3), after: null }, true) });
    const again = correlated({ revisable: revisable(3, { code: 'completed', event: late, before: null, after: span(T, T, 3) }) });
    const alerts = run(correlated({}), withdrawn, again);
    expect(new Set(alerts.map(({ id }) => id)).size).toBe(1);
    expect(
      alerts.map(({ revision, findingCount, eventCount, score, reason }) => [revision, findingCount, eventCount, score > 0, reason.split(':')[0]]),
    ).toEqual([
      [1, 1, 3, true, 'Opened.'],
      [2, 0, 0, false, 'A finding of rule-a was withdrawn'],
      [3, 1, 3, true, 'A late event completed rule-a'],
    ]);
    expect(alerts[2]!.changes.map(({ revision, change }) => [revision, change.code])).toEqual([
      [2, 'broken'],
      [3, 'completed'],
    ]);
  });

  it('is found in an older alert of its group, also when a newer one is open', () => {
    const settlesLate = { ...revisable(1), settlesAt: T + 500 * MINUTE };
    const driver = driverOf();
    const [older] = alertsOf(driver.send(correlated({ revisable: settlesLate })).outputs);
    driver.send(correlated({ id: 'f9', time: T + 120 * MINUTE, lastTime: T + 120 * MINUTE }));
    driver.advance(T + 400 * MINUTE); // the newer one has expired, the older one may still change
    driver.restart();
    const change: Change = { code: 'replaced', event: late, before: span(T, T, 3), after: span(T - 1, T, 3) };
    const [next] = alertsOf(driver.send(correlated({ id: 'f2', supersedes: 'f1', time: T - 1, revisable: { ...settlesLate, change } })).outputs);
    expect([next!.id, next!.revision]).toEqual([older!.id, 2]);
    driver.advance(T + 501 * MINUTE);
    expect(driver.state()['open']).toEqual({});
  });

  it('opens an alert that says so, where there was none', () => {
    const [only] = run(correlated({ revisable: revisable(1, { code: 'completed', event: late, before: null, after: span(T, T, 3) }) }));
    expect(only).toMatchObject({ revision: 1, reason: 'Opened. A late event completed rule-a: 3 events.', changes: [{ revision: 1 }] });
  });
});

describe('what people decided', () => {
  const APPENDED = 1_800_000_000_000_000;
  const SECOND = 1_000_000;
  const decision = (alertId: string, fields: Partial<RefDecision> = {}): RefDecision => ({
    id: alertId,
    organization: 'default',
    validFrom: APPENDED,
    writtenAt: APPENDED,
    version: 1,
    groupKey: 'rule-a|ws1',
    ruleIds: ['rule-a'],
    status: 'closed',
    verdict: 'false_positive',
    reason: 'our own scanner',
    decidedBy: 'ada',
    ...fields,
  });
  const send = (driver: ReturnType<typeof driverOf>, id: string, appendedAt: number, fields: Partial<Finding> = {}) =>
    alertsOf(driver.send(finding({ id, ...fields }), { appendedAt }).outputs)[0];
  /** One alert that was opened and closed. */
  const closed = (fields: Partial<RefDecision> = {}) => {
    const driver = driverOf();
    const first = send(driver, 'f1', APPENDED - SECOND)!;
    driver.addReference('decisions', [decision(first.id, fields)], APPENDED);
    return { driver, first };
  };

  it('a closed alert takes no further findings: the next opens another, which says so', () => {
    const { driver, first } = closed();
    const next = send(driver, 'f2', APPENDED + 20 * SECOND)!;
    expect(next).toMatchObject({ revision: 1, reason: 'Opened. The last alert of this kind was closed as a false positive by ada: our own scanner.' });
    expect(next.id).not.toBe(first.id);
    expect(send(driver, 'f3', APPENDED + 21 * SECOND)).toMatchObject({ id: next.id, revision: 2 });
  });

  it.each<[name: string, after: number, fields: Partial<RefDecision>, reason: RegExp | 'joins']>([
    ['not before it is in effect', 19 * SECOND, {}, 'joins'],
    ['not when it was only taken up', 20 * SECOND, { status: 'acknowledged' }, 'joins'],
    ['without a verdict', 20 * SECOND, { verdict: null, reason: null }, /closed without a verdict by ada\.$/],
  ])('%s', (_name, after, fields, wanted) => {
    const { driver, first } = closed(fields);
    const next = send(driver, 'f2', APPENDED + after)!;
    if (wanted === 'joins') expect([next.id, next.revision]).toEqual([first.id, 2]);
    else expect(next.reason).toMatch(wanted);
  });

  it('an alert that was opened again takes findings again', () => {
    const { driver, first } = closed();
    driver.addReference('decisions', [decision(first.id, { status: 'open', verdict: null, validFrom: APPENDED + 60 * SECOND })], APPENDED + 60 * SECOND);
    expect(send(driver, 'f2', APPENDED + 90 * SECOND)).toMatchObject({ id: first.id, revision: 2 });
  });

  it('a closed alert still tells what a late event changed in its own findings', () => {
    const driver = driverOf();
    const revisable = (revision: number): Revisable => ({ revision, settlesAt: T + 30 * MINUTE, isWithdrawn: false, change: null });
    const first = send(driver, 'f1', APPENDED - SECOND, { kind: 'correlation', revisable: revisable(1) })!;
    driver.addReference('decisions', [decision(first.id)], APPENDED);
    expect(send(driver, 'f1', APPENDED + 30 * SECOND, { kind: 'correlation', revisable: revisable(2), eventCount: 4 })).toMatchObject({
      id: first.id,
      revision: 2,
      eventCount: 4,
    });
  });
});

describe('a hunt', () => {
  const HOUR = 60 * MINUTE;
  const APPENDED = T + 1_000 * HOUR;
  const hunted = (id: string, hoursAgo: number, appendedAt: number) =>
    [finding({ id, kind: 'hunt', groupKey: 'hunt|x', time: T - hoursAgo * HOUR, lastTime: T - hoursAgo * HOUR }), { appendedAt }] as const;

  it('makes one alert of what it finds across weeks, kept open by append time', () => {
    const driver = driverOf();
    driver.advance(APPENDED);
    const sent = [hunted('h1', 0, APPENDED), hunted('h2', 500, APPENDED + 1), hunted('h3', 20, APPENDED + 2)].flatMap((one) =>
      alertsOf(driver.send(...one).outputs),
    );
    expect(sent.map(({ id, revision, findingCount }) => [id === sent[0]!.id, revision, findingCount])).toEqual([
      [true, 1, 1],
      [true, 2, 2],
      [true, 3, 3],
    ]);
    driver.advance(APPENDED + 2 * HOUR);
    expect(driver.state()['open']).toEqual({});
  });

  it('adds nothing when it is repeated', () => {
    const driver = driverOf();
    driver.send(...hunted('h1', 5, APPENDED));
    expect(driver.send(...hunted('h1', 5, APPENDED + 9)).outputs).toEqual([]);
  });
});

it('sums up the same whatever the order in which revisions of findings and others come', () => {
  const findings = Array.from({ length: 12 }, (_unused, n) => {
    const base = { id: `f${n}`, time: T + n * MINUTE, lastTime: T + n * MINUTE, severity: n % 5 === 0 ? ('high' as const) : ('medium' as const) };
    if (n % 3 === 0) return [finding(base)];
    const revisable = (revision: number): Revisable => ({ revision, settlesAt: T + 100 * MINUTE, isWithdrawn: n % 4 === 0 && revision === 2, change: null });
    return [finding({ ...base, revisable: revisable(1) }), finding({ ...base, eventCount: 2, revisable: revisable(2) })];
  });
  const sum = (order: readonly number[]) => {
    const driver = driverOf({ revisionsPerMinute: 1000 });
    const left = findings.map((revisions) => [...revisions]);
    let last: Alert | undefined;
    for (const index of order) for (const one of left[index]!.splice(0, 1)) last = alertsOf(driver.send(one).outputs).at(-1) ?? last;
    const { findings: refs, events, eventCount, findingCount, severity, score, time, lastTime } = last!;
    return { refs, events, eventCount, findingCount, severity, score, time, lastTime };
  };
  const all = findings.flatMap((revisions, index) => revisions.map(() => index));
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
      expect(sum(order)).toEqual(sum(all));
    }),
    { numRuns: 50 },
  );
});
