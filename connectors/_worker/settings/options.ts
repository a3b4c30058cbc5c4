// From a flat zod object to what Kafka Connect calls a ConfigDef, and from its text to the values that the object takes.
import { z } from 'zod';
import type { Definition, OptionType } from './shapes.ts';

/** An option of a schema, as text. */
export interface Option {
  readonly definition: Definition;
  /** Values that are recommended. */
  readonly choices: readonly string[];
  /** It takes no others. */
  readonly isClosed: boolean;
  /** Names a file of the worker: by its name, which ends in `File`. */
  readonly isFile: boolean;
  /** What the schema takes for this text. @throws Error with what is wrong with it, as Connect says it. */
  readonly read: (text: string) => unknown;
}

/** What `.meta` of an option may say. */
interface OptionMeta {
  readonly description?: string;
  readonly group?: string;
  readonly importance?: 'high' | 'medium' | 'low';
  readonly displayName?: string;
  readonly width?: 'none' | 'short' | 'medium' | 'long';
  readonly dependents?: readonly string[];
  readonly secret?: boolean;
  /** Where the schema does not tell: SHORT, LONG, CLASS. */
  readonly type?: OptionType;
  /** Place in its group; counted otherwise. */
  readonly order?: number;
  /** What is recommended where it is no closed set. */
  readonly recommended?: readonly string[];
}

/** What of zod's own description of a schema is read here. */
interface Inner {
  readonly def: {
    readonly type: string;
    readonly innerType?: z.ZodType;
    readonly in?: z.ZodType;
    readonly out?: z.ZodType;
    readonly element?: z.ZodType;
    readonly defaultValue?: unknown;
    readonly entries?: Readonly<Record<string, string | number>>;
    readonly values?: readonly unknown[];
  };
  readonly isInt?: boolean;
  readonly minValue?: number | null;
  readonly maxValue?: number | null;
}
const innerOf = (schema: z.ZodType): Inner => schema;

/** The object itself, where a plugin's schema goes on to change what it has read. */
export function objectOf(schema: z.ZodType): z.ZodObject {
  const { def } = innerOf(schema);
  if (def.type === 'object') return schema as z.ZodObject;
  const next = def.innerType ?? (def.in === undefined || innerOf(def.in).def.type === 'transform' ? def.out : def.in);
  if (next === undefined) throw new TypeError(`The configuration of a plugin is a flat object, not ${def.type}.`);
  return objectOf(next);
}

/** @param group Of options that name none. null = no group, as plugins of Connect without one. */
export function optionsOf(schema: z.ZodType, group: string | null): readonly Option[] {
  const places = new Map<string | null, number>();
  return Object.entries(objectOf(schema).shape).map(([name, type]) => {
    const option = unwrap(type as z.ZodType);
    const within = option.meta.group ?? group;
    const place = (places.get(within) ?? 0) + 1;
    places.set(within, place);
    return optionOf(name, option, within, option.meta.order ?? place);
  });
}

interface Unwrapped {
  readonly core: Inner;
  readonly meta: OptionMeta;
  readonly isRequired: boolean;
  readonly fallback: unknown;
}

/** Looks through defaults, optionals and pipes; what is said further out counts. */
function unwrap(schema: z.ZodType): Unwrapped {
  const inner = innerOf(schema);
  const own = (z.globalRegistry.get(schema) ?? {}) as OptionMeta;
  const { def } = inner;
  const next = def.innerType ?? (def.type !== 'pipe' ? undefined : def.in === undefined || innerOf(def.in).def.type === 'transform' ? def.out : def.in);
  if (next === undefined) return { core: inner, meta: own, isRequired: true, fallback: null };
  const within = unwrap(next);
  const meta = { ...within.meta, ...own };
  if (def.type === 'default' || def.type === 'prefault') return { ...within, meta, isRequired: false, fallback: def.defaultValue };
  if (def.type === 'optional' || def.type === 'nullable') return { ...within, meta, isRequired: false };
  return { ...within, meta };
}

function optionOf(name: string, { core, meta, isRequired, fallback }: Unwrapped, group: string | null, order: number): Option {
  const isFile = name.endsWith('File');
  const type = meta.type ?? (meta.secret === true && !isFile ? 'PASSWORD' : typeOf(core));
  const choices = (core.def.type === 'array' && core.def.element !== undefined ? innerOf(core.def.element) : core).def;
  const closed = Object.values(choices.entries ?? {}).map(String);
  const isNumber = ['INT', 'SHORT', 'LONG', 'DOUBLE', 'BOOLEAN'].includes(type);
  return {
    definition: {
      name,
      type,
      required: isRequired,
      default_value: fallback === null || fallback === undefined ? null : type === 'PASSWORD' ? '[hidden]' : textOf(fallback),
      importance: meta.importance === undefined ? (isRequired ? 'HIGH' : 'MEDIUM') : (meta.importance.toUpperCase() as 'HIGH'),
      documentation: meta.description ?? '',
      group,
      order,
      order_in_group: order,
      width: meta.width === undefined ? (isNumber ? 'SHORT' : type === 'LIST' ? 'LONG' : 'MEDIUM') : (meta.width.toUpperCase() as 'SHORT'),
      display_name: meta.displayName ?? displayName(name),
      dependents: meta.dependents ?? [],
    },
    choices: meta.recommended ?? closed,
    isClosed: closed.length > 0,
    isFile,
    read: (text) => readText(type, core, text.trim()),
  };
}

function typeOf({ def, isInt, minValue, maxValue }: Inner): OptionType {
  if (def.type === 'boolean') return 'BOOLEAN';
  if (def.type === 'array') return 'LIST';
  if (def.type !== 'number') return 'STRING';
  if (isInt !== true) return 'DOUBLE';
  return (minValue ?? -Infinity) >= -2_147_483_648 && (maxValue ?? Infinity) <= 2_147_483_647 ? 'INT' : 'LONG';
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(',') : String(value));

/** `maxBatchBytes` is "Max batch bytes". */
function displayName(name: string): string {
  const words = name.replaceAll(/(?<=[a-z0-9])([A-Z])/g, (_all, letter: string) => ` ${letter.toLowerCase()}`).replaceAll(/[._-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The numbers that Java's types hold. */
const RANGES: Readonly<Partial<Record<OptionType, readonly [least: bigint, most: bigint]>>> = {
  SHORT: [-32_768n, 32_767n],
  INT: [-2_147_483_648n, 2_147_483_647n],
  LONG: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
};

function readText(type: OptionType, core: Inner, text: string): unknown {
  switch (type) {
    case 'BOOLEAN': {
      const lower = text.toLowerCase();
      if (lower !== 'true' && lower !== 'false') throw new Error('Expected value to be either true or false');
      return lower === 'true';
    }
    case 'SHORT':
    case 'INT':
    case 'LONG': {
      const [least, most] = RANGES[type]!;
      const number = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : null;
      if (number === null || number < least || number > most) throw new Error(`Not a number of type ${type}`);
      return Number(number);
    }
    case 'DOUBLE':
      if (text === '' || !Number.isFinite(Number(text))) throw new Error('Not a number of type DOUBLE');
      return Number(text);
    case 'LIST': {
      const element = core.def.element === undefined ? null : innerOf(core.def.element);
      const items = listed(text);
      return element?.def.type === 'number' ? items.map((item) => (item !== '' && Number.isFinite(Number(item)) ? Number(item) : item)) : items;
    }
    default:
      return core.def.type === 'array' ? listed(text) : text; // a secret may be several
  }
}
const listed = (text: string): readonly string[] => (text === '' ? [] : text.split(/\s*,\s*/));
