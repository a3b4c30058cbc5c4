// Records that are made into something else before they are sent: each keeps its place among the outcomes.
import { RecordError } from '../../pipeline/core/errors.ts';
import { rejected } from './index.ts';
import type { Outcome, SinkDeps, SinkRecord } from './index.ts';
import type { Together } from './together.ts';

/**
 * @param make Throws RecordError for a record that cannot be sent at all: it is rejected by the error's code.
 * @param send Given what was made, in order; says an outcome for each.
 */
export async function sendPrepared<M>(
  records: readonly SinkRecord[],
  make: (record: SinkRecord) => M,
  send: (made: readonly M[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const made: M[] = [];
  const places: number[] = [];
  for (const [place, record] of records.entries()) {
    try {
      made.push(make(record));
      places.push(place);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      outcomes[place] = rejected(error.code, error.message);
    }
  }
  if (made.length === 0) return outcomes;
  const said = await send(made);
  for (const [index, place] of places.entries()) outcomes[place] = said[index]!;
  return outcomes;
}

/** Has no call begin before the time that the far side asked for. @returns The outcome as it is. */
export function heeded<O extends Together>(outcome: O, { slowDown }: Pick<SinkDeps, 'slowDown'>): O {
  if (typeof outcome === 'object' && 'afterMs' in outcome && outcome.afterMs !== undefined) slowDown(outcome.afterMs);
  return outcome;
}
