// Rows as bytes of a format, a page of rows at a time: what is held is one page, however long the export.
import { stringify } from 'csv-stringify/sync';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet-writer';
import { parseTime } from '../time.ts';
import { typeOfColumn } from './columns.ts';
import type { ColumnType, ExportRow } from './columns.ts';

export const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];
export const MEDIA: Readonly<Record<Format, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
};

type Pages = AsyncIterable<readonly ExportRow[]>;

/** Takes the next page when its own chunk was taken. */
export function encode(format: Format, pages: Pages, columns: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  return { ndjson: toNdjson, csv: toCsv, parquet: toParquet }[format](pages, columns);
}

/** Callers choose the names of columns: `constructor` is none, although every object seems to have it. */
const cellOf = (row: ExportRow, column: string): unknown => (Object.hasOwn(row, column) ? row[column] : undefined);

async function* toNdjson(pages: Pages, columns: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const rows of pages)
    yield Buffer.from(
      rows
        .map(
          (row) =>
            `${JSON.stringify(Object.fromEntries(columns.flatMap((column) => (cellOf(row, column) === undefined ? [] : [[column, cellOf(row, column)]]))))}\n`,
        )
        .join(''),
    );
}

/** RFC 4180. What a spreadsheet would take for a formula begins with an apostrophe. */
async function* toCsv(pages: Pages, columns: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  const line = (rows: readonly (readonly string[])[], isHeader = false) =>
    Buffer.from(stringify(rows as string[][], { record_delimiter: 'windows', escape_formulas: !isHeader })); // `@timestamp` is a name
  yield line([columns], true);
  for await (const rows of pages) yield line(rows.map((row) => columns.map((column) => textOf(cellOf(row, column)))));
}

/** A list of plain values as `a; b`, anything else that has parts as JSON. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)) return value.join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  number: { type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'OPTIONAL' },
};

/** A row group for each page. Times are microseconds, UTC. */
async function* toParquet(pages: Pages, columns: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = new ByteWriter();
  const taken = (): Uint8Array => {
    const chunk = writer.getBytes().slice();
    writer.index = 0; // `offset`, which the file's index goes by, runs on
    return chunk;
  };
  const file = new ParquetWriter({
    writer,
    createdBy: 'goshawk',
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map((name) => ({ name, ...ELEMENTS[typeOfColumn(name)] }))],
  });
  for await (const rows of pages) {
    await file.write({ columnData: columns.map((name) => ({ name, data: rows.map((row) => valueOf(cellOf(row, name), typeOfColumn(name))) })) });
    yield taken();
  }
  await file.finish();
  yield taken();
}

function valueOf(value: unknown, type: ColumnType): string | number | bigint | null {
  if (value === undefined || value === null) return null;
  if (type === 'text') return textOf(value);
  if (type === 'time') {
    const micros = typeof value === 'string' ? parseTime(value) : null;
    return micros === null ? null : BigInt(micros);
  }
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
