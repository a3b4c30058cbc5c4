// An event from the topic in the shape of its stored row. Persist writes the same: a test loads what it writes and compares.
import { isIP } from 'node:net';
import type { Enriched, Event } from '../../schemas/avro/types.gen.ts';
import { ECS_PATHS } from '../../schemas/avro/types.gen.ts';
import type { EventRow } from '../../store/queries/events.ts';
import { COLUMNS } from '../../domains/search/fields.ts';
import { isoOf } from '../time.ts';

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

/** What goes into `detail`, by ECS name. */
const DETAIL: readonly (readonly [name: string, path: readonly string[]])[] = [
  ...Object.entries(ECS_PATHS).filter(([name]) => !HAS_OWN_FIELD.has(name)),
  ['tls.client.ja4', ['event', 'tls', 'ja4']],
  ['file.pe.imphash', ['event', 'file', 'hash', 'imphash']],
  ['process.pe.imphash', ['event', 'process', 'hash', 'imphash']],
  ['goshawk.content_hash', ['event', 'contentHash']],
  ['goshawk.id_source', ['event', 'idSource']],
  ['goshawk.time_source', ['event', 'timeSource']],
  ['goshawk.logsource.category', ['event', 'logsource', 'category']],
  ['goshawk.logsource.service', ['event', 'logsource', 'service']],
  ['goshawk.source.zone', ['context', 'sourceZone']],
  ['goshawk.destination.zone', ['context', 'destinationZone']],
  ...asset('host'),
  ...asset('source'),
  ...asset('destination'),
  ...geo('source'),
  ...geo('destination'),
];

export function rowOf(enriched: Enriched): EventRow {
  const { event } = enriched;
  const { source, destination, process, provenance } = event;
  return {
    time: event.time,
    id: event.id,
    dataset: event.dataset,
    sensor: event.sensor,
    product: event.product,
    kind: event.kind,
    category: event.category,
    type: event.type,
    outcome: event.outcome,
    action: event.action,
    code: event.code,
    provider: event.provider,
    severity: event.severity,
    message: event.message,
    hostName: event.host?.name ?? null,
    userName: event.user?.name ?? null,
    targetUserName: event.targetUser?.name ?? null,
    sourceIp: addressOf(source?.ip),
    sourcePort: source?.port ?? null,
    destinationIp: addressOf(destination?.ip),
    destinationPort: destination?.port ?? null,
    processName: process?.name ?? null,
    processExecutable: process?.executable ?? null,
    processCommandLine: process?.commandLine ?? null,
    filePath: event.file?.path ?? null,
    dnsQuestion: event.dns?.questionName ?? null,
    urlDomain: event.url?.domain ?? null,
    ruleName: event.rule?.name ?? null,
    rawTopic: provenance.topic,
    rawPartition: provenance.partition,
    rawOffset: provenance.offset,
    appendedAt: provenance.appendedAt,
    parser: provenance.parser,
    parserVersion: provenance.parserVersion,
    detail: detailOf(enriched),
    native: textOf(event.native),
    storedAt: null,
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
const addressOf = (ip: string | null | undefined): string | null => (typeof ip === 'string' && isIP(ip) !== 0 && !ip.includes('%') ? ip : null);

function detailOf(enriched: Enriched): Record<string, unknown> {
  const { event, context } = enriched;
  const detail: Record<string, unknown> = { ...event.ecs };
  for (const [name, path] of DETAIL) {
    const value = at(enriched, path);
    if (value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)) detail[name] = value;
  }
  if (event.provenance.index !== 0) detail['goshawk.index'] = event.provenance.index;
  if (event.observedAt !== null) detail['event.created'] = isoOf(event.observedAt);
  keepAddress(detail, 'source.address', event.source);
  keepAddress(detail, 'destination.address', event.destination);
  detail['goshawk.context'] = context.versions;
  detail.labels = event.labels;
  return detail;
}

/** What is no address of the form that a column holds is kept as text. */
function keepAddress(detail: Record<string, unknown>, name: string, endpoint: Event['source']): void {
  if (typeof endpoint?.ip === 'string' && addressOf(endpoint.ip) === null) detail[name] = endpoint.ip;
}

function at(value: unknown, path: readonly string[]): unknown {
  let part: unknown = value;
  for (const name of path) {
    if (typeof part !== 'object' || part === null) return null;
    part = (part as Readonly<Record<string, unknown>>)[name];
  }
  return part;
}
