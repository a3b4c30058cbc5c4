// The file of an export while it is written: FILE.part with whole rows, and beside it what was asked and how far it came.
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { FORMATS } from '../../api/export/formats.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';

const state = z.strictObject({
  question: z.strictObject({
    search: z.string().optional(),
    from: z.string().optional(),
    to: z.string(),
    columns: z.array(z.string()).readonly(),
    limit: z.number().nullable(),
  }),
  format: z.enum(FORMATS),
  rows: z.number(),
  bytes: z.number(),
  /** Id of the last row, or of the event behind which the first is to be; null for the newest. */
  after: z.string().nullable(),
});
export type ExportState = z.infer<typeof state>;

export const partOf = (output: string): string => `${output}.part`;
const stateOf = (output: string): string => `${output}.part.json`;

export interface ExportFile {
  readonly state: () => ExportState;
  /** In order; `after` is the last row that is in the file then. */
  readonly write: (chunk: Uint8Array, rows: number, after: string | null) => void;
  /** The file has all: it gets its name. */
  readonly finish: () => void;
  /** It has not: what there is stays in FILE.part. @param canGoOn Keeps what `--resume` needs. */
  readonly leave: (canGoOn: boolean) => void;
}

/** @throws ConfigError INVALID_USAGE when there is one of this name, or one that was cut off */
export function createExportFile(output: string, begun: Pick<ExportState, 'question' | 'format' | 'after'>): ExportFile {
  if (existsSync(output)) throw new ConfigError('INVALID_USAGE', `${output} is there already. Name another file, or delete it.`);
  if (existsSync(stateOf(output)))
    throw new ConfigError('INVALID_USAGE', `An export to ${output} was cut off. Go on with --resume, or delete ${partOf(output)} and ${stateOf(output)}.`);
  return opened(output, { ...begun, rows: 0, bytes: 0 }, 'w');
}

/** Where it was cut off, at the end of a whole row. @throws ConfigError INVALID_USAGE when there is nothing to go on with */
export function reopenExportFile(output: string): ExportFile {
  let kept: ExportState;
  try {
    kept = state.parse(JSON.parse(readFileSync(stateOf(output), 'utf8')));
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `There is no export to ${output} that could go on: ${stateOf(output)} cannot be read.`, {}, { cause: error });
  }
  return opened(output, kept, 'r+');
}

function opened(output: string, begun: ExportState, flags: 'w' | 'r+'): ExportFile {
  let now = begun;
  const file = open(partOf(output), flags);
  ftruncateSync(file, now.bytes);
  return {
    state: () => now,
    write(chunk, rows, after) {
      for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done, chunk.length - done, now.bytes + done);
      now = { ...now, rows: now.rows + rows, bytes: now.bytes + chunk.length, after };
      if (now.format !== 'parquet') writeFileSync(stateOf(output), JSON.stringify(now)); // after the rows: it never says more than there is
    },
    finish() {
      closeSync(file);
      renameSync(partOf(output), output);
      rmSync(stateOf(output), { force: true });
    },
    leave(canGoOn) {
      closeSync(file);
      if (!canGoOn) rmSync(stateOf(output), { force: true });
    },
  };
}

function open(path: string, flags: 'w' | 'r+'): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${path} cannot be written: ${(error as Error).message}`, {}, { cause: error });
  }
}
