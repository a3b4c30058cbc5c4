// Files of the collection, and the path that their records take.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Ingestor } from '../../pipeline/ingest/index.ts';
import { readerOf } from '../../cli/rules/records.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Tally } from '../measure.ts';

export interface Case {
  readonly id: string;
  readonly input?: unknown;
  /** In place of `input`, of a record that is no text. */
  readonly input_b64?: string;
  readonly expected?: unknown;
  readonly best_effort?: unknown;
  readonly valid?: boolean;
  readonly program?: string;
  readonly log_type?: string;
}
/** Scores the cases of one file; the first that says it can is asked. */
export interface Scorer {
  /** @param stem The file's name without `.cases.jsonl`; the families of the collection go by it. */
  readonly takes: (one: Case, stem: string) => boolean;
  /** Every record a reader of its own, unless the case is a sequence. */
  readonly score: (tally: Tally, stem: string, one: Case, read: () => (record: string) => readonly Event[]) => void;
}

/** Stands for the year that some formats leave out. */
const APPENDED_AT = Date.UTC(2024, 11, 31) * 1000;

/** Files of the manifest that are there and hold records. */
export function listed(folder: string): readonly string[] {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) return [];
  type Row = { readonly path: string };
  const rows = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly files?: readonly Row[] } | readonly Row[];
  const paths = (Array.isArray(rows) ? (rows as readonly Row[]) : ((rows as { readonly files?: readonly Row[] }).files ?? [])).map(({ path }) => path);
  return paths.filter((path) => existsSync(join(folder, path)) && !path.endsWith('.json')).sort();
}

export function linesOf(file: string): readonly string[] {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}
export const casesOf = (file: string): readonly Case[] => linesOf(file).map((line) => JSON.parse(line) as Case);
/** The record of a case as text; one that is no text, in base64 behind a mark. */
export function inputOf({ input, input_b64: bytes }: Case): string {
  if (bytes !== undefined) return `${BYTES}${bytes}`;
  return typeof input === 'string' ? input : input === undefined ? '' : JSON.stringify(input);
}
/** Marks a record that is handed on in base64. */
const BYTES = 'base64:';

/** Reads records in order, as of one file shipped to one topic. */
export function reader(ingestor: Ingestor): (record: string) => readonly Event[] {
  const { read } = readerOf(ingestor, 'raw.conformance.telemetry');
  return (record) => read(record.startsWith(BYTES) ? Buffer.from(record.slice(BYTES.length), 'base64') : Buffer.from(record), APPENDED_AT);
}
