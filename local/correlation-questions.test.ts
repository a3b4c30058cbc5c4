import { describe, expect, it } from 'vitest';
import { askCorrelation } from './correlation-questions.ts';

const rule = (name: string, id: number) =>
  `title: Rule ${name}\nname: ${name}\nlogsource: {product: windows}\ndetection: {s: {EventID: ${id}}, condition: s}\n`;
const correlation = (body: string, more = '') => `title: Many\nname: many\ncorrelation: {timespan: 10m, group-by: [User], ${body}}\n${more}`;
const document = (EventID: number, fields: object = {}, canonical: Readonly<Record<string, string>> = {}) => ({
  logsource: { product: 'windows', category: [], service: [] },
  native: JSON.stringify({ EventID, ...fields }),
  canonical,
});
const ask = (text: string, others: readonly string[], documents: readonly ReturnType<typeof document>[]) =>
  askCorrelation({ kind: 'correlation', text, others, documents }, {});

const A = rule('a', 1);
const B = rule('b', 2);

describe('of the events of a finding', () => {
  it('those are counted that the rules meet', () => {
    expect(ask(correlation('type: event_count, rules: [a], condition: {gte: 2, lt: 9}'), [A], [document(1), document(2), document(1)])).toEqual({
      type: 'event_count',
      timespanMicros: 600_000_000,
      groupBy: ['User'],
      valueFields: [],
      bounds: [
        { operator: 'gte', number: 2 },
        { operator: 'lt', number: 9 },
      ],
      condition: null,
      percentile: null,
      rules: [{ key: 'a', title: 'Rule a', isAwaited: false }],
      events: [[{ rule: 'a', value: null }], [], [{ rule: 'a', value: null }]],
      measured: 2,
    });
  });

  it('values are counted once each: of the native document, else of ECS, else not at all', () => {
    const documents = [document(1, { Ip: '10.0.0.1' }), document(1, { Ip: '10.0.0.1' }), document(2, {}, { 'source.ip': '10.0.0.2' }), document(2)];
    const told = ask(
      correlation('type: value_count, rules: [a, b], condition: {field: address, gte: 2}, aliases: {address: {a: Ip, b: source.ip}}'),
      [A, B],
      documents,
    )!;
    expect(told.events).toEqual([
      [{ rule: 'a', value: '10.0.0.1' }],
      [{ rule: 'a', value: '10.0.0.1' }],
      [{ rule: 'b', value: '10.0.0.2' }],
      [{ rule: 'b', value: null }],
    ]);
    expect(told.measured).toBe(2);
  });

  it.each<[name: string, body: string, measured: number | null]>([
    ['a sum', 'type: value_sum, rules: [a], condition: {field: Bytes, gt: 1}', 60],
    ['a mean', 'type: value_avg, rules: [a], condition: {field: Bytes, gt: 1}', 20],
    ['a percentile', 'type: value_percentile, rules: [a], condition: {field: Bytes, gt: 1, percentile: 90}', 30],
    ['different rules', 'type: temporal, rules: [a, b]', 1],
    ['nothing of numbers that are none', 'type: value_sum, rules: [a], condition: {field: EventName, gt: 1}', null],
  ])('the measure is %s', (_name, body, measured) => {
    const documents = [10, 20, 30].map((Bytes) => document(1, { Bytes, EventName: 'x' }));
    expect(ask(correlation(body), [A, B], documents)?.measured).toBe(measured);
  });

  it('one that meets two rules is a step of both, and the steps stand in order', () => {
    const both = `title: Both\nname: c\nlogsource: {product: windows}\ndetection: {s: {EventID: [1, 2]}, condition: s}\n`;
    const told = ask(correlation('type: temporal_ordered, rules: [c, a]'), [A, both], [document(1), document(2)])!;
    expect(told.rules.map(({ key }) => key)).toEqual(['c', 'a']);
    expect(told.events.map((met) => met.map(({ rule: key }) => key))).toEqual([['c', 'a'], ['c']]);
  });

  it('those that an inner correlation counts are its', () => {
    const inner = 'title: Inner\nname: inner\ncorrelation: {type: event_count, rules: [a], timespan: 1m, condition: {gte: 1}}\n';
    const told = ask(correlation('type: temporal, rules: [inner, b]'), [A, B, inner], [document(1), document(2)])!;
    expect(told.rules.map(({ title }) => title)).toEqual(['Inner', 'Rule b']);
    expect(told.events.map((met) => met.map(({ rule: key }) => key))).toEqual([['inner'], ['b']]);
  });

  it('an absence says what was awaited, and counts nothing', () => {
    const text = 'title: Many\nname: many\ncorrelation: {type: goshawk, rules: [a, b], timespan: 10m}\ngoshawk: {absence: {of: b}}\n';
    const told = ask(text, [A, B], [document(1)])!;
    expect([told.type, told.measured, told.bounds]).toEqual(['absence', null, []]);
    expect(told.rules.map(({ key, isAwaited }) => [key, isAwaited])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('a condition over names is as it was written', () => {
    expect(ask(correlation("type: temporal, rules: [a, b], condition: 'a and not b'"), [A, B], [])?.condition).toBe('a and not b');
  });

  it('a filter takes out what it excludes', () => {
    const filter = 'title: F\nlogsource: {product: windows}\nfilter: {rules: [a], known: {User: admin}, condition: not known}\n';
    const documents = [document(1), document(1, { User: 'admin' })];
    expect(ask(correlation('type: event_count, rules: [a], condition: {gte: 1}'), [A, filter], documents)?.measured).toBe(1);
  });

  it('a document that is no JSON meets nothing', () => {
    const documents = [{ ...document(1), native: 'no JSON' }];
    expect(ask(correlation('type: event_count, rules: [a], condition: {gte: 1}'), [A], documents)?.events).toEqual([[]]);
  });
});

it('is null where a rule that it refers to is missing', () => {
  expect(ask(correlation('type: temporal, rules: [a, b]'), [A], [])).toBeNull();
});
