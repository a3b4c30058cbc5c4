// What the index of values is asked on behalf of a hunt, and whether that is cheaper than reading events by time.
import { parseSearch } from '../domains/search/syntax.ts';
import { hostOf } from './hunt-condition.ts';
import type { HuntContent, HuntIndicator } from './queries/hunts.ts';
import type { Clause } from './queries/search/index-clauses.ts';
import { indexClauses } from './queries/search/index-clauses.ts';
import { addressTermOf, nameTermOf, termOf } from './queries/search/terms.ts';

/** Every event that the hunt may find has a value of each clause, or one of `any`. */
export type HuntTerms =
  | { readonly clauses: readonly Clause[] }
  | {
      readonly any: readonly number[];
      /** Lists names, which older events are not listed under. */
      readonly hasNames: boolean;
    };

/** @returns Text = why the index cannot answer, as a sentence. */
export function termsOfHunt(organization: string, { query, indicators, datasets }: Pick<HuntContent, 'query' | 'indicators' | 'datasets'>): HuntTerms | string {
  if (query !== null) {
    const search = parseSearch(query);
    if (indexClauses(organization, { search }).length === 0)
      return 'The search asks for no whole value that every event of it has, so events are read one after the other.';
    return { clauses: indexClauses(organization, { search, ...(datasets.length > 0 && { dataset: datasets }) }) };
  }
  const any = new Set<number>();
  for (const indicator of indicators ?? []) {
    const terms = termsOf(organization, indicator);
    if (terms.some((term) => term === null))
      return `The index of values does not know ${indicator.value.includes('/') && indicator.type === 'address' ? `networks such as ${indicator.value}` : indicator.value}, so events are read one after the other.`;
    for (const term of terms) any.add(term as number);
  }
  // In order, so that neighbours are looked for in neighbouring pages.
  return { any: [...any].sort((a, b) => a - b), hasNames: (indicators ?? []).some(({ type }) => type === 'domain' || type === 'url') };
}

function termsOf(organization: string, { type, value }: HuntIndicator): readonly (number | null)[] {
  switch (type) {
    case 'address':
      return value.includes('/') ? [null] : [addressTermOf(organization, value), termOf(organization, value)];
    case 'hash':
      return [termOf(organization, value)];
    case 'domain':
      return [nameTermOf(organization, value)];
    case 'url':
      return [nameTermOf(organization, hostOf(value))];
  }
}

export const termCount = (terms: HuntTerms): number => ('any' in terms ? terms.any.length : 1);

/** Looking a term up in the events of a day takes as long as reading some three of them. */
const EVENTS_PER_TERM = 4;
const FEW_EVENTS = 2_000;

/** Of a range of whole days. */
export const prefersIndex = (events: number, terms: number, days: number): boolean => events >= Math.max(FEW_EVENTS, EVENTS_PER_TERM * terms * days);
