// Tables that say which ECS field comes from which field of the sensor.
import type { RawDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { stamp } from './draft.ts';
import { setter } from './setters.ts';
import { readTime } from './times.ts';

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

/** Sets one ECS field by name, wherever the event has it; for names that are not known before and where there is no table. @throws TypeError */
export function setField(event: Draft, name: string, value: unknown): void {
  if (value !== undefined && value !== null && value !== '') setter(name)(event, value);
}
