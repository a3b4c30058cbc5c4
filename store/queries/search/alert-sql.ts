// A search as a condition on `api.alert a`: words are looked for in title, tags, rules and entities.
import { SearchError } from './syntax.ts';
import type { FieldTest, Pieces, Search } from './syntax.ts';
import { escapeLike, likePattern } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { levelOf } from './values.ts';

/** Scalar expressions, and sets that a value may be in. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['title', 'a.title'],
  ['status', 'a.status'],
  ['verdict', 'a.verdict'],
  ['assignee', 'a.assignee'],
  ['id', `encode(a.id, 'hex')`],
]);
const SETS: ReadonlyMap<string, string> = new Map([
  ['tags', 'unnest(a.tags)'],
  ['tag', 'unnest(a.tags)'],
  ['label', 'unnest(a.labels)'],
  ['rule.id', 'unnest(a.rule_ids)'],
  ['rule', 'unnest(a.rule_ids)'],
]);
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['score', 'a.score'],
  ['events', 'a.event_count'],
  ['findings', 'a.finding_count'],
]);
const TIMES: ReadonlyMap<string, string> = new Map([
  ['time', 'a.event_time'],
  ['@timestamp', 'a.event_time'],
  ['changed', 'a.changed_at'],
]);
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

/** @throws SearchError for a field that alerts do not have. */
export function alertCondition(search: Search, parameters: Parameters): string {
  switch (search.kind) {
    case 'all':
      return 'true';
    case 'and':
      return `(${search.of.map((part) => alertCondition(part, parameters)).join(' AND ')})`;
    case 'or':
      return `(${search.of.map((part) => alertCondition(part, parameters)).join(' OR ')})`;
    case 'not':
      return `NOT ${alertCondition(search.of, parameters)}`;
    case 'text': {
      const pattern = parameters.add(`%${search.pieces.map(escapeLike).join('%')}%`);
      return `(a.title ILIKE ${pattern} OR EXISTS (SELECT FROM unnest(a.tags || a.rule_ids) v WHERE v ILIKE ${pattern}) OR EXISTS (SELECT FROM jsonb_array_elements(a.entities) v WHERE v ->> 'value' ILIKE ${pattern}))`;
    }
    case 'field':
      return `coalesce(${fieldCondition(search, parameters)}, false)`;
  }
}

function fieldCondition(term: Search & { readonly kind: 'field' }, parameters: Parameters): string {
  const { field, test } = term;
  const like = (value: string, pieces: Pieces) => `${value} ILIKE ${parameters.add(likePattern(pieces))}`;
  /** Of a text, when it is asked for more than to be there. */
  const tested = (value: string): string => {
    if (test.op === 'matches') return `${value} ~* ${parameters.add(test.pattern)}`;
    if (test.op === 'is') return like(value, test.pieces);
    if (test.op === 'exists') return 'true';
    throw new SearchError(`\`${field}\` is no number, so \`${test.bounds[0].op}\` says nothing about it.`, term.at, term.length);
  };
  const time = TIMES.get(field);
  if (time !== undefined || field === 'severity') return test.op === 'exists' ? 'true' : rankCondition(term, time, parameters);
  const number = NUMBERS.get(field);
  if (number !== undefined) {
    if (test.op === 'exists') return 'true';
    if (test.op === 'is') return like(`${number}::text`, test.pieces);
    if (test.op === 'matches' || test.of !== 'number') throw new SearchError(`\`${field}\` is a number: write \`${field}>=10\`.`, term.at, term.length);
    return within(number, test.bounds, (value) => `${parameters.add(value)}::numeric`);
  }
  const text = TEXTS.get(field);
  if (text !== undefined) return test.op === 'exists' ? `${text} IS NOT NULL` : tested(text);
  const set = SETS.get(field);
  if (set !== undefined) return `EXISTS (SELECT FROM ${set} v WHERE ${tested('v')})`;
  const type = ENTITIES.get(field);
  if (type === undefined) {
    throw new SearchError(
      `Alerts have no field \`${field}\`. They have ${[...TEXTS.keys(), ...NUMBERS.keys(), 'severity', ...TIMES.keys(), 'tag', 'label', 'rule', 'host', 'user', 'address'].join(', ')}; other words are looked for in title, tags and entities.`,
      term.at,
      term.length,
    );
  }
  return `EXISTS (SELECT FROM jsonb_array_elements(a.entities) v WHERE v ->> 'type' = ${parameters.add(type)} AND ${tested(`v ->> 'value'`)})`;
}

/** Severities and times, which people write as words and dates. */
function rankCondition(term: Search & { readonly kind: 'field' }, time: string | undefined, parameters: Parameters): string {
  const { test, field } = term;
  const kind = time === undefined ? 'level' : 'time';
  if (test.op === 'within' && test.of === kind)
    return within(time ?? 'a.severity', test.bounds, (value) => (time === undefined ? parameters.add(value) : `api.from_micros(${parameters.add(value)})`));
  const level = time === undefined && test.op === 'is' && test.pieces.length === 1 ? levelOf(test.pieces[0]) : null;
  if (level !== null) return `a.severity = ${parameters.add(level)}`;
  throw new SearchError(
    time === undefined
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
