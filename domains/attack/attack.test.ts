import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { coverageOf, familyOf, navigatorLayer, reachOf, TACTICS, techniqueOf, titleOfTechnique } from './index.ts';
import type { TaggedRule } from './index.ts';

const rule = (key: string, part: Partial<TaggedRule>): TaggedRule => ({
  key,
  title: `Rule ${key}`,
  origin: 'ours',
  products: ['windows'],
  techniques: [],
  tactics: [],
  ...part,
});
const RULES = [
  rule('a', { techniques: ['T1003.001'], tactics: ['credential-access'] }),
  rule('b', { techniques: ['T1003.001', 'T1059'], tactics: ['execution', 'credential-access'], products: ['linux', 'windows'], origin: 'public' }),
  rule('c', { techniques: ['T1003'], tactics: ['credential-access', 'made-up'], products: [] }),
  rule('d', {}),
];

describe('coverage', () => {
  const coverage = coverageOf(RULES);
  it('is by technique, with where rules are from and whose events they read', () => {
    expect(coverage.techniques.map(({ technique, tactics, byOrigin, byProduct }) => ({ technique, tactics, byOrigin, byProduct }))).toEqual([
      { technique: 'T1003', tactics: ['credential-access'], byOrigin: { ours: 1 }, byProduct: { any: 1 } },
      { technique: 'T1003.001', tactics: ['credential-access'], byOrigin: { ours: 1, public: 1 }, byProduct: { linux: 1, windows: 2 } },
      { technique: 'T1059', tactics: ['execution'], byOrigin: { public: 1 }, byProduct: { linux: 1, windows: 1 } },
    ]);
    expect(coverage.untagged.map(({ key }) => key)).toEqual(['d']);
  });
  it('has every tactic in the order of the matrix, also those that no rule names', () => {
    expect(coverage.tactics.map(({ tactic }) => tactic)).toEqual([...TACTICS.map(({ name }) => name), 'made-up']);
    expect(coverage.tactics.filter(({ rules }) => rules > 0)).toEqual([
      { tactic: 'execution', techniques: 1, rules: 1 },
      { tactic: 'credential-access', techniques: 2, rules: 3 },
      { tactic: 'made-up', techniques: 0, rules: 1 },
    ]);
  });
  it.each<[technique: string, reach: string]>([
    ['T1003.001', 'named'],
    ['t1003.001', 'named'],
    ['T1003.006', 'near'],
    ['T1059.001', 'near'],
    ['T1110', 'none'],
    ['T10', 'none'],
  ])('reaches %s: %s', (technique, reach) => {
    expect(reachOf(coverage, technique)).toBe(reach);
  });
  it('takes tactics of a technique that ATT&CK does not have from its rules', () => {
    expect(coverageOf([rule('a', { techniques: ['T0800'], tactics: ['inhibit-response', 'impact'] })]).techniques).toMatchObject([
      { title: undefined, tactics: ['impact', 'inhibit-response'] },
    ]);
  });
  it('reaches a technique when a rule names one below it', () => {
    expect(reachOf(coverageOf([rule('a', { techniques: ['T1110.003'] })]), 'T1110')).toBe('near');
  });
});

it.each<[id: string, title: string | undefined, tactics: readonly string[] | undefined]>([
  ['T1003', 'OS Credential Dumping', ['credential-access']],
  ['T1003.001', 'OS Credential Dumping: LSASS Memory', ['credential-access']],
  ['T1078', 'Valid Accounts', ['initial-access', 'persistence', 'privilege-escalation', 'defense-evasion']],
  ['T9999', undefined, undefined],
  ['constructor', undefined, undefined],
])('calls %s %s', (id, title, tactics) => {
  expect([titleOfTechnique(id), techniqueOf(id)?.tactics]).toEqual([title, tactics]);
});
it('names no tactic that the matrix does not have', () => {
  const { techniques } = z
    .object({
      techniques: z.record(z.string().regex(/^T\d{4}(\.\d{3})?$/), z.tuple([z.string().min(1), z.array(z.enum(TACTICS.map(({ name }) => name))).min(1)])),
    })
    .parse(JSON.parse(readFileSync(new URL('techniques.json', import.meta.url), 'utf8')));
  expect(Object.keys(techniques).filter((id) => techniques[familyOf(id)] === undefined)).toEqual([]);
});

it('knows the fourteen tactics once each', () => {
  expect([new Set(TACTICS.map(({ id }) => id)).size, new Set(TACTICS.map(({ name }) => name)).size]).toEqual([14, 14]);
  expect(TACTICS.find(({ id }) => id === 'TA0011')?.name).toBe('command-and-control');
});

/** The parts of the format's definition that a layer of ours uses; what it does not name is refused. */
const layer = z.strictObject({
  name: z.string().min(1),
  versions: z.strictObject({ attack: z.string().optional(), navigator: z.string().regex(/^(4\.9|[5-9])\.\d/), layer: z.literal('4.5') }),
  domain: z.enum(['enterprise-attack', 'mobile-attack', 'ics-attack']),
  description: z.string(),
  sorting: z.int().min(0).max(3),
  layout: z.strictObject({
    layout: z.enum(['side', 'flat', 'mini']),
    showID: z.boolean(),
    showName: z.boolean(),
    expandedSubtechniques: z.enum(['none', 'all', 'annotated']),
  }),
  techniques: z.array(
    z.strictObject({
      techniqueID: z.string().regex(/^T\d{4}(\.\d{3})?$/),
      score: z.number(),
      comment: z.string(),
      showSubtechniques: z.boolean(),
      metadata: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    }),
  ),
  gradient: z
    .strictObject({ colors: z.array(z.string().regex(/^#[0-9a-f]{6}$/)).min(2), minValue: z.number(), maxValue: z.number() })
    .refine(({ minValue, maxValue }) => maxValue > minValue),
});

describe('a layer', () => {
  it.each<[name: string, rules: readonly TaggedRule[]]>([
    ['of rules', RULES],
    ['of no rules', []],
    ['of many rules for one technique', Array.from({ length: 30 }, (_, at) => rule(String(at), { techniques: ['T1059'] }))],
  ])('%s has the form of the Navigator', (_name, rules) => {
    expect(layer.parse(JSON.parse(JSON.stringify(navigatorLayer(coverageOf(rules), { name: 'n', description: 'd' }))))).toBeDefined();
  });
  it('scores by rules, names them, and opens what has techniques below it', () => {
    const { techniques, gradient } = navigatorLayer(coverageOf(RULES), { name: 'n', description: 'd' });
    expect(techniques[0]).toMatchObject({ techniqueID: 'T1003', score: 1, comment: 'Rule c', showSubtechniques: true });
    expect(techniques[1]).toMatchObject({ techniqueID: 'T1003.001', score: 2, comment: 'Rule a\nRule b', showSubtechniques: false });
    expect(gradient.maxValue).toBe(2);
  });
});
