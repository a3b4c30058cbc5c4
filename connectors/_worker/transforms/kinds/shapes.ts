// ValueToKey, ExtractField, Flatten, HoistField: what is nested in what.
import { z } from 'zod';
import { ofBothHalves, ofWhole } from '../definition.ts';
import type { Json, JsonObject } from '../json.ts';
import { get, isObject, put } from '../json.ts';
import { nullWithDefault, someOf, text, withCondition } from '../options.ts';
import { parsePath, valueAt } from '../path.ts';

export const valueToKey = ofWhole({
  name: 'ValueToKey',
  description: 'Makes a key of fields of the value: an object, which `ExtractField$Key` turns into one of them. The id of the document stays what it is.',
  options: withCondition({ fields: someOf('Names of fields of the value.', 'high'), ...nullWithDefault }),
  configure({ fields }: { readonly fields: readonly string[] }) {
    return (record) => {
      const value = record.value.object('copying fields from value to key');
      const key: Record<string, Json> = {};
      for (const field of fields) put(key, field, get(value, field) ?? null);
      record.key.set(key);
    };
  },
});

interface ExtractOptions {
  readonly field: string;
  readonly 'field.syntax.version': string;
}
const stepsOf = ({ field, 'field.syntax.version': version }: ExtractOptions): readonly string[] =>
  version.toUpperCase() === 'V1' ? [field] : parsePath(field);

export const extractField = ofBothHalves({
  name: 'ExtractField',
  description: 'Puts one of its fields in the place of the key or value.',
  options: withCondition({
    field: text('Name of the field; with syntax V2, its path.', 'medium'),
    ...nullWithDefault,
    'field.syntax.version': z
      .string()
      .regex(/^v[12]$/i, 'String must be one of (case insensitive): V1, V2')
      .default('V1')
      .meta({
        description: '`V1`: a name of the outermost object. `V2`: a path with dots; names that hold dots in backticks.',
        importance: 'high',
        recommended: ['V1', 'V2'],
      }),
  }).superRefine((options, context) => {
    try {
      stepsOf(options);
    } catch (error) {
      context.addIssue({ code: 'custom', path: ['field'], message: (error as Error).message });
    }
  }),
  configure(options: ExtractOptions, half) {
    const steps = stepsOf(options);
    return (record) => record[half].set(valueAt(record[half].get(), steps, 'field extraction'));
  },
});

export const flatten = ofBothHalves({
  name: 'Flatten',
  description: 'Turns nested objects into one, with joined names. Lists stay as they are.',
  options: withCondition({ delimiter: text('What stands between the names.', 'medium').default('.') }),
  configure({ delimiter }: { readonly delimiter: string }, half) {
    return (record) => {
      const part = record[half];
      if (part.isNull) return;
      const flat: Record<string, Json> = {};
      flattenInto(flat, part.object('flattening'), '', delimiter);
      part.set(flat);
    };
  },
});

function flattenInto(flat: Record<string, Json>, object: JsonObject, prefix: string, delimiter: string): void {
  for (const [name, value] of Object.entries(object)) {
    const joined = prefix === '' ? name : prefix + delimiter + name;
    if (isObject(value)) flattenInto(flat, value, joined, delimiter);
    else put(flat, joined, value);
  }
}

export const hoistField = ofBothHalves({
  name: 'HoistField',
  description: 'Wraps the key or value into an object of one field.',
  options: withCondition({ field: text('Name of the field.', 'medium') }),
  configure({ field }: { readonly field: string }, half) {
    return (record) => {
      const datum = record[half].get();
      const hoisted: Record<string, Json> = {};
      put(hoisted, field, Buffer.isBuffer(datum) ? datum.toString('base64') : datum);
      record[half].set(hoisted);
    };
  },
});
