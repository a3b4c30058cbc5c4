// Which fields of an event met a search.
import type { EventRow } from '../../store/queries/events.ts';
import { ecsNameOf } from '../../domains/search/fields.ts';
import type { Search } from '../../domains/search/syntax.ts';
import { compileFilter, valuesIn } from '../live/match.ts';

export interface MetField {
  readonly name: string;
  readonly value: string;
}
const AROUND = 40; // characters on each side of a word that was looked for anywhere

/** Terms that had to hold and do, in the order in which they stand; what is under a `not` says nothing about the event. */
export function whyMet(search: Search, event: EventRow): readonly MetField[] {
  const met = new Map<string, MetField>();
  for (const field of termsOf(search).flatMap((term) => metBy(term, event))) met.set(`${field.name} ${field.value}`, field);
  return [...met.values()];
}

type Term = Extract<Search, { readonly kind: 'field' | 'text' }>;
function termsOf(search: Search): readonly Term[] {
  switch (search.kind) {
    case 'and':
    case 'or':
      return search.of.flatMap(termsOf);
    case 'field':
    case 'text':
      return [search];
    default:
      return [];
  }
}

function metBy(term: Term, event: EventRow): readonly MetField[] {
  if (compileFilter({ search: term }).search?.(event) !== true) return [];
  if (term.kind === 'text') return [{ name: 'native', value: excerpt(event.native, term.pieces[0]) }];
  const name = ecsNameOf(term.field);
  return valuesIn(term, event).map((value) => ({ name, value: String(value) }));
}

function excerpt(native: string, word: string): string {
  const inDocument = JSON.stringify(word).slice(1, -1);
  const at = Math.max(0, native.toLowerCase().indexOf(inDocument.toLowerCase()));
  const [from, to] = [Math.max(0, at - AROUND), Math.min(native.length, at + inDocument.length + AROUND)];
  return `${from > 0 ? '…' : ''}${native.slice(from, to)}${to < native.length ? '…' : ''}`;
}
