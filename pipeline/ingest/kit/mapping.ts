// Tables that say which ECS field comes from which field of the sensor.
import { arrayText, ECS_FIELDS } from '../../../schemas/avro/ecs-fields.ts';
import type { EcsField } from '../../../schemas/avro/ecs-fields.ts';
import { isoMicros } from '../../../schemas/avro/ecs.ts';
import { ECS_PATHS } from '../../../schemas/avro/types.gen.ts';
import { canonicalIp } from '../../../domains/network/address.ts';
import type { RawDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { lastPart, stamp } from './draft.ts';
import { readTime } from './times.ts';
import { count, hexHash, isObject, mac, number, port, text, texts } from './values.ts';

/** Fields of the sensor by name: JSON as parsed, or what the tokenizers give. */
export type FieldsOf = Readonly<Record<string, unknown>>;
/**
 * Where a value comes from: a name or dotted path (a name that itself has dots is looked for first), the first of several that says
 * something, or `via` and `always`.
 */
export type Rule = string | readonly string[] | Derived;
interface Derived {
  readonly of: readonly string[];
  readonly as: (value: unknown, fields: FieldsOf) => unknown;
}
/** The first value found, changed; null = says nothing. `as` must not throw, whatever the value. */
export const via = (of: string | readonly string[], as: Derived['as']): Rule => ({ of: typeof of === 'string' ? [of] : of, as });
/** The same for every record. */
export const always = (value: string | number | boolean | readonly string[]): Rule => ({ of: [], as: () => value });

export type Mapping = (event: Draft, fields: FieldsOf, document: Pick<RawDocument, 'appendedAt' | 'zone'>) => void;

/**
 * Compiles a table from ECS field to where its value comes from. `@timestamp` is the event time, in any of the usual writings. Values take
 * the type of their field; those that cannot (an address that is none) are left out. What is set already is replaced only by a value.
 * @throws TypeError for a name that is no ECS field: when the format is loaded, hence in its test.
 */
export function mapping(rules: Readonly<Record<string, Rule>>): Mapping {
  const steps = Object.entries(rules).map(([name, rule]) => {
    const get = reader(rule);
    if (name === '@timestamp')
      return (event: Draft, fields: FieldsOf, { appendedAt, zone }: Pick<RawDocument, 'appendedAt' | 'zone'>) =>
        stamp(event, readTime(get(fields), appendedAt), zone);
    const set = setter(name);
    return (event: Draft, fields: FieldsOf) => {
      const value = get(fields);
      if (value !== undefined && value !== null && value !== '') set(event, value);
    };
  });
  return (event, fields, document) => {
    for (const step of steps) step(event, fields, document);
  };
}

function reader(rule: Rule): (fields: FieldsOf) => unknown {
  if (typeof rule === 'string') return pathReader(rule);
  const { of, as } = Array.isArray(rule) ? { of: rule as readonly string[], as: undefined } : (rule as Derived);
  const readers = of.map(pathReader);
  return (fields) => {
    for (const read of readers) {
      const value = read(fields);
      if (value !== undefined && value !== null && value !== '' && value !== '-') return as === undefined ? value : as(value, fields);
    }
    return of.length === 0 ? as?.(undefined, fields) : undefined;
  };
}

/** Reads a name, or a path through objects; a number between dots is an element of an array. */
export function pathReader(path: string): (fields: FieldsOf) => unknown {
  if (path in Object.prototype) return (fields) => (Object.hasOwn(fields, path) ? fields[path] : undefined);
  if (!path.includes('.')) return (fields) => fields[path];
  const parts = path.split('.');
  return (fields) => {
    let value: unknown = fields[path];
    if (value !== undefined) return value;
    value = fields;
    for (const part of parts) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
      value = (value as FieldsOf)[part];
    }
    return value;
  };
}

type Setter = (event: Draft, value: unknown) => void;
const setters = new Map<string, Setter>();

/** Sets one ECS field by name, wherever the event has it; for tables and for names that are not known before. @throws TypeError */
export function setField(event: Draft, name: string, value: unknown): void {
  if (value !== undefined && value !== null && value !== '') setter(name)(event, value);
}
/** Whether `setField` and `mapping` take the name. */
export const isEcsField = (name: string): boolean =>
  name === '@timestamp' || (!OURS.has(name) && !name.startsWith('related.') && (ECS_FIELDS.has(name) || TYPED_LISTS.has(name)));

/** Set by ingest or by enrichment, never by a format. `source.address` and its like follow from the typed fields. */
const OURS = new Set([
  'event.id',
  'event.dataset',
  'event.ingested',
  'organization.id',
  'observer.name',
  'observer.product',
  'ecs.version',
  'source.address',
  'destination.address',
]);
/** Typed fields that are lists in the event. `dns.answers` is an array of objects in ECS. */
const TYPED_LISTS = new Set(['event.category', 'event.type', 'host.ip', 'dns.answers.data']);
const LOWER = new Set(['host.name', 'network.transport', 'network.protocol', 'network.application', 'network.direction', 'network.type']);
const ALLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['event.outcome', new Set(['success', 'failure', 'unknown'])],
  ['event.kind', new Set(['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'pipeline_error', 'signal'])],
]);
const MOST_VALUES = 200;

function setter(name: string): Setter {
  let found = setters.get(name);
  if (found === undefined) {
    if (!isEcsField(name)) throw new TypeError(`${name} is no ECS field that a format sets`);
    found = made(name);
    setters.set(name, found);
  }
  return found;
}

function made(name: string): Setter {
  const field = ECS_FIELDS.get(name) ?? { kind: 'text', isArray: true };
  const path = ECS_PATHS[name];
  if (path === undefined) return otherSetter(name, field);
  const isList = TYPED_LISTS.has(name);
  const read = scalarReader(name, field);
  const value = isList ? (given: unknown) => listOf(given, read) : read;
  const [, top = '', ...inner] = path;
  if (name === 'event.created')
    return (event, given) => {
      const { micros } = readTime(given, event.time);
      if (micros >= 0) event.observedAt = micros;
    };
  const target = (event: Draft): Record<string, unknown> => {
    let part = event as unknown as Record<string, unknown>;
    let place = EMPTY;
    for (const step of [top, ...inner].slice(0, -1)) {
      place = place[step] as Record<string, unknown>;
      part = (part[step] ??= { ...scalarsOf(place) }) as Record<string, unknown>;
    }
    return part;
  };
  const last = path.at(-1)!;
  return (event, given) => {
    const found = value(given);
    if (found === null || (isList && (found as readonly unknown[]).length === 0)) return;
    const record = target(event);
    record[last] = found;
    if (last === 'executable') record.name ??= lastPart(found as string);
    if (name === 'file.path') fileNames(record, found as string);
  };
}

function fileNames(file: Record<string, unknown>, path: string): void {
  const name = lastPart(path);
  const dot = name.lastIndexOf('.');
  file.name ??= name;
  if (dot > 0 && dot < name.length - 1 && name.length - dot <= 32) file.extension ??= name.slice(dot + 1).toLowerCase();
}

function otherSetter(name: string, field: EcsField): Setter {
  const read = scalarReader(name, field);
  return (event, given) => {
    const values = field.isArray ? listOf(given, read) : [read(given)];
    if (values.length === 0 || values[0] === null) return;
    (event.ecs as Record<string, string>)[name] = field.isArray ? arrayText(values.map(String)) : `${values[0] as string | number | boolean}`;
  };
}

function listOf(given: unknown, read: (value: unknown) => unknown): readonly unknown[] {
  const values = Array.isArray(given) ? given : [given];
  return [...new Set(values.slice(0, MOST_VALUES).map(read))].filter((value) => value !== null);
}

function scalarReader(name: string, { kind }: EcsField): (value: unknown) => unknown {
  if (name.endsWith('.port')) return port;
  if (name.endsWith('.mac')) return mac;
  if (/\.hash\.\w+$/.test(name)) return hexHash;
  if (name === 'http.response.status_code' || name === 'event.severity') return (value) => small(count(value));
  const allowed = ALLOWED.get(name);
  if (allowed !== undefined) return (value) => (typeof value === 'string' && allowed.has(value) ? value : null);
  switch (kind) {
    case 'integer':
      return count;
    case 'number':
      return number;
    case 'boolean':
      return boolean;
    case 'ip':
      return canonicalIp;
    case 'date':
      return (value) => dateText(value);
    default:
      return LOWER.has(name) ? (value) => text(single(value))?.toLowerCase() ?? null : (value) => text(single(value));
  }
}
const small = (value: number | null): number | null => (value !== null && value < 2 ** 31 ? value : null);
/** One text where a sensor has a list; an object has none. */
const single = (value: unknown): unknown => (Array.isArray(value) ? texts(value).join(', ') : isObject(value) ? JSON.stringify(value) : value);
function boolean(value: unknown): string | null {
  const said = String(value).toLowerCase();
  return ['true', '1', 'yes', 't', 'y'].includes(said) ? 'true' : ['false', '0', 'no', 'f', 'n'].includes(said) ? 'false' : null;
}
function dateText(value: unknown): string | null {
  const { micros } = readTime(value, 0);
  return micros > -62_135_596_800_000_000 && micros < 253_402_300_800_000_000 ? isoMicros(micros) : null;
}

const NONE: readonly string[] = [];
const HASH = { md5: null, sha1: null, sha256: null, imphash: null };
const PERSON = { name: null, id: null, domain: null, email: null };
const END = { ip: null, port: null, domain: null, mac: null, bytes: null, packets: null };
/** Records of the event without a value, in the order of the schema. */
const EMPTY: Record<string, unknown> = {
  host: { name: null, id: null, ip: NONE, os: null },
  user: PERSON,
  targetUser: PERSON,
  source: END,
  destination: END,
  network: { transport: null, protocol: null, direction: null, communityId: null, bytes: null, packets: null },
  process: {
    name: null,
    executable: null,
    commandLine: null,
    pid: null,
    entityId: null,
    workingDirectory: null,
    hash: HASH,
    parent: { name: null, executable: null, commandLine: null, pid: null, entityId: null, workingDirectory: null },
  },
  file: { path: null, name: null, extension: null, size: null, hash: HASH },
  registry: { path: null, key: null, value: null, data: null },
  dns: { questionName: null, questionType: null, responseCode: null, answers: NONE },
  http: { method: null, status: null, userAgent: null, referrer: null },
  url: { original: null, domain: null, path: null, query: null },
  tls: { serverName: null, version: null, ja3: null, ja3s: null, ja4: null, subject: null, issuer: null },
  rule: { id: null, name: null, category: null, version: null },
  cloud: { provider: null, accountId: null, region: null, service: null },
};
/** Records within a record begin as null. */
function scalarsOf(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, isObject(value) ? null : value]));
}
