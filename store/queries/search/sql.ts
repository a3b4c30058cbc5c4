// A search as a condition on `api.event e`. Values become parameters; field names too, unless they are columns of ours.
import { detailCondition, nativeCondition } from './document-sql.ts';
import { SearchError } from '../../../domains/search/error.ts';
import { COLUMNS, ecsNameOf, isTypedField, TIME_FIELD } from '../../../domains/search/fields.ts';
import type { Column } from '../../../domains/search/fields.ts';
import { inJson, textCondition } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import type { FieldTest, Pieces, Search } from '../../../domains/search/syntax.ts';
import { isAddressOrNetwork, levelBound, levelOf, LEVEL_STARTS, LEVELS_END, timeSpan } from '../../../domains/search/values.ts';

export { Parameters } from './parameters.ts';
export { isAddressOrNetwork } from '../../../domains/search/values.ts';
export type FieldTerm = Search & { readonly kind: 'field' };

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
      return textCondition('e.native', ['', ...search.pieces.map(inJson), ''], parameters);
    case 'field':
      return `coalesce(${fieldCondition(search, parameters)}, false)`;
  }
}

function fieldCondition(term: FieldTerm, parameters: Parameters): string {
  const field = ecsNameOf(term.field);
  const column = COLUMNS.get(field);
  if (column !== undefined) return columnCondition(column, term, parameters);
  if (field === TIME_FIELD) return timeCondition(term, parameters);
  if (term.test.op === 'within' && term.test.of === 'level')
    throw refused(term, `\`${term.field}\` is no severity; \`event.severity\` is. To look for the word, write \`${term.field}:word\`.`);
  if (field.startsWith('labels.')) return detailCondition(`(e.detail -> 'labels' -> ${parameters.add(field.slice(7))}::text)`, term.test, parameters);
  const name = parameters.add(field);
  const inDetail = detailCondition(`(e.detail -> ${name}::text)`, term.test, parameters);
  if (isTypedField(field)) return inDetail;
  return `CASE WHEN e.detail ? ${name} THEN ${inDetail} ELSE ${nativeCondition(field, term.test, parameters)} END`;
}

const refused = ({ at, length }: FieldTerm, message: string) => new SearchError(message, at, length);

function columnCondition({ name, kind }: Column, term: FieldTerm, parameters: Parameters): string {
  const { test } = term;
  const column = `e.${name}`;
  switch (test.op) {
    case 'exists':
      return kind === 'texts' ? `${column} <> '{}'` : `${column} IS NOT NULL`;
    case 'within':
      if (kind !== 'number') throw refused(term, `\`${term.field}\` is no number, so \`${test.bounds[0].op}\` says nothing about it.`);
      return numbersWithin(column, term, test, parameters);
    case 'matches':
      if (kind === 'texts') return `EXISTS (SELECT FROM unnest(${column}) v WHERE v ~* ${parameters.add(test.pattern)})`;
      return `${kind === 'text' ? column : kind === 'address' ? `host(${column})` : `${column}::text`} ~* ${parameters.add(test.pattern)}`;
    case 'is':
      break;
  }
  switch (kind) {
    case 'text':
      // Names of hosts are kept in lower case, and an index leads to them.
      return name === 'host_name' && test.pieces.length === 1
        ? `${column} = ${parameters.add(test.pieces[0].toLowerCase())}`
        : textCondition(column, test.pieces, parameters);
    case 'texts':
      return `EXISTS (SELECT FROM unnest(${column}) v WHERE ${textCondition('v', test.pieces, parameters)})`;
    case 'number':
      return numberCondition(column, term, test.pieces, parameters);
    case 'address':
      return addressCondition(column, term, test.pieces, parameters);
  }
}

const isSeverity = ({ field }: FieldTerm): boolean => ecsNameOf(field) === 'event.severity';

function numbersWithin(column: string, term: FieldTerm, test: FieldTest & { readonly op: 'within' }, parameters: Parameters): string {
  if (test.of === 'time') throw refused(term, `\`${term.field}\` is a number, no time.`);
  if (test.of === 'level' && !isSeverity(term)) throw refused(term, `\`${term.field}\` is a number: write \`${term.field}>=10\`.`);
  return test.bounds
    .filter((bound) => bound !== undefined)
    .map((bound) => (test.of === 'level' ? levelBound(bound) : bound))
    .map(({ op, value }) => `${column} ${op} ${parameters.add(value)}::numeric`)
    .join(' AND ');
}

function numberCondition(column: string, term: FieldTerm, pieces: Pieces, parameters: Parameters): string {
  if (pieces.length > 1) return textCondition(`${column}::text`, pieces, parameters);
  const level = isSeverity(term) ? levelOf(pieces[0]) : null;
  if (level !== null) return `${column} >= ${parameters.add(LEVEL_STARTS[level])} AND ${column} < ${parameters.add(LEVEL_STARTS[level + 1] ?? LEVELS_END)}`;
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(pieces[0]))
    throw refused(
      term,
      isSeverity(term)
        ? `Severities are informational, low, medium, high, critical, or numbers up to 100: write \`${term.field}>=high\`.`
        : `\`${term.field}\` is a number: write \`${term.field}:443\` or \`${term.field}>1024\`.`,
    );
  return `${column} = ${parameters.add(pieces[0])}::numeric`;
}

function addressCondition(column: string, term: FieldTerm, pieces: Pieces, parameters: Parameters): string {
  if (pieces.length > 1) return textCondition(`host(${column})`, pieces, parameters);
  if (!isAddressOrNetwork(pieces[0]))
    throw refused(term, `\`${term.field}\` is an address: write \`${term.field}:10.0.0.1\`, \`${term.field}:10.0.0.0/8\` or \`${term.field}:10.0.*\`.`);
  return `${column} ${pieces[0].includes('/') ? '<<=' : '='} ${parameters.add(pieces[0])}::inet`;
}

/** The time of the event: the only field of it that an index is in the order of. */
function timeCondition(term: FieldTerm, parameters: Parameters): string {
  const { test } = term;
  const bound = (op: string, value: number) => `e.event_time ${op} api.from_micros(${parameters.add(value)})`;
  if (test.op === 'exists') return 'true';
  if (test.op === 'within' && test.of === 'time')
    return test.bounds
      .filter((each) => each !== undefined)
      .map(({ op, value }) => bound(op, value))
      .join(' AND ');
  const span = test.op === 'is' && test.pieces.length === 1 ? timeSpan(test.pieces[0]) : null;
  if (span === null) throw refused(term, `\`${term.field}\` is a time: write \`${term.field}>=2026-11-25T12:00Z\`, or \`${term.field}:2026-11-25\` for a day.`);
  return `${bound('>=', span.from)} AND ${bound('<', span.to)}`;
}
