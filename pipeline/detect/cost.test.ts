import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { costOf, costWarnings } from './cost.ts';
import type { RuleCost } from './cost.ts';
import { openEngine, OWN_RULES, readRuleFiles } from './open-rules.ts';

function cost(detection: string): RuleCost {
  const set = parseRuleSet([{ file: 'r.yml', text: `title: R\nlogsource: {product: windows, category: process_creation}\ndetection: ${detection}\n` }]);
  expect(set.refusals).toEqual([]);
  return costOf(set.rules[0]!);
}

describe('a rule', () => {
  it.each<[name: string, detection: string, says: Partial<RuleCost>, warning: RegExp | null]>([
    [
      'with a rare text is asked of few events',
      "{s: {CommandLine|contains: 'sekurlsa::'}, condition: s}",
      { wokenBy: 'literal', literals: [{ field: 'CommandLine', text: 'sekurlsa::' }], sweep: null },
      null,
    ],
    ['with a common text is asked of many', "{s: {Image|endswith: '.exe'}, condition: s}", { wokenBy: 'literal' }, /the rarest are common \("\.exe"\)/],
    [
      'takes the rarest of all that must be there',
      "{s: {Image|endswith: '.exe', CommandLine|contains: 'sekurlsa::'}, condition: s}",
      { literals: [{ field: 'CommandLine', text: 'sekurlsa::' }] },
      null,
    ],
    [
      'that only excludes is asked of every event',
      "{s: {Image|endswith: '.exe'}, condition: not s}",
      { wokenBy: 'nothing', candidateShare: 1 },
      /asked of every event of its log source$/,
    ],
    [
      'that compares numbers is asked of every event with the field',
      '{s: {Size|gt: 5}, condition: s}',
      { wokenBy: 'field' },
      /asks of "Size" nothing that the index can look up/,
    ],
    [
      'with a regular expression without a literal says so',
      "{s: {CommandLine|re: '[a-z]{20,}'}, condition: s}",
      { bareRegexes: [{ field: 'CommandLine', source: '[a-z]{20,}' }] },
      /"\[a-z\]\{20,\}" of "CommandLine" needs no literal/,
    ],
    [
      'with such a one behind a rare text does not',
      "{s: {CommandLine|re: '[a-z]{20,}', Image|endswith: '\\mimikatz.exe'}, condition: s}",
      { wokenBy: 'literal' },
      null,
    ],
    [
      'with a regular expression of literals is as good as a text',
      "{s: {CommandLine|re: 'sekurlsa::(logon|msv)'}, condition: s}",
      { wokenBy: 'literal', bareRegexes: [] },
      null,
    ],
  ])('%s', (_name, detection, says, warning) => {
    const told = cost(detection);
    expect(told).toMatchObject(says);
    if (warning === null) expect(costWarnings(told)).toEqual([]);
    else expect(costWarnings(told).join('\n')).toMatch(warning);
  });
});

describe('a rule that says nothing', () => {
  it.each<[detection: string, sweep: RuleCost['sweep']]>([
    ["{s: {Image: '*'}, condition: s}", 'present'],
    ["{s: {Image|re: '.*'}, condition: s}", 'present'],
    ['{s: {Image|exists: true}, condition: s}', 'present'],
    ["{a: {Image: '*'}, b: {Image: null}, condition: a or b}", 'all'],
    ['{a: {Image|exists: true}, b: {Image|exists: false}, condition: 1 of them}', 'all'],
    ['{a: {Image: x}, condition: a or not a}', 'all'],
    ['{a: {Image: x}, b: {User: u}, condition: not (a and b) or a}', 'all'],
    ["{a: {Image: '*'}, b: {User: u}, condition: a or b}", 'present'],
    ["{a: {Image: '*'}, b: {User: u}, condition: a and b}", null],
    ['{a: {Image: x}, condition: not a}', null],
    ['{a: {Image: null}, condition: a}', null],
    ['{a: [word], condition: a or not a}', 'all'],
    ['{a: [word], condition: a}', null],
    ["{a: {Image: '?*'}, condition: a}", null],
  ])('%s: %s', (detection, sweep) => {
    expect(cost(detection).sweep).toBe(sweep);
  });

  it('is not found where it would take too long, and that takes no time', () => {
    const names = Array.from({ length: 40 }, (_, at) => `s${at}`);
    const detection = `{${names.map((name) => `${name}: {${name}: 1}`).join(', ')}, condition: ${names.map((name) => `(${name} or not ${name})`).join(' and ')}}`;
    expect(['all', 'present', null]).toContain(cost(detection).sweep);
  });
});

it('finds none of ours that says nothing', async () => {
  const { rules } = parseRuleSet(await readRuleFiles(OWN_RULES));
  expect(rules.filter((rule) => costOf(rule).sweep !== null).map(({ title }) => title)).toEqual([]);
});

const SIGMA = join(process.env.GOSHAWK_TEST_DATA ?? '/nowhere', 'sigma', 'rules');
it.skipIf(!existsSync(SIGMA))('finds no public rule that says nothing, and calls always asked those that the engine always asks', async () => {
  const set = parseRuleSet(await readRuleFiles(SIGMA));
  const costs = set.rules.map((rule) => ({ rule, cost: costOf(rule) }));
  expect(costs.filter(({ cost: { sweep } }) => sweep !== null).map(({ rule: { title } }) => title)).toEqual([]);
  const always = costs.filter(({ cost: { wokenBy } }) => wokenBy === 'nothing').map(({ rule }) => rule);
  expect(always.length).toBeLessThan(10);
  for (const rule of always) {
    const engine = openEngine({ ...set, rules: [rule], correlations: [] }, { isGated: false });
    const anything = { product: [], category: [], service: [] };
    engine.match(anything, {});
    expect(engine.lastAsked(anything), rule.title).toEqual([rule]);
  }
});
