import type { FileFormat } from '../_formats/index.ts';
import type { S3Config } from './index.ts';

/** Null: NDJSON, whose lines are the documents as they come. Formats are loaded when one is asked for. */
export async function fileFormat({ format }: S3Config): Promise<FileFormat | null> {
  if (format === 'ndjson') return null;
  return null;
}
