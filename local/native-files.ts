// Files of native records as `send` and others read them: one record a line, or JSON documents that hold many.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ConfigError } from '../pipeline/core/errors.ts';
import { elementRanges, memberRange } from '../pipeline/ingest/kit.ts';

const LARGEST_DOCUMENT = 268_435_456;

/**
 * The records of a file, `-` for stdin, gzipped or not. A file of lines: each line that is not empty. A JSON array, or one document over
 * several lines: the whole file, or each of its elements when it has more than `mostBytes`; likewise `{"Records": [...]}`.
 * @throws ConfigError INVALID_USAGE when the file cannot be read.
 */
export async function* nativeRecords(file: string, mostBytes: number): AsyncIterable<string> {
  try {
    yield* split(await openText(file), mostBytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof ConfigError) throw error;
    throw new ConfigError('INVALID_USAGE', code === 'ENOENT' ? `${file} does not exist.` : `${file} cannot be read: ${message}.`);
  }
}

/** The records of a text, as of a file. */
export const recordsIn = (text: string, mostBytes: number): AsyncIterable<string> => split(Readable.from([text]), mostBytes);

/** The name under which records of a file that belong together are kept in order. */
export const fileKey = (file: string): string => basename(file);

/** Decompresses by the first two bytes, whatever the name says. */
async function openText(file: string): Promise<Readable> {
  const bytes = file === '-' ? process.stdin : createReadStream(file);
  const first = await new Promise<Buffer>((resolve, reject) => {
    bytes.once('error', reject);
    bytes.once('end', () => resolve(Buffer.alloc(0)));
    bytes.once('readable', () => resolve((bytes.read() as Buffer | null) ?? Buffer.alloc(0)));
  });
  const all = new PassThrough();
  all.write(first);
  if (bytes.readableEnded) all.end();
  else bytes.pipe(all);
  const text = first[0] === 0x1f && first[1] === 0x8b ? all.pipe(createGunzip()) : all;
  bytes.on('error', (error: Error) => text.destroy(error));
  return text;
}

async function* split(text: Readable, mostBytes: number): AsyncIterable<string> {
  let isDocument: boolean | undefined;
  let bytes = 0;
  const lines: string[] = [];
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    if (isDocument === undefined && line.trim() !== '') isDocument = startsDocument(line);
    if (isDocument === true) {
      bytes += Buffer.byteLength(line) + 1;
      if (bytes > LARGEST_DOCUMENT)
        throw new ConfigError('INVALID_USAGE', `A JSON document of more than ${LARGEST_DOCUMENT / 1_048_576} MiB cannot be read; give it one record a line.`);
      lines.push(line);
    } else if (line !== '') yield* elements(line, mostBytes);
  }
  if (lines.length > 0) yield* elements(lines.join('\n').trim(), mostBytes);
}

/** True when the document goes on behind this line: an array, or an object that is not whole. */
function startsDocument(line: string): boolean {
  const start = line.trimStart();
  if (start.startsWith('[')) return !/^\[[A-Za-z]/.test(start);
  if (!start.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return false;
  } catch {
    return !start.endsWith('}'); // a broken line of an otherwise sound file ends like the others
  }
}

/** Cut out of the text, so that every element stays as it was written. What is not valid JSON stays whole. */
function elements(text: string, mostBytes: number): readonly string[] {
  if (Buffer.byteLength(text) <= mostBytes || !isJson(text)) return [text];
  const isArray = text.trimStart().startsWith('[');
  const records = isArray ? { from: 0 } : memberRange(text, 'Records');
  return records === undefined ? [text] : elementRanges(text, records.from).map(({ from, to }) => text.slice(from, to));
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
