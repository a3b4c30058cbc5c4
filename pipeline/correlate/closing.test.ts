// What is missed: a match that others do not follow within the timespan.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { RuleSet } from '../../domains/sigma/index.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import { APPEND_CLOCK } from '../core/index.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, correlate } from './index.ts';
import type { CorrelateConfig } from './index.ts';

const SECOND = 1_000_000;
const T = 1_700_000_000_000_000;
const SET = parseRuleSet([
  {
    file: 'test.yml',
    text: `${['a', 'b', 'c', 'd'].map((name) => `title: ${name}\nname: ${name}\nlogsource: {product: test}\ndetection: {s: {x: ${name}}, condition: s}\n---\n`).join('')}
title: Missed
name: missed
status: stable
correlation: {type: goshawk, rules: [a, b, c], group-by: [User], timespan: 60s}
goshawk: {absence: {of: [b, c]}}
---
title: Few
name: few
status: stable
correlation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {lt: 3}}
---
title: Outer
name: outer
status: stable
correlation: {type: temporal, rules: [missed, d], group-by: [User], timespan: 5m}
`,
  },
]);
const match = (ruleId: string, at: number, fields: Partial<Match> = {}): Match => ({
  organization: 'default',
  ruleId,
  ruleVersion: '1',
  correlationId: 'missed',
  groupFields: ['User'],
  groupValues: ['bob'],
  values: [],
  event: { id: `${ruleId}-${at}`, time: T + at * SECOND, dataset: 'test', topic: 'raw.default.test', partition: 0, offset: at },
  entities: [],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
  ...fields,
});
const ALONE: RuleSet = {
  ...SET,
  correlations: SET.correlations.filter(({ key }) => key !== 'outer').map((correlation) => ({ ...correlation, isAlerting: true, correlations: [] })),
};
const LATENESS = { of: () => 30 * SECOND, ofSelection: () => 30 * SECOND };
const driverOf = (options: Partial<CorrelateConfig> = {}, set = ALONE) =>
  new StageDriver(correlate({ ...config.parse({}), ...options }, set, { lateness: LATENESS }));
const findingsOf = (outputs: readonly { to: string; value: unknown }[]) =>
  outputs.filter(({ to }) => to === 'findings.v1').map(({ value }) => value as Finding);
const spanOf = ({ time, lastTime, eventCount }: Finding) => [(time - T) / SECOND, (lastTime - T) / SECOND, eventCount];
const run = (matches: readonly Match[], options: Partial<CorrelateConfig> = {}) => {
  const driver = driverOf(options);
  const sent = matches.flatMap((one) => findingsOf(driver.send(one, { appendedAt: one.event.time }).outputs));
  return [...sent, ...findingsOf(driver.advance(T + 1_000_000 * SECOND))];
};

it.each<[name: string, matches: [rule: string, at: number][], missed: [first: number, last: number, events: number][]]>([
  ['tells of one that nothing follows', [['a', 0]], [[0, 0, 1]]],
  [
    'is content with any of the answers',
    [
      ['a', 0],
      ['c', 30],
    ],
    [],
  ],
  [
    'is content with an answer exactly a timespan later',
    [
      ['a', 0],
      ['b', 60],
    ],
    [],
  ],
  [
    'is not content with one a second later',
    [
      ['a', 0],
      ['b', 61],
    ],
    [[0, 0, 1]],
  ],
  [
    'is content with an answer at the very time',
    [
      ['a', 10],
      ['b', 10],
    ],
    [],
  ],
  [
    'is not content with one before',
    [
      ['b', 9],
      ['a', 10],
    ],
    [[10, 10, 1]],
  ],
  [
    'takes those within the timespan as one',
    [
      ['a', 0],
      ['a', 30],
      ['a', 60],
    ],
    [[0, 60, 3]],
  ],
  [
    'tells anew of one behind that',
    [
      ['a', 0],
      ['a', 61],
    ],
    [
      [0, 0, 1],
      [61, 61, 1],
    ],
  ],
  [
    'judges each by its own timespan',
    [
      ['a', 0],
      ['b', 5],
      ['a', 10],
    ],
    [[10, 10, 1]],
  ],
  [
    'tells nothing of answers alone',
    [
      ['b', 0],
      ['c', 100],
    ],
    [],
  ],
])('%s', (_name, matches, missed) => {
  expect(run(matches.map(([rule, at]) => match(rule, at))).map(spanOf)).toEqual(missed);
});

it('tells of it when the watermark has passed the last moment for an answer, not before', () => {
  const driver = driverOf();
  driver.send(match('a', 0));
  expect(driver.advance(T + 60 * SECOND)).toEqual([]);
  expect(findingsOf(driver.advance(T + 60 * SECOND + 1)).map(spanOf)).toEqual([[0, 0, 1]]);
});

it('withdraws what it told of when the answer arrives late, and says why', () => {
  const driver = driverOf();
  driver.send(match('a', 0));
  const [told] = findingsOf(driver.advance(T + 61 * SECOND));
  expect(told).toMatchObject({ revisable: { revision: 1, settlesAt: T + (60 + 60 + 30) * SECOND, isWithdrawn: false } }); // an answer at 60 may be so late
  const [withdrawn] = findingsOf(driver.send(match('b', 20)).outputs);
  expect(withdrawn).toMatchObject({
    id: told!.id,
    reason: 'a late event broke it: by the order in which things happened the condition is not met here',
    revisable: { revision: 2, isWithdrawn: true, change: { code: 'broken', event: { id: 'b-20' }, before: { eventCount: 1 }, after: null } },
  });
});

it('hands a chain what it missed, and takes it back', () => {
  const driver = driverOf({}, SET);
  driver.send(match('a', 0));
  const chained = (outputs: readonly { to: string; value: unknown }[]) =>
    outputs.map(({ value }) => value as Match).map((one) => [one.correlationId, one.event.id, one.isRetracted]);
  expect(chained(driver.advance(T + 61 * SECOND))).toEqual([['outer', 'a-0', false]]);
  expect(chained(driver.send(match('b', 20)).outputs)).toEqual([['outer', 'a-0', true]]);
});

it('has the same findings after a restart at any point', () => {
  const matches = [match('a', 0), match('a', 100), match('b', 110), match('a', 300)];
  for (let at = 0; at <= matches.length; at++) {
    const driver = driverOf();
    const told = matches.flatMap((one, index) => {
      if (index === at) driver.restart();
      return [...findingsOf(driver.send(one).outputs), ...findingsOf(driver.advance(one.event.time + 1))];
    });
    if (at === matches.length) driver.restart();
    expect([...told, ...findingsOf(driver.advance(T + 10_000 * SECOND))].map(spanOf)).toEqual([
      [0, 0, 1],
      [300, 300, 1],
    ]);
  }
});

describe('a full group', () => {
  it('still knows the first that waits, and whether it was answered', () => {
    const flood = Array.from({ length: 100 }, (_unused, n) => match('a', n / 10));
    expect(run(flood, { matchesPerGroup: 10 }).map(({ time }) => (time - T) / SECOND)).toEqual([0]);
    expect(run([...flood, match('b', 20)], { matchesPerGroup: 10 })).toEqual([]);
  });
  it('leaves nothing behind of what is forgotten', () => {
    const driver = driverOf();
    for (const at of [0, 10, 20]) driver.send(match('a', at));
    driver.advance(T + 100_000 * SECOND);
    driver.advance(Number.MAX_SAFE_INTEGER, APPEND_CLOCK);
    expect(driver.state()).toMatchObject({ waiting: {}, groups: {}, matches: {}, totals: { 'missed|default': { matches: 0 } } });
    expect(Object.keys(driver.state()['task']!).filter((key) => key.startsWith('t:'))).toEqual([]);
  });
});

it('misses like brute force', () => {
  const drawn = fc.uniqueArray(fc.record({ rule: fc.constantFrom('a', 'a', 'b'), at: fc.nat(500) }), {
    selector: ({ rule, at }) => `${rule}${at}`,
    maxLength: 40,
  });
  fc.assert(
    fc.property(drawn, (matches) => {
      const timesOf = (name: string) =>
        matches
          .filter(({ rule }) => rule === name)
          .map(({ at }) => at)
          .sort((x, y) => x - y);
      const answers = timesOf('b');
      let behind = -1;
      const missed = timesOf('a').filter((at) => {
        if (at <= behind || answers.some((answer) => answer >= at && answer <= at + 60)) return false;
        behind = at + 60;
        return true;
      });
      const sorted = [...matches].sort((x, y) => x.at - y.at);
      expect(run(sorted.map(({ rule, at }) => match(rule, at))).map(({ time }) => (time - T) / SECOND)).toEqual(missed);
    }),
  );
});

it('finds few in a window like brute force, each window once however long the stream is', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(900), { maxLength: 40 }), (times) => {
      const sorted = [...times].sort((x, y) => x - y);
      const few: [first: number, last: number, events: number][] = [];
      for (let rest = sorted; rest.length > 0;) {
        const first = rest[0]!;
        const inside = rest.filter((at) => at <= first + 60);
        if (inside.length < 3) few.push([first, inside.at(-1)!, inside.length]);
        rest = rest.slice(inside.length);
      }
      expect(run(sorted.map((at) => match('a', at, { correlationId: 'few' }))).map(spanOf)).toEqual(few);
    }),
  );
});
