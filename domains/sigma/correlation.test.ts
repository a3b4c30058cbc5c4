import { describe, expect, it } from 'vitest';
import { fieldFor } from './correlation.ts';
import type { CorrelationRule } from './correlation.ts';
import { parseRuleSet } from './rule-set.ts';

const BASE = ['a', 'b', 'c'].map((name) => `title: ${name}\nname: ${name}\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n`).join('---\n');
const parse = (body: string) =>
  parseRuleSet([
    {
      file: 'f',
      text: `${BASE}---\ntitle: cor\ncorrelation:\n${body
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n')}\n`,
    },
  ]);

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
