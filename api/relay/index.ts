// Publishes what other parts wrote to the database: reference records to ref.* topics, records that persist set aside to
// dead-letters.v1, silence of sensors to a raw topic of our own. One relay at a time, by advisory lock. At least once: a crash between the broker's answer and the mark in
// the database sends a row again. On ref.* that changes nothing (compacted, keyed, whole records); a dead letter is told from
// its repeat by the stage, topic, partition and offset in its headers, a silence by the id in its record.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Codec } from '../../schemas/avro/codec.ts';
import type { Pool } from '../../store/connect.ts';
import { whileLeading } from '../../store/leader.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { relayDeadLetters } from './dead-letters.ts';
import { indexDeadLetters } from './dead-letter-index.ts';
import type { RunRedrive } from './redrives.ts';
import { doNextRedrive } from './redrives.ts';
import { relayReferences } from './references.ts';

export const config = z.strictObject({
  pollMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(500)
    .meta({
      description:
        'How often the relay looks for something to publish. An update of reference data takes effect 10 s after it is written; this must be far below.',
    }),
  batchRows: z.int().min(1).max(10_000).default(500).meta({ description: 'Rows that are published together.' }),
});
export type RelayConfig = z.infer<typeof config>;

export interface RelayDeps {
  /** Of role goshawk_stages; the caller ends it. */
  readonly pool: Pool;
  /** For the connection that holds the lock. */
  readonly databaseUrl: string;
  readonly broker: Broker;
  readonly codec: Codec;
  /** Kafka's partition of a key among `count` (`partitionFor`). */
  readonly partitionFor: (key: Uint8Array | string, count: number) => number;
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Absent = redrives that are asked for through the API wait. */
  readonly redrive?: RunRedrive;
  /** Keeps the rules of files in the database for as long as this process has the duty. Absent = nobody does. */
  readonly followRules?: (signal: AbortSignal) => Promise<void>;
  /** Version of the program, for the headers of dead letters. */
  readonly version?: string;
}

/** Runs until `signal`. Waits while another process has the duty, while the broker or the database is away. */
export async function runRelay({ pollMs, batchRows }: RelayConfig, deps: RelayDeps): Promise<void> {
  await whileLeading({ databaseUrl: deps.databaseUrl, duty: 'relay', log: deps.log, signal: deps.signal }, async (signal) => {
    const producer = deps.broker.producer();
    const admin = deps.broker.admin();
    const reader = deps.broker.reader();
    const forgotten = new Map<number, number>();
    const { redrive, followRules } = deps;
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    /** Until the end, with a pause when there was nothing to do. One that fails ends the others. */
    const repeat = async (work: () => Promise<boolean>): Promise<void> => {
      try {
        while (!either.aborted) if (!(await work())) await sleep(pollMs, undefined, { signal: either }).catch(() => {});
      } catch (error) {
        failed.abort();
        throw error;
      }
    };
    try {
      const ended = await Promise.allSettled([
        repeat(async () => {
          const sent = await relayReferences({ ...deps, producer, admin }, batchRows);
          return sent + (await relayDeadLetters({ ...deps, producer, admin, reader, signal: either }, batchRows)) > 0;
        }),
        // Apart from the others: there may be many to catch up with.
        repeat(async () => (await indexDeadLetters({ ...deps, admin, reader, forgotten, signal: either })) > 0),
        ...(followRules === undefined
          ? []
          : [
              repeat(async () => {
                await followRules(either);
                return false;
              }),
            ]),
        ...(redrive === undefined ? [] : [repeat(() => doNextRedrive({ ...deps, redrive, signal: either }))]),
      ]);
      const failure = ended.find((each) => each.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    } finally {
      await Promise.allSettled([producer.close(), admin.close(), reader.close()]);
    }
  });
}
