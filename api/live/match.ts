// A filter on an event in memory, with the answers that the same filter has in SQL; domains/search/cases.ts holds both to it.
import { BlockList, isIP } from 'node:net';
import type { EventFilter, EventRow } from '../../store/queries/events.ts';
import { RE2JS } from 're2js';
import { COLUMNS, ecsNameOf, isTypedField, TIME_FIELD } from '../../domains/search/fields.ts';
import type { FieldTest, Pieces, Search } from '../../domains/search/syntax.ts';
import { isAddressOrNetwork, LEVEL_STARTS, levelBound, levelOf, LEVELS_END, timeOf, timeSpan } from '../../domains/search/values.ts';

/** What the typed part of a filter asks of an event. */
export interface Outline {
  readonly time: number;
  readonly dataset: string;
  readonly sensor: string;
  readonly severity: number | null;
  readonly hostName: string | null;
  readonly userName: string | null;
  readonly sourceIp: string | null;
  readonly destinationIp: string | null;
}
export interface Matcher {
  /** Everything but the search. */
  readonly outline: (event: Outline) => boolean;
  /** Null when there is no search. */
  readonly search: ((row: EventRow) => boolean) | null;
}

export function compileFilter({ from, to, dataset, sensor, host, user, address, minSeverity, search }: EventFilter): Matcher {
  const hosts = host && new Set(host.map((name) => name.toLowerCase()));
  const users = user && new Set(user.map((name) => name.toLowerCase()));
  const network = address === undefined ? undefined : networkTest(address);
  return {
    outline: (event) =>
      (from === undefined || event.time >= from) &&
      (to === undefined || event.time < to) &&
      (dataset === undefined || dataset.includes(event.dataset)) &&
      (sensor === undefined || sensor.includes(event.sensor)) &&
      (hosts === undefined || (event.hostName !== null && hosts.has(event.hostName))) &&
      (users === undefined || (event.userName !== null && users.has(event.userName.toLowerCase()))) &&
      (minSeverity === undefined || (event.severity !== null && event.severity >= minSeverity)) &&
      (network === undefined || network(event.sourceIp) || network(event.destinationIp)),
    search: search === undefined || search.kind === 'all' ? null : compileSearch(search),
  };
}

function compileSearch(search: Search): (row: EventRow) => boolean {
  switch (search.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = search.of.map(compileSearch);
      return (row) => parts.every((part) => part(row));
    }
    case 'or': {
      const parts = search.of.map(compileSearch);
      return (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const part = compileSearch(search.of);
      return (row) => !part(row);
    }
    case 'text': {
      const pieces = lower(search.pieces.map((piece) => JSON.stringify(piece).slice(1, -1)) as unknown as Pieces);
      return ({ native }) => contains(native.toLowerCase(), pieces);
    }
    case 'field': {
      const field = ecsNameOf(search.field);
      const values = reader(field);
      const test = compileTest(field, search.test);
      return (row) => values(row).some(test);
    }
  }
}

/** Values of the event that meet the term, as they are: why it was found. */
export function valuesIn({ field, test }: Search & { readonly kind: 'field' }, row: EventRow): readonly unknown[] {
  const name = ecsNameOf(field);
  return reader(name)(row).filter(compileTest(name, test));
}

const propertyOf = (column: string): keyof EventRow => column.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()) as keyof EventRow;

/** Values of a field; none when the event has none. */
function reader(field: string): (row: EventRow) => readonly unknown[] {
  if (field === TIME_FIELD) return ({ time }) => [time];
  const column = COLUMNS.get(field);
  if (column !== undefined) {
    const property = propertyOf(column.name);
    return (row) => valuesOf(row[property]);
  }
  if (field.startsWith('labels.')) return ({ detail }) => valuesOf((detail.labels as Readonly<Record<string, unknown>> | undefined)?.[field.slice(7)]);
  if (isTypedField(field)) return ({ detail }) => valuesOf(detail[field]);
  const last = field.slice(field.lastIndexOf('.') + 1).toLowerCase();
  return ({ detail, native }) => (Object.hasOwn(detail, field) ? valuesOf(detail[field]) : nativeValues(native, last));
}

const valuesOf = (value: unknown): readonly unknown[] => (value === null || value === undefined || value === '' ? [] : Array.isArray(value) ? value : [value]);

/** Scalars under a name, wherever in the document. */
function nativeValues(native: string, name: string): readonly unknown[] {
  if (!native.toLowerCase().includes(name)) return [];
  const found: unknown[] = [];
  try {
    JSON.parse(native, (key, value: unknown) => {
      if (key.toLowerCase() === name && value !== null && value !== '' && typeof value !== 'object') found.push(value);
      return value;
    });
  } catch {
    /* Not JSON: it has no fields. */
  }
  return found;
}

function compileTest(field: string, test: FieldTest): (value: unknown) => boolean {
  switch (test.op) {
    case 'exists':
      return () => true;
    case 'is': {
      const span = field === TIME_FIELD ? timeSpan(test.pieces[0]) : field === 'event.severity' ? levelSpan(test.pieces[0]) : null;
      if (span !== null && test.pieces.length === 1) return (value) => Number(value) >= span.from && Number(value) < span.to;
      const pieces = lower(test.pieces);
      const network = test.pieces.length === 1 && isAddressOrNetwork(test.pieces[0]) ? networkTest(test.pieces[0]) : undefined;
      return (value) => equals(String(value).toLowerCase(), pieces) || (network !== undefined && typeof value === 'string' && network(value));
    }
    case 'matches': {
      const expression = RE2JS.compile(test.pattern, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL);
      return (value) => expression.matcher(String(value)).find();
    }
    case 'within': {
      const bounds = test.bounds.filter((bound) => bound !== undefined).map((bound) => (test.of === 'level' ? levelBound(bound) : bound));
      const read = test.of !== 'time' ? numberOf : field === TIME_FIELD ? Number : (value: unknown) => timeIn(String(value));
      return (value) => bounds.every(({ op, value: bound }) => compare(read(value), op, bound));
    }
  }
}

function levelSpan(word: string): { readonly from: number; readonly to: number } | null {
  const level = levelOf(word);
  return level === null ? null : { from: LEVEL_STARTS[level] as number, to: LEVEL_STARTS[level + 1] ?? LEVELS_END };
}

/** A time with a zone, as sensors write it, in microseconds; NaN for anything else. */
function timeIn(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d{0,3}(Z|[+-]\d\d:?\d\d)$/.exec(text);
  return match === null ? Number.NaN : (timeOf(`${match[1]}${match[2]}`) ?? Number.NaN);
}

function compare(left: number, op: '<' | '<=' | '>' | '>=', right: number): boolean {
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** NaN, which is neither above nor below anything, for what is no plain decimal number. */
const numberOf = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(value) ? Number(value) : Number.NaN;

function networkTest(network: string): (ip: string | null) => boolean {
  const [address = '', bits] = network.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  return (ip) => ip !== null && isIP(ip) === (family === 'ipv4' ? 4 : 6) && list.check(ip, family);
}

const lower = (pieces: Pieces): Pieces => pieces.map((piece) => piece.toLowerCase()) as unknown as Pieces;

/** The whole value: first piece at its start, last at its end, the others in this order between. */
function equals(value: string, pieces: Pieces): boolean {
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  return inOrder(value.slice(0, value.length - last.length), rest, first.length);
}
const contains = (value: string, pieces: Pieces): boolean => inOrder(value, pieces, 0);

function inOrder(value: string, pieces: readonly string[], from: number): boolean {
  let position = from;
  for (const piece of pieces) {
    const found = value.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  return true;
}
