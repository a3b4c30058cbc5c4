// Of all parts of a rule those that made it meet an event: what it wants and has found, and why what it excludes did not apply.
import type { ExplainedRuleFragment } from '../gql/graphql.ts';

export type ExplainedPart = ExplainedRuleFragment['parts'][number];
export interface DecidingSelection {
  readonly name: string;
  readonly isExcluded: boolean;
  readonly entries: readonly ExplainedPart[];
}
export interface Deciding {
  /** That hold, as written. */
  readonly conditions: readonly string[];
  readonly selections: readonly DecidingSelection[];
  /** Titles of filters that were applied and hold. */
  readonly filters: readonly string[];
}

const MOST_EXCLUDING = 3;

/** @param parts Of a rule that meets the event. */
export function deciding(parts: readonly ExplainedPart[]): Deciding {
  const selections: DecidingSelection[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.kind !== 'selection' || part.use === null || part.use === 'unused') continue;
    const end = parts.findIndex((other, index) => index > at && other.depth <= part.depth);
    const below = parts.slice(at + 1, end < 0 ? undefined : end);
    if (part.holds && part.use !== 'excluded') selections.push({ name: part.text, isExcluded: false, entries: holding(below) });
    if (!part.holds && part.use !== 'wanted') {
      const entries = below.filter(({ kind, holds }) => kind === 'entry' && !holds).slice(0, MOST_EXCLUDING);
      selections.push({ name: part.text, isExcluded: true, entries });
    }
  }
  return {
    conditions: parts.filter(({ kind, holds }) => kind === 'condition' && holds).map(({ text }) => text),
    selections,
    filters: parts.filter(({ kind, holds }) => kind === 'filter' && holds).map(({ text }) => text),
  };
}

/** Entries that hold, but for those of alternatives that do not. */
function holding(parts: readonly ExplainedPart[]): readonly ExplainedPart[] {
  let within = Number.POSITIVE_INFINITY; // depth of an alternative that does not hold
  return parts.filter((part) => {
    if (part.depth > within) return false;
    within = part.holds ? Number.POSITIVE_INFINITY : part.depth;
    return part.kind === 'entry' && part.holds;
  });
}
