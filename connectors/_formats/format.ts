// What a format is to a sink.
import type { Document } from './document.ts';

/** One document, one message: a line of a file, the message of a syslog frame. */
export interface LineFormat {
  readonly name: string;
  readonly mediaType: string;
  /** @returns UTF-8 without a line break in it or behind it. @throws RecordError FORMAT_REFUSED for what the format cannot say at all; the message names the field. */
  readonly encode: (document: Document) => Buffer;
}

/** Many documents, one file, whole in memory: as large as the batch that is given. */
export interface FileFormat {
  readonly name: string;
  readonly mediaType: string;
  /** Without a dot: `parquet`. */
  readonly extension: string;
  /** @throws RecordError FORMAT_REFUSED; `details.index` is that of the first document that cannot be written, and nothing is. */
  readonly encode: (documents: readonly Document[]) => Buffer;
  /** What adds documents to a file that `encode` began; absent where the format has an end. Nobody else may have written to the file. */
  readonly append?: (documents: readonly Document[]) => Buffer;
}

/** A file of lines. */
export function linesOf(format: LineFormat, extension: string): FileFormat {
  const encode = (documents: readonly Document[]): Buffer => Buffer.concat(documents.flatMap((document) => [format.encode(document), NEWLINE]));
  return { name: format.name, mediaType: format.mediaType, extension, encode, append: encode };
}
const NEWLINE = Buffer.from('\n');
