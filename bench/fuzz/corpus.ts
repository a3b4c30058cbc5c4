// Records to change: the fixtures of all formats, the recordings, and a larger collection where GOSHAWK_TEST_DATA names one.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectFolder } from '../../local/project.ts';
import { formats } from '../../pipeline/ingest/index.ts';
import { fixturesOf } from '../../pipeline/ingest/test/fixtures.ts';

/** Records of one file, in order. */
export interface CorpusFile {
  readonly name: string;
  /** Lines that tell how to read the others. */
  readonly headers: readonly Buffer[];
  readonly records: readonly Buffer[];
}
const MOST_OF_FILE = 60; // evenly spread: formats count, not sizes of recordings
const MOST_BYTES = 32_768; // of a record: larger ones are made

export function readCorpus({ withCollection }: { readonly withCollection: boolean }): readonly CorpusFile[] {
  const fixtures = formats().flatMap((format) => fixturesOf(format).map(({ name, records }) => fileOf(`${format}/${name}`, records)));
  const data = process.env['GOSHAWK_TEST_DATA'];
  const recordings = [
    ...globSync('examples/sample/*/*.gz', { cwd: projectFolder }).map((file) => join(projectFolder, file)),
    ...(withCollection && data !== undefined
      ? globSync('telemetry/{permissive,copyleft}/**/*.{jsonl,gz,log}', { cwd: data }).map((file) => join(data, file))
      : []),
  ];
  return [...fixtures, ...recordings.sort().map((file) => fileOf(file, linesOf(file)))].filter(({ records }) => records.length > 0);
}

function fileOf(name: string, all: readonly Buffer[]): CorpusFile {
  const records = all.filter(({ length }) => length > 0 && length <= MOST_BYTES);
  const step = Math.max(1, Math.ceil(records.length / MOST_OF_FILE));
  return { name, headers: records.slice(0, 12).filter((record) => record[0] === HASH), records: records.filter((_record, index) => index % step === 0) };
}
const HASH = 0x23; // Zeek and IIS write the names of columns behind it

function linesOf(file: string): readonly Buffer[] {
  const text = (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (file.includes('.cases.') ? lines.map(inputOf) : lines).map((line) => Buffer.from(line));
}
function inputOf(line: string): string {
  const { input } = JSON.parse(line) as { readonly input?: unknown };
  return typeof input === 'string' ? input : JSON.stringify(input ?? '');
}
