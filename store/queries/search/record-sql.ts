// A search as a condition on records that are about events: alerts, findings. Words are looked for in title, tags, rules and entities.
import { SearchError } from '../../../domains/search/error.ts';
import { escapeLike, likePattern } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import type { FieldTest, Pieces, Search } from '../../../domains/search/syntax.ts';
import { levelOf } from '../../../domains/search/values.ts';

type Term = Search & { readonly kind: 'field' };

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
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['host', 'host'],
  ['host.name', 'host'],
  ['user', 'user'],
  ['user.name', 'user'],
  ['address', 'address'],
  ['source.ip', 'address'],
  ['destination.ip', 'address'],
  ['hash', 'hash'],
  ['domain', 'domain'],
]);

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

function fieldCondition(term: Term, fields: RecordFields, parameters: Parameters): string {
  const { field, test } = term;
  const like = (value: string, pieces: Pieces) => `${value} ILIKE ${parameters.add(likePattern(pieces))}`;
  /** Of a text, when it is asked for more than to be there. */
  const tested = (value: string): string => {
    if (test.op === 'matches') return `${value} ~* ${parameters.add(test.pattern)}`;
    if (test.op === 'is') return like(value, test.pieces);
    if (test.op === 'exists') return 'true';
    throw new SearchError(`\`${field}\` is no number, so \`${test.bounds[0].op}\` says nothing about it.`, term.at, term.length);
  };
  const time = fields.times.get(field);
  if (time !== undefined || field === 'severity')
    return test.op === 'exists' ? 'true' : rankCondition(term, time ?? fields.severity, time !== undefined, parameters);
  const number = fields.numbers.get(field);
  if (number !== undefined) {
    if (test.op === 'exists') return 'true';
    if (test.op === 'is') return like(`${number}::text`, test.pieces);
    if (test.op === 'matches' || test.of !== 'number') throw new SearchError(`\`${field}\` is a number: write \`${field}>=10\`.`, term.at, term.length);
    return within(number, test.bounds, (value) => `${parameters.add(value)}::numeric`);
  }
  const text = fields.texts.get(field);
  if (text !== undefined) return test.op === 'exists' ? `${text} IS NOT NULL` : tested(text);
  const set = fields.sets.get(field);
  if (set !== undefined) return `EXISTS (SELECT FROM ${set} v WHERE ${tested('v')})`;
  const type = ENTITIES.get(field);
  if (type === undefined) {
    throw new SearchError(
      `${fields.noun} have no field \`${field}\`. They have ${[...new Set([...fields.texts.keys(), ...fields.sets.keys(), ...fields.numbers.keys(), 'severity', ...fields.times.keys(), ...ENTITIES.keys()])].join(', ')}; other words are looked for in title, tags and entities.`,
      term.at,
      term.length,
    );
  }
  return `EXISTS (SELECT FROM jsonb_array_elements(${fields.entities}) v WHERE v ->> 'type' = ${parameters.add(type)} AND ${tested(`v ->> 'value'`)})`;
}

/** Severities and times, which people write as words and dates. */
function rankCondition(term: Term, value: string, isTime: boolean, parameters: Parameters): string {
  const { test, field } = term;
  const kind = isTime ? 'time' : 'level';
  if (test.op === 'within' && test.of === kind)
    return within(value, test.bounds, (bound) => (isTime ? `api.from_micros(${parameters.add(bound)})` : parameters.add(bound)));
  const level = !isTime && test.op === 'is' && test.pieces.length === 1 ? levelOf(test.pieces[0]) : null;
  if (level !== null) return `${value} = ${parameters.add(level)}`;
  throw new SearchError(
    !isTime
      ? `Severities are informational, low, medium, high and critical: write \`${field}>=high\`.`
      : `\`${field}\` is a time: write \`${field}>=2026-11-25T12:00Z\`.`,
    term.at,
    term.length,
  );
}

const within = (value: string, bounds: (FieldTest & { readonly op: 'within' })['bounds'], parameter: (value: number) => string): string =>
  bounds
    .filter((bound) => bound !== undefined)
    .map((bound) => `${value} ${bound.op} ${parameter(bound.value)}`)
    .join(' AND ');
