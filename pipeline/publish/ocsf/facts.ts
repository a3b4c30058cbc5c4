// What is known of an event, by ECS name: typed fields, the map of other fields, context, and (by `native.<name>`) the sensor's own document.
import { ecsValue } from '../../../schemas/avro/ecs-fields.ts';
import { publicId } from '../../../schemas/avro/ecs.ts';
import { ECS_PATHS } from '../../../schemas/avro/types.gen.ts';
import type { Context, Event, Geo } from '../../../schemas/avro/types.gen.ts';

export interface Facts {
  readonly event: Event;
  readonly context: Context;
  /** Parsed when first asked for: most classes do without. */
  native?: Readonly<Record<string, unknown>>;
}
/** `undefined` = not known. Never throws. */
export type Reader = (facts: Facts) => unknown;

const NATIVE = 'native.';
const TYPED: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(ECS_PATHS));
/** Times that travel as microseconds. */
const MICROS = new Set(['@timestamp', 'event.created']);

const geo =
  (end: 'sourceGeo' | 'destinationGeo', field: keyof Geo): Reader =>
  ({ context }) =>
    context[end]?.[field];
const CONTEXT: ReadonlyMap<string, Reader> = new Map(
  (['source', 'destination'] as const).flatMap((end): [string, Reader][] => [
    [`${end}.geo.country_iso_code`, geo(`${end}Geo`, 'countryIsoCode')],
    [`${end}.geo.country_name`, geo(`${end}Geo`, 'countryName')],
    [`${end}.as.number`, geo(`${end}Geo`, 'asNumber')],
    [`${end}.as.organization.name`, geo(`${end}Geo`, 'asOrganization')],
    [`goshawk.zone.${end}`, ({ context }) => context[`${end}Zone`]],
  ]),
);

/** The sensor's document, empty when it is no JSON object. */
function nativeOf(facts: Facts): Readonly<Record<string, unknown>> {
  if (facts.native !== undefined) return facts.native;
  let native: unknown;
  try {
    native = JSON.parse(nativeText(facts.event));
  } catch {
    native = null; // what no parser could read has no fields
  }
  facts.native = typeof native === 'object' && native !== null ? (native as Record<string, unknown>) : {};
  return facts.native;
}
export const nativeText = ({ native }: Event): string => Buffer.from(native.buffer, native.byteOffset, native.byteLength).toString('utf8');

function typed(path: readonly string[]): Reader {
  const [first = '', second = '', third, fourth] = path;
  type Level = Readonly<Record<string, unknown>> | null | undefined;
  return (facts) => {
    const whole = facts as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    let value: unknown = whole[first]![second];
    if (third !== undefined) value = (value as Level)?.[third];
    if (fourth !== undefined) value = (value as Level)?.[fourth];
    return value;
  };
}
/** Neither null nor absent nor empty. */
export const isKnown = (value: unknown): boolean => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

/** The public id. */
const eventId: Reader = ({ event }) => publicId(event);

/** The value under an ECS name in the type that ECS gives it; times are microseconds or ISO text, as they travel. */
export function readerOf(name: string): Reader {
  if (name.startsWith(NATIVE)) {
    const field = name.slice(NATIVE.length);
    return (facts) => {
      const native = nativeOf(facts);
      return Object.hasOwn(native, field) ? native[field] : undefined;
    };
  }
  if (name === 'event.id') return eventId;
  const path = TYPED.get(name);
  if (path !== undefined) return typed(path);
  const first = CONTEXT.get(name);
  return (facts) => {
    const value = first?.(facts);
    if (isKnown(value)) return value;
    const { ecs } = facts.event;
    return Object.hasOwn(ecs, name) && ecs[name] !== '' ? ecsValue(name, ecs[name]!) : undefined;
  };
}

const ALL: readonly { readonly name: string; readonly read: Reader }[] = [...TYPED.keys(), ...CONTEXT.keys()].map((name) => ({ name, read: readerOf(name) }));

/** Every ECS field of the event that is not among `placed`, by name, sorted by where it is kept and then by name. */
export function rest(facts: Facts, placed: ReadonlySet<string>): Record<string, unknown> {
  const left: Record<string, unknown> = {};
  for (const { name, read } of ALL) {
    if (placed.has(name)) continue;
    const value = read(facts);
    if (value !== undefined && isKnown(value)) left[name] = MICROS.has(name) ? `${value as number}` : value;
  }
  const { ecs } = facts.event;
  for (const name of Object.keys(ecs).sort()) if (!placed.has(name) && !(name in left)) left[name] = ecsValue(name, ecs[name]!);
  return left;
}
