// The forms in which sinks hand on documents.
export { parseDocument } from './document.ts';
export type { Document } from './document.ts';
export type { FileFormat, LineFormat } from './format.ts';
export { json, ndjson, ndjsonOf } from './ndjson/index.ts';
