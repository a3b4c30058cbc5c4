import { describe, expect, it } from 'vitest';
import type { Alert, EventRef, Finding } from '../../schemas/avro/types.gen.ts';
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
  ['replaces a finding that is superseded', { id: 'f2', supersedes: 'f1', reason: 'an earlier event arrived later' }, [2, true, /replaced: an earlier event/]],
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
