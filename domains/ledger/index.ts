// Adds ledger entries up: in = passed + dropped + rejected for each, ranges without gap or overlap, and the next hop's in equal to this hop's out.
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import type { Account } from './book.ts';
import { Book } from './book.ts';
import type { Break } from './entry.ts';
import { consumerKey } from './entry.ts';

export type { Account, Closed, Moment, StoredBook } from './book.ts';
export { Book } from './book.ts';
export type { Break } from './entry.ts';
export { CONNECT, consumerKey, groupOf } from './entry.ts';

export type Hop = Omit<Account, 'app'>;
export interface Balance {
  readonly isBalanced: boolean;
  readonly hops: readonly Hop[];
  readonly breaks: readonly Break[];
}

/** What cannot be read off the entries; `key` is `topic/partition`, and for consumers `stage|topic/partition`. */
export interface Surroundings {
  /** Records in the topic from where the consumer's entries end up to the topic's end, by `stage|topic/partition`. */
  readonly unread: ReadonlyMap<string, number>;
  /** Consumers whose committed position is ahead of their entries: their next entry is still to come. */
  readonly pending: ReadonlySet<string>;
}

/**
 * For a flow that rests: of one that runs, `Book.close` needs the counts that no entry tells of yet.
 * @param entries In any order; entries that stand there twice (a reader that began again) are counted once.
 * @param surroundings Without it only finished flows balance: what is still on its way counts as missing.
 */
export function balance(entries: Iterable<LedgerEntry>, surroundings: Surroundings = { unread: new Map(), pending: new Set() }): Balance {
  const once = new Map([...entries].map((entry) => [`${consumerKey(entry)} ${entry.from}-${entry.to}-${entry.wallTo}`, entry]));
  const sorted = [...once.values()].toSorted((a, b) => a.from - b.from || a.to - b.to);
  const book = new Book();
  const breaks = sorted.flatMap((entry) => book.post(entry));
  const writers = new Map<string, Set<string>>();
  for (const entry of sorted) for (const { topic } of entry.out) writers.set(topic, (writers.get(topic) ?? new Set()).add(consumerKey(entry)));
  const { closed, breaks: between } = book.close({
    open: [],
    unread: new Map(book.accounts.map((account) => [consumerKey(account), { count: surroundings.unread.get(consumerKey(account)) ?? 0, end: account.to }])),
  });
  // Producers whose entry is still to come may have written what no entry tells of yet.
  const isToCome = ({ kind, topic }: Break) => kind === 'surplus' && [...(writers.get(topic) ?? [])].some((writer) => surroundings.pending.has(writer));
  breaks.push(...between.filter((found) => !isToCome(found)));
  const hops = closed
    .map(({ app: _app, compared: _compared, reason: _reason, ...hop }): Hop => hop)
    .toSorted((a, b) => compareText(a.stage, b.stage) || compareText(a.topic, b.topic) || a.partition - b.partition);
  return { isBalanced: breaks.length === 0, hops, breaks };
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
