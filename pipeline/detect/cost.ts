// What a rule costs the index: when its condition has to be asked, and what that takes.
import { sweepOf } from '../../domains/sigma/index.ts';
import type { LinkedRule, Sweep } from '../../domains/sigma/index.ts';
import { items } from '../../domains/sigma/expression.ts';
import { aliasesOf } from './aliases.ts';
import { FieldTable, KEYWORDS } from './compile/field.ts';
import { requiredLiterals } from './compile/regex-literals.ts';
import { witnessOf } from './compile/witness.ts';

export interface RuleCost {
  /** What must be in an event before the condition is asked: one of some literals, a field with whatever in it, or nothing. */
  readonly wokenBy: 'literal' | 'field' | 'nothing';
  /** Of which one must occur, as they are compared: lower case. Empty texts are fields that need only be there. */
  readonly literals: readonly { readonly field: string | null; readonly text: string }[];
  /** Guessed share of the events of its log source of which the condition is asked, 0 to 1: by how common the literals are. */
  readonly candidateShare: number;
  /** Regular expressions that run without a literal having been seen in their field. */
  readonly bareRegexes: readonly { readonly field: string | null; readonly source: string }[];
  readonly sweep: Sweep;
}

export function costOf(rule: LinkedRule): RuleCost {
  const table = new FieldTable();
  const aliases = aliasesOf(rule);
  const witness = witnessOf(rule.expression, (name) => table.number(name, aliases(name)));
  const literals = (witness?.literals ?? []).map(({ field, text }) => ({ field: field === KEYWORDS ? null : table.fields[field]!.name, text }));
  const bareRegexes = [...items(rule.expression)].flatMap(({ field, tests }) =>
    tests.flatMap((test) => (test.kind === 'regex' && requiredLiterals(test.source) === undefined ? [{ field, source: test.source }] : [])),
  );
  return {
    wokenBy: witness === undefined ? 'nothing' : literals.some(({ text }) => text === '') ? 'field' : 'literal',
    literals,
    candidateShare: witness?.share ?? 1,
    bareRegexes,
    sweep: sweepOf(rule.expression),
  };
}

const COMMON = 0.25;
const RARE = 0.05;

/** What its author should know; sentences without their full stop. */
export function costWarnings({ wokenBy, literals, candidateShare, bareRegexes, sweep }: RuleCost): readonly string[] {
  if (sweep === 'all') return ['it matches every event of its log source'];
  const fields = [...new Set(literals.map(({ field }) => (field === null ? 'any text' : `"${field}"`)))];
  const warnings: string[] = [];
  if (sweep === 'present') warnings.push('it matches every event of its log source in which the fields that it names have a value');
  else if (wokenBy === 'nothing') warnings.push('no text must be in an event that it matches, so its condition is asked of every event of its log source');
  else if (wokenBy === 'field' && candidateShare > RARE)
    warnings.push(
      `it asks of ${fields.join(' or ')} nothing that the index can look up, so its condition is asked of every event of its log source that has it`,
    );
  else if (candidateShare >= COMMON)
    warnings.push(
      `of the texts that must be in an event that it matches, the rarest are common (${literals
        .slice(0, 3)
        .map(({ text }) => JSON.stringify(text))
        .join(', ')}), so its condition is asked of about ${Math.round(candidateShare * 100)} of 100 events of its log source`,
    );
  if (wokenBy !== 'literal' || candidateShare >= RARE)
    for (const { field, source } of bareRegexes)
      warnings.push(
        `the regular expression ${JSON.stringify(source)} of ${field === null ? 'the keywords' : `"${field}"`} needs no literal, so it runs on every value that gets so far`,
      );
  return warnings;
}
