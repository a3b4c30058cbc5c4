import { avro, csv, parquet } from '../_formats/index.ts';
import type { FileFormat } from '../_formats/index.ts';
import type { S3Config } from './index.ts';

/** Null: NDJSON, whose lines are the documents as they come. */
export function fileFormat({ format, compression }: Pick<S3Config, 'format' | 'compression'>): FileFormat | null {
  if (format === 'parquet') return parquet({ compression: compression === 'none' ? 'none' : 'zstd' });
  if (format === 'avro') return avro;
  return format === 'csv' ? csv() : null;
}
