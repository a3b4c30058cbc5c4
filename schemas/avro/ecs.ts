// Events as ECS documents: the one place where typed fields, the map of other fields and the context become the nested JSON that people and SIEMs read.
import { ecsValue } from './ecs-fields.ts';
import type { AssetContext, Context, Event, Geo } from './types.gen.ts';
import { ECS_PATHS } from './types.gen.ts';

export const ECS_VERSION = '9.4.0';

/** Names whose typed field is a time in microseconds. */
const TIMES = new Set(['@timestamp', 'event.created']);

/** `2026-11-25T12:46:45.123456Z`. */
export function isoMicros(micros: number): string {
  const millis = Math.floor(micros / 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(micros - millis * 1000).padStart(3, '0')}Z`;
}
/** What is shown and asked for: `<time>-<id>`. */
export const publicId = ({ time, id }: Pick<Event, 'time' | 'id'>): string => `${time}-${id}`;

type Document = Record<string, unknown>;

const FIELDS = Object.entries(ECS_PATHS).map(([name, path]) => ({ name, parts: name.split('.'), path }));

/** An event as JSON with its native document unparsed. Times to the microsecond; nulls and empty arrays are left out. */
function documentOf(event: Event, context: Context | undefined): Document {
  const document: Document = { '@timestamp': isoMicros(event.time), ecs: { version: ECS_VERSION } };
  put(document, ['event', 'id'], publicId(event));
  const whole: Document = { event, context };
  for (const { name, parts, path } of FIELDS) {
    let value: unknown = whole;
    for (const part of path) {
      if (value === null || value === undefined) break;
      value = (value as Document)[part];
    }
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    if (TIMES.has(name)) put(document, parts, isoMicros(value as number));
    else if (name === 'dns.answers.data')
      put(
        document,
        ['dns', 'answers'],
        (value as readonly string[]).map((data) => ({ data })),
      );
    else if (name === 'registry.data.strings') put(document, parts, [value]);
    else put(document, parts, value);
  }
  put(document, ['event', 'ingested'], isoMicros(event.provenance.appendedAt));
  for (const end of ['source', 'destination'] as const) {
    const address = event[end]?.ip ?? event[end]?.domain ?? null;
    if (address !== null) put(document, [end, 'address'], address);
  }
  for (const name of Object.keys(event.ecs).sort()) put(document, name.split('.'), ecsValue(name, event.ecs[name]!));
  if (Object.keys(event.labels).length > 0) document.labels = sorted(event.labels);
  if (context !== undefined) putContext(document, context);
  document.goshawk = own(event, context);
  return document;
}

function put(document: Document, parts: readonly string[], value: unknown): void {
  let inner = document;
  for (let index = 0; index < parts.length - 1; index++) {
    const next = inner[parts[index]!];
    if (typeof next === 'object' && next !== null && !Array.isArray(next)) inner = next as Document;
    else if (next === undefined) inner = inner[parts[index]!] = {};
    else return; // a scalar is in the way: the field above it wins
  }
  inner[parts.at(-1)!] = value;
}

const sorted = (map: Readonly<Record<string, string>>): Document => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

function putContext(document: Document, { sourceGeo, destinationGeo }: Context): void {
  for (const [end, geo] of [
    ['source', sourceGeo],
    ['destination', destinationGeo],
  ] as const) {
    if (geo === null) continue;
    put(document, [end, 'geo'], filled({ country_iso_code: geo.countryIsoCode, country_name: geo.countryName }));
    if (geo.asNumber !== null) put(document, [end, 'as'], { number: geo.asNumber, ...organizationOf(geo) });
  }
}
const organizationOf = ({ asOrganization }: Geo): Document => (asOrganization === null ? {} : { organization: { name: asOrganization } });
const filled = (fields: Document): Document => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** What ECS has no name for. */
function own(event: Event, context: Context | undefined): Document {
  const { provenance, logsource } = event;
  const document: Document = {
    id_source: event.idSource,
    content_hash: event.contentHash,
    time_source: event.timeSource,
    logsource: { ...(event.product === '' ? {} : { product: event.product }), category: logsource.category, service: logsource.service },
    provenance: {
      topic: provenance.topic,
      partition: provenance.partition,
      offset: provenance.offset,
      index: provenance.index,
      parser: provenance.parser,
      parser_version: provenance.parserVersion,
    },
  };
  if (context === undefined) return document;
  const assets = filled({ host: asset(context.hostAsset), source: asset(context.sourceAsset), destination: asset(context.destinationAsset) });
  const zones = filled({ source: context.sourceZone, destination: context.destinationZone });
  if (Object.keys(assets).length > 0) document.asset = assets;
  if (Object.keys(zones).length > 0) document.zone = zones;
  if (Object.keys(context.versions).length > 0) document.context_versions = sorted(context.versions);
  return document;
}
const asset = (found: AssetContext | null): Document | null =>
  found === null
    ? null
    : filled({ id: found.id, name: found.name, owner: found.owner, criticality: found.criticality, valid_from: isoMicros(found.validFrom) });

/**
 * The nested ECS document of an event, keys always in the same order, the sensor's document below `native`.
 * @param context Absent before enrichment.
 */
export function eventToEcs(event: Event, context?: Context): Readonly<Document> {
  return { ...documentOf(event, context), native: JSON.parse(nativeText(event)) as unknown };
}

/** The same as one line of JSON text, the native document as the sensor wrote it: its 64-bit numbers keep their digits. */
export function eventToEcsText(event: Event, context?: Context): string {
  return `${JSON.stringify(documentOf(event, context)).slice(0, -1)},"native":${nativeText(event).replaceAll(/[\r\n]+/g, ' ')}}`; // in JSON, raw line breaks stand between tokens only
}

const nativeText = ({ native }: Event): string =>
  native.length === 0 ? 'null' : Buffer.from(native.buffer, native.byteOffset, native.byteLength).toString('utf8');
