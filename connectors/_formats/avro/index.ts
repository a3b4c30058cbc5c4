// Apache Avro: object container files, and single objects with their schema beside.
import avsc from 'avsc';
import type { Column } from '../../../domains/tables/index.ts';
import type { Row, Table } from '../columns/table.ts';
import { tabulator } from '../columns/table.ts';
import type { Document } from '../document.ts';
import type { FileFormat } from '../format.ts';
import { containerFile, singleObjectHead } from './container.ts';
import { avroName, recordSchema } from './schema.ts';

const NAMESPACE = 'goshawk.documents';

interface Writer {
  /** As it is written into files. */
  readonly schema: string;
  readonly head: Buffer;
  readonly write: (row: Row) => Buffer;
}
const writers = new Map<string, Writer>();
function writerOf({ schema, class: classUid, columns }: Pick<Table, 'schema' | 'class' | 'columns'>): Writer {
  const name = schema === 'ecs' ? 'Ecs' : `Ocsf${classUid!}`;
  const before = writers.get(name);
  if (before !== undefined) return before;
  const type = avsc.Type.forSchema(recordSchema(columns, name, NAMESPACE) as avsc.Schema, { wrapUnions: false });
  const rename = renamer(columns);
  const writer: Writer = {
    schema: JSON.stringify(recordSchema(columns, name, NAMESPACE)),
    head: singleObjectHead(JSON.stringify(type.schema())), // in parsing canonical form, which JSON of the type itself is not: it has defaults
    write: (row) => type.toBuffer(rename(row)),
  };
  writers.set(name, writer);
  return writer;
}
/** Only names at the top are none of Avro's: see `avroName`. */
const renamer = (columns: readonly Column[]) => {
  const names = columns.map(({ name }) => [name, avroName(name)] as const);
  return (row: Row): Row => Object.fromEntries(names.map(([name, to]) => [to, row[name]]));
};

/** The outermost of what a number carries exactly are too large for avsc. */
const tableOf = tabulator((value) => (Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined));

/** Rows in order of event time, packed. A file holds documents of one kind: what is another, or of another class, is refused by its index. */
export const avro: FileFormat = {
  name: 'avro',
  mediaType: 'application/vnd.apache.avro+binary',
  extension: 'avro',
  encode(documents) {
    const table = tableOf(documents);
    const { schema, write } = writerOf(table);
    return containerFile(schema, table.rows.map(write));
  },
};

/** One document in Avro, without its schema. */
export interface AvroValue {
  /** Of the writer, as JSON; the same object for all documents of one kind (in OCSF: of one class). */
  readonly schema: string;
  /** Single-object encoding: ten bytes that name the schema by its CRC-64 fingerprint, then the value. */
  readonly singleObject: () => Buffer;
  /** The value alone, for those who name the schema otherwise: a registry's id. */
  readonly body: Buffer;
}
/** @throws RecordError FORMAT_REFUSED when the document is neither ECS nor OCSF. */
export function avroValue(document: Document): AvroValue {
  const table = tableOf([document]);
  const { schema, head, write } = writerOf(table);
  const body = write(table.rows[0]!);
  return { schema, body, singleObject: () => Buffer.concat([head, body]) };
}
