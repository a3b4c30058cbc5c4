// Apache Parquet: ECS documents with a column for each field, OCSF documents of one class with the nested columns of that class.
import type { Column, ParquetCompression } from '../../../domains/tables/index.ts';
import { openParquet } from '../../../domains/tables/index.ts';
import { ECS_TABLE, OTHER } from '../columns/ecs.ts';
import type { Row, Table } from '../columns/table.ts';
import { tabulator } from '../columns/table.ts';
import type { FileFormat } from '../format.ts';
import type { Reader } from '../path.ts';
import { readerOf } from '../path.ts';

export interface ParquetOptions {
  /** Of pages; zstd unless set. */
  readonly compression?: ParquetCompression;
}

/** Rows in order of event time. A file holds documents of one kind: what is another, or of another class, is refused by its index. */
export function parquet({ compression = 'zstd' }: ParquetOptions = {}): FileFormat {
  const tableOf = tabulator(BigInt);
  return {
    name: 'parquet',
    mediaType: 'application/vnd.apache.parquet',
    extension: 'parquet',
    encode(documents) {
      const { columns, readers, rows } = layoutOf(tableOf(documents));
      const file = openParquet(columns, compression);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < rows.length; at += GROUP_ROWS) {
        const group = rows.slice(at, at + GROUP_ROWS);
        parts.push(file.group(readers.map((read) => group.map((row) => read(row) ?? null))));
      }
      parts.push(file.end());
      return Buffer.concat(parts);
    },
  };
}
const GROUP_ROWS = 50_000;

interface Layout {
  readonly columns: readonly Column[];
  readonly readers: readonly Reader[];
  readonly rows: readonly Row[];
}
const flat: Pick<Layout, 'columns' | 'readers'> = {
  columns: [...[...ECS_TABLE].map(([name, { type, isList }]) => ({ name, type, isList })), { name: OTHER, type: 'json' }],
  readers: [...ECS_TABLE.keys(), OTHER].map(readerOf),
};
const layoutOf = ({ schema, columns, rows }: Table): Layout =>
  schema === 'ecs'
    ? { ...flat, rows }
    : {
        columns,
        readers: columns.map(
          ({ name }) =>
            (row) =>
              row[name],
        ),
        rows,
      };
