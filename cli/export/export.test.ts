import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import type { Format } from '../../api/export/formats.ts';
import { ConfigError, FatalError } from '../../pipeline/core/errors.ts';
import { createExportFile, partOf, reopenExportFile } from './file.ts';
import type { ExportQuestion } from './rows.ts';
import { writeExport } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-export-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `file-${files++}`);

const ROWS = 2_500;
const rowOf = (n: number) => ({ id: `${ROWS - n}-${String(n).padStart(32, '0')}`, 'host.name': `web${n}` });
const ids = Array.from({ length: ROWS }, (_, n) => rowOf(n).id);

/** Rows newest first behind `after`, as the API gives them; each answer ends the connection after so many bytes, if it says so. */
class Api {
  readonly asked: URLSearchParams[] = [];
  readonly #breaks: (number | Error | null)[];

  constructor(...breaks: (number | Error | null)[]) {
    this.#breaks = breaks;
  }

  readonly request = async (params: URLSearchParams): Promise<Response> => {
    this.asked.push(params);
    const end = this.#breaks.shift() ?? null;
    if (end instanceof Error) throw end;
    const from = ids.indexOf(params.get('after') ?? '') + 1;
    const rows = Array.from({ length: Math.min(ROWS - from, Number(params.get('limit'))) }, (_, n) => `${JSON.stringify(rowOf(from + n))}\n`);
    const bytes = new TextEncoder().encode(rows.join(''));
    return new Response(
      new ReadableStream({
        start(stream) {
          stream.enqueue(bytes.subarray(0, end ?? bytes.length));
          if (end === null) stream.close();
        },
        pull: (stream) => stream.error(new TypeError('terminated')),
      }),
    );
  };
}

const QUESTION: ExportQuestion = { to: '2026-03-01T12:00:00.000Z', columns: ['host.name'], limit: null };
const begin = (output: string, { format = 'ndjson', ...question }: Partial<ExportQuestion> & { readonly format?: Format } = {}) =>
  createExportFile(output, { question: { ...QUESTION, ...question }, format, after: null });
const write = async (file: ReturnType<typeof begin>, api: Api, signal = new AbortController().signal) => {
  const retries: string[] = [];
  const cut = await writeExport(file, { request: api.request, onRetry: (reason) => retries.push(reason), onProgress: () => {}, signal, retryMs: 0 });
  if (cut === null) file.finish();
  else file.leave(file.state().format !== 'parquet');
  return { cut, retries };
};
const hostsIn = (path: string) => readFileSync(path, 'utf8').trim().split(/\r?\n/).map((line) => (line.startsWith('{') ? (JSON.parse(line) as { 'host.name': string })['host.name'] : line)); // prettier-ignore
const HOSTS = ids.map((_, n) => `web${n}`);

describe('an export to a file', () => {
  it('has each row once, and its name when it is whole', async () => {
    const output = newFile();
    const api = new Api();
    expect((await write(begin(output, { search: 'host.name:web*', from: '2026-02-01T00:00:00.000Z' }), api)).cut).toBeNull();
    expect(hostsIn(output)).toEqual(HOSTS);
    expect([existsSync(partOf(output)), existsSync(`${output}.part.json`)]).toEqual([false, false]);
    expect(Object.fromEntries(api.asked[0]!)).toEqual({
      format: 'ndjson',
      columns: 'id,host.name',
      limit: '1000000',
      search: 'host.name:web*',
      from: '2026-02-01T00:00:00.000Z',
      to: '2026-03-01T12:00:00.000Z',
    });
  });

  it.each<[what: string, first: number | Error]>([
    ['in the middle of a row', 70_001],
    ['before the first', 0],
    ['before it was there', new TypeError('fetch failed')],
    ['because the API is not itself', new FatalError('PART_DIED', 'The API answers 503.')],
  ])('goes on behind the last row when the connection ends %s', async (_what, first) => {
    const output = newFile();
    const { cut, retries } = await write(begin(output), new Api(first));
    expect([cut, retries.length, hostsIn(output)]).toEqual([null, 1, HOSTS]);
  });

  it('takes as many rows as were asked for, over requests', async () => {
    const output = newFile();
    const api = new Api(100_001);
    await write(begin(output, { limit: 2_100 }), api);
    expect(hostsIn(output)).toEqual(HOSTS.slice(0, 2_100));
    expect(api.asked.map((params) => params.get('limit'))).toEqual(['2100', '1100']);
  });

  it.each<[format: Format, head: readonly string[]]>([
    ['ndjson', []],
    ['csv', ['host.name']],
  ])('as %s goes on where it was cut off', async (format, head) => {
    const output = newFile();
    const gone = new FatalError('PART_DIED', 'gone');
    const { cut } = await write(begin(output, { format }), new Api(150_000, gone, gone, gone, gone, gone));
    expect(cut).toMatchObject({ code: 'PART_DIED' });
    expect(hostsIn(partOf(output))).toEqual([...head, ...HOSTS.slice(0, 2_000)]);
    expect(() => begin(output, { format })).toThrow(ConfigError); // nothing is written over
    const api = new Api();
    expect((await write(reopenExportFile(output), api)).cut).toBeNull();
    expect(api.asked.map((params) => params.get('after'))).toEqual([ids[1_999]]);
    expect(hostsIn(output)).toEqual([...head, ...HOSTS]);
  });

  it('as Parquet is a whole file of what came before it was cut off', async () => {
    const output = newFile();
    const { cut } = await write(begin(output, { format: 'parquet' }), new Api(150_000, new ConfigError('INVALID_USAGE', 'No more exports today.')));
    expect(cut).toMatchObject({ message: 'No more exports today.' });
    const content = readFileSync(partOf(output));
    const file = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
    expect((await parquetReadObjects({ file })).map((row) => row['host.name'])).toEqual(HOSTS.slice(0, 2_000));
    expect(() => reopenExportFile(output)).toThrow(ConfigError);
  });

  it('stops when it is interrupted', async () => {
    const output = newFile();
    const ended = new AbortController();
    ended.abort();
    const { cut, retries } = await write(begin(output), new Api(new DOMException('aborted', 'AbortError')), ended.signal);
    expect([cut?.message, retries]).toEqual(['Interrupted.', []]);
  });

  it('does not write over a file', async () => {
    const output = newFile();
    await write(begin(output), new Api());
    expect(() => begin(output)).toThrow(expect.objectContaining({ code: 'INVALID_USAGE' }) as Error);
  });
});
