// Which events the index of values can lead to: those that must have certain whole values, whatever else is asked of them.
import type { EventFilter } from '../events.ts';
import { COLUMNS, ecsNameOf, TIME_FIELD } from '../../../domains/search/fields.ts';
import type { Search } from '../../../domains/search/syntax.ts';
import { addressTermOf, termOf } from './terms.ts';
import { isAddressOrNetwork } from '../../../domains/search/values.ts';

/** An event that is asked for has one of these values. `what` is how people wrote it. */
export interface Clause {
  readonly terms: readonly number[];
  readonly what: string;
}

/** Columns whose value is a term of every event that has one; the others are texts, numbers, or in nearly every event. */
const LISTED_COLUMNS = new Set([
  'event.dataset',
  'observer.name',
  'event.action',
  'event.code',
  'event.provider',
  'host.name',
  'user.name',
  'user.target.name',
  'source.ip',
  'destination.ip',
  'process.name',
  'process.executable',
  'file.path',
  'dns.question.name',
  'url.domain',
  'rule.name',
]);
/** Of every event, and of no use to anybody who searches. */
const NOT_LISTED = new Set([TIME_FIELD, 'goshawk.content_hash']);

/** All must hold; empty when the index cannot help. */
export function indexClauses(organization: string, { dataset, sensor, host, user, address, search }: EventFilter): readonly Clause[] {
  const ofList = (name: string, values: readonly string[] | undefined) =>
    values === undefined
      ? []
      : clauseOf(
          values.map((value) => termOf(organization, value)),
          `${name}: ${values.join(', ')}`,
        );
  const isOne = address !== undefined && !address.includes('/');
  return [
    ...ofList('dataset', dataset),
    ...ofList('sensor', sensor),
    ...ofList('host', host),
    ...ofList('user', user),
    ...(isOne ? clauseOf([addressTermOf(organization, address)], `address: ${address}`) : []),
    ...(search === undefined ? [] : clausesOf(organization, search)),
  ];
}

const clauseOf = (terms: readonly (number | null)[], what: string): readonly Clause[] =>
  terms.length > 0 && terms.every((term) => term !== null) ? [{ terms, what }] : [];

function clausesOf(organization: string, search: Search): readonly Clause[] {
  switch (search.kind) {
    case 'and':
      return search.of.flatMap((part) => clausesOf(organization, part));
    case 'or': {
      const parts = search.of.map((part) => clausesOf(organization, part)[0]);
      return parts.every((part) => part !== undefined)
        ? [{ terms: parts.flatMap(({ terms }) => terms), what: parts.map(({ what }) => what).join(' or ') }]
        : [];
    }
    case 'field': {
      const { field, test } = search;
      return test.op === 'is' && test.pieces.length === 1
        ? clauseOf([termOfField(organization, ecsNameOf(field), test.pieces[0])], `${field}:${test.pieces[0]}`)
        : [];
    }
    case 'all':
    case 'not':
    case 'text':
      return [];
  }
}

function termOfField(organization: string, field: string, value: string): number | null {
  const column = COLUMNS.get(field);
  if (NOT_LISTED.has(field) || (column !== undefined && !LISTED_COLUMNS.has(field))) return null;
  if (column?.kind === 'address') return value.includes('/') ? null : addressTermOf(organization, value);
  if (value.includes('/') && isAddressOrNetwork(value)) return null;
  // Numbers that PostgreSQL and JavaScript do not write alike.
  if (/^-?(?:\d{21,}|0\.00000)/.test(value)) return null;
  return termOf(organization, value);
}
