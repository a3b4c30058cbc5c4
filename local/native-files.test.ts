import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeRecords } from './native-files.ts';

async function collect(file: string, mostBytes: number): Promise<readonly string[]> {
  const records: string[] = [];
  for await (const record of nativeRecords(file, mostBytes)) records.push(record);
  return records;
}

describe('native files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-native-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  async function read(content: string | Buffer, mostBytes: number): Promise<readonly string[]> {
    const file = join(folder, 'file');
    writeFileSync(file, content);
    return collect(file, mostBytes);
  }

  it.each([
    ['lines of JSON, one record each', '{"a":1}\n{"a":2}\n', 1000, ['{"a":1}', '{"a":2}']],
    ['text lines, without empty ones and carriage returns', '<14>1 a\r\n\r\n[Sun Mar 1] b\n', 1000, ['<14>1 a', '[Sun Mar 1] b']],
    ['the last line without its end', 'a\nb', 1000, ['a', 'b']],
    ['gzip, whatever the name says', gzipSync('a\nb\n'), 1000, ['a', 'b']],
    ['an array that fits is one record', '[\n {"a":1},\n {"a":2}\n]\n', 1000, ['[\n {"a":1},\n {"a":2}\n]']],
    [
      'an array that does not fit is one record per element, as it was written',
      '[\n {"a": 1.0},\n {"a":9007199254740993}\n]',
      20,
      ['{"a": 1.0}', '{"a":9007199254740993}'],
    ],
    ['a CloudTrail file that fits is one record', '{"Records":[{"a":1},{"a":2}]}', 1000, ['{"Records":[{"a":1},{"a":2}]}']],
    ['a CloudTrail file that does not fit is split', '{"Records":[{"a":1},{"a":2}]}', 20, ['{"a":1}', '{"a":2}']],
    ['so is one that was printed nicely', '{\n "Records": [\n  {"a":1},\n  {"a":2}\n ]\n}', 20, ['{"a":1}', '{"a":2}']],
    ['a broken line among sound ones stays a line', '{"a":}\n{"a":2}\n', 1000, ['{"a":}', '{"a":2}']],
    ['what is too large and no JSON stays whole, to be refused by name', '[1,2,', 3, ['[1,2,']],
    ['an empty file has none', '', 10, []],
  ])('%s', async (_, content, mostBytes, expected) => {
    expect(await read(content, mostBytes)).toEqual(expected);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'missing'), /does not exist/],
    ['a folder', () => folder, /cannot be read/],
    [
      'gzip that is cut short',
      () => {
        writeFileSync(join(folder, 'cut.gz'), gzipSync('a\n'.repeat(10_000)).subarray(0, 30));
        return join(folder, 'cut.gz');
      },
      /cannot be read/,
    ],
  ])('refuses %s', async (_, file, message) => {
    await expect(collect(file(), 1000)).rejects.toMatchObject({ code: 'INVALID_USAGE', message: expect.stringMatching(message) as unknown });
  });
});
