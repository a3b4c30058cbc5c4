// Batches of one partition as files, so that in the end each record is in the store once, whatever ends in between.
import { randomBytes } from 'node:crypto';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { asError, failureOf } from '../_aws/failure.ts';
import { openS3 } from '../_aws/s3.ts';
import type { S3 } from '../_aws/s3.ts';
import type { FileFormat } from '../_formats/index.ts';
import { DELIVERED, PRESENT } from '../_sink/index.ts';
import type { Outcome, Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { FileMaker } from './files.ts';
import type { File, Refusals } from './files.ts';
import { fileFormat } from './file-format.ts';
import type { S3Config } from './index.ts';
import { isFenced, journalFolder, JournalStore, past } from './journal.ts';
import type { FoundJournal, JournalEntry } from './journal.ts';
import { upload } from './upload.ts';

export const openS3Sink = async (config: S3Config, deps: SinkDeps): Promise<Sink> => {
  const { maxBatchRecords, maxBatchBytes, lingerMs, maxInFlight, timeoutMs } = config;
  const files = new S3Files(config, deps, openS3(config, deps, timeoutMs), fileFormat(config));
  return {
    isTakenBack: true, // a later owner replaces files that are not committed
    limits: { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs, maxInFlight, perPartition: true },
    send: (records, signal) => files.send(records, signal),
    close: async () => {},
  };
};

/** Files of one batch that are written at once. */
const UPLOADS = 4;
const ID_BYTES = 6;
/** Names of files to take away that a journal holds: each attempt that fails adds some. */
const MOST_STALE = 500;

interface Writing {
  readonly journalKey: string;
  readonly found: FoundJournal;
  readonly id: string;
  readonly generation: number;
  /** Offsets [from, to). */
  readonly from: number;
  readonly to: number;
  /** Entries whose files these take the place of. */
  readonly replaced: readonly JournalEntry[];
}

export class S3Files {
  readonly #config: S3Config;
  readonly #s3: S3;
  readonly #maker: FileMaker;
  readonly #journals: JournalStore;
  readonly #journalPrefix: string;
  readonly #deps: Pick<SinkDeps, 'now' | 'generation'>;

  constructor(config: S3Config, deps: Pick<SinkDeps, 'connector' | 'organization' | 'now' | 'generation'>, s3: S3, format: FileFormat | null) {
    this.#config = config;
    this.#s3 = s3;
    this.#maker = new FileMaker(config, deps, format);
    this.#journals = new JournalStore(s3, config.conditionalWrites, deps.now);
    this.#journalPrefix = journalFolder(config, deps.connector);
    this.#deps = deps;
  }

  /**
   * Records of one partition, consecutive. All that can be written is, or nothing counts.
   *
   * Where a worker comes back to tells what has become of the files before: those that begin at the first record that is offered, or behind it, were
   * not committed, and are replaced; one that begins before it and ends behind it was written whole, so its records are there.
   */
  async send(records: readonly SinkRecord[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const generation = this.#deps.generation?.() ?? 0;
    const { topic, partition, offset: first } = records[0]!.position;
    const to = records.at(-1)!.position.offset + 1;
    const refusals: Refusals = new Map();
    const placed = this.#maker.place(records, refusals);
    const journalKey = `${this.#journalPrefix}/${topic}-${partition}.json`;
    const found = await this.#journals.read(journalKey, signal);
    if (isFenced(found.journal, generation, this.#deps.now())) throw isAnothers(journalKey);
    const { covered, unfinished } = await this.#coveredTo(found.journal?.entries ?? [], first, signal);
    const id = randomBytes(ID_BYTES).toString('hex');
    const fresh = placed.filter(({ record }) => record.position.offset >= covered);
    const files = this.#maker.files(fresh, id, refusals);
    const from = Math.max(first, covered);
    const entries = found.journal?.entries ?? [];
    const replaced = entries.filter((entry) => entry.from >= from || entry === unfinished);
    // Also without a file: what somebody else has begun is over then.
    if (files.length > 0 || replaced.length > 0 || (found.journal !== null && found.journal.generation !== generation))
      await this.#write(files, { journalKey, found, id, generation, from, to, replaced }, signal);
    return records.map(({ position }, index) => refusals.get(index) ?? (position.offset < covered ? PRESENT : DELIVERED));
  }

  /** Offsets below `covered` are in the store already. */
  async #coveredTo(
    entries: readonly JournalEntry[],
    first: number,
    signal: AbortSignal,
  ): Promise<{ readonly covered: number; readonly unfinished?: JournalEntry }> {
    const entry = entries.find(({ from, to }) => from < first && first < to);
    if (entry === undefined) return { covered: first };
    // Where somebody has set the position by hand, or all before it was refused, it may be one that was never finished.
    const areThere = await Promise.all(entry.keys.map((key) => this.#isThere(key, signal)));
    return areThere.includes(false) ? { covered: first, unfinished: entry } : { covered: entry.to };
  }

  async #write(files: readonly File[], { journalKey, found, id, generation, from, to, replaced }: Writing, signal: AbortSignal): Promise<void> {
    const at = this.#deps.now();
    const keys = files.map(({ key }) => key);
    const superseded = replaced.flatMap((entry) => [...entry.stale, ...entry.keys]);
    const stale = superseded.slice(-MOST_STALE);
    const before = past(found.journal?.entries ?? [], from, at).filter((entry) => !replaced.includes(entry));
    // A write that was given up may have come to its end after its file was taken away.
    await this.#remove([...before.flatMap((entry) => entry.stale), ...superseded.slice(0, -MOST_STALE)], signal);
    const entries = [...before.map((entry) => ({ ...entry, stale: [] })), { from, to, at, keys, stale }];
    await this.#journals.write(journalKey, { version: 1, id, generation, at, entries }, found, signal);
    try {
      await inTurns(files, UPLOADS, (file) => this.#upload(file, signal));
      await this.#remove(stale, signal);
    } catch (error) {
      await this.#ascertain(journalKey, id, keys, signal).catch(() => {}); // whoever comes next finds them in the journal, while it is ours
      throw error;
    }
    await this.#ascertain(journalKey, id, keys, signal);
  }

  async #upload({ key, body, mediaType }: File, signal: AbortSignal): Promise<void> {
    const { encryption, kmsKeyId } = this.#config;
    const headers = {
      'content-type': mediaType,
      ...(encryption !== 'bucket' && { 'x-amz-server-side-encryption': encryption }),
      ...(kmsKeyId !== '' && { 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId }),
    };
    await upload(this.#s3, { key, body, headers }, this.#deps.now, signal);
  }

  async #isThere(key: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#s3.call({ method: 'HEAD', key, signal });
    if (answer.status === 200) return true;
    if (failureOf(answer).verdict === 'missing') return false;
    throw asError(answer, `Looking at ${key}`, this.#deps.now());
  }

  async #remove(keys: readonly string[], signal: AbortSignal): Promise<void> {
    await inTurns(keys, UPLOADS, async (key) => {
      const answer = await this.#s3.call({ method: 'DELETE', key, signal });
      if (answer.status !== 204 && answer.status !== 200 && failureOf(answer).verdict !== 'missing') throw asError(answer, `Removing ${key}`, this.#deps.now());
    });
  }

  /** Whether the partition is still this worker's. If another has it, its journal does not know these files: they are taken back. */
  async #ascertain(journalKey: string, id: string, keys: readonly string[], signal: AbortSignal): Promise<void> {
    const { journal } = await this.#journals.read(journalKey, signal);
    if (journal?.id === id) return;
    const known = new Set(journal?.entries.flatMap((entry) => entry.keys));
    await this.#remove(
      keys.filter((key) => !known.has(key)),
      signal,
    );
    throw isAnothers(journalKey);
  }
}

const isAnothers = (journalKey: string) =>
  new RetryableError('SINK_UNAVAILABLE', `Another worker writes the files of this partition (${journalKey}).`, { isAmbiguous: false });

/** Begins nothing more once one has failed, and is over when nothing is under way any more. */
async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const failures: unknown[] = [];
  const turn = async () => {
    for (const item of rest) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, turn));
  if (failures.length > 0) throw failures[0];
}
