// Values of OTLP's JSON encoding: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import type { Fields } from '../kit.ts';
import { isObject, newFields, text } from '../kit.ts';

const MAX_DEPTH = 20;

/** `{"stringValue": ..}`, `intValue` as text or number, `arrayValue`, `kvlistValue`, `bytesValue` (base64) to plain JSON. Integers keep their text. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (!isObject(value) || depth > MAX_DEPTH) return value === null ? undefined : value;
  for (const name of ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'bytesValue']) if (value[name] !== undefined) return value[name];
  if (isObject(value.arrayValue))
    return Array.isArray(value.arrayValue.values) ? value.arrayValue.values.map((one: unknown) => plainValue(one, depth + 1)) : [];
  if (isObject(value.kvlistValue)) return attributesOf(value.kvlistValue.values, depth + 1);
  return Object.keys(value).length === 0 ? undefined : value;
}

/** A list of `{"key", "value"}`; the last of equal keys counts. */
export function attributesOf(list: unknown, depth = 0): Fields {
  const fields = newFields();
  if (!Array.isArray(list)) return fields;
  for (const one of list as readonly unknown[]) if (isObject(one) && typeof one.key === 'string') fields[one.key] = plainValue(one.value, depth);
  return fields;
}

/** Nanoseconds since 1970 as text or number; 0 means unknown. NaN = none. */
export function nanosMicros(value: unknown): number {
  const written = text(value);
  if (written === null || !/^\d{1,19}$/.test(written)) return Number.NaN;
  const micros = Number(BigInt(written) / 1000n);
  return micros > 0 ? micros : Number.NaN;
}
