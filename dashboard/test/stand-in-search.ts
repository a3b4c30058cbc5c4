// Whether an event of the stand-in matches a search, by the tree of the API's own parser.
import { GraphQLError } from 'graphql';
import { parseSearch, SearchError, type Search } from '../../domains/search/syntax.ts';
import type { StandInEvent } from './stand-in-events.ts';

const matches = (value: string, pieces: readonly string[]): boolean =>
  new RegExp(`^${pieces.map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 'is').test(value);

function holds(search: Search, event: StandInEvent, native: string): boolean {
  switch (search.kind) {
    case 'all':
      return true;
    case 'and':
      return search.of.every((part) => holds(part, event, native));
    case 'or':
      return search.of.some((part) => holds(part, event, native));
    case 'not':
      return !holds(search.of, event, native);
    case 'text':
      return matches(native, ['', ...search.pieces, '']);
    case 'field': {
      const { test } = search;
      const value = event.fields[search.field];
      const values = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
      if (test.op === 'exists') return values.length > 0;
      if (test.op === 'is') return values.some((each) => matches(each, test.pieces));
      if (test.op === 'matches') return values.some((each) => new RegExp(test.pattern, 'is').test(each));
      return values.some((each) =>
        test.bounds.every((bound) => bound === undefined || (bound.op.startsWith('<') ? Number(each) < bound.value : Number(each) > bound.value)),
      );
    }
  }
}

/** @throws GraphQLError INVALID_SEARCH with the position, as the API does. */
export function searchOf(text: string | null | undefined): (event: StandInEvent) => boolean {
  if (text === null || text === undefined || text.trim() === '') return () => true;
  try {
    const search = parseSearch(text);
    return (event) => holds(search, event, JSON.stringify(event.native));
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    throw new GraphQLError(error.message, { extensions: { code: 'INVALID_SEARCH', position: { at: error.at, length: error.length } } });
  }
}
