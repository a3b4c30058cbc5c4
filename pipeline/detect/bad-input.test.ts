// Documents that nobody should have written: each is refused or bounded, with its file and the reason, and the rule beside it loads as if they were not there.
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { RuleFile } from '../../domains/sigma/index.ts';
import { openEngine, readRuleFiles } from './open-rules.ts';

const GOOD: RuleFile = {
  file: 'good.yml',
  text: 'title: good\nid: 11111111-1111-4111-8111-111111111111\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n',
};
const rule = (selection: string, more = '') => `title: bad\nlogsource: {product: x}\ndetection:\n  s:\n    ${selection}\n  condition: s\n${more}`;
const correlation = (name: string, rules: string) =>
  `title: ${name}\nname: ${name}\ncorrelation: {type: event_count, rules: [${rules}], timespan: 1m, condition: {gte: 1}}\n`;
const bomb = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].reduce(
  (text, name, n) => `${text}${name}: &${name} [${n === 0 ? '1' : Array.from({ length: 9 }, () => `*${'abcdefgh'[n - 1]}`).join(', ')}]\n`,
  '',
);
const deep = `${'['.repeat(60)}${']'.repeat(60)}`;
const MiB = 1_048_576;

it.each<[name: string, text: string, refused: (RegExp | [document: number, reason: RegExp])[]]>([
  ['a YAML bomb', `${bomb}title: bad\n`, [/it cannot be read: Excessive alias count/]],
  ['lists in lists in lists', rule(`A: ${deep}`), [/nested more than 32 deep/]],
  ['a file of more than 8 MiB', `${rule('A: 1')}# ${'x'.repeat(8 * MiB)}\n`, [/the file is larger than 8388608 bytes/]],
  ['no YAML', 'title: [\n', [/it is not valid YAML/]],
  ['a key twice', rule('A: 1\n    A: 2'), [/it is not valid YAML: Map keys must be unique/]],
  ['a list', '- 1\n- 2\n', [/a Sigma document is a map/]],
  ['an unknown modifier', rule('A|containz: x'), [/containz/]],
  ['a back-reference, which only back-tracking finds', rule(String.raw`A|re: '(a+)\1'`), [/\S/]],
  ['a look-around', rule("A|re: '(?=a)b'"), [/\S/]],
  ['an expression that is none', rule("A|re: '('"), [/\S/]],
  ['repetitions of repetitions', rule("A|re: '((a{1000}){1000}){1000}'"), [/\S/]],
  ['an unknown identifier in the condition', rule('A: 1').replace('condition: s', 'condition: t'), [/"t"/]],
  ['a condition nested without end', rule('A: 1').replace('condition: s', `condition: ${'('.repeat(100_000)}s`), [/\S/]],
  ['a correlation of itself', correlation('one', 'one'), [/part of a circle/]],
  [
    'correlations in a circle',
    `${correlation('one', 'two')}---\n${correlation('two', 'three')}---\n${correlation('three', 'one')}`,
    [
      [1, /circle/],
      [2, /circle/],
      [3, /circle/],
    ],
  ],
  ['a correlation of nothing known', correlation('one', 'nobody'), [/"nobody", which is not the id or name of a loaded rule/]],
  ['an id that is taken', `id: 11111111-1111-4111-8111-111111111111\n${rule('A: 1')}`, [/is already the id or name of "good" \(good\.yml, document 1\)/]],
  ['one bad document between good ones', `${rule('A: 1')}---\n${rule('A|containz: x')}---\n${rule('A: 2')}`, [[2, /containz/]]],
])('refuses %s, and loads the rest', (_name, text, refused) => {
  const set = parseRuleSet([GOOD, { file: 'bad.yml', text }]);
  expect(set.refusals.map(({ file, document }) => [file, document])).toEqual(refused.map((one) => ['bad.yml', one instanceof RegExp ? 1 : one[0]]));
  for (const [index, { reason }] of set.refusals.entries()) {
    const want = refused[index]!;
    expect(reason).toMatch(want instanceof RegExp ? want : want[1]);
    expect(reason.length, 'a reason is for people: it does not repeat what is bad').toBeLessThan(500);
  }
  expect(set.rules.map(({ key }) => key)).toContain('11111111-1111-4111-8111-111111111111');
});

const LONG = 'v'.repeat(MiB);
const FIELD = 'f'.repeat(10_000);
const DOZENS = Array.from({ length: 60_000 }, (_unused, n) => `value ${n}`);
it.each<[name: string, text: string, met: unknown, missed: unknown]>([
  ['a value of 1 MB', rule(`A: '${LONG}'`), { A: LONG }, { A: `${LONG}v` }],
  ['a part of 1 MB', rule(`A|contains: '${LONG}'`), { A: `x${LONG}x` }, { A: LONG.slice(1) }],
  ['a rule of 1 MB of values', rule(`A|contains: [${DOZENS.map((one) => `'${one}'`).join(', ')}]`), { A: 'a value 59999' }, { A: 'a valu' }],
  ['a field name of 10 kB', rule(`? ${FIELD}\n    : 1`), { [FIELD]: 1 }, { [FIELD.slice(1)]: 1 }],
  ['a rule that matches everything', rule('A: null').replace('condition: s', 'condition: s or not s'), {}, null],
  ['an expression that would back-track for ever', rule("A|re: '(a+)+$'"), { A: 'a'.repeat(100_000) }, { A: `${'a'.repeat(100_000)}!` }],
  ['a pattern of wildcards that would, too', rule(`A: '${'*a'.repeat(30)}'`), { A: 'a'.repeat(10_000) }, { A: `${'a'.repeat(10_000)}!` }],
])('runs %s, and the rule beside it', (_name, text, met, missed) => {
  const set = parseRuleSet([GOOD, { file: 'odd.yml', text }]);
  expect(set.refusals).toEqual([]);
  const engine = openEngine(set);
  const titles = (event: object) =>
    engine
      .match({ product: ['x'], category: [], service: [] }, Buffer.from(JSON.stringify(event)))
      .map((match) => match.rule.title)
      .sort();
  expect(titles(met as object)).toEqual(['bad']);
  if (missed !== null) expect(titles(missed as object)).toEqual([]);
  expect(titles({ A: 1 })).toContain('good');
});

describe.skipIf(!process.env.GOSHAWK_TEST_DATA)('the public rules', () => {
  it('load, all that are complete in themselves; each that is refused is named, with the reason', async () => {
    const files = await readRuleFiles(`${process.env.GOSHAWK_TEST_DATA}/sigma/rules`);
    const { rules, retired, refusals } = parseRuleSet(files);
    const needsPlaceholders = refusals.filter(({ reason }) => /placeholder/i.test(reason));
    expect(refusals.filter((one) => !needsPlaceholders.includes(one))).toEqual([]);
    for (const { file, title, reason } of refusals)
      expect([files.some((one) => one.file === file), title, reason.length > 10]).toEqual([true, expect.any(String), true]);
    const documents = files.reduce((count, { text }) => count + (text.match(/^detection:/gm)?.length ?? 0), 0);
    expect(rules.length + retired.length + refusals.length).toBe(documents);
  });
});
