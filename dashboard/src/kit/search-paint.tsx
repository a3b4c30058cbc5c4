// A search in the tones of its parts, and what is wrong with it, by the parser that the API has.
import { checkEventTerm } from '../../../domains/search/event-check.ts';
import { SearchError } from '../../../domains/search/error.ts';
import { partsOf } from '../../../domains/search/parts.ts';
import { readSearch, type Search } from '../../../domains/search/syntax.ts';

/** Half open in the text from `at`, in UTF-16 units. */
export interface SearchFault {
  readonly message: string;
  readonly at: number;
  readonly length: number;
}

/** Null for what can be asked of events. */
export function faultOf(text: string): SearchFault | null {
  const { search, fault } = readSearch(text);
  if (search === null) return fault;
  try {
    checkTerms(search);
    return null;
  } catch (error) {
    if (error instanceof SearchError) return error;
    throw error;
  }
}

function checkTerms(search: Search): void {
  if (search.kind === 'and' || search.kind === 'or') search.of.forEach(checkTerms);
  else if (search.kind === 'not') checkTerms(search.of);
  else if (search.kind === 'field') checkEventTerm(search);
}

export function Painted({ text, fault }: { readonly text: string; readonly fault: SearchFault | null }) {
  return partsOf(text).parts.map(({ kind, from, to }) => {
    const isWrong = fault !== null && kind !== 'space' && from < fault.at + Math.max(1, fault.length) && to > fault.at;
    return (
      <span key={from} className={`paint-${kind} ${isWrong ? 'paint-wrong' : ''}`}>
        {text.slice(from, to)}
      </span>
    );
  });
}
