import { describe, expect, it } from 'vitest';
import { fieldFor } from './correlation.ts';
import type { CorrelationRule } from './correlation.ts';
import { parseRuleSet } from './rule-set.ts';

const BASE = ['a', 'b', 'c'].map((name) => `title: ${name}\nname: ${name}\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n`).join('---\n');
/** A line that begins with `goshawk` stands beside the correlation. */
const parse = (body: string) =>
  parseRuleSet([
    {
      file: 'f',
      text: `${BASE}---\ntitle: cor\ncorrelation:\n${body
        .split('\n')
        .map((line) => (line.startsWith('goshawk') ? line : `  ${line}`))
        .join('\n')}\n`,
    },
  ]);
const COUNT = 'type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2}';

describe('parseCorrelation', () => {
  it.each<[name: string, body: string, parsed: Partial<CorrelationRule>]>([
    [
      'event_count',
      'type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 5m\ncondition: {gte: 10}',
      { groupBy: ['User'], timespanMicros: 300_000_000, bounds: [{ operator: 'gte', number: 10 }], generate: false },
    ],
    ['a scalar where a list is due', 'type: event_count\nrules: a\ngroup-by: User\ntimespan: 1h\ncondition: {gt: 1}', { rules: ['a'], groupBy: ['User'] }],
    [
      'a range',
      'type: event_count\nrules: [a]\ntimespan: 1d\ncondition: {gte: 10, lt: 20}',
      {
        bounds: [
          { operator: 'gte', number: 10 },
          { operator: 'lt', number: 20 },
        ],
      },
    ],
    ['value_count with a tuple', 'type: value_count\nrules: [a]\ntimespan: 10s\ncondition: {gte: 3, field: [U, H]}', { valueFields: ['U', 'H'] }],
    ['temporal, all rules by default', 'type: temporal\nrules: [a, b, c]\ntimespan: 5m', { bounds: [{ operator: 'gte', number: 3 }] }],
    [
      'temporal with a condition over names',
      'type: temporal\nrules: [a, b, c]\ntimespan: 5m\ncondition: a and (b or not c)',
      {
        seen: {
          kind: 'and',
          of: [
            { kind: 'rule', rule: 'a' },
            {
              kind: 'or',
              of: [
                { kind: 'rule', rule: 'b' },
                { kind: 'not', of: { kind: 'rule', rule: 'c' } },
              ],
            },
          ],
        },
      },
    ],
    [
      'value_percentile',
      'type: value_percentile\nrules: [a]\ntimespan: 1w\ncondition: {gt: 5, field: bytes, percentile: 95}',
      { percentile: 95, valueFields: ['bytes'] },
    ],
    ['value_median', 'type: value_median\nrules: [a]\ntimespan: 1M\ncondition: {gt: 5, field: bytes}', { percentile: 50 }],
    [
      'an absence',
      'type: goshawk\nrules: [a, b, c]\ntimespan: 5m\ngoshawk: {absence: {of: [b, c]}}',
      { type: 'absence', absent: ['b', 'c'], bounds: [], valueFields: [] },
    ],
    [
      'first seen, with what it learns in',
      'type: goshawk\nrules: [a]\ntimespan: 30d\ngoshawk: {first-seen: {field: [U, H], learning: 7d}}',
      { type: 'first_seen', valueFields: ['U', 'H'], learningMicros: 604_800_000_000, timespanMicros: 2_592_000_000_000 },
    ],
    [
      'first seen, a day of learning by default',
      'type: goshawk\nrules: [a]\ntimespan: 30d\ngoshawk: {first-seen: {field: U}}',
      { learningMicros: 86_400_000_000 },
    ],
    ['first seen without learning', 'type: goshawk\nrules: [a]\ntimespan: 1h\ngoshawk: {first-seen: {field: U, learning: 0}}', { learningMicros: 0 }],
    ['generate', 'type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2}\ngenerate: true', { generate: true }],
  ])('reads %s', (_name, body, parsed) => {
    const set = parse(body);
    expect(set.refusals).toEqual([]);
    expect(set.correlations[0]).toMatchObject(parsed);
  });

  it.each<[name: string, body: string, reason: RegExp]>([
    ['an unknown type', 'type: count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2}', /type "count"/],
    ['no rules', 'type: event_count\nrules: []\ntimespan: 5m\ncondition: {gte: 2}', /names no rules/],
    ['a rule twice', 'type: event_count\nrules: [a, a]\ntimespan: 5m\ncondition: {gte: 2}', /twice/],
    ['no condition', 'type: event_count\nrules: [a]\ntimespan: 5m', /needs a condition/],
    ['a bad timespan', 'type: event_count\nrules: [a]\ntimespan: 5 minutes\ncondition: {gte: 2}', /timespan "5 minutes"/],
    ['no timespan', 'type: event_count\nrules: [a]\ncondition: {gte: 2}', /timespan/],
    ['a text as number', 'type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: "2"}', /takes a number/],
    ['an unknown operator', 'type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {more: 2}', /unknown key "more"/],
    ['three operators', 'type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2, lt: 5, neq: 3}', /more than two/],
    ['value_count without a field', 'type: value_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2}', /needs a field/],
    ['event_count with a field', 'type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2, field: x}', /takes no field/],
    ['value_percentile without one', 'type: value_percentile\nrules: [a]\ntimespan: 5m\ncondition: {gte: 2, field: x}', /percentile from 0 to 100/],
    ['an alias over strangers', 'type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: {ip: {c: x}}', /not among the rules/],
    ['names in a condition that are not among the rules', 'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: a and c', /"c"/],
    ['our type without words of ours', 'type: goshawk\nrules: [a]\ntimespan: 5m', /says under "goshawk" what it looks for/],
    ['our words for a type of Sigma', `${COUNT}\ngoshawk: {absence: {of: a}}`, /goes with a correlation of type goshawk only/],
    ['words of ours that are none', 'type: goshawk\nrules: [a]\ntimespan: 5m\ngoshawk: {presence: {}}', /says "presence"; possible are absence and first-seen/],
    ['both at once', 'type: goshawk\nrules: [a, b]\ntimespan: 5m\ngoshawk: {absence: {of: b}, first-seen: {field: x}}', /one of absence and first-seen/],
    ['an absence with a condition', 'type: goshawk\nrules: [a, b]\ntimespan: 5m\ncondition: {gte: 1}\ngoshawk: {absence: {of: b}}', /takes no condition/],
    ['an absence of a stranger', 'type: goshawk\nrules: [a, b]\ntimespan: 5m\ngoshawk: {absence: {of: c}}', /absence is of "c", which is not among/],
    ['an absence of everything', 'type: goshawk\nrules: [a, b]\ntimespan: 5m\ngoshawk: {absence: {of: [a, b]}}', /absence is of all rules/],
    ['an absence of nothing', 'type: goshawk\nrules: [a, b]\ntimespan: 5m\ngoshawk: {absence: {}}', /does not say of which rule/],
    ['first seen without a field', 'type: goshawk\nrules: [a]\ntimespan: 5d\ngoshawk: {first-seen: {}}', /needs a field/],
    ['first seen with an unknown key', 'type: goshawk\nrules: [a]\ntimespan: 5d\ngoshawk: {first-seen: {field: x, days: 3}}', /unknown key "days"/],
    ['learning that is no span', 'type: goshawk\nrules: [a]\ntimespan: 5d\ngoshawk: {first-seen: {field: x, learning: long}}', /the learning "long"/],
    ['learning longer than memory', 'type: goshawk\nrules: [a]\ntimespan: 5d\ngoshawk: {first-seen: {field: x, learning: 6d}}', /longer than the timespan/],
    ['a condition over names for counts', 'type: event_count\nrules: [a, b]\ntimespan: 5m\ncondition: a and b', /temporal types only/],
  ])('refuses %s', (_name, body, reason) => {
    const set = parse(body);
    expect(set.refusals.map((refusal) => refusal.reason)).toEqual([expect.stringMatching(reason)]);
    expect(set.correlations).toEqual([]);
  });
});

it('gives the field of a rule for an alias, and names as they are', () => {
  const [correlation] = parse('type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: {ip: {a: src}}\ngroup-by: [ip, Host]').correlations;
  expect([fieldFor(correlation!, 'ip', 'a'), fieldFor(correlation!, 'ip', 'b'), fieldFor(correlation!, 'Host', 'b')]).toEqual(['src', undefined, 'Host']);
});

it('refuses our words in rules and filters', () => {
  const set = parseRuleSet([
    { file: 'rule', text: 'title: r\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\ngoshawk: {absence: {of: r}}\n' },
    { file: 'filter', text: 'title: f\nlogsource: {product: x}\nfilter: {rules: any, s: {A: 1}, condition: not s}\ngoshawk: {}\n' },
  ]);
  const reason = '"goshawk" goes with a correlation of type goshawk only';
  expect(set.refusals).toMatchObject([
    { file: 'rule', document: 1, reason },
    { file: 'filter', document: 1, reason },
  ]);
});
