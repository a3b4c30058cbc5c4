import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { ExportRow } from './columns.ts';
import { encode } from './formats.ts';
import type { Format } from './formats.ts';

const COLUMNS = ['id', '@timestamp', 'source.port', 'message', 'tags', 'fields'];
const ROWS: readonly ExportRow[] = [
  { id: '1-a', '@timestamp': '2026-03-01T12:00:00.000001Z', 'source.port': 443, message: '=HYPERLINK("https://x")', tags: ['a', 'b'], fields: [{ name: 'x' }] },
  { id: '2-b', '@timestamp': 'not a time', 'source.port': 'x', message: 'with "quotes", commas\r\nand lines', tags: [] },
  { id: '3-c', message: 'Grün \u{1F980} \0', extra: 'left out' },
];
async function* pages(...all: (readonly ExportRow[])[]) {
  yield* all;
}
async function bytes(format: Format, ...all: (readonly ExportRow[])[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encode(format, pages(...all), COLUMNS)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an export', () => {
  it('as NDJSON has what each row has of the columns', async () => {
    const lines = (await bytes('ndjson', ROWS.slice(0, 1), ROWS.slice(1))).toString('utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([ROWS[0], ROWS[1], { id: '3-c', message: 'Grün \u{1F980} \0' }]);
  });

  it('as CSV is read back by another reader, formulas made harmless', async () => {
    const text = (await bytes('csv', ROWS.slice(0, 2), ROWS.slice(2))).toString('utf8');
    expect(text.split('\r\n')[0]).toBe('id,@timestamp,source.port,message,tags,fields');
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows.map((row) => [row['message'], row['tags'], row['fields'], row['source.port']])).toEqual([
      [`'=HYPERLINK("https://x")`, 'a; b', '[{"name":"x"}]', '443'],
      ['with "quotes", commas\r\nand lines', '', '', 'x'],
      ['Grün \u{1F980} \0', '', '', ''],
    ]);
  });

  it('as Parquet has typed columns, empty where a value does not fit', async () => {
    const content = await bytes('parquet', ROWS.slice(0, 2), ROWS.slice(2));
    const file = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toMatchObject([
      {
        id: '1-a',
        '@timestamp': new Date('2026-03-01T12:00:00.000Z'),
        'source.port': 443,
        message: '=HYPERLINK("https://x")',
        tags: 'a; b',
        fields: '[{"name":"x"}]',
      },
      { id: '2-b', '@timestamp': null, 'source.port': null, message: 'with "quotes", commas\r\nand lines', tags: '' },
      { id: '3-c', '@timestamp': null, 'source.port': null, message: 'Grün \u{1F980} \0', tags: null },
    ]);
  });

  it.each<[format: Format, length: (content: Buffer) => boolean]>([
    ['ndjson', (content) => content.length === 0],
    ['csv', (content) => content.toString() === 'id,@timestamp,source.port,message,tags,fields\r\n'],
    ['parquet', (content) => content.subarray(0, 4).toString() === 'PAR1' && content.subarray(-4).toString() === 'PAR1'],
  ])('as %s of no rows is whole', async (format, isWhole) => {
    expect(isWhole(await bytes(format))).toBe(true);
  });

  it('takes no page before the one before was taken', async () => {
    let taken = 0;
    async function* counted() {
      for (;;) {
        taken++;
        yield ROWS;
      }
    }
    const chunks = encode('csv', counted(), COLUMNS);
    await chunks.next();
    await chunks.next();
    expect(taken).toBe(1);
    await chunks.return();
  });
});
