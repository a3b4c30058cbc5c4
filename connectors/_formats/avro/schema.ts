// The Avro schema of a table: https://avro.apache.org/docs/1.12.0/specification
import type { Column, ColumnType } from '../../../domains/tables/index.ts';

export type AvroType = string | { readonly [key: string]: unknown } | readonly AvroType[];

const TYPES: Readonly<Record<ColumnType, AvroType>> = {
  text: 'string',
  json: 'string',
  integer: 'long',
  number: 'double',
  boolean: 'boolean',
  micros: { type: 'long', logicalType: 'timestamp-micros' },
  millis: { type: 'long', logicalType: 'timestamp-millis' },
};

/** Names in Avro have letters, digits and `_` only: `@timestamp` is `timestamp`. */
export const avroName = (name: string): string => name.replace(/^@/, '').replaceAll(/[^A-Za-z0-9_]/g, '_');

/** Every field may be null. Records are named by their place, for each name is defined once. */
export function recordSchema(columns: readonly Column[], name: string, namespace?: string): AvroType {
  return {
    type: 'record',
    name,
    ...(namespace !== undefined && { namespace }),
    fields: columns.map((column) => ({ name: avroName(column.name), type: ['null', typeOf(column, `${name}_${avroName(column.name)}`)], default: null })),
  };
}
function typeOf({ isList, ...column }: Column, place: string): AvroType {
  if (isList === true) return { type: 'array', items: ['null', typeOf(column, place)] };
  return 'columns' in column ? recordSchema(column.columns, place) : TYPES[column.type];
}
