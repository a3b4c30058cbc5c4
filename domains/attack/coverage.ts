// Which techniques rules see, by what the rules say of themselves.
import { familyOf } from './family.ts';
import { TACTICS } from './tactics.ts';
import { techniqueOf, titleOfTechnique } from './techniques.ts';

export interface TaggedRule {
  readonly key: string;
  readonly title: string;
  /** Where the rule is from: a folder, the installation. */
  readonly origin: string;
  /** Products whose events it reads; empty = of any. */
  readonly products: readonly string[];
  /** `T1003.001`, upper case. */
  readonly techniques: readonly string[];
  /** `credential-access`. */
  readonly tactics: readonly string[];
}
export interface CoveredTechnique<R extends TaggedRule = TaggedRule> {
  readonly technique: string;
  /** `OS Credential Dumping: LSASS Memory`; undefined for one that ATT&CK does not have. */
  readonly title: string | undefined;
  /** Of ATT&CK; for one that it does not have, those that its rules name. In the order of the matrix. */
  readonly tactics: readonly string[];
  readonly rules: readonly R[];
  /** Rules by origin, and by product; `any` for rules that name none. */
  readonly byOrigin: Readonly<Record<string, number>>;
  readonly byProduct: Readonly<Record<string, number>>;
}
export interface Coverage<R extends TaggedRule = TaggedRule> {
  /** By technique; techniques below another one count for themselves. */
  readonly techniques: readonly CoveredTechnique<R>[];
  /** Every tactic of the matrix, and those that only rules name behind it. A rule counts where it names the tactic, or a technique of it. */
  readonly tactics: readonly { readonly tactic: string; readonly techniques: number; readonly rules: number }[];
  /** Rules that name no technique. */
  readonly untagged: readonly R[];
}

export function coverageOf<R extends TaggedRule>(rules: readonly R[]): Coverage<R> {
  const byTechnique = Map.groupBy(
    rules.flatMap((rule) => rule.techniques.map((technique) => ({ technique, rule }))),
    ({ technique }) => technique,
  );
  const techniques = [...byTechnique]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([technique, found]) =>
      covered(
        technique,
        found.map(({ rule }) => rule),
      ),
    );
  const tactics = inOrder(new Set([...TACTICS.map(({ name }) => name), ...rules.flatMap((rule) => rule.tactics)])).map((tactic) => {
    const its = techniques.filter((one) => one.tactics.includes(tactic));
    return {
      tactic,
      techniques: its.length,
      rules: new Set([...its.flatMap((one) => one.rules), ...rules.filter((rule) => rule.tactics.includes(tactic))]).size,
    };
  });
  return { techniques, tactics, untagged: rules.filter((rule) => rule.techniques.length === 0) };
}

const covered = <R extends TaggedRule>(technique: string, rules: readonly R[]): CoveredTechnique<R> => ({
  technique,
  title: titleOfTechnique(technique),
  tactics: techniqueOf(technique)?.tactics ?? inOrder(new Set(rules.flatMap(({ tactics }) => tactics))),
  rules,
  byOrigin: counted(rules.map(({ origin }) => origin)),
  byProduct: counted(rules.flatMap(({ products }) => (products.length === 0 ? ['any'] : products))),
});

const place = (tactic: string): number => {
  const at = TACTICS.findIndex(({ name }) => name === tactic);
  return at < 0 ? TACTICS.length : at;
};
const inOrder = (tactics: Iterable<string>): readonly string[] => [...tactics].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const groups = [...Map.groupBy(names, (name) => name)].map(([name, all]): [string, number] => [name, all.length]);
  return Object.fromEntries(groups.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * How far a technique that was seen somewhere is covered: a rule names it (`named`), or only one above or below it (`near`), or none does.
 */
export function reachOf({ techniques }: Coverage, technique: string): 'named' | 'near' | 'none' {
  const wanted = technique.toUpperCase();
  if (techniques.some((one) => one.technique === wanted)) return 'named';
  const family = familyOf(wanted);
  return techniques.some((one) => one.technique === family || (wanted === family && one.technique.startsWith(`${family}.`))) ? 'near' : 'none';
}
