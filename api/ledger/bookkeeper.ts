// Brings the books up to now: posts the entries since the last closing, then compares what was written with what was read.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, Break, Closed, StoredBook } from '../../domains/ledger/index.ts';
import { Book, consumerKey } from '../../domains/ledger/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemaIdOf } from '../../schemas/avro/codec.ts';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { Consumer, MomentDeps } from './moment.ts';
import { readMoment } from './moment.ts';

/** Who reads what; a `from` of `raw.*` stands for all raw topics. Stages without an entry yet are known by this alone. */
export type Flow = readonly { readonly stage: string; readonly from: string }[];
export interface BookkeeperDeps extends Omit<MomentDeps, 'isWatermark'> {
  readonly codec: Codec;
  /** Persist's entries from where the given consumers stand, in order; the last of each consumer may still grow. */
  readonly storedEntries: (known: readonly Account[]) => Promise<readonly LedgerEntry[]>;
  readonly app: string;
  readonly flow: Flow;
  /** Looks at that many moments at most, until everything could be compared. */
  readonly rounds: number;
  /** No further look after that long, unless something was found that a second one must confirm. */
  readonly budgetMs: number;
}
export interface Books {
  /** Next offset of ledger.v1. */
  readonly position: number;
  readonly book: Book;
  readonly closed: readonly Closed[];
  /** New ones: what was found before is not found again. */
  readonly breaks: readonly Break[];
}

const LEDGER = { topic: topics.ledger.name, partition: 0 };
const BETWEEN_ROUNDS_MS = 15; // commits come every 100 ms: another moment finds them elsewhere
const STORED_STAGES: ReadonlySet<string> = new Set(['persist']); // keep entries and position in the database

/**
 * @param start Where the last closing ended; null = from the beginning of the ledger.
 * @throws RetryableError while broker or database are away.
 */
export async function closeBooks(start: { readonly position: number; readonly book: StoredBook } | null, deps: BookkeeperDeps): Promise<Books> {
  const book = start === null ? new Book() : Book.of(start.book);
  const isWatermark = watermarkTest(deps.codec);
  const compared = new Set<string>();
  const breaks: Break[] = [];
  const posted = new Set<string>(); // an entry that claims too much is named when it comes, not at each closing after it
  const beganMs = performance.now();
  let position = start?.position ?? 0;
  let closed: readonly Closed[] = [];
  let suspects: readonly Break[] = [];
  const post = (entry: LedgerEntry): void => {
    breaks.push(...book.post(entry));
    posted.add(consumerKey(entry));
  };
  for (let round = 0; round < deps.rounds; round++) {
    if (suspects.length === 0 && performance.now() - beganMs > deps.budgetMs) break;
    if (round > 0) await sleep(BETWEEN_ROUNDS_MS);
    const stored = await postStored(book, deps, post);
    position = await postTopic(book, position, deps, post);
    const known = new Map(book.accounts.map((account) => [consumerKey(account), account]));
    const moment = await readMoment(await consumersOf(book, deps), known, stored, { ...deps, isWatermark });
    const closing = book.close(moment);
    // A moment may deceive in ways that the next one will not, so nobody is accused on one alone.
    const found = [...closing.breaks, ...moment.ahead.filter((at) => posted.has(consumerKey(at))).map(unfounded)];
    const isConfirmed = found.every((one) => suspects.some((before) => isSame(one, before)));
    closed = closing.closed;
    suspects = found;
    if (!isConfirmed) continue;
    closing.settle();
    breaks.push(...found);
    posted.clear();
    suspects = [];
    for (const one of closed) if (one.compared !== null) compared.add(consumerKey(one));
    if (closed.every((one) => one.reason !== 'moving' || compared.has(consumerKey(one)))) break;
  }
  return { position, book, breaks, closed: closed.map((one) => (compared.has(consumerKey(one)) ? { ...one, reason: null } : one)) };
}

const isSame = (a: Break, b: Break) => a.kind === b.kind && consumerKey(a) === consumerKey(b) && a.count === b.count;

type Ahead = Consumer & { readonly committed: number; readonly to: number };
const unfounded = ({ stage, topic, partition, committed, to }: Ahead): Break => ({
  kind: 'unfounded',
  stage,
  topic,
  partition,
  from: committed,
  to,
  count: to - committed,
  detail: `Entries claim offsets up to ${to}, but the group has committed ${committed}: an entry is forged, or the position was set back.`,
});
/** @returns The last entry of each consumer, which may still grow. */
async function postStored(book: Book, { storedEntries }: BookkeeperDeps, post: (entry: LedgerEntry) => void): Promise<readonly LedgerEntry[]> {
  const entries = await storedEntries(book.accounts.filter(({ stage }) => STORED_STAGES.has(stage)));
  const open: LedgerEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const next = entries[index + 1];
    if (next === undefined || consumerKey(next) !== consumerKey(entry)) open.push(entry);
    else post(entry);
  }
  return open;
}

async function postTopic(book: Book, from: number, { admin, reader, codec }: BookkeeperDeps, post: (entry: LedgerEntry) => void): Promise<number> {
  const key = tpKey(LEDGER);
  const [earliest, stable] = await Promise.all([admin.offsets([LEDGER], 'earliest'), admin.offsets([LEDGER], 'stable')]);
  const end = stable.get(key) ?? 0;
  // Beyond the end: the topic came from a backup. What lies there is looked at again, and only what is new is posted.
  const isAgain = from > end;
  const begin = Math.max(isAgain ? 0 : from, earliest.get(key) ?? 0);
  for await (const batch of reader.read(LEDGER, begin, end, new AbortController().signal)) {
    for (const { offset, value } of batch.records) {
      if (offset >= end || value === null) continue;
      const entry = await decoded(codec, value);
      if (entry !== undefined && !(isAgain && entry.to <= (book.account(consumerKey(entry))?.to ?? -1))) post(entry);
    }
  }
  return end;
}
async function decoded(codec: Codec, value: Buffer): Promise<LedgerEntry | undefined> {
  const missing = codec.missingWriter(value);
  if (missing !== undefined) await codec.load(missing);
  return schemaIdOf(value) === codec.idOf(schemas.ledgerEntry) ? codec.decode(schemas.ledgerEntry, value) : undefined;
}

function watermarkTest(codec: Codec): MomentDeps['isWatermark'] {
  const id = codec.idOf(schemas.watermark);
  return (topic, value) => !topic.startsWith('raw.') && value.length >= 5 && value[0] === 0 && schemaIdOf(value) === id;
}

/** Those that have entries, and those of the flow: a stage that has just begun has none yet. */
async function consumersOf(book: Book, { admin, app, flow }: BookkeeperDeps): Promise<readonly Consumer[]> {
  const existing = await admin.topics();
  const consumers = new Map<string, Consumer>();
  for (const { app: of, stage, topic, partition } of book.accounts)
    if (!STORED_STAGES.has(stage)) consumers.set(consumerKey({ stage, topic, partition }), { app: of, stage, topic, partition });
  for (const { stage, from } of flow) {
    for (const [topic, partitions] of existing) {
      if (from.endsWith('*') ? !topic.startsWith(from.slice(0, -1)) : topic !== from) continue;
      for (let partition = 0; partition < partitions; partition++) {
        const consumer = { app, stage, topic, partition };
        if (!consumers.has(consumerKey(consumer))) consumers.set(consumerKey(consumer), consumer);
      }
    }
  }
  return [...consumers.values()].filter(({ topic, partition }) => (existing.get(topic) ?? 0) > partition);
}
