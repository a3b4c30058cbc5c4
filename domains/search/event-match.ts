// A search on an event in memory, with the answers that it has in SQL: cases.ts and random searches hold both to the same.
import { checkEventTerm } from './event-check.ts';
import { COLUMNS, ecsNameOf, isTypedField, TIME_FIELD } from './fields.ts';
import { compare, containsPieces, equalsPieces, lowerPieces, networkTest, numberOf, regexTest } from './matches.ts';
import type { FieldTerm, FieldTest, Pieces, Search } from './syntax.ts';
import { isAddressOrNetwork, LEVEL_STARTS, levelBound, levelOf, LEVELS_END, timeOf, timeSpan } from './values.ts';

/** Where the values of an event are. */
export interface EventFields<E> {
  /** @param name Of a column of `COLUMNS`. */
  readonly column: (name: string) => (event: E) => unknown;
  readonly time: (event: E) => number;
  /** @param name Of ECS or of ours; its values are undefined where the event does not have it. */
  readonly detail: (name: string) => (event: E) => unknown;
  readonly label: (name: string) => (event: E) => unknown;
  /** The native document, in lower case. */
  readonly lowerNative: (event: E) => string;
  /** Values under a name, in lower case, wherever in the native document; see `nativeValues`. */
  readonly nativeField: (name: string) => (event: E) => readonly unknown[];
}
export type EventTest<E> = (event: E) => boolean;

/** @throws SearchError for what cannot be asked of events, as in SQL */
export function compileEventSearch<E>(search: Search, fields: EventFields<E>): EventTest<E> {
  switch (search.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = search.of.map((part) => compileEventSearch(part, fields));
      return (event) => parts.every((part) => part(event));
    }
    case 'or': {
      const parts = search.of.map((part) => compileEventSearch(part, fields));
      return (event) => parts.some((part) => part(event));
    }
    case 'not': {
      const part = compileEventSearch(search.of, fields);
      return (event) => !part(event);
    }
    case 'text': {
      const pieces = asInJson(search.pieces);
      return (event) => containsPieces(fields.lowerNative(event), pieces);
    }
    case 'field': {
      checkEventTerm(search);
      const { values, test, native } = compileTerm(search, fields);
      if (native === null) return (event) => values(event)!.some(test);
      return (event) => {
        const own = values(event);
        return own === null ? native.values(event).some(native.test) : own.some(test);
      };
    }
  }
}

/** Values of the event that meet the term, as they are: why it was found. */
export function valuesThatMeet<E>(term: FieldTerm, fields: EventFields<E>, event: E): readonly unknown[] {
  const { values, test, native } = compileTerm(term, fields);
  return values(event)?.filter(test) ?? native!.values(event).filter(native!.test);
}

interface Term<E> {
  /** None when the event has none; null: the native document is to be asked. */
  readonly values: (event: E) => readonly unknown[] | null;
  readonly test: ValueTest;
  readonly native: { readonly values: (event: E) => readonly unknown[]; readonly test: ValueTest } | null;
}
type ValueTest = (value: unknown) => boolean;

function compileTerm<E>({ field: written, test }: FieldTerm, { column: columnOf, time, detail, label, lowerNative, nativeField }: EventFields<E>): Term<E> {
  const field = ecsNameOf(written);
  const column = COLUMNS.get(field);
  if (field === TIME_FIELD) return { values: (event) => [time(event)], test: valueTest(test, timeTest, Number), native: null };
  if (column !== undefined) {
    const read = columnOf(column.name);
    const whole = field === 'event.severity' ? severityTest : column.kind === 'number' ? numberTest : column.kind === 'address' ? addressTest : textTest;
    return { values: (event) => valuesOf(read(event)), test: valueTest(test, whole), native: null };
  }
  const read = field.startsWith('labels.') ? label(field.slice(7)) : detail(field);
  const own = valueTest(test, detailTest);
  const asNative = valueTest(test, nativeTest);
  if (field.startsWith('labels.') || isTypedField(field)) return { values: (event) => valuesOf(read(event)), test: own, native: null };
  const inNative = nativeField(field.slice(field.lastIndexOf('.') + 1).toLowerCase());
  const literal = test.op === 'is' ? longest(asInJson(test.pieces)) : '';
  return {
    values: (event) => {
      const value = read(event);
      return value === undefined ? null : valuesOf(value);
    },
    test: own,
    native: {
      values: (event) => (literal === '' || lowerNative(event).includes(literal) ? inNative(event) : NONE), // looking is cheaper than parsing
      test: test.op === 'is' ? asNative : (value) => value !== '' && asNative(value),
    },
  };
}

/** As they stand in a JSON text, in lower case. */
const asInJson = (pieces: Pieces): Pieces => lowerPieces(pieces.map((piece) => JSON.stringify(piece).slice(1, -1)) as unknown as Pieces);
const longest = (pieces: Pieces): string => pieces.reduce((one, other) => (other.length > one.length ? other : one));
const NONE: readonly unknown[] = [];
const valuesOf = (value: unknown): readonly unknown[] =>
  value === null || value === undefined ? NONE : Array.isArray(value) ? (value as readonly unknown[]) : [value];

/**
 * Values of a JSON text by their name in lower case, wherever in it. Numbers stand as they are written, null and what is empty is left out, and of objects
 * and arrays it is only of interest that they are there. Of what is no JSON there are none.
 */
export function nativeValues(native: string): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, unknown[]>();
  const note = (key: string, value: unknown, context?: { readonly source?: string }) => {
    if (value === null || (typeof value === 'object' && Object.keys(value).length === 0)) return value;
    const name = key.toLowerCase();
    const values = found.get(name);
    const kept = typeof value === 'number' ? (context?.source ?? value) : value;
    if (values === undefined) found.set(name, [kept]);
    else values.push(kept);
    return value;
  };
  try {
    JSON.parse(native, note);
  } catch {
    found.clear();
  }
  return found;
}

/** Of a scalar. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function valueTest(test: FieldTest, whole: (pieces: Pieces) => ValueTest, microsOf: (value: unknown) => number = timeIn): ValueTest {
  switch (test.op) {
    case 'exists':
      return (value) => value !== '';
    case 'is':
      return whole(test.pieces);
    case 'matches': {
      const fits = regexTest(test);
      return (value) => typeof value !== 'object' && fits(textOf(value));
    }
    case 'within': {
      const bounds = test.bounds.filter((bound) => bound !== undefined).map((bound) => (test.of === 'level' ? levelBound(bound) : bound));
      const read = test.of === 'time' ? microsOf : numberOf;
      return (value) => {
        const number = read(value);
        return bounds.every(({ op, value: bound }) => compare(number, op, bound));
      };
    }
  }
}

function textTest(pieces: Pieces): ValueTest {
  const lower = lowerPieces(pieces);
  return (value) => equalsPieces(textOf(value).toLowerCase(), lower);
}
function nativeTest(pieces: Pieces): ValueTest {
  const isText = textTest(pieces);
  return (value) => typeof value !== 'object' && isText(value);
}
function detailTest(pieces: Pieces): ValueTest {
  const isText = textTest(pieces);
  if (pieces.length > 1 || !pieces[0].includes('/') || !isAddressOrNetwork(pieces[0])) return isText;
  const isInside = networkTest(pieces[0]);
  return (value) => isText(value) || (typeof value === 'string' && isInside(value));
}
function addressTest(pieces: Pieces): ValueTest {
  if (pieces.length > 1) return textTest(pieces);
  const isInside = networkTest(pieces[0]);
  return (value) => isInside(textOf(value));
}
function numberTest(pieces: Pieces): ValueTest {
  if (pieces.length > 1) return textTest(pieces);
  const wanted = Number(pieces[0]);
  return (value) => value === wanted;
}
function severityTest(pieces: Pieces): ValueTest {
  const level = pieces.length > 1 ? null : levelOf(pieces[0]);
  if (level === null) return numberTest(pieces);
  const [from, to] = [LEVEL_STARTS[level] as number, LEVEL_STARTS[level + 1] ?? LEVELS_END];
  return (value) => Number(value) >= from && Number(value) < to;
}
function timeTest(pieces: Pieces): ValueTest {
  const { from, to } = timeSpan(pieces[0])!;
  return (value) => Number(value) >= from && Number(value) < to;
}

/** A time with a zone, as sensors write it, in microseconds; NaN for anything else. */
function timeIn(value: unknown): number {
  const match = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d{0,3}(Z|[+-]\d\d:?\d\d)$/.exec(textOf(value));
  return match === null ? Number.NaN : (timeOf(`${match[1]}${match[2]}`) ?? Number.NaN);
}
