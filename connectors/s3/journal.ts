// What the sink notes in the store before it writes files, a small object for each partition. A batch that is sent again may have other boundaries, spread over
// other days, or come from another worker: the journal names the files that hold the same records, so that they are taken away.
import { z } from 'zod';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { asError, failureOf } from '../_aws/failure.ts';
import type { S3 } from '../_aws/s3.ts';
import type { S3Config } from './index.ts';

const entrySchema = z.object({
  /** Offsets [from, to) of the records that were given; holes and refused ones included. */
  from: z.int().min(0),
  to: z.int().min(0),
  /** Wall clock, milliseconds. */
  at: z.number(),
  keys: z.array(z.string()),
  /** Files of earlier attempts, which this one replaces. */
  stale: z.array(z.string()).default([]),
});
const journalSchema = z.object({
  version: z.literal(1),
  /** Of this writing of it, and in the names of the files that came with it: no name is ever used twice. */
  id: z.string(),
  /** Of the consumer group. */
  generation: z.int(),
  /** Wall clock, milliseconds. */
  at: z.number(),
  entries: z.array(entrySchema),
});
export type JournalEntry = z.infer<typeof entrySchema>;
export type Journal = z.infer<typeof journalSchema>;
/** Null: there is none yet. */
export interface FoundJournal {
  readonly journal: Journal | null;
  readonly etag: string | null;
}

/** A group that is made anew counts its generations from the beginning; no worker that was thought dead is alive for so long. */
const GENERATIONS_COUNT_MS = 3_600_000;
/** The position that a worker comes back to is among these: it commits within seconds. */
const KEPT_MS = 3_600_000;
const KEPT = 16;

/** Security Lake lets a source write below its own folder only. Names that begin with `_` are not data to those who read a lake. */
export const journalFolder = ({ journalPrefix, layout, sources }: Pick<S3Config, 'journalPrefix' | 'layout' | 'sources'>, connector: string): string => {
  if (journalPrefix !== '') return journalPrefix;
  return `${layout === 'security-lake' ? `ext/${sources[0]!.split('=')[1]!}/` : ''}_goshawk/${connector}`;
};

/** What of the past is still worth knowing when [from, ...) is written: all that begins there or behind it is written anew. */
export function past(entries: readonly JournalEntry[], from: number, nowMs: number): readonly JournalEntry[] {
  const before = entries.filter((entry) => entry.from < from);
  return before.filter((entry, index) => index >= before.length - KEPT || entry.at > nowMs - KEPT_MS);
}

/** Whether somebody who came later has the partition. */
export const isFenced = (journal: Journal | null, generation: number, nowMs: number): boolean =>
  journal !== null && journal.generation > generation && journal.at > nowMs - GENERATIONS_COUNT_MS;

export class JournalStore {
  readonly #s3: S3;
  readonly #isConditional: boolean;
  readonly #now: () => number;

  constructor(s3: S3, isConditional: boolean, now: () => number) {
    this.#s3 = s3;
    this.#isConditional = isConditional;
    this.#now = now;
  }

  async read(key: string, signal: AbortSignal): Promise<FoundJournal> {
    const answer = await this.#s3.call({ method: 'GET', key, signal });
    if (answer.status === 200) {
      const found = journalSchema.safeParse(parsed(answer.body));
      if (found.success) return { journal: found.data, etag: answer.headers.etag ?? null };
      throw new ConfigError('SINK_MISCONFIGURED', `${key} is no journal of this sink: choose another journalPrefix, or remove it if nothing is being written.`);
    }
    if (failureOf(answer).verdict === 'missing') return { journal: null, etag: null };
    throw asError(answer, `Reading ${key}`, this.#now());
  }

  /** @throws RetryableError SINK_UNAVAILABLE when another has written it since. */
  async write(key: string, journal: Journal, { etag }: FoundJournal, signal: AbortSignal): Promise<void> {
    const condition = etag === null ? { 'if-none-match': '*' } : { 'if-match': etag };
    const headers = { 'content-type': 'application/json', ...(this.#isConditional && condition) };
    const answer = await this.#s3.call({ method: 'PUT', key, body: Buffer.from(JSON.stringify(journal)), headers, signal });
    if (answer.status === 200) return;
    const { verdict, code } = failureOf(answer);
    if (verdict === 'conflict' || code === 'NoSuchKey')
      throw new RetryableError('SINK_UNAVAILABLE', `${key} was written by another worker meanwhile; it is looked at again.`, { isAmbiguous: false });
    throw asError(answer, `Writing ${key}`, this.#now());
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
