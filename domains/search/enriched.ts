// Where a search finds its values in an event on its way, before it is a row: the names of columns and of `detail`, as persist stores them.
import { isIP } from 'node:net';
import { isoMicros } from '../../schemas/avro/ecs.ts';
import type { Enriched, Event } from '../../schemas/avro/types.gen.ts';
import { ECS_PATHS } from '../../schemas/avro/types.gen.ts';
import { nativeValues } from './event-match.ts';
import type { EventFields } from './event-match.ts';
import { COLUMNS } from './fields.ts';

const HAS_OWN_FIELD = new Set(['@timestamp', 'organization.id', 'event.created', ...COLUMNS.keys()]);
const asset = (party: string) =>
  Object.entries({ id: 'id', name: 'name', owner: 'owner', criticality: 'criticality', valid_from: 'validFrom' }).map(
    ([name, field]) => [`goshawk.${party}.asset.${name}`, ['context', `${party}Asset`, field]] as const,
  );
const geo = (party: string) =>
  Object.entries({
    'geo.country_iso_code': 'countryIsoCode',
    'geo.country_name': 'countryName',
    'as.number': 'asNumber',
    'as.organization.name': 'asOrganization',
  }).map(([name, field]) => [`${party}.${name}`, ['context', `${party}Geo`, field]] as const);

type Read = (enriched: Enriched) => unknown;
/** The value at a path; undefined for none, and for an empty list. */
function reading(path: readonly string[]): Read {
  return (enriched) => {
    let part: unknown = enriched;
    for (const name of path) {
      if (typeof part !== 'object' || part === null) return undefined;
      part = (part as Readonly<Record<string, unknown>>)[name];
    }
    return part === null || (Array.isArray(part) && part.length === 0) ? undefined : part;
  };
}

/** What is in `detail` beside the map of other ECS fields, by name; undefined where the event does not have it. */
export const DETAIL: ReadonlyMap<string, Read> = new Map<string, Read>([
  ...[
    ...Object.entries(ECS_PATHS).filter(([name]) => !HAS_OWN_FIELD.has(name)),
    ['tls.client.ja4', ['event', 'tls', 'ja4']] as const,
    ['file.pe.imphash', ['event', 'file', 'hash', 'imphash']] as const,
    ['process.pe.imphash', ['event', 'process', 'hash', 'imphash']] as const,
    ['goshawk.content_hash', ['event', 'contentHash']] as const,
    ['goshawk.id_source', ['event', 'idSource']] as const,
    ['goshawk.time_source', ['event', 'timeSource']] as const,
    ['goshawk.logsource.category', ['event', 'logsource', 'category']] as const,
    ['goshawk.logsource.service', ['event', 'logsource', 'service']] as const,
    ['goshawk.source.zone', ['context', 'sourceZone']] as const,
    ['goshawk.destination.zone', ['context', 'destinationZone']] as const,
    ...asset('host'),
    ...asset('source'),
    ...asset('destination'),
    ...geo('source'),
    ...geo('destination'),
  ].map(([name, path]) => [name, reading(path)] as const),
  ['goshawk.index', ({ event: { provenance } }) => (provenance.index === 0 ? undefined : provenance.index)],
  ['event.created', ({ event: { observedAt } }) => (observedAt === null ? undefined : isoMicros(observedAt))],
  ['source.address', ({ event }) => keptAddress(event.source)],
  ['destination.address', ({ event }) => keptAddress(event.destination)],
  ['goshawk.context', ({ context }) => context.versions],
  ['labels', ({ event }) => event.labels],
]);

/** What is no address of the form that a column holds is kept as text. */
const keptAddress = (endpoint: Event['source']): string | undefined =>
  typeof endpoint?.ip === 'string' && addressOf(endpoint.ip) === null ? endpoint.ip : undefined;
/** Null for what no column holds. */
export const addressOf = (ip: string | null | undefined): string | null => (typeof ip === 'string' && isIP(ip) !== 0 && !ip.includes('%') ? ip : null);

/** Columns whose values are elsewhere than their ECS name says, or not as they are. */
const COLUMN_READS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['source_ip', ({ event }) => addressOf(event.source?.ip)],
  ['destination_ip', ({ event }) => addressOf(event.destination?.ip)],
]);
const ECS_OF_COLUMN = new Map([...COLUMNS].map(([ecs, { name }]) => [name, ecs]));

/** The native document as text. */
export const nativeText = ({ native }: Event): string => Buffer.from(native.buffer, native.byteOffset, native.byteLength).toString('utf8');

/** An event that several searches are asked about: its native document is read once. */
export class SearchedEvent {
  readonly enriched: Enriched;
  #lowerNative: string | undefined;
  #values: ReadonlyMap<string, readonly unknown[]> | undefined;

  constructor(enriched: Enriched) {
    this.enriched = enriched;
  }

  get lowerNative(): string {
    return (this.#lowerNative ??= nativeText(this.enriched.event).toLowerCase());
  }

  /** @param name In lower case. */
  nativeField(name: string): readonly unknown[] {
    if (this.#values === undefined && !this.lowerNative.includes(name)) return [];
    return (this.#values ??= nativeValues(nativeText(this.enriched.event))).get(name) ?? [];
  }
}

const searched =
  (read: Read) =>
  ({ enriched }: SearchedEvent): unknown =>
    read(enriched);

export const enrichedFields: EventFields<SearchedEvent> = {
  column: (name) => searched(COLUMN_READS.get(name) ?? reading(ECS_PATHS[ECS_OF_COLUMN.get(name)!]!)),
  time: ({ enriched }) => enriched.event.time,
  detail(name) {
    const own = DETAIL.get(name);
    const other: Read = ({ event: { ecs } }) => (Object.hasOwn(ecs, name) ? ecs[name] : undefined);
    return own === undefined ? searched(other) : searched((enriched) => own(enriched) ?? other(enriched));
  },
  label:
    (name) =>
    ({
      enriched: {
        event: { labels },
      },
    }) =>
      Object.hasOwn(labels, name) ? labels[name] : undefined,
  lowerNative: (event) => event.lowerNative,
  nativeField: (name) => (event) => event.nativeField(name),
};
