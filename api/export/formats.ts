// Rows as bytes of a format, a page of rows at a time: what is held is one page, however long the export.
import { csvText, openParquet, textOfCell } from '../../domains/tables/index.ts';
import type { ColumnType as TableColumnType } from '../../domains/tables/index.ts';
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

/** What a spreadsheet would take for a formula begins with an apostrophe. */
async function* toCsv(pages: Pages, columns: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(csvText([columns], { guardsFormulas: false })); // `@timestamp` is a name
  for await (const rows of pages)
    yield Buffer.from(
      csvText(
        rows.map((row) => columns.map((column) => textOfCell(cellOf(row, column)))),
        { guardsFormulas: true },
      ),
    );
}

const TYPES: Readonly<Record<ColumnType, TableColumnType>> = { text: 'text', number: 'number', time: 'micros' };

/** A row group for each page. Times are microseconds, UTC. */
async function* toParquet(pages: Pages, columns: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  const file = openParquet(columns.map((name) => ({ name, type: TYPES[typeOfColumn(name)] })));
  for await (const rows of pages) yield file.group(columns.map((name) => rows.map((row) => valueOf(cellOf(row, name), typeOfColumn(name)))));
  yield file.end();
}

function valueOf(value: unknown, type: ColumnType): string | number | bigint | null {
  if (value === undefined || value === null) return null;
  if (type === 'text') return textOfCell(value);
  if (type === 'time') {
    const micros = typeof value === 'string' ? parseTime(value) : null;
    return micros === null ? null : BigInt(micros);
  }
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
