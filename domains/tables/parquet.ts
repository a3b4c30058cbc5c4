// Apache Parquet, a row group at a time: what is held is one group, however large the file.
import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet-writer';
import type { Column, ColumnType } from './column.ts';

export interface ParquetFile {
  /**
   * A row group.
   * @param columns Values of each column in the order of the columns, all of one length.
   * @returns The bytes that the file has grown by.
   */
  readonly group: (columns: readonly (readonly unknown[])[]) => Uint8Array;
  /** The index at its end. Called once. */
  readonly end: () => Uint8Array;
}

/** Old readers go by the converted type; it does not say to others that a time is UTC. */
const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name' | 'repetition_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  micros: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } },
  millis: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } },
};

/** A column is one element or, as the format nests them, several, parents first. */
function elementsOf({ isList, ...column }: Column, repetition: 'OPTIONAL' | 'REPEATED' = 'OPTIONAL'): readonly SchemaElement[] {
  const { name } = column;
  if (isList === true)
    return [
      { name, repetition_type: repetition, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf({ ...column, name: 'element' }),
    ];
  if ('columns' in column)
    return [{ name, repetition_type: repetition, num_children: column.columns.length }, ...column.columns.flatMap((inner) => elementsOf(inner))];
  return [{ name, repetition_type: repetition, ...ELEMENTS[column.type] }];
}

export type ParquetCompression = keyof typeof CODECS;
const CODECS = { none: 'UNCOMPRESSED', snappy: 'SNAPPY', zstd: 'ZSTD' } as const;

export function openParquet(columns: readonly Column[], compression: ParquetCompression = 'snappy'): ParquetFile {
  const writer = new ByteWriter();
  const taken = (): Uint8Array => {
    const chunk = writer.getBytes().slice();
    writer.index = 0; // `offset`, which the file's index goes by, runs on
    return chunk;
  };
  const file = new ParquetWriter({
    writer,
    createdBy: 'goshawk',
    codec: CODECS[compression],
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap((column) => elementsOf(column))],
  });
  return {
    group(values) {
      const columnData = columns.map(({ name }, index) => {
        const data = values[index] as unknown[];
        // Of many columns most are empty; to pack what is nothing costs more than all the rest.
        return data.every((value) => value === null) ? { name, data, codec: 'UNCOMPRESSED' as const } : { name, data };
      });
      void file.write({ columnData }); // into memory: done when it returns
      return taken();
    },
    end() {
      void file.finish();
      return taken();
    },
  };
}
