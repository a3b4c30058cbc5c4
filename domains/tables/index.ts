// Rows as files that other programs read: CSV and Parquet.
export { csvText, textOfCell } from './csv.ts';
export type { Column, ColumnType, RecordColumn, ValueColumn } from './column.ts';
export { openParquet } from './parquet.ts';
export type { ParquetCompression, ParquetFile } from './parquet.ts';
