// A search as a condition on `api.event e`. Values become parameters; field names too, unless they are columns of ours.
import { detailCondition, nativeCondition } from './document-sql.ts';
import { checkEventTerm } from '../../../domains/search/event-check.ts';
import { COLUMNS, ecsNameOf, isTypedField, TIME_FIELD } from '../../../domains/search/fields.ts';
import type { Column } from '../../../domains/search/fields.ts';
import { inJson, textCondition } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import type { FieldTerm, FieldTest, Pieces, Search } from '../../../domains/search/syntax.ts';
import { levelBound, levelOf, LEVEL_STARTS, LEVELS_END, timeSpan } from '../../../domains/search/values.ts';

export { Parameters } from './parameters.ts';

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
  checkEventTerm(term);
  const { test } = term;
  const field = ecsNameOf(term.field);
  const column = COLUMNS.get(field);
  if (column !== undefined) return columnCondition(column, test, parameters);
  if (field === TIME_FIELD) return timeCondition(test, parameters);
  if (field.startsWith('labels.')) return detailCondition(`(e.detail -> 'labels' -> ${parameters.add(field.slice(7))}::text)`, test, parameters);
  const name = parameters.add(field);
  const inDetail = detailCondition(`(e.detail -> ${name}::text)`, test, parameters);
  if (isTypedField(field)) return inDetail;
  return `CASE WHEN e.detail ? ${name} THEN ${inDetail} ELSE ${nativeCondition(field, test, parameters)} END`;
}

function columnCondition({ name, kind }: Column, test: FieldTest, parameters: Parameters): string {
  const column = `e.${name}`;
  switch (test.op) {
    case 'exists':
      return kind === 'texts' ? `${column} <> '{}'` : kind === 'text' ? `${column} <> ''` : `${column} IS NOT NULL`;
    case 'within':
      return test.bounds
        .filter((bound) => bound !== undefined)
        .map((bound) => (test.of === 'level' ? levelBound(bound) : bound))
        .map(({ op, value }) => `${column} ${op} ${parameters.add(value)}::numeric`)
        .join(' AND ');
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
      return numberCondition(column, name, test.pieces, parameters);
    case 'address':
      if (test.pieces.length > 1) return textCondition(`host(${column})`, test.pieces, parameters);
      return `${column} ${test.pieces[0].includes('/') ? '<<=' : '='} ${parameters.add(test.pieces[0])}::inet`;
  }
}

function numberCondition(column: string, name: string, pieces: Pieces, parameters: Parameters): string {
  if (pieces.length > 1) return textCondition(`${column}::text`, pieces, parameters);
  const level = name === 'severity' ? levelOf(pieces[0]) : null;
  if (level !== null) return `${column} >= ${parameters.add(LEVEL_STARTS[level])} AND ${column} < ${parameters.add(LEVEL_STARTS[level + 1] ?? LEVELS_END)}`;
  return `${column} = ${parameters.add(pieces[0])}::numeric`;
}

/** The time of the event: the only field of it that an index is in the order of. */
function timeCondition(test: FieldTest, parameters: Parameters): string {
  const bound = (op: string, value: number) => `e.event_time ${op} api.from_micros(${parameters.add(value)})`;
  if (test.op === 'within')
    return test.bounds
      .filter((each) => each !== undefined)
      .map(({ op, value }) => bound(op, value))
      .join(' AND ');
  if (test.op !== 'is') return 'true';
  const { from, to } = timeSpan(test.pieces[0])!;
  return `${bound('>=', from)} AND ${bound('<', to)}`;
}
