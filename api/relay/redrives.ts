// Does the redrives that were asked for through the API, one after another. How a redrive is done is the caller's to give: it writes topics of stages.
import type { Logger } from 'pino';
import type { DeadLetterFilter } from '../../pipeline/core/dead-letter.ts';
import { PipelineError, RetryableError } from '../../pipeline/core/errors.ts';
import type { Offsets } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Pool } from '../../store/connect.ts';
import { nextRedrive, noteRedrive } from '../../store/dead-letters.ts';
import type { RedriveNote } from '../../store/dead-letters.ts';
import { topics } from '../../topologies/topics.ts';

/** Sends dead letters again, each once: called again after a crash it goes on. @throws FencedError when another redrive began */
export type RunRedrive = (request: {
  readonly filter: DeadLetterFilter;
  /** Where dead letters ended when it was asked for. */
  readonly ends: Offsets;
  readonly by: string;
  readonly signal: AbortSignal;
  readonly progress: (sums: RedriveNote) => void;
}) => Promise<RedriveNote>;

export interface RedrivesDeps {
  readonly pool: Pool;
  readonly redrive: RunRedrive;
  readonly log: Logger;
  readonly signal: AbortSignal;
}
const NOTE_EVERY_MS = 1_000;

/**
 * @returns Whether there was one to do.
 * @throws RetryableError while broker or database are away: the request stays, and is taken up again
 */
export async function doNextRedrive({ pool, redrive, log, signal }: RedrivesDeps): Promise<boolean> {
  const request = await nextRedrive(pool);
  if (request === undefined) return false;
  const { id, organization, filter, ends, requestedBy } = request;
  await noteRedrive(pool, id, 'running', null);
  let notedMs = Date.now();
  try {
    const sums = await redrive({
      filter: { ...filter, organization },
      ends: new Map(Object.entries(ends).map(([partition, end]) => [tpKey({ topic: topics.deadLetters.name, partition: Number(partition) }), end])),
      by: requestedBy,
      signal,
      progress(now) {
        if (Date.now() - notedMs < NOTE_EVERY_MS) return;
        notedMs = Date.now();
        noteRedrive(pool, id, 'running', now).catch((error: unknown) => log.debug({ err: error }, 'Progress of a redrive could not be noted.'));
      },
    });
    if (signal.aborted) return true; // taken up again by whoever has the duty
    await noteRedrive(pool, id, 'done', sums);
    log.info({ redrive: id, organization, by: requestedBy, ...sums }, 'Dead letters were sent again.');
  } catch (error) {
    if (error instanceof RetryableError || signal.aborted) throw error;
    log.error({ err: error, redrive: id }, 'A redrive failed.');
    await noteRedrive(pool, id, 'failed', null, error instanceof PipelineError ? error.message : 'Unexpected: see the log of the relay.');
  }
  return true;
}
