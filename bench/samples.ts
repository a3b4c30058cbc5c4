// Real sensor records: the recordings in examples/sample, or a larger collection named by GOSHAWK_TEST_DATA.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../local/project.ts';
import { readLines } from '../local/recording.ts';

export interface RawSample {
  readonly source: string;
  readonly file: string;
  readonly text: string;
}

const SOURCES: readonly { readonly source: string; readonly folders: readonly string[] }[] = [
  { source: 'windows', folders: ['telemetry/permissive/windows/otrf'] },
  { source: 'zeek', folders: ['telemetry/permissive/zeek/apt29-day1'] },
  { source: 'cloudtrail', folders: ['telemetry/permissive/aws'] },
  { source: 'suricata', folders: ['telemetry/permissive/suricata'] },
];

/** Source by source; JSON lines only, since those are what the generator can salt. */
export async function readSamples(): Promise<readonly RawSample[]> {
  const own = join(projectFolder, 'examples/sample');
  const data = process.env['GOSHAWK_TEST_DATA'];
  const samples: RawSample[] = [];
  for (const { source, folders } of SOURCES) {
    const existing = data === undefined ? [] : folders.map((folder) => join(data, folder)).filter((folder) => existsSync(folder));
    for (const folder of existing.length > 0 ? existing : [join(own, source)]) {
      for (const name of readdirSync(folder)
        .filter((file) => /\.jsonl(\.gz)?$/.test(file) && !file.includes('.cases.'))
        .sort()) {
        for await (const text of readLines(join(folder, name))) if (text.startsWith('{')) samples.push({ source, file: name, text });
      }
    }
  }
  return samples;
}

export const meanBytes = (samples: readonly RawSample[]): number =>
  Math.round(samples.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / Math.max(1, samples.length));
