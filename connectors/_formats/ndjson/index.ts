// Newline-delimited JSON: a document a line. https://github.com/ndjson/ndjson-spec
import type { FileFormat, LineFormat } from '../format.ts';
import { linesOf } from '../format.ts';

/** Documents as publish wrote them, one at a time. A sink that needs nothing else passes on the bytes of the record instead. */
export const json: LineFormat = { name: 'json', mediaType: 'application/json', encode: (document) => Buffer.from(JSON.stringify(document)) };

export const ndjson: FileFormat = { ...linesOf(json, 'ndjson'), name: 'ndjson', mediaType: 'application/x-ndjson' };

const NEWLINE = Buffer.from('\n');
/** The same file out of values that are one line of JSON each already, without parsing them: numbers keep all their digits. */
export const ndjsonOf = (values: readonly Buffer[]): Buffer => Buffer.concat(values.flatMap((value) => [value, NEWLINE]));
