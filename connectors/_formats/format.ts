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
}
