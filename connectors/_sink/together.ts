// Records that share a request, and part when it is refused.
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { Outcome, SinkRecord } from './index.ts';

/** What is said of all records of a request; `apart` = refused, but perhaps because of one of them, or of their size. */
export type Together = Outcome | readonly Outcome[] | 'apart';

/**
 * Sends records in one request; those that the far side refuses together once more in halves, down to the one that it does not take.
 *
 * @param send Never says `apart` of a single record.
 * @returns An outcome for each record. What a half has delivered before the other fails stays delivered.
 * @throws ConfigError as `send` does.
 */
export async function sendTogether<R extends SinkRecord>(
  records: readonly R[],
  send: (records: readonly R[]) => Promise<Together>,
): Promise<readonly Outcome[]> {
  if (records.length === 0) return [];
  const said = await send(records).catch(asRetry);
  if (said !== 'apart') return Array.isArray(said) ? (said as readonly Outcome[]) : records.map(() => said as Outcome);
  if (records.length === 1) throw new TypeError('A record cannot be parted from itself.');
  const half = Math.ceil(records.length / 2);
  return sendInTurn([records.slice(0, half), records.slice(half)], (part) => sendTogether(part, send));
}

const NOT_SENT: Outcome = { kind: 'retry', message: 'Not sent yet: what came before it is still owed.', isAmbiguous: false };

/**
 * Sends requests one after another. Once records of one are owed, those of later ones are not sent: a far side that is busy or down is not asked again at once, and
 * nothing overtakes what comes before it.
 *
 * @returns The outcomes of all records, in order.
 */
export async function sendInTurn<R>(
  requests: readonly (readonly R[])[],
  send: (records: readonly R[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const request of requests) {
    if (outcomes.some(({ kind }) => kind === 'retry')) outcomes.push(...request.map(() => NOT_SENT));
    else outcomes.push(...(await send(request)));
  }
  return outcomes;
}

/** @throws Whatever is no RetryableError. */
export function asRetry(error: unknown): Outcome {
  if (!(error instanceof RetryableError)) throw error;
  const { isAmbiguous = true, afterMs } = error.details as { readonly isAmbiguous?: boolean; readonly afterMs?: number };
  return { kind: 'retry', message: error.message, isAmbiguous, ...(afterMs !== undefined && { afterMs }) };
}
