// Comma-separated values, RFC 4180: a header and a row a document.
import { csvText, textOfCell } from '../../../domains/tables/index.ts';
import { ConfigError, RecordError } from '../../../pipeline/core/errors.ts';
import type { Document } from '../document.ts';
import { isOcsf, kindOf } from '../document.ts';
import type { FileFormat } from '../format.ts';
import { readerOf } from '../path.ts';
import { ECS_COLUMNS, OCSF_COLUMNS } from './mapping.ts';

export interface CsvOptions {
  /**
   * Places in the document, in the order in which they are written. Unless set, those of ECS or of OCSF, as the first document of a file is; what is of the
   * other is refused by its index.
   */
  readonly columns?: readonly string[];
  /** What a spreadsheet would take for a formula gets an apostrophe in front. true unless set. */
  readonly guardsFormulas?: boolean;
}

/** @throws ConfigError SINK_MISCONFIGURED for columns that are none, or twice. */
export function csv({ columns, guardsFormulas = true }: CsvOptions = {}): FileFormat {
  const layoutFor: (documents: readonly Document[]) => Layout = columns === undefined ? usualLayout : always(layoutOf(columns));
  const append = (documents: readonly Document[], { readers } = layoutFor(documents)): Buffer =>
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
    encode(documents) {
      const layout = layoutFor(documents);
      return Buffer.concat([Buffer.from(csvText([layout.columns], { guardsFormulas: false })), append(documents, layout)]); // `@timestamp` is a name
    },
    append: (documents) => append(documents),
  };
}

interface Layout {
  readonly columns: readonly string[];
  readonly readers: readonly ((document: Document) => unknown)[];
}
const always =
  <T>(value: T) =>
  (): T =>
    value;
function layoutOf(columns: readonly string[]): Layout {
  if (columns.length === 0 || columns.includes('') || new Set(columns).size !== columns.length)
    throw new ConfigError('SINK_MISCONFIGURED', 'Columns of CSV have to be names of fields, each once');
  return { columns, readers: columns.map((column) => readerOf(column)) };
}

const USUAL = { ecs: layoutOf(ECS_COLUMNS), ocsf: layoutOf(OCSF_COLUMNS) } as const;
function usualLayout(documents: readonly Document[]): Layout {
  const [first = 'ecs', ...others] = documents.map(schemaOf);
  const other = others.findIndex((schema) => schema !== first);
  if (other >= 0)
    throw new RecordError('FORMAT_REFUSED', `A file with the columns of ${first} has no place for a document of ${others[other]!}`, { index: other + 1 });
  return USUAL[first];
}
function schemaOf(document: Document, index: number): keyof typeof USUAL {
  try {
    return isOcsf(kindOf(document)) ? 'ocsf' : 'ecs';
  } catch (error) {
    throw error instanceof RecordError ? new RecordError('FORMAT_REFUSED', error.message, { index }, { cause: error }) : error;
  }
}
