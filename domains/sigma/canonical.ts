// What an event says under names of ECS, whatever its sensor calls it. Conditions of exceptions may ask for these beside the sensor's own fields.
import { ECS_FIELDS, ecsValue } from '../../schemas/avro/ecs-fields.ts';
import { ECS_PATHS } from '../../schemas/avro/types.gen.ts';

/** As much of an event as is asked for here. */
export interface CanonicalEvent {
  /** Fields of ECS without a place of their own. */
  readonly ecs: Readonly<Record<string, string>>;
}
/** Times are no texts, and what enrichment adds is not there yet for all who ask. */
const LEFT_OUT = new Set(['@timestamp', 'event.created']);
const CONTEXT = /^related\.|\.(?:geo|as)\./;

/** Whether events may have it under this name. */
export const isCanonical = (name: string): boolean =>
  !LEFT_OUT.has(name) && !CONTEXT.test(name) && (ECS_FIELDS.has(name) || (Object.hasOwn(ECS_PATHS, name) && ECS_PATHS[name]![0] === 'event'));

/** @returns Undefined when the event has none, or `name` is not canonical. */
export function canonicalValue(event: CanonicalEvent, name: string): unknown {
  if (!isCanonical(name)) return undefined;
  const path = Object.hasOwn(ECS_PATHS, name) ? ECS_PATHS[name] : undefined;
  if (path === undefined) return Object.hasOwn(event.ecs, name) ? ecsValue(name, event.ecs[name]!) : undefined;
  let value: unknown = { event };
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value === null || value === '' ? undefined : value;
}

/**
 * The sensor's document, and what it lacks under these names. Names stand there whole, as the first reading of a field has them.
 * @param valueOf Undefined where there is none.
 */
export function withCanonical(
  document: Readonly<Record<string, unknown>>,
  names: Iterable<string>,
  valueOf: (name: string) => unknown,
): Readonly<Record<string, unknown>> {
  const added: [name: string, value: unknown][] = [];
  for (const name of names) {
    const value = isIn(document, name.split('.')) ? undefined : valueOf(name);
    if (value !== undefined) added.push([name, value]);
  }
  return added.length === 0 ? document : { ...document, ...Object.fromEntries(added) };
}

/** `a.b.c` is one key, or `b.c` below `a`, and so on. */
function isIn(value: unknown, keys: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((one) => isIn(one, keys));
  const map = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(map, keys.join('.'))) return true;
  return keys.length > 1 && Object.hasOwn(map, keys[0]!) && isIn(map[keys[0]!], keys.slice(1));
}
