// A search as a condition on `api.alert a`: words are looked for in title, tags, rules and entities.
import { SearchError } from './syntax.ts';
import type { Pieces, Search } from './syntax.ts';
import { escapeLike, likePattern } from './sql.ts';
import type { Parameters } from './sql.ts';

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
  ['rule.id', 'unnest(a.rule_ids)'],
  ['rule', 'unnest(a.rule_ids)'],
]);
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['score', 'a.score'],
  ['events', 'a.event_count'],
  ['findings', 'a.finding_count'],
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
  const number = NUMBERS.get(field);
  if (number !== undefined) {
    if (test.op === 'exists') return 'true';
    if (test.op !== 'is') return `${number} ${test.op} ${parameters.add(test.value)}::numeric`;
    return like(`${number}::text`, test.pieces);
  }
  if (test.op !== 'is' && test.op !== 'exists')
    throw new SearchError(`\`${field}\` is no number, so \`${test.op}\` says nothing about it.`, term.at, term.length);
  const text = TEXTS.get(field);
  if (text !== undefined) return test.op === 'exists' ? `${text} IS NOT NULL` : like(text, test.pieces);
  const set = SETS.get(field);
  if (set !== undefined) return `EXISTS (SELECT FROM ${set} v WHERE ${test.op === 'exists' ? 'true' : like('v', test.pieces)})`;
  const type = ENTITIES.get(field);
  if (type === undefined) {
    throw new SearchError(
      `Alerts have no field \`${field}\`. They have ${[...TEXTS.keys(), ...NUMBERS.keys(), 'tag', 'rule', 'host', 'user', 'address'].join(', ')}; other words are looked for in title, tags and entities.`,
      term.at,
      term.length,
    );
  }
  return `EXISTS (SELECT FROM jsonb_array_elements(a.entities) v WHERE v ->> 'type' = ${parameters.add(type)} AND ${test.op === 'exists' ? 'true' : like(`v ->> 'value'`, test.pieces)})`;
}
