// Rules of files on their way to the database, from where they go out as numbered sets: done by whoever has the duty of the relay.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { findingStatus, headsOf } from '../domains/sigma/index.ts';
import { PipelineError, RetryableError } from '../pipeline/core/errors.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { OWN_RULES, readRules } from '../pipeline/detect/open-rules.ts';
import type { Pool } from '../store/connect.ts';
import { asPipelineError } from '../store/failure.ts';
import { syncRules } from '../store/rules.ts';

const LOOK_EVERY_MS = 10_000;

/** Until `signal`: reads the files, and again when one of them has changed. What cannot be read is logged, and what runs stays as it is. */
export async function followRuleFiles(config: DetectConfig, { pool, log }: { readonly pool: Pool; readonly log: Logger }, signal: AbortSignal): Promise<void> {
  let seen: string | undefined;
  while (!signal.aborted) {
    try {
      const now = await traceOf([...(config.ownRules ? [OWN_RULES] : []), ...config.directories]);
      if (now !== seen) {
        await publishRuleFiles(config, { pool, log });
        seen = now;
      }
    } catch (error) {
      const failure = asPipelineError(error);
      if (failure instanceof RetryableError) throw failure; // the duty goes on when the database is back
      log.error(
        { err: failure, ...(failure instanceof PipelineError && { code: failure.code }) },
        'The rules of the files cannot be read; what runs stays as it is.',
      );
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** Reads all files; what changed, came or went makes the next set. @returns its number; null when nothing changed. */
export async function publishRuleFiles(config: DetectConfig, { pool, log }: { readonly pool: Pool; readonly log: Logger }): Promise<number | null> {
  const set = await readRules(config);
  const rules = headsOf(set).map(({ head: { sigmaStatus, ...head }, ...rest }) => ({ ...rest, head, state: findingStatus(sigmaStatus, config.experimental) }));
  const refusals = set.refusals.map(({ file, document, line, title, reason }) => ({ file, document, line, title, reason }));
  const number = await syncRules(pool, rules, refusals, 'files');
  log.info(
    { rules: rules.length, refused: refusals.length, set: number },
    number === null ? 'Rules of files are as they were.' : 'Rules of files make a new set.',
  );
  return number;
}

/** Changes when a file comes, goes or is written. */
async function traceOf(folders: readonly string[]): Promise<string> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = (await stat(folder)).isDirectory() ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
    const files = entries.filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
    for (const file of entries.length === 0 ? [folder] : files.sort()) {
      const { mtimeMs, size } = await stat(file);
      found.push(`${file} ${mtimeMs} ${size}`);
    }
  }
  return found.join('\n');
}
