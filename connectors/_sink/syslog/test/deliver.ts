// What the worker does with a sink, in short: offers records until each is settled.
import { RetryableError } from '../../../../pipeline/core/errors.ts';
import type { Outcome, Sink, SinkRecord } from '../../index.ts';

const { signal } = new AbortController();

/** @returns How often one was offered again. @throws Error when a record is refused. */
export async function deliver(sink: Sink, records: readonly SinkRecord[]): Promise<number> {
  let repeats = 0;
  for (let owed = records; owed.length > 0;) {
    const outcomes = await Promise.all(await offer(sink, owed));
    const left = owed.filter((_record, n) => outcomes[n] === 'retry');
    repeats += left.length;
    owed = left;
  }
  return repeats;
}

async function offer(sink: Sink, records: readonly SinkRecord[]): Promise<readonly Promise<'done' | 'retry'>[]> {
  try {
    return (await sink.send(records, signal)).map(ended);
  } catch (error) {
    if (error instanceof RetryableError) return records.map(async () => 'retry' as const);
    throw error;
  }
}

async function ended(outcome: Outcome): Promise<'done' | 'retry'> {
  const settled = outcome.kind === 'accepted' ? await outcome.acknowledged : outcome;
  if (settled.kind === 'rejected') throw new Error(`${settled.reason}: ${settled.message}`);
  return settled.kind === 'retry' ? 'retry' : 'done';
}
