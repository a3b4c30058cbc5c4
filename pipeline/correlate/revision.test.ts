// Late matches: what has fired in the end does not depend on the order in which matches came.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleSet } from '../../domains/sigma/index.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Finding, Match } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, correlate } from './index.ts';
import type { CorrelateOptions } from './index.ts';

const SECOND = 1_000_000;
const T = 1_700_000_000_000_000;
const END = T + 10_000_000 * SECOND;
const BASE = ['a', 'b', 'c']
  .map((name) => `title: ${name}\nname: ${name}\nlogsource: {product: test}\ndetection: {s: {x: ${name}}, condition: s}\n---\n`)
  .join('');
const rulesOf = (body: string): RuleSet => {
  const set = parseRuleSet([
    { file: 'test.yml', text: `${BASE}title: Corr\nname: corr\nstatus: stable\ncorrelation:\n  group-by: [User]\n  timespan: 60s\n${body}` },
  ]);
  expect(set.refusals).toEqual([]);
  return set;
};
const match = (rule: string, at: number, value = ''): Match => ({
  organization: 'default',
  ruleId: rule,
  ruleVersion: '1',
  correlationId: 'corr',
  groupFields: ['User'],
  groupValues: ['bob'],
  values: value === '' ? [] : [value],
  event: { id: `${rule}-${at}-${value}`, time: T + at * SECOND, dataset: 'test', topic: 'raw.default.test', partition: 0, offset: at },
  entities: [],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
});
const findingsOf = (outputs: readonly { to: string; value: unknown }[]) =>
  outputs.filter(({ to }) => to === 'findings.v1').map(({ value }) => value as Finding);

/** What stands in the end: the last revision of each finding that is neither withdrawn nor replaced. */
function standing(findings: readonly Finding[]): readonly string[] {
  const byId = new Map<string, Finding>();
  for (const finding of findings) {
    const revision = finding.revisable!.revision;
    expect(revision, 'revisions of a finding have no holes').toBe((byId.get(finding.id)?.revisable?.revision ?? 0) + 1);
    byId.set(finding.id, finding);
  }
  const replaced = new Set<string>();
  for (const { id, supersedes } of findings) {
    if (supersedes !== null) replaced.add(supersedes);
    replaced.delete(id);
  }
  return [...byId.values()]
    .filter(({ id, revisable }) => !revisable!.isWithdrawn && !replaced.has(id))
    .map(({ id, time, lastTime, eventCount, events }) => JSON.stringify({ id, time, lastTime, eventCount, events: events.map((event) => event.id) }))
    .sort();
}

const LATENESS = { of: () => 300 * SECOND, ofSelection: () => 300 * SECOND };
const driverOf = (set: RuleSet, options: CorrelateOptions = {}) => new StageDriver(correlate(config.parse({}), set, { lateness: LATENESS, ...options }));
/** Matches in their order of arrival; the watermark follows each as far as it may. */
function arrived(set: RuleSet, matches: readonly Match[], options: CorrelateOptions = {}, restartAfter = -1): readonly Finding[] {
  const driver = driverOf(set, options);
  const all: Finding[] = [];
  let newest = -Infinity;
  for (const [index, one] of matches.entries()) {
    all.push(...findingsOf(driver.send(one).outputs));
    newest = Math.max(newest, one.event.time);
    all.push(...findingsOf(driver.advance(newest + 1)));
    if (index === restartAfter) driver.restart();
  }
  return [...all, ...findingsOf(driver.advance(END))];
}

const TYPES: readonly [name: string, body: string][] = [
  ['event_count', '  type: event_count\n  rules: [a, b]\n  condition: {gte: 3}\n'],
  ['event_count in a range', '  type: event_count\n  rules: [a, b]\n  condition: {gte: 2, lte: 3}\n'],
  ['event_count below', '  type: event_count\n  rules: [a]\n  condition: {lt: 3}\n'],
  ['value_count', '  type: value_count\n  rules: [a, b]\n  condition: {gte: 3, field: x}\n'],
  ['temporal', '  type: temporal\n  rules: [a, b, c]\n'],
  ['temporal with a condition', '  type: temporal\n  rules: [a, b, c]\n  condition: a and not b\n'],
  ['temporal_ordered', '  type: temporal_ordered\n  rules: [a, b, c]\n'],
  ['value_sum', '  type: value_sum\n  rules: [a]\n  condition: {gte: 4, field: x}\n'],
  ['value_avg', '  type: value_avg\n  rules: [a]\n  condition: {gt: 2, field: x}\n'],
  ['absence', '  type: goshawk\n  rules: [a, b, c]\ngoshawk: {absence: {of: b}}\n'],
  ['first_seen', '  type: goshawk\n  rules: [a, b]\ngoshawk: {first-seen: {field: x, learning: 30s}}\n'],
  ['first_seen without learning', '  type: goshawk\n  rules: [a]\ngoshawk: {first-seen: {field: x, learning: 0}}\n'],
  ['value_percentile', '  type: value_percentile\n  rules: [a]\n  condition: {gt: 1, field: x, percentile: 90}\n'],
  ['value_median', '  type: value_median\n  rules: [a]\n  condition: {gt: 2, field: x}\n'],
];
const someMatches = fc
  .uniqueArray(fc.record({ rule: fc.constantFrom('a', 'b', 'c'), at: fc.nat(280), value: fc.constantFrom('1', '2', '3', '0.1') }), {
    selector: ({ rule, at, value }) => `${rule} ${at} ${value}`,
    maxLength: 25,
  })
  .map((drawn) => drawn.map(({ rule, at, value }) => match(rule, at, value)));
const inOrder = (matches: readonly Match[]) => [...matches].sort((a, b) => a.event.time - b.event.time || (a.event.id < b.event.id ? -1 : 1));

describe.each(TYPES)('%s', (_name, body) => {
  const set = rulesOf(body);
  const wanted = new Set(set.correlations[0]!.rules);
  const drawn = someMatches.map((matches) => matches.filter(({ ruleId }) => wanted.has(ruleId)));

  it('has the same last revisions in any order of arrival within the lateness', () => {
    fc.assert(
      fc.property(
        drawn.chain((matches) => fc.tuple(fc.constant(matches), fc.shuffledSubarray(matches, { minLength: matches.length }), fc.integer({ min: -1, max: 24 }))),
        ([matches, order, restartAfter]) => {
          expect(standing(arrived(set, order, {}, restartAfter))).toEqual(standing(arrived(set, inOrder(matches))));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('says the same to the byte in a lane, however matches and watermarks of its sources are interleaved', () => {
    fc.assert(
      fc.property(drawn, fc.array(fc.nat(1), { maxLength: 60 }), fc.array(fc.nat(1), { maxLength: 60 }), (matches, one, other) => {
        expect(interleaved(set, matches, one)).toBe(interleaved(set, matches, other));
      }),
      { numRuns: 50 },
    );
  });
});

/** Two sources, each with its matches in an order of its own and a watermark of its own; `turns` says which of them is read next. */
function interleaved(set: RuleSet, matches: readonly Match[], turns: readonly number[]): string {
  const sources = [0, 1].map((source) => matches.filter((_match, index) => index % 2 === source));
  const marks = [-Infinity, -Infinity];
  const driver = driverOf(set, { isLane: true });
  const out: string[] = [];
  for (let step = 0; sources.some((left) => left.length > 0); step++) {
    let source = turns[step % Math.max(1, turns.length)] ?? 0;
    if (sources[source]!.length === 0) source = 1 - source;
    const one = sources[source]!.shift()!;
    const behind = one.event.time < marks[source]! ? { behind: marks[source]! } : {};
    marks[source] = Math.max(marks[source]!, one.event.time - 10 * SECOND);
    if (sources[source]!.length === 0) marks[source] = END;
    out.push(...driver.send(one, behind).outputs.map((output) => JSON.stringify(output)));
    const least = Math.min(...marks);
    if (least > 0) out.push(...driver.advance(least).map((output) => JSON.stringify(output)));
  }
  return [...out, ...driver.advance(END).map((output) => JSON.stringify(output))].join('\n');
}

describe('a late event', () => {
  it('leaves a finding whose condition turned true a second time from the same beginning', () => {
    const set = rulesOf('  type: value_avg\n  rules: [a]\n  condition: {gt: 2, field: x}\n');
    const matches = [match('a', 173, '3'), match('a', 194, '1'), match('a', 196, '3'), match('a', 42, '3')];
    expect(standing(arrived(set, matches))).toEqual(standing(arrived(set, inOrder(matches))));
  });

  const COUNT_3 = rulesOf('  type: event_count\n  rules: [a]\n  condition: {gte: 3}\n');
  const ORDERED = rulesOf('  type: temporal_ordered\n  rules: [a, b]\n');
  const changes = (findings: readonly Finding[]) =>
    findings.map(({ time, lastTime, eventCount, supersedes, revisable }) => [
      revisable!.change?.code ?? 'in time',
      (time - T) / SECOND,
      (lastTime - T) / SECOND,
      eventCount,
      revisable!.revision,
      supersedes !== null,
      revisable!.isWithdrawn,
    ]);
  it.each<[name: string, set: RuleSet, order: [rule: string, at: number][], want: unknown[]]>([
    [
      'completes a window',
      COUNT_3,
      [
        ['a', 0],
        ['a', 20],
        ['a', 200],
        ['a', 10],
      ],
      [['completed', 0, 20, 3, 1, false, false]],
    ],
    [
      'is the last of a window that was too small',
      COUNT_3,
      [
        ['a', 0],
        ['a', 10],
        ['a', 200],
        ['a', 20],
      ],
      [['completed', 0, 20, 3, 1, false, false]],
    ],
    [
      'changes which events contribute',
      COUNT_3,
      [
        ['a', 0],
        ['a', 10],
        ['a', 30],
        ['a', 20],
      ],
      [
        ['in time', 0, 30, 3, 1, false, false],
        ['extended', 0, 20, 3, 2, false, false],
      ],
    ],
    [
      'comes before the first',
      COUNT_3,
      [
        ['a', 10],
        ['a', 20],
        ['a', 30],
        ['a', 0],
      ],
      [
        ['in time', 10, 30, 3, 1, false, false],
        ['replaced', 0, 20, 3, 1, true, false],
      ],
    ],
    [
      'shows that the condition had been true all along, so the second time is none',
      COUNT_3,
      [
        ['a', 0],
        ['a', 10],
        ['a', 20],
        ['a', 90],
        ['a', 95],
        ['a', 100],
        ['a', 60],
        ['a', 70],
      ],
      [
        ['in time', 0, 20, 3, 1, false, false],
        ['in time', 90, 100, 3, 1, false, false],
        ['replaced', 60, 95, 3, 1, true, false],
        ['broken', 60, 95, 3, 2, false, true],
      ],
    ],
    [
      'gives an ordered correlation its beginning',
      ORDERED,
      [
        ['b', 50],
        ['b', 200],
        ['a', 20],
      ],
      [['completed', 20, 50, 2, 1, false, false]],
    ],
  ])('that %s', (_name, set, order, want) => {
    expect(
      changes(
        arrived(
          set,
          order.map(([rule, at]) => match(rule, at)),
        ),
      ),
    ).toEqual(want);
  });
});
