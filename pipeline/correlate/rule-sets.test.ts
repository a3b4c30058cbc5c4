// Correlations as data: what their state goes through when rules change.
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Finding, Match, RefRule } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, correlate } from './index.ts';

const SECOND = 1_000_000;
const T = Date.UTC(2026, 0, 1) * 1000;
const RULE = 'title: a\nname: a\nlogsource: {product: test}\ndetection: {s: {x: 1}, condition: s}\n';
const count = (least: number, { name = 'many', type = 'event_count', condition = `{gte: ${least}}`, of = 'a', timespan = '60s' } = {}) =>
  `title: ${name}\nname: ${name}\nlevel: high\ncorrelation: {type: ${type}, rules: [${of}], group-by: [User], timespan: ${timespan}, condition: ${condition}}\n`;

type Row = readonly [organization: string, ruleId: string, text: string | null, state?: RefRule['state']];
const rowsOf = (set: number, rows: readonly Row[]): readonly RefRule[] =>
  [...rows, ['', '@set', null] as Row].map(([organization, ruleId, text, state = 'production']) => ({
    id: ruleId === '@set' ? ruleId : `${organization}/${ruleId}`,
    organization,
    validFrom: set,
    writtenAt: 0,
    version: set,
    ruleId,
    state,
    text,
    file: null,
    writtenBy: 'test',
  }));
const driverOf = (...sets: readonly (readonly Row[])[]) => {
  const driver = new StageDriver(correlate(config.parse({}), parseRuleSet([])));
  for (const [at, rows] of sets.entries()) driver.addReference('rules', rowsOf(at + 1, rows));
  return driver;
};
const match = (at: number, ruleSet: number, over: Partial<Match> = {}): Match => ({
  organization: 'acme',
  ruleId: 'a',
  ruleVersion: '1',
  correlationId: 'many',
  groupFields: ['User'],
  groupValues: ['bob'],
  values: [],
  event: { id: `e${at}`, time: T + at * SECOND, dataset: 'test', topic: 'raw.acme.test', partition: 0, offset: at },
  entities: [],
  isRetracted: false,
  ruleSet,
  suppressedBy: null,
  ...over,
});
const findings = (driver: ReturnType<typeof driverOf>, matches: readonly Match[]): readonly Finding[] =>
  [...matches.flatMap((one) => driver.send(one, { appendedAt: one.event.time }).outputs), ...driver.advance(T + 100_000 * SECOND)]
    .filter(({ to }) => to === 'findings.v1')
    .map(({ value }) => value as Finding);
const told = (...args: Parameters<typeof findings>) =>
  findings(...args).map(({ ruleId, eventCount, ruleSet, status }) => [ruleId, eventCount, ruleSet, status]);
const BASE: readonly Row[] = [
  ['', 'a', RULE],
  ['', 'many', count(3)],
];

describe('a group that is half full', () => {
  it.each<[name: string, next: Row[]]>([
    ['another rule comes', [['', 'b', RULE.replaceAll('a\n', 'b\n')]]],
    ['a rule that it counts changes', [['', 'a', `${RULE}level: low\n`]]],
    ['another organization changes the correlation', [['other', 'many', null, 'draft']]],
    ['its organization adds a correlation', [['acme', 'more', count(9, { name: 'more' })]]],
  ])('goes on when %s', (_name, next) => {
    expect(told(driverOf(BASE, next), [match(0, 1), match(1, 1), match(2, 2)])).toEqual([['many', 3, 2, 'production']]);
  });

  it('goes on across a restart', () => {
    const driver = driverOf(BASE, [['acme', 'more', count(9, { name: 'more' })]]);
    for (const one of [match(0, 1), match(1, 1)]) driver.send(one, { appendedAt: one.event.time });
    driver.restart();
    expect(told(driver, [match(2, 2)])).toEqual([['many', 3, 2, 'production']]);
  });

  it('begins anew when the correlation itself changes, with nothing left behind', () => {
    const driver = driverOf(BASE, [['', 'many', count(2)]]);
    expect(told(driver, [match(0, 1), match(1, 1), match(2, 2)])).toEqual([]);
    expect(driver.state()['matches']).toEqual({});
    expect(told(driverOf(BASE, [['', 'many', count(2)]]), [match(0, 1), match(1, 1), match(2, 2), match(3, 2)])).toEqual([['many', 2, 2, 'production']]);
  });

  it('takes another state of the correlation at once', () => {
    expect(told(driverOf(BASE, [['acme', 'many', null, 'draft']]), [match(0, 1), match(1, 1), match(2, 2)])).toEqual([['many', 3, 2, 'draft']]);
  });
});

it('judges windows that close after the correlation was retired, by what it was', () => {
  const few: readonly Row[] = [
    ['', 'a', RULE],
    ['', 'many', count(0, { condition: '{lt: 3}' })],
  ];
  const driver = driverOf(few);
  driver.send(match(0, 1), { appendedAt: T });
  driver.addReference('rules', rowsOf(2, [['', 'many', null, 'retired']]), T);
  expect(told(driver, [])).toEqual([['many', 1, 1, 'production']]);
});

it('knows the correlations of an organization for its matches only', () => {
  const driver = driverOf([
    ['', 'a', RULE],
    ['acme', 'many', count(2)],
  ]);
  const matches = [0, 1].map((at) => match(at, 1));
  expect(told(driver, [...matches, ...matches.map((one) => ({ ...one, organization: 'other' }))])).toEqual([['many', 2, 1, 'production']]);
});

describe('suppressed matches', () => {
  const suppressed = (...marks: (string | null)[]) =>
    findings(
      driverOf(BASE),
      marks.map((suppressedBy, at) => match(at, 1, { suppressedBy })),
    ).map(({ suppressedBy }) => suppressedBy);

  it('suppress a finding when all of its events are', () => {
    expect(suppressed('x', 'x', 'y')).toEqual(['x']);
  });
  it('leave one that would have some besides', () => {
    expect(suppressed('x', null, 'x')).toEqual([null]);
  });
  it('suppress what builds on it', () => {
    const chained = driverOf([...BASE, ['', 'outer', count(1, { name: 'outer', of: 'many' })]]);
    const out: Match[] = [];
    for (const at of [0, 1, 2]) chained.send(match(at, 1, { suppressedBy: 'x' }), { appendedAt: T + at * SECOND });
    for (const { to, value } of chained.advance(T + 3 * SECOND)) if (to === 'matches.v1') out.push(value as Match);
    expect(out).toMatchObject([{ correlationId: 'outer', ruleSet: 1, suppressedBy: 'x' }]);
  });
});
