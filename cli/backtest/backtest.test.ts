import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { Event, Finding } from '../../schemas/avro/types.gen.ts';
import { plainEvent } from '../../schemas/avro/plain.ts';
import { Backtest } from './backtest.ts';
import { judge, readExpectation } from './expectation.ts';
import type { Expectation } from './expectation.ts';

const SECOND = 1_000_000;
const NOON = Date.UTC(2026, 0, 1, 12) * 1_000;
const SET = parseRuleSet([
  {
    file: 'r.yml',
    text: `title: Failed
name: failed
logsource: {product: test}
detection: {s: {outcome: failed}, condition: s}
---
title: Five
name: five
correlation: {type: event_count, rules: [failed], group-by: [user], timespan: 1m, condition: {gte: 5}}
---
title: Odd
name: odd
logsource: {product: test}
detection: {s: {outcome: odd}, condition: s}
`,
  },
]);
let made = 0;
const event = (seconds: number, native: object, fields: Partial<Event> = {}): Event =>
  plainEvent({
    id: (made++).toString(16).padStart(32, '0'),
    time: NOON + seconds * SECOND,
    product: 'test',
    logsource: { category: [], service: [] },
    native: Buffer.from(JSON.stringify(native)),
    provenance: { ...plainEvent().provenance, topic: 'raw.default.test', partition: 0, offset: made, index: 0 },
    ...fields,
  });
const failed = (seconds: number, user = 'u') => event(seconds, { outcome: 'failed', user });
const countsOf = (backtest: Backtest) => Object.fromEntries(backtest.end().rules.map(({ title, matches, findings }) => [title, [matches, findings]]));
const LATER = NOON + 86_400 * SECOND;

describe('a backtest', () => {
  it('counts matches of rules, also where only a correlation wants them, and findings', () => {
    const told: Finding[] = [];
    const backtest = new Backtest(SET, (finding) => void told.push(finding));
    for (let at = 0; at < 5; at++) backtest.event(failed(at), LATER);
    backtest.event(event(5, { outcome: 'odd' }), LATER);
    expect(countsOf(backtest)).toEqual({ Failed: [5, 0], Five: [0, 1], Odd: [1, 1] });
    expect(told.map(({ title }) => title).sort()).toEqual(['Five', 'Odd']);
  });

  it('finds the same whatever the order within what a dataset may be late', () => {
    const seconds = [20, 3, 9, 0, 14];
    const backtest = new Backtest(SET);
    for (const at of seconds) backtest.event(failed(at), LATER);
    backtest.event(failed(500, 'other'), LATER);
    expect(countsOf(backtest)['Five']).toEqual([0, 1]);
  });

  it('says what is settled as it goes, not only at the end', () => {
    const told: string[] = [];
    const backtest = new Backtest(SET, ({ title }) => void told.push(title));
    for (let at = 0; at < 5; at++) backtest.event(failed(at), LATER);
    expect(told).toEqual([]);
    backtest.event(failed(4_000, 'other'), LATER);
    expect(told).toEqual(['Five']);
  });

  it('keeps apart what is more than a timespan apart', () => {
    const backtest = new Backtest(SET);
    for (let at = 0; at < 5; at++) backtest.event(failed(at * 61), LATER);
    expect(countsOf(backtest)['Five']).toEqual([0, 0]);
  });

  it.each<[name: string, starts: readonly number[], streams: number, findings: number]>([
    ['goes on where an input continues the one before', [0, 10], 1, 1],
    ['begins anew where an input is older', [40_000, 0], 2, 0],
  ])('%s', (_name, starts, streams, findings) => {
    const backtest = new Backtest(SET);
    for (const start of starts) {
      backtest.begin();
      for (let at = 0; at < 3; at++) backtest.event(failed(start + at), LATER);
    }
    expect(backtest.end()).toMatchObject({ streams, findings });
  });

  it('finds in an older input what it would find alone', () => {
    const backtest = new Backtest(SET);
    for (const start of [40_000, 0]) {
      backtest.begin();
      for (let at = 0; at < 5; at++) backtest.event(failed(start + at), LATER);
    }
    expect(countsOf(backtest)['Five']).toEqual([0, 2]);
  });

  it('does not let an event from the future be a clock for the others', () => {
    const backtest = new Backtest(SET);
    backtest.event(failed(10 * 365 * 86_400), LATER);
    for (let at = 0; at < 5; at++) backtest.event(failed(at), LATER);
    expect(backtest.end()).toMatchObject({ events: 5, findings: 1, refused: { FUTURE_TIMESTAMP: 1 }, span: { from: NOON, to: NOON + 4 * SECOND } });
  });

  it('counts an event whose document is no JSON', () => {
    const backtest = new Backtest(SET);
    backtest.event(event(0, {}, { native: Buffer.from('[') }), LATER);
    expect(backtest.end()).toMatchObject({ refused: { DECODE_FAILED: 1 } });
  });

  it('says nothing of no events', () => {
    expect(new Backtest(SET).end()).toMatchObject({ events: 0, span: null, findings: 0, streams: 1 });
  });
});

describe('what is expected', () => {
  const rules = [
    { rule: 'id-a', title: 'A', kind: 'rule', matches: 3, findings: 3 },
    { rule: 'id-b', title: 'B', kind: 'rule', matches: 0, findings: 0 },
  ] as const;
  it.each<[name: string, expected: Expectation, right: readonly [string, boolean][]]>([
    [
      'a number is exact',
      { 'ID-A': 3, B: 1 },
      [
        ['A', true],
        ['B', false],
      ],
    ],
    [
      'a range includes its ends',
      { A: { min: 3, max: 3 }, B: { max: 0 } },
      [
        ['A', true],
        ['B', true],
      ],
    ],
    ['at least', { A: { min: 4 } }, [['A', false]]],
    ['a rule that is not there is wrong, also for 0', { C: 0 }, [['C', false]]],
    [
      'others are named when they are wrong',
      { A: 3, '*': { min: 1 } },
      [
        ['A', true],
        ['B', false],
      ],
    ],
    ['others that are right are not', { A: 3, '*': 0 }, [['A', true]]],
  ])('%s', (_name, expected, right) => {
    expect(judge(expected, rules).map(({ title, isRight }) => [title, isRight])).toEqual(right);
  });
  it('refuses a file that is not there', () => {
    expect(() => readExpectation('/nowhere')).toThrow(expect.objectContaining({ code: 'INVALID_USAGE' }));
  });
});
