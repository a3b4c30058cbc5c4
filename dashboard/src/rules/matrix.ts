// Coverage of ATT&CK as a matrix: tactics beside each other, below each the techniques that rules name with it.
import type { CoverageQuery, RuleState } from '../gql/graphql.ts';

type Covered = CoverageQuery['coverage'][number];
export type CoveringRule = Covered['rules'][number];

export interface Technique {
  /** Of the technique above sub-techniques: `T1003`. */
  readonly id: string;
  /** Each once, also when several of its sub-techniques name it. */
  readonly rules: readonly CoveringRule[];
  readonly hits: number;
  /** Sub-techniques that rules name: `T1003.001`. */
  readonly below: readonly string[];
}
export interface Tactic {
  /** `credential-access`; empty for techniques beside which no tactic is named. */
  readonly id: string;
  readonly name: string;
  readonly techniques: readonly Technique[];
}

/** Of ATT&CK for enterprises, in the order of an attack. */
const TACTICS = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
];
const nameOf = (id: string): string => (id === '' ? 'No tactic named' : `${id[0]?.toUpperCase() ?? ''}${id.slice(1).replaceAll('-', ' ')}`);
const parentOf = (technique: string): string => technique.slice(0, 5);

/**
 * All tactics of ATT&CK, also those without a rule; then others that rules name; then techniques without a tactic. A technique stands with all
 * its sub-techniques below the tactics that at least half of its rules go with, else below the one that most go with.
 */
export function matrixOf(coverage: readonly Covered[]): readonly Tactic[] {
  const placed = techniquesOf(coverage).map((technique) => ({
    technique,
    tactics: tacticsOf(coverage.filter((one) => parentOf(one.technique) === technique.id)),
  }));
  const named = new Set(placed.flatMap(({ tactics }) => tactics));
  const others = [...named].filter((id) => !TACTICS.includes(id)).sort();
  const below = (isBelow: (tactics: readonly string[]) => boolean) => placed.filter(({ tactics }) => isBelow(tactics)).map(({ technique }) => technique);
  const tactics = [...TACTICS, ...others].map((id) => ({ id, name: nameOf(id), techniques: below((its) => its.includes(id)) }));
  const without = below((its) => its.length === 0);
  return without.length === 0 ? tactics : [...tactics, { id: '', name: nameOf(''), techniques: without }];
}

function tacticsOf(group: readonly Covered[]): readonly string[] {
  const rules = new Map<string, number>();
  const named = group.filter(({ tactics }) => tactics.length > 0);
  for (const one of named) for (const tactic of one.tactics) rules.set(tactic, (rules.get(tactic) ?? 0) + one.rules.length);
  const all = named.reduce((sum, one) => sum + one.rules.length, 0);
  const most = Math.max(0, ...rules.values());
  return [...rules].filter(([, count]) => count * 2 >= all || count === most).map(([tactic]) => tactic);
}

/** Techniques with what is said of their sub-techniques, by id. */
export function techniquesOf(coverage: readonly Covered[]): readonly Technique[] {
  const groups = new Map<string, Covered[]>();
  for (const one of coverage) {
    const id = parentOf(one.technique);
    groups.set(id, [...(groups.get(id) ?? []), one]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, group]) => {
      const rules = [...new Map(group.flatMap((one) => one.rules.map((rule) => [rule.id, rule] as const))).values()];
      return {
        id,
        rules,
        hits: rules.reduce((sum, { hits }) => sum + hits, 0),
        below: group.map(({ technique }) => technique).filter((technique) => technique !== id),
      };
    });
}

export const inState = (rules: readonly CoveringRule[], ...states: readonly RuleState[]): number => rules.filter(({ state }) => states.includes(state)).length;

/** 0 for nothing, to 4: 1, 2 to 3, 4 to 9, 10 and more. Findings by powers of ten. */
export function shadeOf({ rules, hits }: Pick<Technique, 'rules' | 'hits'>, by: 'rules' | 'findings'): 0 | 1 | 2 | 3 | 4 {
  const bounds = by === 'rules' ? [1, 2, 4, 10] : [1, 10, 100, 1000];
  const n = by === 'rules' ? inState(rules, 'production') : hits;
  return bounds.filter((bound) => n >= bound).length as 0 | 1 | 2 | 3 | 4;
}

/** A layer of the ATT&CK Navigator, form 4.5: score = rules in production. */
export function navigatorLayer(coverage: readonly Covered[], madeAt: string): Readonly<Record<string, unknown>> {
  const techniques = coverage.map(({ technique, rules, hits }) => ({
    techniqueID: technique,
    score: inState(rules, 'production'),
    comment: rules.map(({ title, state }) => (state === 'production' ? title : `${title} (${state})`)).join('\n'),
    enabled: true,
    metadata: [{ name: 'findings', value: String(hits) }],
    showSubtechniques: technique.includes('.'),
  }));
  return {
    name: 'Goshawk coverage',
    versions: { navigator: '5.1.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description: `Rules in production by technique, as of ${madeAt}`,
    sorting: 3,
    techniques,
    gradient: { colors: ['#ffffff', '#3d4854'], minValue: 0, maxValue: Math.max(1, ...techniques.map(({ score }) => score)) },
  };
}
