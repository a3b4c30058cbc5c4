// A correlation with more than it may hold: what it gives up, what it says, and what becomes of its findings.
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { OVER_BUDGET } from './budget.ts';
import { config, correlate } from './index.ts';
import type { CorrelateConfig } from './index.ts';

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const T = Date.UTC(2026, 0, 1) * 1000;
const RULES = parseRuleSet([
  {
    file: 'test.yml',
    text: `title: a\nname: a\nlogsource: {product: test}\ndetection: {s: {x: 1}, condition: s}\n---
title: Twice\nname: corr\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {gte: 2}}\n---
title: Few\nname: few\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {lt: 2}}\n`,
  },
]);
let made = 0;
const match = (user: string, at: number, over: Partial<Match> = {}): Match => ({
  organization: 'acme',
  ruleId: 'a',
  ruleVersion: '1',
  correlationId: 'corr',
  groupFields: ['User'],
  groupValues: [user],
  values: [],
  event: { id: `e${++made}`, time: T + at * SECOND, dataset: 'test', topic: 'raw.acme.test', partition: 0, offset: made },
  entities: [{ type: 'user', value: user }],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
  ...over,
});
const driverOf = (over: Partial<CorrelateConfig>) => new StageDriver(correlate({ ...config.parse({}), ...over }, RULES));
/** Each is appended when it happened, and the watermark is there at once. */
const take = (driver: ReturnType<typeof driverOf>, ...matches: readonly Match[]): readonly Finding[] =>
  matches
    .flatMap((one) => [...driver.send(one, { appendedAt: one.event.time }).outputs, ...driver.advance(one.event.time + 1)])
    .map(({ value }) => value as Finding);
const told = (findings: readonly Finding[]) => findings.map(({ ruleId, status, groupKey }) => [ruleId, status, groupKey.split('|').at(-1)]);
/** So many groups of one match each. */
const flood = (count: number, over: Partial<Match> = {}) => Array.from({ length: count }, (_unused, n) => match(`flood ${n}`, n / 100, over));
const OVER = [OVER_BUDGET, 'production', 'corr'];

describe('a correlation over its budget', () => {
  it.each<[string, Partial<CorrelateConfig>, count: number, reason: string | null]>([
    ['of groups', { groupsPerRule: 20 }, 21, 'more than 20 groups in one task'],
    ['of groups, which are just as many', { groupsPerRule: 20 }, 20, null],
    ['of matches', { matchesPerRule: 100 }, 101, 'more than 100 matches in one task'],
  ])('says so once: %s', (_name, over, count, reason) => {
    const driver = driverOf(over);
    const findings = take(driver, ...flood(count), ...(reason === null ? [] : [match('one more', 2), match('and another', 2.1)]));
    expect(told(findings)).toEqual(reason === null ? [] : [OVER]);
    if (reason === null) return;
    expect(findings[0]).toMatchObject({
      organization: 'acme',
      ruleSet: 0,
      entities: [{ type: 'rule', value: 'corr' }],
      reason: expect.stringContaining(reason),
    });
    expect(Object.keys(driver.state()['groups']!)).toHaveLength(count - 1);
  });

  it('is a shadow until the hour of append time ends', () => {
    const driver = driverOf({ groupsPerRule: 20 });
    take(driver, ...flood(21));
    const shadows = take(driver, match('bob', 10), match('bob', 11));
    expect(told(shadows)).toEqual([['corr', 'draft', 'bob']]);
    expect(shadows[0]!.reason).toBe('the correlation was over its budget, so this is a shadow');
    driver.restart();
    expect(told(take(driver, match('eve', 20), match('eve', 21)))).toEqual([['corr', 'draft', 'eve']]);
    expect(told(take(driver, match('eve', 3601), match('eve', 3602)))).toEqual([['corr', 'production', 'eve']]);
  });

  it('is one of that organization alone, with groups of its own', () => {
    const driver = driverOf({ groupsPerRule: 20 });
    take(driver, match('bob', 0, { organization: 'other' }), ...flood(21));
    const other = { organization: 'other' };
    expect(told(take(driver, match('bob', 10, other), match('bob', 11, other)))).toEqual([['corr', 'production', 'bob']]);
  });

  it('judges windows that close then as shadows, too', () => {
    const few = { correlationId: 'few' };
    const driver = driverOf({ groupsPerRule: 20 });
    take(driver, ...flood(21, few));
    const closed = driver.advance(T + 1000 * SECOND).map(({ value }) => value as Finding);
    expect(new Set(closed.map(({ status }) => status))).toEqual(new Set(['draft']));
    expect(closed).toHaveLength(20);
  });

  it('leaves findings what they were told as: a revision of one that stands is none', () => {
    const driver = driverOf({ groupsPerRule: 20 });
    const first = take(driver, match('bob', 1), match('bob', 5));
    take(driver, ...flood(19), match('bob', 5.5), match('more', 6)); // now it is over, and bob was not silent longest
    const revised = take(driver, match('bob', 3)); // late: it makes the condition true earlier
    expect(told([...first, ...revised])).toEqual([
      ['corr', 'production', 'bob'],
      ['corr', 'production', 'bob'],
    ]);
    expect(revised[0]).toMatchObject({ id: first[0]!.id, lastTime: T + 3 * SECOND, revisable: { revision: 2 } });
  });

  it('tells again in the next hour in which it is', () => {
    const driver = driverOf({ groupsPerRule: 20 });
    expect(told(take(driver, ...flood(22)))).toEqual([OVER]);
    const later = flood(22).map((one) => ({ ...one, event: { ...one.event, time: one.event.time + HOUR } }));
    expect(told(take(driver, ...later)).filter(([ruleId]) => ruleId === OVER_BUDGET)).toEqual([OVER]);
  });
});
