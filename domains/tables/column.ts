// What a table has for columns.

/**
 * `integer`: whole numbers of 64 bits, as bigint. `number`: double precision. `micros`, `millis`: a time in UTC, as bigint since 1970. `json`: a text that is JSON.
 */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'micros' | 'millis' | 'json';
/** Any value may be null. The values of one with `isList` are arrays. */
export interface ValueColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly isList?: boolean;
}
/** Its values are objects with a property for each of `columns`. */
export interface RecordColumn {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly isList?: boolean;
}
export type Column = ValueColumn | RecordColumn;
