// Coverage of ATT&CK as a matrix: tactics beside each other, below each the techniques that rules name with it.
import type { CoverageQuery, RuleState } from '../gql/graphql.ts';

type Covered = CoverageQuery['coverage'][number];
export type CoveringRule = Covered['rules'][number];

export interface Technique {
  /** Of the technique above sub-techniques: `T1003`. */
  readonly id: string;
  /** `OS Credential Dumping`. */
  readonly name: string;
  /** `credential-access`. */
  readonly tactics: readonly string[];
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

/** All tactics of ATT&CK, also those without a rule; then others that rules name; then techniques without a tactic. A technique stands below each of its tactics. */
export function matrixOf(techniques: readonly Technique[]): readonly Tactic[] {
  const others = [...new Set(techniques.flatMap(({ tactics }) => tactics))].filter((id) => !TACTICS.includes(id)).sort();
  const tactics = [...TACTICS, ...others].map((id) => ({ id, name: nameOf(id), techniques: techniques.filter((one) => one.tactics.includes(id)) }));
  const without = techniques.filter((one) => one.tactics.length === 0);
  return without.length === 0 ? tactics : [...tactics, { id: '', name: nameOf(''), techniques: without }];
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
        name: group[0]?.family ?? id,
        tactics: [...new Set(group.flatMap(({ tactics }) => tactics))],
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
