import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { ExplainedDefinition, ExplainedEntry, ExplainedValue, Explanation } from '../../domains/sigma/index.ts';
import { openExplain } from './explain-rule.ts';
import type { EventLogsource } from './match/engine.ts';
import { openEngine, OWN_RULES, readRuleFiles } from './open-rules.ts';

const LOGSOURCE = { product: ['windows'], category: ['process_creation'], service: ['sysmon'] };
const setOf = (detection: string, further = '') =>
  parseRuleSet([
    {
      file: 'r.yml',
      text: `title: R\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: windows, category: process_creation}\ndetection: ${detection}\n${further}`,
    },
  ]);
function explained(
  detection: string,
  event: object,
  { logsource = LOGSOURCE, filter = '' }: { logsource?: EventLogsource; filter?: string } = {},
): Explanation {
  const set = setOf(detection, filter);
  expect(set.refusals).toEqual([]);
  return openExplain(set.rules[0]!, { filters: set.filters })(logsource, Buffer.from(JSON.stringify(event)));
}
function entriesOf(definition: ExplainedDefinition): readonly ExplainedEntry[] {
  return definition.kind === 'entry' ? [definition] : definition.of.flatMap(entriesOf);
}
const entryOf = (explanation: Explanation): ExplainedEntry => entriesOf(explanation.detection.selections[0]!.of)[0]!;

type Says = Partial<Omit<ExplainedEntry, 'values'>> & { readonly values?: readonly Partial<ExplainedValue>[] };

describe('an entry', () => {
  it.each<[name: string, entry: string, event: object, says: Says]>([
    [
      'says which value held, and what was seen',
      '{Image|endswith: [x.exe, y.exe]}',
      { Image: 'C:\\y.exe' },
      {
        holds: true,
        has: 'value',
        seen: ['C:\\y.exe'],
        modifiers: ['endswith'],
        values: [
          { value: 'x.exe', holds: false },
          { value: 'y.exe', holds: true },
        ],
      },
    ],
    ['tells a missing field', '{Image: a}', { Other: 1 }, { holds: false, has: 'missing', seen: [], foundAs: null }],
    ['tells a null', '{Image: null}', { Image: null }, { holds: true, has: 'null', values: [{ value: null, holds: true }] }],
    ['tells an object', '{Image: a}', { Image: { x: 1 } }, { holds: false, has: 'object', seen: [] }],
    ['tells an empty text', "{Image: ''}", { Image: '' }, { holds: true, has: 'value', seen: [''] }],
    [
      'tells the other name under which the event has the field',
      '{Image: a}',
      { NewProcessName: 'a' },
      { holds: true, has: 'value', foundAs: 'NewProcessName', seen: ['a'] },
    ],
    ['tells a name of two parts', '{a.b: 1}', { a: { b: 1 } }, { holds: true, foundAs: null, seen: ['1'] }],
    [
      'tells all of an array',
      '{Image|contains|all: [a, b]}',
      { Image: ['xa', 'xb'] },
      {
        holds: true,
        seen: ['xa', 'xb'],
        values: [
          { value: 'a', holds: true },
          { value: 'b', holds: true },
        ],
      },
    ],
    [
      'tells of all which is not met',
      '{Image|contains|all: [a, z]}',
      { Image: 'xa' },
      {
        holds: false,
        values: [
          { value: 'a', holds: true },
          { value: 'z', holds: false },
        ],
      },
    ],
    [
      'tells of neq which value equals',
      '{Image|neq: [a, b]}',
      { Image: 'b' },
      {
        holds: false,
        values: [
          { value: 'a', holds: false },
          { value: 'b', holds: true },
        ],
      },
    ],
    [
      'tells of keywords which is there',
      '[foo, bar]',
      { Any: { thing: 'a bar b' } },
      {
        holds: true,
        field: null,
        has: null,
        values: [
          { value: 'foo', holds: false },
          { value: 'bar', holds: true },
        ],
      },
    ],
    ['tells of a network', '{Ip|cidr: 10.0.0.0/8}', { Ip: '10.1.2.3' }, { holds: true, seen: ['10.1.2.3'] }],
    ['tells of exists', '{Ip|exists: false}', { Ip: 'x' }, { holds: false, has: 'value', values: [{ value: false, holds: false }] }],
  ])('%s', (_name, entry, event, says) => {
    expect(entryOf(explained(`{s: ${entry}, condition: s}`, event))).toMatchObject(says);
  });

  it('is cut where a field is long or a list is', () => {
    const list = JSON.stringify([...Array.from({ length: 4_000 }, (_, at) => `v${at}`), 'last']);
    const told = entryOf(explained(`{s: {Image|endswith: ${list}}, condition: s}`, { Image: `${'x'.repeat(1_000_000)}last` }));
    expect(told.seen[0]).toHaveLength(501);
    expect(told.valueCount).toBe(4_001);
    expect(told.values).toHaveLength(201);
    expect(told.values.at(-1)).toEqual({ value: 'last', holds: true, met: [{ path: null, before: `…${'x'.repeat(120)}`, part: 'last', after: '' }] });
  });
});

describe('what met', () => {
  const metIn = (entry: string, event: object) =>
    entryOf(explained(`{s: ${entry}, condition: s}`, event))
      .values.filter(({ holds }) => holds)
      .map(({ met }) => met);
  it.each<[name: string, entry: string, event: object, met: readonly object[]]>([
    ['is a part of the value', '{Image|contains: [b, z]}', { Image: 'abc' }, [{ path: null, before: 'a', part: 'b', after: 'c' }]],
    [
      'is in each text of a list, three at most',
      '{Image|endswith: x}',
      { Image: ['1x', 'no', '2x', '3x', '4x'] },
      ['1', '2', '3'].map((before) => ({ path: null, before, part: 'x', after: '' })),
    ],
    [
      'has for keywords the place where they lie',
      '[odd]',
      { a: [{ b: 'so odd it is' }, 'nothing'] },
      [{ path: 'a.b', before: 'so ', part: 'odd', after: ' it is' }],
    ],
    ['is the number that a keyword finds', '[102]', { EventID: 1102 }, [{ path: 'EventID', before: '1', part: '102', after: '' }]],
    [
      'is what another field has, too',
      '{Image|fieldref|endswith: Name}',
      { Image: 'C:\\x', Name: 'x' },
      [{ path: null, before: 'C:\\', part: 'x', after: '' }],
    ],
    ['lies under another name of the field', '{Image|endswith: a}', { NewProcessName: 'ba' }, [{ path: null, before: 'b', part: 'a', after: '' }]],
  ])('%s', (_name, entry, event, met) => {
    expect(metIn(entry, event)).toEqual([met]);
  });
  it.each<[name: string, entry: string, event: object]>([
    ['null', '{Image: null}', {}],
    ['a field that is there', '{Image|exists: true}', { Image: 'x' }],
    ['a field that is not', '{Image|exists: false}', {}],
  ])('is no text for %s', (_name, entry, event) => {
    expect(metIn(entry, event)).toEqual([[]]);
  });
  it('is said for the first fifty values of an entry', () => {
    const list = Array.from({ length: 60 }, (_, at) => `v${at}`);
    const met = metIn(`{Image|contains|all: ${JSON.stringify(list)}}`, { Image: list.join(' ') });
    expect(met.map(({ length }) => length)).toEqual([...Array<number>(50).fill(1), ...Array<number>(10).fill(0)]);
  });
  it('is cut between characters, on both sides and within', () => {
    const [met] = metIn("{Image|re: 'b+'}", { Image: `${'😀'.repeat(100)}a${'b'.repeat(900)}a${'😀'.repeat(100)}` });
    expect(met).toEqual([{ path: null, before: `…${'😀'.repeat(60)}a`, part: `${'b'.repeat(500)}…`, after: `a${'😀'.repeat(59)}…` }]);
  });
});

describe('a rule', () => {
  const detection = '{a: {Image: x}, b: {User: u}, _c: {Never: 1}, condition: a and not (b or _c)}';
  it('is taken apart by its condition', () => {
    const { matches, detection: told } = explained(detection, { Image: 'x', User: 'u' });
    expect(matches).toBe(false);
    expect(told.selections.map(({ name, use, holds }) => [name, use, holds])).toEqual([
      ['a', 'wanted', true],
      ['b', 'excluded', true],
      ['_c', 'excluded', false],
    ]);
    expect(told.conditions).toEqual([
      {
        text: 'a and not (b or _c)',
        holds: false,
        of: {
          kind: 'and',
          holds: false,
          of: [
            { kind: 'selection', name: 'a', holds: true },
            {
              kind: 'not',
              holds: false,
              of: {
                kind: 'or',
                holds: true,
                of: [
                  { kind: 'selection', name: 'b', holds: true },
                  { kind: 'selection', name: '_c', holds: false },
                ],
              },
            },
          ],
        },
      },
    ]);
  });
  it.each([
    ['x and y', ['wanted', 'wanted', 'unused']],
    ['x and not (y or not z)', ['wanted', 'excluded', 'wanted']],
    ['(x and not y) or y', ['wanted', 'both', 'unused']],
  ])('says how %s uses what it names', (condition, uses) => {
    const { detection: told } = explained(`{x: {A: 1}, y: {B: 1}, z: {C: 1}, condition: ${condition}}`, {});
    expect(told.selections.map(({ use }) => use)).toEqual(uses);
  });
  it('does not match an event of another log source, whatever the condition says', () => {
    const {
      matches,
      logsource,
      detection: told,
    } = explained('{a: {Image: x}, condition: a}', { Image: 'x' }, { logsource: { product: 'linux', category: ['process_creation', 'other'], service: [] } });
    expect([matches, told.holds]).toEqual([false, true]);
    expect(logsource).toEqual({
      holds: false,
      attributes: [
        { name: 'product', wants: 'windows', has: ['linux'], holds: false },
        { name: 'category', wants: 'process_creation', has: ['process_creation', 'other'], holds: true },
      ],
    });
  });
  it('tells a filter that keeps it from matching', () => {
    const filter =
      '---\ntitle: F\nlogsource: {product: windows}\nfilter: {rules: [00000000-0000-4000-8000-000000000001], known: {User: admin}, condition: not known}\n';
    const { matches, detection: told, filters } = explained('{a: {Image: x}, condition: a}', { Image: 'x', User: 'admin' }, { filter });
    expect([matches, told.holds]).toEqual([false, true]);
    expect(filters).toMatchObject([{ title: 'F', holds: false, selections: [{ name: 'known', holds: true }] }]);
  });
  it('is explained for one event after another', () => {
    const explain = openExplain(setOf('{a: {Image: x}, condition: a}').rules[0]!);
    const at = (Image: string) => explain(LOGSOURCE, Buffer.from(JSON.stringify({ Image })));
    expect([at('x').matches, at('y').matches, at('x').matches]).toEqual([true, false, true]);
  });
});

it('says of every rule of ours, of an event that has nothing, what the engine says', async () => {
  const set = parseRuleSet(await readRuleFiles(OWN_RULES));
  const engine = openEngine(set, { isGated: false });
  const met = new Set(engine.match(LOGSOURCE, Buffer.from('{}')).map(({ rule }) => rule.key));
  for (const rule of set.rules) {
    const { detection, filters } = openExplain(rule, { filters: set.filters })(LOGSOURCE, Buffer.from('{}'));
    expect(detection.holds && filters.every(({ holds }) => holds), rule.title).toBe(met.has(rule.key));
  }
}, 60_000);

const SIGMA = join(process.env.GOSHAWK_TEST_DATA ?? '/nowhere', 'sigma');
it.skipIf(!existsSync(SIGMA))(
  'of public rules and events, parts add up to what matches',
  async () => {
    const lines = (file: string): readonly string[] => readFileSync(join(SIGMA, file), 'utf8').split('\n').filter(Boolean);
    const set = parseRuleSet(await readRuleFiles(join(SIGMA, 'rules')));
    const rules = new Map(set.rules.map((rule) => [rule.id, rule]));
    const given = lines('events.ndjson').map((line) => JSON.parse(line) as { id: string; logsource: Partial<EventLogsource>; event: object });
    const events = new Map(given.map((one) => [one.id, one]));
    const seen = new Map<string, number>();
    let checked = 0;
    for (const line of lines('expected.ndjson')) {
      const { id, rules: matching } = JSON.parse(line) as { id: string; rules: readonly string[] };
      const { logsource, event } = events.get(id)!;
      for (const ruleId of matching) {
        if ((seen.get(ruleId) ?? 0) > 0) continue;
        seen.set(ruleId, (seen.get(ruleId) ?? 0) + 1);
        const source = { product: logsource.product ?? [], category: logsource.category ?? [], service: logsource.service ?? [] };
        const told = openExplain(rules.get(ruleId)!)(source, Buffer.from(JSON.stringify(event)));
        expect([told.matches, told.detection.holds], `${ruleId} of ${id}`).toEqual([true, true]);
        for (const entry of told.detection.selections.flatMap(({ of }) => entriesOf(of))) {
          const isText = entry.has !== 'missing' && entry.has !== 'null' && !entry.modifiers.includes('exists');
          for (const { value, met } of entry.values.filter(({ holds }) => holds).slice(0, 50))
            expect(met.length > 0, `${ruleId} of ${id}: ${entry.field} ${String(value)}`).toBe(isText && value !== null);
        }
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(100);
  },
  120_000,
);
