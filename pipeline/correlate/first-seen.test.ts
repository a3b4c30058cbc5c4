// What is new: a value that was not seen with a group for a timespan.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, correlate } from './index.ts';
import type { CorrelateConfig, CorrelateOptions } from './index.ts';

const HOUR = 3_600_000_000;
const T = 1_700_000_000_000_000;
const rulesOf = (learning: string) =>
  parseRuleSet([
    {
      file: 'test.yml',
      text: `title: a\nname: a\nlogsource: {product: test}\ndetection: {s: {x: 1}, condition: s}\n---
title: New
name: new
status: stable
correlation: {type: goshawk, rules: [a], group-by: [User], timespan: 100h}
goshawk: {first-seen: {field: [Country, City], learning: ${learning}}}
`,
    },
  ]);
const match = (value: string, at: number, fields: Partial<Match> = {}): Match => ({
  organization: 'default',
  ruleId: 'a',
  ruleVersion: '1',
  correlationId: 'new',
  groupFields: ['User'],
  groupValues: ['bob'],
  values: [value, 'city'],
  event: { id: `${value}-${at}`, time: T + at * HOUR, dataset: 'test', topic: 'raw.default.test', partition: 0, offset: at },
  entities: [],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
  ...fields,
});
const driverOf = (learning: string, options: Partial<CorrelateConfig> = {}, more: CorrelateOptions = {}) =>
  new StageDriver(correlate({ ...config.parse({}), ...options }, rulesOf(learning), more));
const findingsOf = (outputs: readonly { to: string; value: unknown }[]) =>
  outputs.filter(({ to }) => to === 'findings.v1').map(({ value }) => value as Finding);
const told = ({ time, fields }: Finding) => [fields.find(({ name }) => name === 'Country')!.value, (time - T) / HOUR];
/** The watermark follows each match. */
const run = (learning: string, matches: readonly Match[], options: Partial<CorrelateConfig> = {}) => {
  const driver = driverOf(learning, options);
  return matches.flatMap((one) => [...findingsOf(driver.send(one).outputs), ...findingsOf(driver.advance(one.event.time + 1))]);
};

it.each<[name: string, learning: string, matches: [value: string, at: number][], news: [value: string, at: number][]]>([
  [
    'learns in silence',
    '24h',
    [
      ['de', 0],
      ['fr', 23],
    ],
    [],
  ],
  [
    'tells of what is new when it has learned',
    '24h',
    [
      ['de', 0],
      ['fr', 24],
    ],
    [['fr', 24]],
  ],
  [
    'tells of it once',
    '24h',
    [
      ['de', 0],
      ['fr', 30],
      ['fr', 31],
      ['de', 32],
    ],
    [['fr', 30]],
  ],
  [
    'tells of each new value',
    '24h',
    [
      ['de', 0],
      ['fr', 30],
      ['es', 30],
      ['it', 31],
    ],
    [
      ['es', 30],
      ['fr', 30],
      ['it', 31],
    ],
  ],
  [
    'remembers for as long as the timespan',
    '24h',
    [
      ['de', 0],
      ['fr', 30],
      ['de', 90],
      ['fr', 130],
    ],
    [['fr', 30]],
  ],
  [
    'forgets what was not seen for longer',
    '24h',
    [
      ['de', 0],
      ['fr', 30],
      ['de', 90],
      ['fr', 131],
    ],
    [
      ['fr', 30],
      ['fr', 131],
    ],
  ],
  [
    'learns anew whom it has not seen for the timespan',
    '24h',
    [
      ['de', 0],
      ['de', 30],
      ['fr', 131],
      ['es', 132],
      ['it', 156],
    ],
    [['it', 156]],
  ],
  [
    'tells of the very first where it need not learn',
    '0',
    [
      ['de', 0],
      ['de', 1],
    ],
    [['de', 0]],
  ],
])('%s', (_name, learning, matches, news) => {
  expect(
    run(
      learning,
      matches.map(([value, at]) => match(value, at)),
    )
      .map(told)
      .sort((a, b) => Number(a[1]) - Number(b[1]) || (a[0]! < b[0]! ? -1 : 1)),
  ).toEqual(news);
});

it('learns each group by itself', () => {
  expect(run('24h', [match('de', 0), match('fr', 30), match('fr', 31, { groupValues: ['eve'] })]).map(told)).toEqual([['fr', 30]]);
});

it('names the value, the one event, and tells values apart that are new at one time', () => {
  const findings = run('0', [match('de', 0), match('fr', 0)]);
  expect(findings).toMatchObject([
    {
      eventCount: 1,
      events: [{ id: 'de-0' }],
      fields: [
        { name: 'User', value: 'bob' },
        { name: 'Country', value: 'de' },
        { name: 'City', value: 'city' },
      ],
    },
    { eventCount: 1, events: [{ id: 'fr-0' }] },
  ]);
  expect(new Set(findings.map(({ id }) => id)).size).toBe(2);
});

describe('a late match', () => {
  const LATENESS = { lateness: { of: () => 10 * HOUR, ofSelection: () => 10 * HOUR } };
  it('of the same value takes back that it was new later', () => {
    const driver = driverOf('24h', {}, LATENESS);
    for (const one of [match('de', 0), match('fr', 39)]) driver.send(one);
    const [first] = findingsOf(driver.advance(T + 40 * HOUR));
    const findings = findingsOf(driver.send(match('fr', 35)).outputs);
    expect(findings.map((one) => [...told(one), one.revisable!.change!.code, one.revisable!.isWithdrawn])).toEqual([
      ['fr', 35, 'completed', false],
      ['fr', 39, 'broken', true],
    ]);
    expect(findings[1]!.id).toBe(first!.id);
  });
  it('is too late when it is behind the lateness of its dataset, however long the timespan is', () => {
    const driver = driverOf('24h', {}, LATENESS);
    driver.send(match('de', 40));
    driver.advance(T + 40 * HOUR);
    expect(driver.send(match('fr', 30)).outcome).toBe('passed');
    expect(driver.send(match('fr', 29))).toMatchObject({ outcome: 'dropped', reason: 'late' });
  });
});

describe('what it keeps', () => {
  const countOf = (driver: ReturnType<typeof driverOf>) => Object.keys(driver.state()['matches']!).length;
  it('does not grow with the number of matches', () => {
    const driver = driverOf('24h');
    for (let n = 0; n < 2000; n++) {
      driver.send(match(['de', 'fr', 'es'][n % 3]!, n / 10));
      driver.advance(T + (n / 10) * HOUR + 1);
      expect(countOf(driver)).toBeLessThanOrEqual(26); // three of each value, twice that and eight before it looks
    }
  });
  it('is bounded: values that were not seen for longest go, and are counted', () => {
    const evicted: unknown[] = [];
    const driver = driverOf('0', { matchesPerGroup: 10 }, { metrics: { evicted: (...args) => void evicted.push(args), revised: () => undefined } });
    for (let n = 0; n < 100; n++) {
      driver.send(match(`v${n}`, n / 10));
      driver.send(match('often', n / 10));
      const out = findingsOf(driver.advance(T + (n / 10) * HOUR + 1));
      expect(out.filter((one) => told(one)[0] === 'often')).toHaveLength(n === 0 ? 1 : 0);
      expect(countOf(driver)).toBeLessThanOrEqual(10);
    }
    expect(evicted).toContainEqual(['group', 'new', 2]);
    const [again] = (driver.send(match('v0', 11)), findingsOf(driver.advance(T + 12 * HOUR)));
    expect(again!.reason).toMatch(/older events of this group were given up/);
  });
  it('goes when the group is silent for the timespan', () => {
    const driver = driverOf('24h');
    for (const at of [0, 10, 20]) driver.send(match('de', at));
    driver.advance(T + 1000 * HOUR);
    expect(driver.state()).toMatchObject({ waiting: {}, groups: {}, matches: {}, totals: { 'new|default': { matches: 0 } } });
  });
});

it('finds new what brute force does, with a restart at any point', () => {
  const drawn = fc.uniqueArray(fc.record({ value: fc.constantFrom('de', 'fr', 'es', 'it'), at: fc.nat(700) }), {
    selector: ({ value, at }) => `${value}${at}`,
    maxLength: 50,
  });
  fc.assert(
    fc.property(drawn, fc.nat(50), (matches, restartAt) => {
      const sorted = [...matches].sort((x, y) => x.at - y.at || (x.value < y.value ? -1 : 1));
      const since = sorted.reduce<number[]>((starts, { at }, n) => [...starts, n > 0 && at - sorted[n - 1]!.at <= 100 ? starts[n - 1]! : at], []);
      const news = sorted.filter(
        ({ value, at }, n) => at - since[n]! >= 24 && !sorted.some((other, before) => before < n && other.value === value && at - other.at <= 100),
      );
      const driver = driverOf('24h');
      const found = sorted.flatMap(({ value, at }, n) => {
        if (n === restartAt) driver.restart();
        return [...findingsOf(driver.send(match(value, at)).outputs), ...findingsOf(driver.advance(T + at * HOUR + 1))];
      });
      expect(found.map(told)).toEqual(news.map(({ value, at }) => [value, at]));
    }),
  );
});
