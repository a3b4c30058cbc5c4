import type { Destination, Event, File, Host, Network, Process, ProcessHash, Registry, Source, TargetUser, User } from '../../../schemas/avro/types.gen.ts';
import type { Micros } from '../../core/index.ts';
import type { ReadTime } from './time.ts';
import { zoneOffset } from './time.ts';

/**
 * An event in the making. A decoder fills in what the sensor told; ingest adds the envelope: id, organization, sensor, provenance, content
 * hash. Until then `id` is the sensor's own stable id as text (empty when it has none), and `time` is NaN when none could be read.
 */
export type Draft = { -readonly [K in keyof Event]: Event[K] };

const NONE: readonly string[] = [];
const NOTHING = Buffer.alloc(0);
const NO_PROVENANCE: Event['provenance'] = { topic: '', partition: 0, offset: 0, index: 0, appendedAt: 0, parser: '', parserVersion: 0 };
const NO_LOGSOURCE: Event['logsource'] = { category: NONE, service: NONE };

/** All events come from here, fields in the order of the schema: one shape for the encoder, however different the sensors. */
export const draft = (dataset: string, product: string, native: Uint8Array): Draft => ({
  id: '',
  time: Number.NaN,
  idSource: 'position',
  contentHash: '',
  organization: '',
  dataset,
  sensor: '',
  provenance: NO_PROVENANCE,
  product,
  logsource: NO_LOGSOURCE,
  timeSource: 'sensor',
  observedAt: null,
  kind: 'event',
  category: NONE,
  type: NONE,
  outcome: null,
  action: null,
  code: null,
  provider: null,
  severity: null,
  message: null,
  host: null,
  user: null,
  targetUser: null,
  source: null,
  destination: null,
  network: null,
  process: null,
  file: null,
  registry: null,
  dns: null,
  http: null,
  url: null,
  tls: null,
  rule: null,
  cloud: null,
  ecs: {},
  labels: {},
  native: native.length === 0 ? NOTHING : native,
});

/** Sets the event time. Without a zone it is that of the source, else UTC, and says so; a time that could not be read leaves it unset. */
export function stamp(event: Draft, { micros, hasZone, hasYear }: ReadTime, zone: string | undefined): void {
  if (Number.isNaN(micros)) return;
  event.time = hasZone || zone === undefined ? micros : micros - zoneOffset(zone, micros);
  event.timeSource = !hasYear ? 'year_assumed' : hasZone || zone !== undefined ? 'sensor' : 'zone_assumed';
}
/** As `stamp`, for times that carry their zone by definition. */
export function stampMicros(event: Draft, micros: Micros): void {
  if (!Number.isNaN(micros)) event.time = micros;
}

/** Another ECS field, by dotted name; typed as `ECS_FIELDS` says. Null is left out. */
export function setEcs(event: Draft, name: string, value: string | number | boolean | null): void {
  if (value !== null && value !== '') (event.ecs as Record<string, string>)[name] = typeof value === 'string' ? value : String(value);
}

// Records with every field, in the order of the schema, from the few that are known.
export const host = (name: string | null, os: string | null, id: string | null = null, ip: readonly string[] = NONE): Host | null =>
  name === null && id === null && ip.length === 0 ? null : { name: name === null ? null : name.toLowerCase(), id, ip, os };
export const user = (name: string | null, domain: string | null = null, id: string | null = null, email: string | null = null): (User & TargetUser) | null =>
  name === null && id === null && email === null ? null : { name, id, domain, email };
export const endpoint = (
  ip: string | null,
  port: number | null = null,
  domain: string | null = null,
  mac: string | null = null,
  bytes: number | null = null,
  packets: number | null = null,
): (Source & Destination) | null =>
  ip === null && domain === null && mac === null && port === null && bytes === null ? null : { ip, port, domain, mac, bytes, packets };
export const network = (
  transport: string | null,
  protocol: string | null,
  direction: string | null = null,
  communityId: string | null = null,
  bytes: number | null = null,
  packets: number | null = null,
): Network => ({ transport, protocol, direction, communityId, bytes, packets });
export const process = (
  executable: string | null,
  pid: number | null,
  commandLine: string | null = null,
  entityId: string | null = null,
  workingDirectory: string | null = null,
  hash: ProcessHash | null = null,
  parent: Process['parent'] = null,
): Process | null =>
  executable === null && pid === null && commandLine === null && entityId === null
    ? null
    : { name: executable === null ? null : lastPart(executable), executable, commandLine, pid, entityId, workingDirectory, hash, parent };
export const parentProcess = (
  executable: string | null,
  pid: number | null,
  commandLine: string | null = null,
  entityId: string | null = null,
): Process['parent'] =>
  executable === null && pid === null && entityId === null
    ? null
    : { name: executable === null ? null : lastPart(executable), executable, commandLine, pid, entityId, workingDirectory: null };
export function file(path: string | null, hash: File['hash'] = null, size: number | null = null): File | null {
  if (path === null) return hash === null ? null : { path: null, name: null, extension: null, size, hash };
  const name = lastPart(path);
  const dot = name.lastIndexOf('.');
  return { path, name, extension: dot > 0 && dot < name.length - 1 && name.length - dot <= 32 ? name.slice(dot + 1).toLowerCase() : null, size, hash };
}
export function registry(path: string | null, data: string | null = null): Registry | null {
  if (path === null) return null;
  const cut = path.lastIndexOf('\\');
  return { path, key: cut > 0 ? path.slice(0, cut) : path, value: cut > 0 ? path.slice(cut + 1) : null, data };
}

/** What follows the last `/` or `\`; the whole text when neither is in it or it ends in one. */
export function lastPart(path: string): string {
  const cut = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/'));
  return cut >= 0 && cut < path.length - 1 ? path.slice(cut + 1) : path;
}

/** Whether it is known from which address to which: then it is about traffic. */
export const hasBothEnds = ({ source, destination }: Draft): boolean => (source?.ip ?? null) !== null && (destination?.ip ?? null) !== null;
