import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FatalError } from '../pipeline/core/errors.ts';
import { lastLines } from './part.ts';
import type { Exit, Part } from './part.ts';

const READY_MS = 90_000; // a broker took 15 s after kill -9 on a busy machine; never less than this
const POLL_MS = 100;

/**
 * Waits until `probe` says true; errors of the probe mean "not yet".
 * @throws FatalError PART_DIED or NO_SPACE, with the last lines of the log, when the part ends first or 90 s are over; the signal's reason.
 */
export async function waitUntilReady(part: Part, probe: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  let exit: Exit | undefined;
  void part.exited.then((value) => {
    exit = value;
  });
  for (const end = performance.now() + READY_MS; performance.now() < end; await delay(POLL_MS, undefined, { signal })) {
    signal.throwIfAborted();
    if (exit !== undefined) throw partDied(part, exit);
    if (await probe().catch(() => false)) return;
  }
  throw new FatalError(
    'PART_DIED',
    `${part.name} did not become ready within ${READY_MS / 1000} s. Its log is ${part.logFile}:\n${lastLines(part.logFile, 8)}`,
    { part: part.name },
  );
}

/** Below this, a server cannot write what it must. */
const FULL_BYTES = 4_194_304;

/** True when the disk of the log is full, or the log's end says that it was. */
function isDiskFull(logFile: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(logFile));
    return bavail * bsize < FULL_BYTES || /No space left on device/i.test(lastLines(logFile, 40));
  } catch {
    return false; // the folder is gone: that is another problem
  }
}

export function partDied(part: Part, exit: Exit): FatalError {
  const lines = lastLines(part.logFile, 8);
  if (isDiskFull(part.logFile)) {
    return new FatalError('NO_SPACE', `${part.name} ended because no space is left on the disk of ${part.logFile}. Make room, then start again.`, {
      part: part.name,
    });
  }
  const how = exit.signal === null ? `code ${exit.code}` : `signal ${exit.signal}`;
  return new FatalError('PART_DIED', `${part.name} ended by itself (${how}). Its log is ${part.logFile}:\n${lines}`, { part: part.name, exit });
}
