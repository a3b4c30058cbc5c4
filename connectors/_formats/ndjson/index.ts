// Newline-delimited JSON: a document a line, as publish wrote it. https://github.com/ndjson/ndjson-spec
const NEWLINE = Buffer.from('\n');

/** A file out of values that are one line of JSON each, without parsing them: numbers keep all their digits. */
export const ndjsonOf = (values: readonly Buffer[]): Buffer => Buffer.concat(values.flatMap((value) => [value, NEWLINE]));
