// The forms in which sinks hand on documents.
export { parseDocument } from './document.ts';
export type { Document } from './document.ts';
export type { FileFormat, LineFormat } from './format.ts';
export { ndjsonOf } from './ndjson/index.ts';
export { cef } from './cef/index.ts';
export type { CefOptions } from './cef/index.ts';
export { leef } from './leef/index.ts';
export type { LeefOptions } from './leef/index.ts';
export { parseForHeader, rfc3164Header, rfc5424Header } from './syslog/index.ts';
export type { SyslogHeader, SyslogOptions } from './syslog/index.ts';
export { csv } from './csv/index.ts';
export type { CsvOptions } from './csv/index.ts';
export { linesOf } from './format.ts';
export { parquet } from './parquet/index.ts';
export type { ParquetOptions } from './parquet/index.ts';
export { avro, avroValue } from './avro/index.ts';
export type { AvroValue } from './avro/index.ts';
