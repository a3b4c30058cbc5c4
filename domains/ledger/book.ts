// The ledger's running sums. Entries are posted in the order of the topic; a closing compares what was written to each partition with what was read from it.
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import type { Break } from './entry.ts';
import { consumerKey, faultsOf } from './entry.ts';
import type { Stretch } from './written.ts';
import { Written } from './written.ts';

type Counts = Readonly<Record<string, number>>;
/** What became of all records that one consumer has read, since its first entry. */
export interface Account {
  readonly app: string;
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  /** Offsets [from, to) that the entries cover. */
  readonly from: number;
  readonly to: number;
  readonly in: number;
  readonly passed: number;
  readonly emitted: number;
  readonly dropped: Counts;
  readonly rejected: Counts;
  /** Records written, by topic. */
  readonly out: Counts;
}
/** Where an account stood when it was last compared: `difference` = written - read - unread, of which only changes are breaks. */
export interface Compared {
  readonly to: number;
  readonly difference: number;
}
/** An account as a closing leaves it. */
export interface Closed extends Account {
  /** Null: it could not be compared this time; `reason` says why. Topics that no stage writes to (raw) are never compared. */
  readonly compared: Compared | null;
  readonly reason: 'no-ledger-upstream' | 'behind' | 'moving' | null;
}
/** What a closing needs besides the entries, of one moment. */
export interface Moment {
  /** Counts since the last entry, one at most per consumer: the entry that would be written if the stage stopped now. */
  readonly open: readonly LedgerEntry[];
  /** Records from where a consumer stands to `end`, by consumer key. Absent: they could not be counted at that moment. */
  readonly unread: ReadonlyMap<string, { readonly count: number; readonly end: number } | 'behind' | 'moving'>;
}
export interface Closing {
  readonly closed: readonly Closed[];
  readonly breaks: readonly Break[];
  readonly settle: () => void;
}
/** A book as it is stored. */
export interface StoredBook {
  readonly accounts: readonly (Account & { readonly last: Compared | null; readonly isMoved?: boolean })[];
  readonly written: Readonly<Record<string, readonly [count: number, floor: number]>>;
}

interface Line {
  account: Account;
  last: Compared | null;
  /** Its position was set by a person, and it was not compared since: what it owes is what the next comparison finds. */
  isMoved: boolean;
  /** Where entries ended, and what had been read by then, since the last closing. */
  ends: { readonly offset: number; readonly read: number }[];
}

/** Of a consumer that could not be compared for long: older ends are given up, as stretches are. */
const MAX_ENDS = 10_000;

export class Book {
  readonly #lines = new Map<string, Line>();
  readonly #written = new Map<string, Written>();

  static of(stored: StoredBook): Book {
    const book = new Book();
    for (const { last, isMoved = false, ...account } of stored.accounts) book.#lines.set(consumerKey(account), { account, last, isMoved, ends: [] });
    for (const [key, [count, floor]] of Object.entries(stored.written)) book.#written.set(key, new Written(count, floor));
    return book;
  }

  /** To be called after `close`: detail that only the next comparison would use is not stored. */
  stored(): StoredBook {
    return {
      accounts: [...this.#lines.values()].map(({ account, last, isMoved }) => ({ ...account, last, ...(isMoved && { isMoved }) })),
      written: Object.fromEntries([...this.#written].map(([key, written]) => [key, [written.total, written.floor] as const])),
    };
  }

  get accounts(): readonly Account[] {
    return [...this.#lines.values()].map(({ account }) => account);
  }

  account(key: string): Account | undefined {
    return this.#lines.get(key)?.account;
  }

  /** @returns What is wrong with the entry by itself, or with its place behind the entry before it. Its counts are believed all the same. */
  post(entry: LedgerEntry): Break[] {
    const key = consumerKey(entry);
    let line = this.#lines.get(key);
    const breaks = faultsOf(entry, line?.account.to);
    if (line === undefined) this.#lines.set(key, (line = { account: opened(entry), last: null, isMoved: false, ends: [] }));
    if (entry.begins) Object.assign(line, { account: { ...line.account, to: entry.from }, last: null, isMoved: line.account.in > 0, ends: [] });
    line.account = grown(line.account, entry);
    line.ends.push({ offset: line.account.to, read: line.account.in });
    for (const { topic, partition, ...stretch } of entry.out) this.#writtenTo(`${topic}/${partition}`).add(stretch);
    return breaks;
  }

  #writtenTo(key: string): Written {
    const found = this.#written.get(key) ?? new Written();
    this.#written.set(key, found);
    return found;
  }

  /**
   * Compares all accounts with what was written to their topics, at one moment.
   * @returns Breaks since each account was last compared. What is named once is not named again after `settle`; without it nothing has happened.
   */
  close({ open, unread }: Moment): Closing {
    const lines = new Map([...this.#lines].map(([key, line]) => [key, { ...line, ends: [...line.ends] }]));
    const extra = new Map<string, Stretch[]>();
    for (const entry of open) {
      const key = consumerKey(entry);
      const line = lines.get(key) ?? { account: opened(entry), last: null, isMoved: false, ends: [] };
      line.account = grown(line.account, entry);
      line.ends.push({ offset: line.account.to, read: line.account.in });
      lines.set(key, line);
      for (const { topic, partition, ...stretch } of entry.out) {
        const to = `${topic}/${partition}`;
        extra.set(to, [...(extra.get(to) ?? []), stretch]);
      }
    }
    const producedTopics = new Set([...this.#written.keys(), ...extra.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))));
    const breaks: Break[] = [];
    const closed: Closed[] = [];
    const compared = new Map<string, Compared>();
    const floors = new Map<string, number>();
    for (const [key, line] of lines) {
      const { account } = line;
      const tail = unread.get(key) ?? 'moving';
      if (!producedTopics.has(account.topic)) closed.push({ ...account, compared: null, reason: 'no-ledger-upstream' });
      else if (typeof tail === 'string') closed.push({ ...account, compared: null, reason: tail });
      else {
        const to = `${account.topic}/${account.partition}`;
        const comparison = compare(line, this.#written.get(to) ?? new Written(), extra.get(to) ?? [], tail);
        breaks.push(...comparison.breaks);
        closed.push({ ...account, compared: comparison.now, reason: null });
        compared.set(key, comparison.now);
        floors.set(to, Math.max(floors.get(to) ?? 0, tail.end));
      }
    }
    return { closed, breaks, settle: () => this.#settle(compared, floors) };
  }

  #settle(compared: ReadonlyMap<string, Compared>, floors: ReadonlyMap<string, number>): void {
    for (const [key, line] of this.#lines) {
      line.last = compared.get(key) ?? line.last;
      if (compared.has(key)) line.isMoved = false;
      line.ends = compared.has(key) ? [] : line.ends.slice(-MAX_ENDS);
    }
    for (const [to, floor] of floors) this.#written.get(to)?.fold(floor);
  }
}

const opened = ({ app, stage, topic, partition, from }: LedgerEntry): Account => ({
  app,
  stage,
  topic,
  partition,
  from,
  to: from,
  in: 0,
  passed: 0,
  emitted: 0,
  dropped: {},
  rejected: {},
  out: {},
});

function grown(account: Account, entry: LedgerEntry): Account {
  const add = (sums: Counts, counts: readonly (readonly [name: string, count: number])[]): Counts => {
    if (counts.length === 0) return sums;
    const total: Record<string, number> = { ...sums };
    for (const [name, count] of counts) total[name] = (total[name] ?? 0) + count;
    return total;
  };
  return {
    ...account,
    to: Math.max(account.to, entry.to),
    in: account.in + entry.in,
    passed: account.passed + entry.passed,
    emitted: account.emitted + entry.emitted,
    dropped: add(
      account.dropped,
      entry.dropped.map(({ reason, count }) => [reason, count]),
    ),
    rejected: add(
      account.rejected,
      entry.rejected.map(({ reason, count }) => [reason, count]),
    ),
    out: add(
      account.out,
      entry.out.map(({ topic, count }) => [topic, count]),
    ),
  };
}

/**
 * Walks along the ends of the consumer's entries. At each, what was written below it is known as bounds; where the difference that held so far
 * lies outside them, records went missing or came from nowhere since the last end at which it held. The end of the topic is exact.
 */
function compare(
  { account, last, isMoved, ends }: Line,
  written: Written,
  extra: readonly Stretch[],
  tail: { readonly count: number; readonly end: number },
): { readonly now: Compared; readonly breaks: readonly Break[] } {
  const total = extra.reduce((sum, { count }) => sum + count, written.total);
  const now: Compared = { to: tail.end, difference: total - account.in - tail.count };
  const before = last ?? (isMoved ? null : openingOf(account, written, extra));
  if (before === null) return { now, breaks: [] };
  const usable = ends.filter(({ offset }) => offset >= written.floor && offset > before.to).toSorted((a, b) => a.offset - b.offset);
  const bounds = written.bounds(
    usable.map(({ offset }) => offset),
    extra,
  );
  const points = [
    ...usable.map(({ offset, read }, i) => ({ offset, low: bounds[i]!.low - read, high: bounds[i]!.high - read })),
    { offset: Math.max(tail.end, account.to), low: now.difference, high: now.difference },
  ];
  const breaks: Break[] = [];
  let { difference } = before;
  // Up to where it is certain that nothing went missing, and that nothing came from nowhere.
  let [wholeTo, ownTo] = [before.to, before.to];
  for (const { offset, low, high } of points) {
    const held = Math.min(Math.max(difference, low), high);
    if (held !== difference) {
      const count = Math.abs(held - difference);
      const isMissing = held > difference;
      const since = isMissing ? wholeTo : ownTo;
      breaks.push({
        stage: account.stage,
        topic: account.topic,
        partition: account.partition,
        from: Math.min(since, offset),
        to: offset,
        kind: isMissing ? 'missing' : 'surplus',
        count,
        detail: isMissing
          ? `${count === 1 ? 'A record that was' : `${count} records that were`} written here ${count === 1 ? 'was' : 'were'} neither read nor ${count === 1 ? 'waits' : 'wait'} to be.`
          : `${count === 1 ? 'A record was' : `${count} records were`} read here, or ${count === 1 ? 'waits' : 'wait'}, that no entry says was written.`,
      });
      difference = held;
    }
    if (high === difference) wholeTo = offset;
    if (low === difference) ownTo = offset;
  }
  return { now, breaks };
}

/** A consumer that began at the first offset owes nothing. One that began later owes what lay below; null where that cannot be told. */
function openingOf(account: Account, written: Written, extra: readonly Stretch[]): Compared | null {
  if (account.from === 0) return { to: 0, difference: 0 };
  if (account.from < written.floor) return null;
  const [below] = written.bounds([account.from], extra);
  return below!.low === below!.high ? { to: account.from, difference: below!.low } : null;
}
