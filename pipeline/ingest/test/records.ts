// Recorded telemetry for the tests of this stage: the samples in the repository always, the larger collection where GOSHAWK_TEST_DATA names one.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { IngestConfig, Ingestor } from '../index.ts';
import { config, openIngestor } from '../index.ts';
import { sourceOf } from '../source.ts';

const SAMPLES = fileURLToPath(new URL('../../../examples/sample/', import.meta.url));
export const TELEMETRY = process.env.GOSHAWK_TEST_DATA === undefined ? undefined : join(process.env.GOSHAWK_TEST_DATA, 'telemetry');
export const APPENDED_AT = Date.UTC(2026, 0, 1) * 1000;

const textOf = (file: string): string => (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString('utf8');

/** Raw records of a file: its lines, or the inputs of its cases. */
export function recordsOf(file: string): readonly string[] {
  const lines = textOf(file)
    .split('\n')
    .filter((line) => line !== '');
  if (!file.includes('.cases.')) return lines;
  return lines.map((line) => {
    const { input } = JSON.parse(line) as { readonly input?: unknown };
    return typeof input === 'string' ? input : JSON.stringify(input ?? ''); // a case without input tests what is not text
  });
}
export const sampleFiles = (): readonly string[] =>
  globSync('*/*.gz', { cwd: SAMPLES })
    .sort()
    .map((file) => join(SAMPLES, file));
export const telemetryFiles = (pattern: string): readonly string[] =>
  TELEMETRY === undefined
    ? []
    : globSync(pattern, { cwd: TELEMETRY })
        .sort()
        .map((file) => join(TELEMETRY, file));

export const openTestIngestor = (options: Partial<IngestConfig> = {}): Promise<Ingestor> => openIngestor(config.parse(options), { installation: 'test' });

/** The events of records in order, as of one file shipped to one topic: lines may lean on the lines before. */
export function decoded(
  ingestor: Ingestor,
  records: readonly (string | Uint8Array)[],
  { topic = 'raw.default.test', format }: { readonly topic?: string; readonly format?: string | undefined } = {},
): readonly Event[] {
  let kept: unknown;
  const memory = {
    get: () => kept,
    put: (value: unknown) => {
      kept = value;
    },
  };
  const source = sourceOf(topic, new Map());
  return records.flatMap((record, offset) =>
    ingestor.events({ value: Buffer.from(record as string), position: { topic, partition: 0, offset }, appendedAt: APPENDED_AT }, source, memory, format),
  );
}
export const nativeOf = ({ native }: Pick<Event, 'native'>): Record<string, unknown> =>
  JSON.parse(Buffer.from(native).toString('utf8')) as Record<string, unknown>;
