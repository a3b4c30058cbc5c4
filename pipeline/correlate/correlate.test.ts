import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleSet } from '../../domains/sigma/index.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import { APPEND_CLOCK } from '../core/index.ts';
import { StageDriver } from '../runtime/driver.ts';
import { OVER_BUDGET } from './budget.ts';
import { config, correlate } from './index.ts';
import type { CorrelateConfig, CorrelateOptions } from './index.ts';

const SECOND = 1_000_000;
const T = 1_700_000_000_000_000;
const BASE = ['a', 'b', 'c']
  .map((name) => `title: ${name}\nname: ${name}\nlogsource: {product: test}\ndetection: {s: {x: ${name}}, condition: s}\n---\n`)
  .join('');
const correlation = (body: string, name = 'corr') =>
  `title: Correlation ${name}\nname: ${name}\nstatus: stable\nlevel: high\nauthor: Somebody\ncorrelation:\n${body.replaceAll(/^/gm, '  ')}\n`;
const rulesOf = (text: string): RuleSet => {
  const set = parseRuleSet([{ file: 'test.yml', text: BASE + text }]);
  expect(set.refusals).toEqual([]);
  return set;
};
const match = (ruleId: string, at: number, fields: Partial<Match> = {}): Match => ({
  organization: 'default',
  ruleId,
  ruleVersion: '1',
  correlationId: 'corr',
  groupFields: ['User'],
  groupValues: ['bob'],
  values: [],
  event: { id: `${ruleId}-${at}`, time: T + at * SECOND, dataset: 'test', topic: 'raw.default.test', partition: 0, offset: at },
  entities: [{ type: 'user', value: 'bob' }],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
  ...fields,
});
const driverOf = (text: string, options: Partial<CorrelateConfig> = {}, more: CorrelateOptions = {}) =>
  new StageDriver(correlate({ ...config.parse({}), ...options }, rulesOf(text), more));
const findingsOf = (outputs: readonly { to: string; value: unknown }[]) =>
  outputs.filter(({ to }) => to === 'findings.v1').map(({ value }) => value as Finding);
/** Feeds matches, then lets the watermark pass all of them. */
const run = (text: string, matches: readonly Match[], options: Partial<CorrelateConfig> = {}): Finding[] => {
  const driver = driverOf(text, options);
  const sent = matches.flatMap((one) => findingsOf(driver.send(one, { appendedAt: one.event.time }).outputs));
  return [...sent, ...findingsOf(driver.advance(T + 1_000_000 * SECOND))];
};
const COUNT_3 = correlation('type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 60s\ncondition: {gte: 3}');
const TEMPORAL = (type: string) => correlation(`type: ${type}\nrules: [a, b]\ngroup-by: [User]\ntimespan: 60s`);

it.each<[name: string, rules: string, matches: Match[], fires: [first: number, last: number, events: number][]]>([
  ['counts within the timespan', COUNT_3, [match('a', 0), match('a', 10), match('a', 20)], [[0, 20, 3]]],
  ['takes events exactly a timespan apart', COUNT_3, [match('a', 0), match('a', 10), match('a', 60)], [[0, 60, 3]]],
  ['does not take an event a second further', COUNT_3, [match('a', 0), match('a', 10), match('a', 61)], []],
  ['fires once while the condition stays true', COUNT_3, [0, 10, 20, 30, 40].map((at) => match('a', at)), [[0, 20, 3]]],
  [
    'is armed again when it turned false',
    COUNT_3,
    [0, 10, 20, 200, 210, 220].map((at) => match('a', at)),
    [
      [0, 20, 3],
      [200, 220, 3],
    ],
  ],
  ['keeps groups apart', COUNT_3, [match('a', 0), match('a', 10), match('a', 20, { groupValues: ['eve'] })], []],
  ['keeps organizations apart', COUNT_3, [match('a', 0), match('a', 10), match('a', 20, { organization: 'other' })], []],
  [
    'counts distinct values',
    correlation('type: value_count\nrules: [a]\ngroup-by: [User]\ntimespan: 60s\ncondition: {gte: 2, field: Host}'),
    [match('a', 0, { values: ['h1'] }), match('a', 10, { values: ['h1'] }), match('a', 20, { values: ['h2'] })],
    [[0, 20, 3]],
  ],
  ['wants every rule, in any order', TEMPORAL('temporal'), [match('b', 0), match('a', 10)], [[0, 10, 2]]],
  ['wants the order of the rules', TEMPORAL('temporal_ordered'), [match('b', 0), match('a', 10)], []],
  ['accepts the order of the rules, with others between', TEMPORAL('temporal_ordered'), [match('a', 0), match('a', 5), match('b', 10)], [[0, 10, 3]]],
  [
    'judges a small count when the window closes',
    correlation('type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 60s\ncondition: {lt: 3}'),
    [match('a', 0), match('a', 10), ...[100, 110, 120].map((at) => match('a', at))],
    [[0, 10, 2]],
  ],
  [
    'sums',
    correlation('type: value_sum\nrules: [a]\ngroup-by: [User]\ntimespan: 60s\ncondition: {gt: 100, field: Bytes}'),
    [match('a', 0, { values: ['60'] }), match('a', 1, { values: ['nonsense'] }), match('a', 10, { values: ['41'] })],
    [[0, 10, 3]],
  ],
])('%s', (_name, rules, matches, fires) => {
  expect(run(rules, matches).map(({ time, lastTime, eventCount }) => [(time - T) / SECOND, (lastTime - T) / SECOND, eventCount])).toEqual(fires);
});

describe('order', () => {
  const matches = [0, 10, 20, 100, 101, 130, 300].map((at) => match('a', at));
  it('does not matter within the reorder buffer: findings are equal to the byte', () => {
    const driven = (order: readonly Match[]) => {
      const driver = driverOf(COUNT_3);
      const sent = order.flatMap((one, index) => findingsOf(driver.send(one, { appendedAt: T + index }).outputs));
      return JSON.stringify([...sent, ...findingsOf(driver.advance(T + 1_000_000 * SECOND))]);
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(matches, { minLength: matches.length }), (order) => {
        expect(driven(order)).toBe(driven(matches));
      }),
    );
  });
  it('waits for the watermark, and no longer than two seconds of append time', () => {
    const driver = driverOf(COUNT_3);
    for (const at of [0, 1, 2]) expect(driver.send(match('a', at), { appendedAt: T + at }).outputs).toEqual([]);
    expect(findingsOf(driver.advance(T + 2 * SECOND + 2, APPEND_CLOCK))).toHaveLength(1);
  });
  it('lets a straggler complete a window, and says so', () => {
    const driver = driverOf(COUNT_3);
    for (const at of [0, 20]) driver.send(match('a', at));
    driver.advance(T + 30 * SECOND);
    driver.send(match('a', 100));
    driver.advance(T + 110 * SECOND);
    const [finding] = findingsOf(driver.send(match('a', 10)).outputs);
    expect(finding).toMatchObject({ time: T, eventCount: 3, reason: 'a late event completed it', supersedes: null });
  });
  it('replaces a finding when an earlier event arrives later', () => {
    const driver = driverOf(COUNT_3);
    for (const at of [10, 20, 30]) driver.send(match('a', at));
    const [first] = findingsOf(driver.advance(T + 40 * SECOND));
    const [next] = findingsOf(driver.send(match('a', 0)).outputs);
    expect(next).toMatchObject({
      supersedes: first!.id,
      time: T,
      eventCount: 3, // what it would have said had the event come in time
      reason: 'an earlier event arrived later',
      revisable: {
        revision: 1,
        isWithdrawn: false,
        change: {
          code: 'replaced',
          event: { id: 'a-0', offset: 0 },
          before: { time: T + 10 * SECOND, lastTime: T + 30 * SECOND, eventCount: 3 },
          after: { time: T, lastTime: T + 20 * SECOND, eventCount: 3 },
        },
      },
    });
  });
  it('sends what is too old to the late topic', () => {
    const driver = driverOf(COUNT_3, {}, { lateness: { of: () => 0, ofSelection: () => 0 } });
    driver.send(match('a', 1000));
    driver.advance(T + 1000 * SECOND);
    expect(driver.send(match('a', 0))).toMatchObject({ outcome: 'dropped', reason: 'late', outputs: [{ to: 'late.v1' }] });
  });
});

it('hands a chain on instead of alerting by itself', () => {
  const driver = driverOf(`${COUNT_3}---\n${correlation('type: temporal\nrules: [corr, b]\ngroup-by: [User]\ntimespan: 5m', 'outer')}`);
  for (const at of [0, 10, 20]) driver.send(match('a', at));
  const outputs = driver.advance(T + 60 * SECOND);
  expect(outputs.map(({ to, value }) => [to, (value as Match).ruleId, (value as Match).correlationId])).toEqual([['matches.v1', 'corr', 'outer']]);
});

it('gives up the oldest of a full group, counts them, and says so', () => {
  const driver = driverOf(COUNT_3, { matchesPerGroup: 10 });
  for (let at = 0; at < 12; at++) driver.send(match('a', at));
  const [finding] = findingsOf(driver.advance(T + 30 * SECOND));
  expect(finding).toMatchObject({ eventCount: 3, author: 'Somebody', kind: 'correlation', severity: 'high' });
  expect(Object.values(driver.state()['groups']!)).toMatchObject([{ evictedCount: 2, size: 10 }]);
  expect(Object.keys(driver.state()['matches']!)).toHaveLength(10);
});

it('keeps enough of a group for what its condition counts up to', () => {
  const count20 = correlation('type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 60s\ncondition: {gte: 20}');
  expect(
    run(
      count20,
      Array.from({ length: 25 }, (_unused, at) => match('a', at)),
      { matchesPerGroup: 10 },
    ),
  ).toHaveLength(1);
});

it('gives up repeated values before distinct ones', () => {
  const distinct = correlation('type: value_count\nrules: [a]\ngroup-by: [User]\ntimespan: 60s\ncondition: {gte: 5, field: Host}');
  const values = ['h1', 'h2', 'h3', 'h4', ...Array.from({ length: 30 }, () => 'h1'), 'h5'];
  expect(
    run(
      distinct,
      values.map((value, at) => match('a', at, { values: [value] })),
      { matchesPerGroup: 10 },
    ),
  ).toHaveLength(1);
});

it('has the same state after a restart at any point', () => {
  const driver = driverOf(COUNT_3);
  const outputs = [0, 10, 20].flatMap((at) => {
    driver.restart();
    return findingsOf(driver.send(match('a', at)).outputs);
  });
  driver.restart();
  expect([...outputs, ...findingsOf(driver.advance(T + 60 * SECOND))]).toHaveLength(1);
});

it('counts like brute force', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(400), { minLength: 1, maxLength: 40 }), (times) => {
      const sorted = [...times].sort((a, b) => a - b);
      let isFiring = false;
      const fires = sorted.filter((at) => {
        const isTrue = sorted.filter((other) => other <= at && other >= at - 60).length >= 3;
        const isFirst = isTrue && !isFiring;
        isFiring = isTrue;
        return isFirst;
      });
      expect(
        run(
          COUNT_3,
          sorted.map((at) => match('a', at)),
        ).map(({ lastTime }) => (lastTime - T) / SECOND),
      ).toEqual(fires);
    }),
  );
});

describe('a correlation over others', () => {
  const OUTER = correlation('type: temporal\nrules: [corr, b]\ngroup-by: [User]\ntimespan: 5m', 'outer');
  /** What correlate tells itself comes back to it. */
  const looped = (driver: ReturnType<typeof driverOf>, outputs: readonly { to: string; value: unknown }[], watermark: number): readonly Finding[] =>
    outputs.flatMap((output) =>
      output.to === 'matches.v1'
        ? looped(driver, [...driver.send(output.value as Match).outputs, ...driver.advance(watermark)], watermark)
        : findingsOf([output]),
    );
  it('hears of it when a late event breaks the inner one', () => {
    const driver = driverOf(`${COUNT_3}---\n${OUTER}`);
    const take = (one: Match, watermark: number) =>
      looped(driver, [...driver.send(one).outputs, ...driver.advance(T + watermark * SECOND)], T + watermark * SECOND);
    const told = [
      ...[0, 10, 20].flatMap((at) => take(match('a', at), at + 1)), // fires at 20
      ...take(match('b', 340, { correlationId: 'outer' }), 341), // more than five minutes later
      ...[100, 110, 120].flatMap((at) => take(match('a', at), 350)), // fires at 120, which the outer one takes
      ...[55, 70, 80, 90].flatMap((at) => take(match('a', at), 350)), // the condition had been true all along: it fired at 20 only
    ];
    expect(told.map(({ time, eventCount, revisable }) => [(time - T) / SECOND, eventCount, revisable!.change?.code])).toEqual([
      [120, 2, 'completed'], // the inner one fires at 120
      [110, 3, 'replaced'], // with 90 it had fired at 110
      [110, 2, 'extended'], // and not at 120
      [110, 2, 'broken'], // with 80 it never fired anew
    ]);
  });
});

describe('the bound of a rule', () => {
  it('gives up the groups that were silent longest, counts them, and says so once an hour', () => {
    const evicted: unknown[] = [];
    const driver = driverOf(COUNT_3, { matchesPerRule: 100 }, { metrics: { evicted: (...args) => void evicted.push(args), revised: () => undefined } });
    for (let n = 0; n < 150; n++) driver.send(match('a', n, { groupValues: [`user ${n % 75}`] }), { appendedAt: T });
    driver.restart(); // the order comes back from the store
    const out = [...driver.advance(T + 60 * SECOND)];
    for (let n = 150; n < 200; n++) driver.send(match('a', n, { groupValues: [`user ${n % 75}`] }), { appendedAt: T });
    out.push(...driver.advance(T + 200 * SECOND));
    const { groups, matches, totals } = driver.state();
    expect(Object.keys(matches!)).toHaveLength(100);
    const hour = Math.floor(T / (3600 * SECOND));
    expect(totals).toEqual({ 'corr|default': { matches: 100, evictedMatches: 100, hour, overHour: hour } });
    const told = findingsOf(out).filter(({ ruleId }) => ruleId === OVER_BUDGET);
    expect(told).toMatchObject([{ kind: 'platform', organization: 'default', entities: [{ type: 'rule', value: 'corr' }], status: 'production' }]);
    expect(evicted).toContainEqual(['rule', 'corr', 1]);
    expect(Object.keys(groups!)).not.toContain('corr|default|user 50');
    expect(Object.keys(groups!)).toContain('corr|default|user 49');
  });
  it('leaves nothing behind of what is forgotten', () => {
    const driver = driverOf(COUNT_3);
    for (const at of [0, 10, 20]) driver.send(match('a', at));
    driver.advance(T + 100_000 * SECOND);
    driver.advance(Number.MAX_SAFE_INTEGER, APPEND_CLOCK);
    expect(driver.state()).toMatchObject({ waiting: {}, groups: {}, matches: {}, totals: { 'corr|default': { matches: 0 } } });
    expect(Object.keys(driver.state()['task']!).filter((key) => key.startsWith('t:'))).toEqual([]);
  });
});

describe('a correlation of a fast and one of a slow dataset', () => {
  const text = ['windows', 'aws'].map(
    (product) =>
      `title: ${product}\nname: ${product}\nlogsource: {product: ${product}, service: ${product === 'aws' ? 'cloudtrail' : 'sysmon'}}\ndetection: {s: {x: 1}, condition: s}\n`,
  );
  const set = parseRuleSet([
    {
      file: 'test.yml',
      text: [
        ...text,
        `title: fast\nname: fast\ncorrelation: {type: event_count, rules: [windows], group-by: [User], timespan: 60s, condition: {gte: 1}}\n`,
        `title: both\nname: both\ncorrelation: {type: temporal, rules: [windows, aws], group-by: [User], timespan: 60s, condition: {gte: 1}}\n`,
      ].join('---\n'),
    },
  ]);
  const at = (correlationId: string) =>
    match('windows', 0, { correlationId, event: { id: 'e', time: T, dataset: 'windows.sysmon', topic: 'raw.default.windows', partition: 0, offset: 0 } });
  it('waits for the datasets of its own rules, and for no other', () => {
    const driver = new StageDriver(correlate({ ...config.parse({}), reorderMs: 60_000 }, set));
    driver.advance(T - SECOND, 'aws.cloudtrail');
    driver.advance(T - SECOND, 'windows.sysmon');
    for (const id of ['fast', 'both']) driver.send(at(id));
    expect(findingsOf(driver.advance(T + SECOND, 'windows.sysmon')).map(({ ruleId }) => ruleId)).toEqual(['fast']);
    expect(findingsOf(driver.advance(T + SECOND, 'aws.cloudtrail')).map(({ ruleId }) => ruleId)).toEqual(['both']);
  });
  it('takes late matches for as long as its slowest dataset may be late', () => {
    const driver = new StageDriver(correlate(config.parse({}), set));
    driver.advance(T + (60 + 31) * SECOND, 'windows.sysmon'); // its timespan, 30 s of lateness, and one more
    driver.advance(T + (60 + 31) * SECOND, 'aws.cloudtrail');
    expect(driver.send(at('fast')).summary).toBe('late');
    expect(driver.send(at('both')).outcome).toBe('passed');
  });
});

it('calls findings of experimental correlations what detect calls those of experimental rules', () => {
  const rules = rulesOf(COUNT_3.replace('status: stable', 'status: experimental'));
  const statusOf = (experimental: 'draft' | 'production') => {
    const driver = new StageDriver(correlate(config.parse({}), rules, { experimental }));
    for (const at of [0, 10, 20]) driver.send(match('a', at));
    return findingsOf(driver.advance(T + 30 * SECOND))[0]!.status;
  };
  expect([statusOf('draft'), statusOf('production')]).toEqual(['draft', 'production']);
});
