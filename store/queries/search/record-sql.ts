// A search as a condition on records that are about events: alerts, findings. Words are looked for in title, tags, rules and entities.
import { checkRecordTerm, ENTITY_TYPES } from '../../../domains/search/record-check.ts';
import type { FieldTerm, FieldTest, Pieces, Search } from '../../../domains/search/syntax.ts';
import { levelOf } from '../../../domains/search/values.ts';
import { escapeLike, likePattern } from './parameters.ts';
import type { Parameters } from './parameters.ts';

/** Expressions of SQL by the name that people write. */
export interface RecordFields {
  /** For messages: `Alerts`. */
  readonly noun: string;
  readonly title: string;
  /** A text[] that words are looked for in. */
  readonly words: string;
  /** A jsonb list of {type, value}. */
  readonly entities: string;
  /** A jsonb list of {value} that words are looked for in beside the entities. */
  readonly values: string;
  /** 0 to 4. */
  readonly severity: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly sets: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<string, string>;
  readonly times: ReadonlyMap<string, string>;
}
/** @throws SearchError for a field that such records do not have. */
export function recordCondition(search: Search, fields: RecordFields, parameters: Parameters): string {
  switch (search.kind) {
    case 'all':
      return 'true';
    case 'and':
      return `(${search.of.map((part) => recordCondition(part, fields, parameters)).join(' AND ')})`;
    case 'or':
      return `(${search.of.map((part) => recordCondition(part, fields, parameters)).join(' OR ')})`;
    case 'not':
      return `NOT ${recordCondition(search.of, fields, parameters)}`;
    case 'text': {
      const pattern = parameters.add(`%${search.pieces.map(escapeLike).join('%')}%`);
      return `(${fields.title} ILIKE ${pattern} OR EXISTS (SELECT FROM unnest(${fields.words}) v WHERE v ILIKE ${pattern}) OR EXISTS (SELECT FROM jsonb_array_elements(${fields.entities} || ${fields.values}) v WHERE v ->> 'value' ILIKE ${pattern}))`;
    }
    case 'field':
      return `coalesce(${fieldCondition(search, fields, parameters)}, false)`;
  }
}

function fieldCondition(term: FieldTerm, fields: RecordFields, parameters: Parameters): string {
  checkRecordTerm(term, fields);
  const { field, test } = term;
  const like = (value: string, pieces: Pieces) => `${value} ILIKE ${parameters.add(likePattern(pieces))}`;
  /** Of a text that is there. */
  const tested = (value: string): string => {
    if (test.op === 'matches') return `${value} ~* ${parameters.add(test.pattern)}`;
    return test.op === 'is' ? like(value, test.pieces) : 'true';
  };
  const time = fields.times.get(field);
  if (time !== undefined || field === 'severity') return rankCondition(test, time, fields.severity, parameters);
  const number = fields.numbers.get(field);
  if (number !== undefined) {
    if (test.op === 'is') return like(`${number}::text`, test.pieces);
    return test.op === 'within' ? within(number, test.bounds, (value) => `${parameters.add(value)}::numeric`) : 'true';
  }
  const text = fields.texts.get(field);
  if (text !== undefined) return test.op === 'exists' ? `${text} IS NOT NULL` : tested(text);
  const set = fields.sets.get(field);
  if (set !== undefined) return `EXISTS (SELECT FROM ${set} v WHERE ${tested('v')})`;
  return `EXISTS (SELECT FROM jsonb_array_elements(${fields.entities}) v WHERE v ->> 'type' = ${parameters.add(ENTITY_TYPES.get(field))} AND ${tested(`v ->> 'value'`)})`;
}

/** Severities and times, which people write as words and dates. */
function rankCondition(test: FieldTest, time: string | undefined, severity: string, parameters: Parameters): string {
  if (test.op === 'within')
    return within(time ?? severity, test.bounds, (bound) => (time === undefined ? parameters.add(bound) : `api.from_micros(${parameters.add(bound)})`));
  return test.op === 'is' ? `${severity} = ${parameters.add(levelOf(test.pieces[0]))}` : 'true';
}

const within = (value: string, bounds: (FieldTest & { readonly op: 'within' })['bounds'], parameter: (value: number) => string): string =>
  bounds
    .filter((bound) => bound !== undefined)
    .map((bound) => `${value} ${bound.op} ${parameter(bound.value)}`)
    .join(' AND ');
