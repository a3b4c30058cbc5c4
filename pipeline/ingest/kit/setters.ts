// Writers of ECS fields: each knows where the event has its field and what a value must be for it.
import { arrayText, ECS_FIELDS } from '../../../schemas/avro/ecs-fields.ts';
import type { EcsField } from '../../../schemas/avro/ecs-fields.ts';
import { isoMicros } from '../../../schemas/avro/ecs.ts';
import { ECS_PATHS } from '../../../schemas/avro/types.gen.ts';
import { canonicalIp } from '../../../domains/network/address.ts';
import type { Draft } from './draft.ts';
import { lastPart } from './draft.ts';
import { placeOf } from './places.ts';
import { readTime } from './times.ts';
import { count, hexHash, isObject, mac, number, port, text, texts } from './values.ts';

/** @param value Neither null, undefined nor empty. */
type Setter = (event: Draft, value: unknown) => void;
const setters = new Map<string, Setter>();

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

/** @throws TypeError for a name that is no ECS field. */
export function setter(name: string): Setter {
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
  if (name === 'event.created')
    return (event, given) => {
      const { micros } = readTime(given, event.time);
      if (micros >= 0) event.observedAt = micros;
    };
  const place = placeOf(path.slice(1, -1));
  const last = path.at(-1)!;
  const read = scalarReader(name, field);
  if (TYPED_LISTS.has(name))
    return (event, given) => {
      const found = listOf(given, read);
      if (found.length > 0) place(event)[last] = found;
    };
  if (last === 'executable' || name === 'file.path') {
    const setNames = name === 'file.path' ? fileNames : programName;
    return (event, given) => {
      const found = read(given);
      if (found === null) return;
      const record = place(event);
      record[last] = found;
      setNames(record, found as string);
    };
  }
  return (event, given) => {
    const found = read(given);
    if (found !== null) place(event)[last] = found;
  };
}

function programName(process: Record<string, unknown>, path: string): void {
  process.name ??= lastPart(path);
}

function fileNames(file: Record<string, unknown>, path: string): void {
  const name = lastPart(path);
  const dot = name.lastIndexOf('.');
  file.name ??= name;
  if (dot > 0 && dot < name.length - 1 && name.length - dot <= 32) file.extension ??= name.slice(dot + 1).toLowerCase();
}

/** Fields that the event has no place of their own for travel as text. */
function otherSetter(name: string, field: EcsField): Setter {
  const read = scalarReader(name, field);
  if (field.isArray)
    return (event, given) => {
      const values = listOf(given, read);
      if (values.length > 0) (event.ecs as Record<string, string>)[name] = arrayText(values.map(String));
    };
  return (event, given) => {
    const found = read(given);
    if (found !== null) (event.ecs as Record<string, string>)[name] = typeof found === 'string' ? found : `${found as number | boolean}`;
  };
}

function listOf(given: unknown, read: (value: unknown) => unknown): readonly unknown[] {
  if (!Array.isArray(given)) {
    const found = read(given);
    return found === null ? [] : [found];
  }
  return [...new Set(given.slice(0, MOST_VALUES).map(read))].filter((value) => value !== null);
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
      return LOWER.has(name) ? (value) => singleText(value)?.toLowerCase() ?? null : singleText;
  }
}
const small = (value: number | null): number | null => (value !== null && value < 2 ** 31 ? value : null);
/** One text, also where a sensor has a list or an object. */
function singleText(value: unknown): string | null {
  if (typeof value !== 'object') return text(value);
  return text(Array.isArray(value) ? texts(value).join(', ') : isObject(value) ? JSON.stringify(value) : value);
}
function boolean(value: unknown): string | null {
  const said = String(value).toLowerCase();
  return ['true', '1', 'yes', 't', 'y'].includes(said) ? 'true' : ['false', '0', 'no', 'f', 'n'].includes(said) ? 'false' : null;
}
function dateText(value: unknown): string | null {
  const { micros } = readTime(value, 0);
  return micros > -62_135_596_800_000_000 && micros < 253_402_300_800_000_000 ? isoMicros(micros) : null;
}
