// Apache Parquet: ECS documents with a column for each field, OCSF documents of one class with the nested columns of that class.
import type { Column, ParquetCompression } from '../../../domains/tables/index.ts';
import { openParquet } from '../../../domains/tables/index.ts';
import { ECS_TABLE, OTHER } from '../columns/ecs.ts';
import type { Row } from '../columns/table.ts';
import { tabulator } from '../columns/table.ts';
import type { FileFormat } from '../format.ts';

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
      const { schema, columns, rows } = tableOf(documents);
      const file = openParquet(schema === 'ecs' ? FLAT : columns, compression);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < rows.length; at += GROUP_ROWS) {
        const group = rows.slice(at, at + GROUP_ROWS);
        parts.push(file.group(schema === 'ecs' ? flattened(group) : columns.map(({ name }) => group.map((row) => row[name] ?? null))));
      }
      parts.push(file.end());
      return Buffer.concat(parts);
    },
  };
}
const GROUP_ROWS = 50_000;

const FLAT: readonly Column[] = [...[...ECS_TABLE].map(([name, { type, isList }]) => ({ name, type, isList })), { name: OTHER, type: 'json' }];

/** Which column a value belongs to, by the names on the way to it. */
type Tree = Map<string, Tree | number>;
const TREE: Tree = new Map();
for (const [index, { name }] of FLAT.entries()) {
  const parts = name.split('.');
  let inner = TREE;
  for (const part of parts.slice(0, -1)) {
    const next = inner.get(part) ?? (new Map() as Tree);
    inner.set(part, next);
    inner = next as Tree;
  }
  inner.set(parts.at(-1)!, index);
}

/** Values by column: most are null, and only the others are looked at. */
function flattened(rows: readonly Row[]): readonly (readonly unknown[])[] {
  const columns = FLAT.map(() => Array.from<unknown>({ length: rows.length }).fill(null));
  const place = (part: Row, tree: Tree, at: number): void => {
    for (const [name, inner] of tree) {
      const value = part[name];
      if (value === null) continue;
      if (typeof inner === 'number') columns[inner]![at] = value;
      else place(value as Row, inner, at);
    }
  };
  for (const [at, row] of rows.entries()) place(row, TREE, at);
  return columns;
}
