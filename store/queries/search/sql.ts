// A search as a condition on `api.event e`. Values become parameters; field names too, unless they are columns of ours.
import { isIP } from 'node:net';
import { COLUMNS, ecsNameOf, isTypedField } from './fields.ts';
import type { Column } from './fields.ts';
import { SearchError } from './syntax.ts';
import type { FieldTest, Pieces, Search } from './syntax.ts';

type FieldTerm = Search & { readonly kind: 'field' };

/** Gathers parameters of a statement: `$1`, `$2` and so on in the order of asking. */
export class Parameters {
  readonly values: unknown[] = [];

  /** The placeholder that stands for `value`. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/**
 * @returns A condition that is never null, in parentheses where needed.
 * @throws SearchError when a field cannot be tested so: a word for an address, `<` on text.
 */
export function searchCondition(search: Search, parameters: Parameters): string {
  switch (search.kind) {
    case 'all':
      return 'true';
    case 'and':
      return `(${search.of.map((part) => searchCondition(part, parameters)).join(' AND ')})`;
    case 'or':
      return `(${search.of.map((part) => searchCondition(part, parameters)).join(' OR ')})`;
    case 'not':
      return `NOT ${searchCondition(search.of, parameters)}`;
    case 'text':
      return `e.native ILIKE ${parameters.add(`%${search.pieces.map((piece) => escapeLike(inJson(piece))).join('%')}%`)}`;
    case 'field':
      return `coalesce(${fieldCondition(search, parameters)}, false)`;
  }
}

/** The text as it stands inside a JSON string, without the quotation marks. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');
export const likePattern = (pieces: Pieces): string => pieces.map(escapeLike).join('%');

function fieldCondition(term: FieldTerm, parameters: Parameters): string {
  const field = ecsNameOf(term.field);
  const column = COLUMNS.get(field);
  if (column !== undefined) return columnCondition(column, term, parameters);
  if (field.startsWith('labels.')) return detailCondition(`(e.detail -> 'labels' -> ${parameters.add(field.slice(7))}::text)`, term.test, parameters);
  const name = parameters.add(field);
  const inDetail = detailCondition(`(e.detail -> ${name}::text)`, term.test, parameters);
  if (isTypedField(field)) return inDetail;
  return `CASE WHEN e.detail ? ${name} THEN ${inDetail} ELSE ${nativeCondition(field, term, parameters)} END`;
}

function columnCondition({ name, kind }: Column, term: FieldTerm, parameters: Parameters): string {
  const { test } = term;
  const column = `e.${name}`;
  if (test.op === 'exists') return kind === 'texts' ? `${column} <> '{}'` : `${column} IS NOT NULL`;
  if (test.op !== 'is') {
    if (kind !== 'number') throw new SearchError(`\`${term.field}\` is no number, so \`${test.op}\` says nothing about it.`, term.at, term.length);
    return `${column} ${test.op} ${parameters.add(test.value)}::numeric`;
  }
  switch (kind) {
    case 'text':
      return textCondition(column, test.pieces, parameters);
    case 'texts':
      return `EXISTS (SELECT FROM unnest(${column}) v WHERE ${textCondition('v', test.pieces, parameters)})`;
    case 'number':
      return numberCondition(column, term, test.pieces, parameters);
    case 'address':
      return addressCondition(column, term, test.pieces, parameters);
  }
}

const textCondition = (value: string, pieces: Pieces, parameters: Parameters): string => `${value} ILIKE ${parameters.add(likePattern(pieces))}`;

function numberCondition(column: string, term: FieldTerm, pieces: Pieces, parameters: Parameters): string {
  if (pieces.length > 1) return textCondition(`${column}::text`, pieces, parameters);
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(pieces[0]))
    throw new SearchError(`\`${term.field}\` is a number: write \`${term.field}:443\` or \`${term.field}:>1024\`.`, term.at, term.length);
  return `${column} = ${parameters.add(pieces[0])}::numeric`;
}

function addressCondition(column: string, term: FieldTerm, pieces: Pieces, parameters: Parameters): string {
  if (pieces.length > 1) return textCondition(`host(${column})`, pieces, parameters);
  if (!isAddressOrNetwork(pieces[0]))
    throw new SearchError(
      `\`${term.field}\` is an address: write \`${term.field}:10.0.0.1\`, \`${term.field}:10.0.0.0/8\` or \`${term.field}:10.0.*\`.`,
      term.at,
      term.length,
    );
  return `${column} <<= ${parameters.add(pieces[0])}::inet`;
}

/** An IPv4 or IPv6 address, or a network in CIDR form. */
export function isAddressOrNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split('/') as [string, ...string[]];
  const family = address.includes('%') ? 0 : isIP(address); // PostgreSQL knows no zones such as fe80::1%eth0
  return family !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
}

/** `value` is jsonb, a scalar or an array of scalars; null when absent. */
function detailCondition(value: string, test: FieldTest, parameters: Parameters): string {
  if (test.op === 'exists') return `${value} NOT IN ('null', '[]', '""')`;
  const each = `jsonb_array_elements_text(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} ELSE jsonb_build_array(${value}) END) v`;
  if (test.op === 'is') {
    const network = test.pieces.length === 1 && test.pieces[0].includes('/') && isAddressOrNetwork(test.pieces[0]) ? parameters.add(test.pieces[0]) : undefined;
    const isInside = network === undefined ? '' : ` OR api.address_or_null(v) <<= ${network}::inet`;
    return `EXISTS (SELECT FROM ${each} WHERE ${textCondition('v', test.pieces, parameters)}${isInside})`;
  }
  return `EXISTS (SELECT FROM ${each} WHERE CASE WHEN v ~ '${NUMBER}' THEN v::numeric ${test.op} ${parameters.add(test.value)}::numeric END)`;
}

const NUMBER = '^-?[0-9]{1,30}([.][0-9]{1,30})?$';

/**
 * A field of the sensor's own document, by the last part of its name, wherever in the document it stands. Read from the text, since
 * `native` is not stored as jsonb; a value that is a list or an object is not looked into.
 */
function nativeCondition(field: string, term: FieldTerm, parameters: Parameters): string {
  const { test } = term;
  const name = `"${escapeRegex(inJson(field.slice(field.lastIndexOf('.') + 1)))}"\\s*:\\s*`;
  if (test.op === 'exists') return `e.native ~* ${parameters.add(`${name}(?!null|""|\\[\\s*\\]|\\{\\s*\\})`)}`;
  if (test.op === 'is') {
    const value = test.pieces.map((piece) => escapeRegex(inJson(piece))).join(`(?:[^"\\\\]|\\\\.)*`);
    const bare = test.pieces.length === 1 ? `|${value}\\s*[,}]` : '';
    return `e.native ~* ${parameters.add(`${name}(?:"${value}"${bare})`)}`;
  }
  const number = parameters.add(`${name}"?(-?[0-9]{1,30}(?:[.][0-9]{1,30})?)"?\\s*[,}]`);
  return `EXISTS (SELECT FROM regexp_matches(e.native, ${number}, 'gi') m WHERE m[1]::numeric ${test.op} ${parameters.add(test.value)}::numeric)`;
}

const escapeRegex = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
