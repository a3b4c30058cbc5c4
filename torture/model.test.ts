import { describe, expect, it } from 'vitest';
import type { RawInput } from './model.ts';
import { compare, differences, modelOf } from './model.ts';
import type { Expectation } from './script.ts';
import { RULES, Script } from './script.ts';

const PARTITIONS = 4;
/** Some minutes of records as a broker would hold them. */
function inputs(seed: string, ticks: number): readonly RawInput[] {
  const script = new Script(seed, PARTITIONS);
  const ends = new Map<string, number>();
  return Array.from({ length: ticks }, (_unused, tick) => script.next(1_700_000_000_000 + tick * 300, 20).map((record) => ({ ...record, tick })))
    .flat()
    .map(({ topic, partition, expectation, tick }) => {
      const offset = ends.get(`${topic}/${partition}`) ?? 0;
      ends.set(`${topic}/${partition}`, offset + 1);
      return { topic, partition, offset, appendedMs: 1_700_000_000_000 + tick * 300, expectation };
    });
}
const plain = (fields: Partial<Expectation>): Expectation => ({
  token: 't',
  fate: 'valid',
  id: null,
  content: 't',
  atMicros: 0,
  host: null,
  findings: [],
  matches: [],
  isPublished: false,
  isLegible: true,
  ...fields,
});
const at = (offset: number, expectation: Partial<Expectation>, appendedMs = offset): RawInput => ({
  topic: 'raw.default.zeek',
  partition: 0,
  offset,
  appendedMs,
  expectation: plain(expectation),
});
const P = 'raw.default.zeek/0';

describe('the script', () => {
  it('draws the same records from the same seed, and others from another', () => {
    const draw = (seed: string) => inputs(seed, 50).map(({ topic, partition, expectation }) => [topic, partition, expectation.token, expectation.fate]);
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  it('has every kind of outcome within half a minute', () => {
    const outcomes = modelOf(inputs('kinds', 100));
    const rules = new Set(outcomes.findings.map((text) => text.split(': ')[0]));
    expect([...rules].toSorted((a, b) => (a! < b! ? -1 : 1))).toEqual(Object.values(RULES).toSorted());
    expect(new Set(outcomes.deadLetters.map((text) => text.split(' ').slice(0, 2).join(' ')))).toEqual(
      new Set(['ingest DECODE_FAILED', 'validate FUTURE_TIMESTAMP']),
    );
    expect(outcomes.parsed.length).toBeGreaterThan(outcomes.valid.length);
  });

  it('comes to an end when asked to', () => {
    const script = new Script('end', PARTITIONS);
    for (let tick = 0; tick < 100; tick++) script.next(tick * 300, 20);
    for (let tick = 100; tick < 120; tick++) script.next(tick * 300, 0);
    expect(script.isFinished).toBe(true);
  });

  it('lets no alert grow beyond the events that one lists, nor be throttled, nor correlations share a group', () => {
    const long = inputs('alerts', 2000);
    expect(Math.max(...modelOf(long).alerts.map((text) => Number(/x(\d+)$/.exec(text)?.[1])))).toBeLessThan(50);
    const hosts = Map.groupBy(
      long.flatMap(({ expectation: { matches, host } }) => matches.map(({ group }) => ({ ip: group.split('|')[1], host }))),
      ({ ip }) => ip,
    );
    expect([...hosts.values()].every((of) => new Set(of.map(({ host }) => host)).size === 1)).toBe(true);
  });
});

describe('the model', () => {
  it.each<[name: string, inputs: RawInput[], expected: Partial<ReturnType<typeof modelOf>>]>([
    ['passes a record without an id as often as it comes', [at(0, {}), at(1, {})], { valid: [`${P}/0`, `${P}/1`] }],
    ['drops a repeat of an id', [at(0, { id: 'i' }), at(1, { id: 'i' })], { valid: [`${P}/0`], parsed: [`${P}/0`, `${P}/1`] }],
    ['forgets an id after ten minutes', [at(0, { id: 'i' }), at(1, { id: 'i' }, 600_001)], { valid: [`${P}/0`, `${P}/1`] }],
    [
      'passes an id with other content, and finds that',
      [at(0, { id: 'i' }), at(1, { id: 'i', content: 'u' })],
      { valid: [`${P}/0`, `${P}/1`], findings: [`${RULES.reused}: ${P}/1`] },
    ],
    ['sets aside what is stamped ahead', [at(0, { fate: 'future' })], { valid: [], deadLetters: [`validate FUTURE_TIMESTAMP ${P}/0`] }],
    ['sets aside what cannot be read', [at(0, { fate: 'undecodable' })], { parsed: [], deadLetters: [`ingest DECODE_FAILED ${P}/0`] }],
    [
      'joins findings of one group to one alert',
      [at(0, { findings: [{ rule: 'r', group: 'g' }] }), at(1, { findings: [{ rule: 'r', group: 'g' }] })],
      { findings: [`r: ${P}/0`, `r: ${P}/1`], alerts: [`r: ${P}/0 ${P}/1 x2`] },
    ],
    [
      'fires a correlation once, on its first events',
      [1, 2, 3].map((n) => at(n, { atMicros: n, matches: [{ rule: 'c', group: 'g', needs: 2 }] })),
      { findings: [`c: ${P}/1 ${P}/2`] },
    ],
    ['does not fire one that is not complete', [at(0, { matches: [{ rule: 'c', group: 'g', needs: 2 }] })], { findings: [], matches: [`c@${P}/0`] }],
  ])('%s', (_name, given, expected) => {
    expect(modelOf(given)).toMatchObject(expected);
  });

  it('names what is missing and what is there twice', () => {
    expect(differences('valid', ['a', 'b'], ['b', 'b', 'c'])).toEqual(['valid: missing: a', 'valid: too often by 1: b', 'valid: too often by 1: c']);
    const outcomes = modelOf(inputs('compare', 20));
    expect(compare(outcomes, outcomes)).toEqual([]);
    expect(compare(outcomes, { ...outcomes, enriched: outcomes.enriched.slice(1) })).toEqual([`enriched: missing: ${outcomes.enriched[0]}`]);
  });
});
