// A filter on an event in memory, with the answers that the same filter has in SQL; domains/search/cases.ts holds both to it.
import { compileEventSearch, nativeValues, valuesThatMeet } from '../../domains/search/event-match.ts';
import type { EventFields } from '../../domains/search/event-match.ts';
import { networkTest } from '../../domains/search/matches.ts';
import type { FieldTerm } from '../../domains/search/syntax.ts';
import type { EventFilter, EventRow } from '../../store/queries/events.ts';

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

/** @throws SearchError for a search that cannot be asked of events */
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
    search: search === undefined || search.kind === 'all' ? null : compileEventSearch(search, rowFields),
  };
}

const propertyOf = (column: string): keyof EventRow => column.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()) as keyof EventRow;

const rowFields: EventFields<EventRow> = {
  column(name) {
    const property = propertyOf(name);
    return (row) => row[property];
  },
  time: ({ time }) => time,
  detail:
    (name) =>
    ({ detail }) =>
      Object.hasOwn(detail, name) ? detail[name] : undefined,
  label:
    (name) =>
    ({ detail }) =>
      (detail.labels as Readonly<Record<string, unknown>> | undefined)?.[name],
  lowerNative: ({ native }) => native.toLowerCase(),
  nativeField:
    (name) =>
    ({ native }) =>
      native.toLowerCase().includes(name) ? (nativeValues(native).get(name) ?? []) : [],
};

/** Values of the event that meet the term, as they are: why it was found. */
export const valuesIn = (term: FieldTerm, row: EventRow): readonly unknown[] => valuesThatMeet(term, rowFields, row);
