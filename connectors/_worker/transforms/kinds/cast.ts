import { z } from 'zod';
import { ofBothHalves } from '../definition.ts';
import { doubleOf, floatOf, javaDouble, parseDouble, parseInteger, toInteger } from '../java-numbers.ts';
import type { Json } from '../json.ts';
import { copyOf, get, isExactNumber, put } from '../json.ts';
import { nullWithDefault, withCondition } from '../options.ts';
import type { Datum } from '../working.ts';
import { DataError, isLong, javaClass } from '../working.ts';

const TYPES = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'] as const;
type Type = (typeof TYPES)[number];
const BITS = { int8: 8, int16: 16, int32: 32, int64: 64 } as const;

interface Casting {
  /** null = the whole key or value. */
  readonly field: string | null;
  readonly type: Type;
}

const spec = z
  .array(z.string())
  .min(1, 'Must specify at least one field to cast.')
  .superRefine((entries, context) => {
    for (const entry of entries) if (typeof castingOf(entry) === 'string') context.addIssue({ code: 'custom', message: castingOf(entry) as string });
    if (entries.length > 1 && entries.some((entry) => !entry.includes(':')))
      context.addIssue({ code: 'custom', message: 'a type for the whole key or value stands alone' });
  })
  .meta({
    description: `Fields and the types to cast them to: field1:type,field2:type. One type alone: all of the key or value. Types: ${TYPES.join(', ')}.`,
    importance: 'high',
  });

function castingOf(entry: string): Casting | string {
  const parts = entry.split(':').map((part) => part.trim());
  const type = TYPES.find((known) => known === parts.at(-1)?.toLowerCase());
  if (parts.length > 2) return `${entry}: more than one colon`;
  if (type === undefined) return `Invalid type found in casting spec: ${parts.at(-1)}`;
  return { field: parts.length === 1 ? null : parts[0]!, type };
}

export const cast = ofBothHalves({
  name: 'Cast',
  description: 'Casts fields, or all of the key or value, to another type. A field that is absent becomes null.',
  options: withCondition({ spec, ...nullWithDefault }),
  configure({ spec: entries }: { readonly spec: readonly string[] }, half) {
    const castings = entries.map(castingOf) as readonly Casting[];
    const whole = castings.find(({ field }) => field === null);
    return (record) => {
      const part = record[half];
      if (part.isNull) return;
      if (whole !== undefined) return part.set(castTo(part.get(), whole.type));
      const object = part.object('cast types');
      const updated = copyOf(object);
      for (const { field, type } of castings) put(updated, field!, castTo(get(object, field!) ?? null, type));
      part.set(updated);
    };
  },
});

function castTo(datum: Datum, type: Type): Json {
  if (datum === null) return null;
  if (type === 'string') return castToString(datum);
  if (type === 'boolean') return castToBoolean(datum);
  if (type === 'float32' || type === 'float64') {
    const value = typeof datum === 'string' ? parseDouble(datum) : Number(numeric(datum));
    return type === 'float32' ? floatOf(value) : doubleOf(value);
  }
  return typeof datum === 'string' ? parseInteger(datum, BITS[type]) : toInteger(numberOf(datum), BITS[type]);
}

function castToString(datum: Exclude<Datum, null>): string {
  if (Buffer.isBuffer(datum)) return datum.toString('base64');
  if (typeof datum === 'string' || typeof datum === 'boolean') return String(datum);
  if (typeof datum === 'number') return Number.isInteger(datum) ? BigInt(datum).toString() : javaDouble(datum);
  if (isExactNumber(datum)) return isLong(datum) ? BigInt(datum.rawJSON).toString() : javaDouble(Number(datum.rawJSON));
  throw refused(datum);
}

function castToBoolean(datum: Exclude<Datum, null>): boolean {
  if (typeof datum === 'string') return datum.toLowerCase() === 'true';
  const whole = toInteger(numberOf(datum), 64);
  return isExactNumber(whole) || whole !== 0;
}

const numberOf = (datum: Exclude<Datum, null | string>) => {
  if (typeof datum === 'boolean') return datum ? 1 : 0;
  if (typeof datum === 'number' || isExactNumber(datum)) return datum;
  throw refused(datum);
};
const numeric = (datum: Exclude<Datum, null | string>): string => {
  const number = numberOf(datum);
  return typeof number === 'number' ? String(number) : number.rawJSON;
};
const refused = (datum: Datum) =>
  new DataError(
    Buffer.isBuffer(datum)
      ? `Unexpected type in Cast transformation: class ${javaClass(datum)}`
      : `Cast transformation does not support casting from ${Array.isArray(datum) ? 'ARRAY' : 'MAP'}`,
  );
