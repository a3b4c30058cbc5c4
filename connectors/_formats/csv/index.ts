// Comma-separated values, RFC 4180: a header and a row a document.
import { csvText, textOfCell } from '../../../domains/tables/index.ts';
import { ConfigError } from '../../../pipeline/core/errors.ts';
import type { Document } from '../document.ts';
import type { FileFormat } from '../format.ts';
import { readerOf } from '../path.ts';
import { ECS_COLUMNS } from './mapping.ts';

export interface CsvOptions {
  /** Places in the document, in the order in which they are written. Those of ECS documents unless set. */
  readonly columns?: readonly string[];
  /** What a spreadsheet would take for a formula gets an apostrophe in front. true unless set. */
  readonly guardsFormulas?: boolean;
}

/** @throws ConfigError SINK_MISCONFIGURED for columns that are none, or twice. */
export function csv({ columns = ECS_COLUMNS, guardsFormulas = true }: CsvOptions = {}): FileFormat {
  if (columns.length === 0 || columns.includes('') || new Set(columns).size !== columns.length)
    throw new ConfigError('SINK_MISCONFIGURED', 'Columns of CSV have to be names of fields, each once');
  const readers = columns.map((column) => readerOf(column));
  const append = (documents: readonly Document[]): Buffer =>
    Buffer.from(
      csvText(
        documents.map((document) => readers.map((read) => textOfCell(read(document)))),
        { guardsFormulas },
      ),
    );
  return {
    name: 'csv',
    mediaType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    encode: (documents) => Buffer.concat([Buffer.from(csvText([columns], { guardsFormulas: false })), append(documents)]), // `@timestamp` is a name
    append,
  };
}
