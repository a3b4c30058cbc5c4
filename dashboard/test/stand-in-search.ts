// Searches of the stand-in, by the API's own parser: whether an event matches, what may follow at the caret, what would be read.
import { GraphQLError } from 'graphql';
import { describeSearch } from '../../domains/search/describe.ts';
import { DESCRIBED_FIELDS, wordsOfField } from '../../domains/search/field-words.ts';
import { languageOffers } from '../../domains/search/offers.ts';
import { kindOfField } from '../../domains/search/operators.ts';
import { printSearch, printValue } from '../../domains/search/print.ts';
import { parseSearch, SearchError, type Search } from '../../domains/search/syntax.ts';
import { typingAt } from '../../domains/search/typing.ts';
import { LEVELS } from '../../domains/search/values.ts';
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

interface Counted {
  readonly name: string;
  readonly count: number;
}
/** As the API completes: fields by their words, values by what the newest events have, then the language's own. */
export function completionOf(text: string, caret: number, valuesOf: (field: string) => readonly Counted[]): readonly object[] {
  const typing = typingAt(text, caret);
  if (typing === null) return [];
  const { field, typed, from, to } = typing;
  const wanted = typed.toLowerCase();
  const own = languageOffers(typing).map((offer) => ({ ...offer, type: null, count: null }));
  const seen =
    field === null
      ? DESCRIBED_FIELDS.filter((name) => name.includes(wanted)).map((name) => ({
          kind: 'field',
          text: name,
          insert: `${name}:`,
          about: wordsOfField(name),
          type: kindOfField(name),
          count: 4000,
        }))
      : kindOfField(field) === 'severity'
        ? LEVELS.filter((level) => level.includes(wanted)).map((level) => ({
            kind: 'value',
            text: level,
            insert: level,
            about: 'A severity',
            type: null,
            count: null,
          }))
        : valuesOf(field)
            .filter(({ name }) => name.toLowerCase().includes(wanted))
            .map(({ name, count }) => ({ kind: 'value', text: name, insert: printValue(name), about: 'Of the newest events', type: null, count }));
  return [...seen.slice(0, 6).map((offer) => ({ ...offer, from, to })), ...own].slice(0, 12);
}

/** Words from the parser; the costs are made up. */
export function explanationOf(text: string | null | undefined) {
  const search = parseSearch(text ?? '');
  const cost = { servedBy: 'time', values: [], events: 21_000, cost: 42_000, costLimit: 10_000_000 };
  return {
    meaning: describeSearch(search),
    canonical: printSearch(search),
    eventsInRange: 21_000,
    page: { ...cost, costLimit: 1_000_000 },
    count: cost,
    countSource: 'events',
    isCountRefused: false,
    advice: null,
  };
}
