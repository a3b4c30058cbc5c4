// Recordings as the player wants them: records of one source in the order of event time, each with the second at which it plays.
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { openRebaser } from './rebase.ts';
import type { Rebaser } from './rebase.ts';

export interface RecordedRecord {
  readonly text: string;
  /** Event time in microseconds. */
  readonly time: number;
  /** Index of its file: ids are salted and headers read per file. */
  readonly file: number;
}
export interface Recording {
  readonly source: string;
  readonly files: readonly string[];
  readonly rebasers: readonly Rebaser[];
  readonly records: readonly RecordedRecord[];
  /** For each record, seconds since the round began. Never falls. */
  readonly seconds: readonly number[];
}

/** A silence of a sensor is no longer than this before everything is stretched to the wanted rate. */
const LONGEST_GAP_SECONDS = 20;

/** `folder` holds one folder per source, with files of one record a line, plain or gzipped. Records without a time are left out. */
export async function loadRecording(folder: string, source: string, perSecond: number): Promise<Recording> {
  const names = readdirSync(join(folder, source))
    .filter((name) => /\.(jsonl|log)(\.gz)?$/.test(name))
    .sort();
  const rebasers = names.map(() => openRebaser());
  const records: RecordedRecord[] = [];
  const seconds: number[] = [];
  for (const [file, name] of names.entries()) {
    const found: RecordedRecord[] = [];
    for await (const text of readLines(join(folder, source, name))) {
      const time = rebasers[file]?.timeOf(text) ?? null;
      if (time !== null) found.push({ text, time, file });
    }
    found.sort((a, b) => a.time - b.time); // stable: equal times stay in the order of the file
    const start = seconds.at(-1) ?? 0;
    for (const at of pace(
      found.map(({ time }) => time),
      perSecond,
    ))
      seconds.push(start + at);
    records.push(...found);
  }
  return { source, files: names, rebasers, records, seconds };
}

export async function* readLines(file: string): AsyncIterable<string> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  input.on('error', () => {}); // thrown by the loop below
  bytes.on('error', (error) => input.destroy(error));
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line !== '') yield line;
  }
}

/** Seconds from the start for times in microseconds that do not fall: gaps keep their proportions, long ones are cut, the mean is `perSecond`. */
export function pace(times: readonly number[], perSecond: number): readonly number[] {
  const gaps = times.map((time, index) => Math.min(LONGEST_GAP_SECONDS, (time - (times[index - 1] ?? time)) / 1_000_000));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const wanted = times.length / perSecond;
  let at = 0;
  return gaps.map((gap) => (at += total === 0 ? 1 / perSecond : (gap * wanted) / total));
}
