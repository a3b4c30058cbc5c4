// Adds ledger entries up: in = passed + dropped + rejected for each, ranges without gap or overlap, and the next hop's in equal to this hop's out.
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';

export interface Hop {
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  /** Offsets [from, to) that the entries cover. */
  readonly from: number;
  readonly to: number;
  readonly in: number;
  readonly passed: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly emitted: number;
  readonly out: Readonly<Record<string, number>>;
}
export interface Break {
  readonly kind: 'unaccounted' | 'counted-twice' | 'outcomes' | 'missing' | 'surplus';
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  /** Offsets [from, to) in which it lies, as narrow as the entries tell. */
  readonly from: number;
  readonly to: number;
  /** Records short (or over, for `counted-twice` and `surplus`). */
  readonly count: number;
  readonly detail: string;
}
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

const consumerKey = (stage: string, topic: string, partition: number) => `${stage}|${topic}/${partition}`;
const sum = (counts: readonly { readonly count: number }[]) => counts.reduce((total, { count }) => total + count, 0);

/**
 * @param entries In any order; entries that stand there twice (a reader that began again) are counted once.
 * @param surroundings Without it only finished flows balance: what is still on its way counts as missing.
 */
export function balance(entries: Iterable<LedgerEntry>, surroundings: Surroundings = { unread: new Map(), pending: new Set() }): Balance {
  const byConsumer = grouped(entries);
  const breaks: Break[] = [];
  for (const chain of byConsumer.values()) breaks.push(...chainBreaks(chain));
  breaks.push(...hopBreaks(byConsumer, surroundings));
  const hops = [...byConsumer.values()].map(hopOf).sort((a, b) => compareText(a.stage, b.stage) || compareText(a.topic, b.topic) || a.partition - b.partition);
  return { isBalanced: breaks.length === 0, hops, breaks };
}

function grouped(entries: Iterable<LedgerEntry>): ReadonlyMap<string, readonly LedgerEntry[]> {
  const byConsumer = new Map<string, Map<string, LedgerEntry>>();
  for (const entry of entries) {
    const key = consumerKey(entry.stage, entry.topic, entry.partition);
    const chain = byConsumer.get(key) ?? new Map<string, LedgerEntry>();
    chain.set(`${entry.from}-${entry.to}-${entry.wallTo}`, entry);
    byConsumer.set(key, chain);
  }
  return new Map([...byConsumer].map(([key, chain]) => [key, [...chain.values()].sort((a, b) => a.from - b.from || a.to - b.to)]));
}

function chainBreaks(chain: readonly LedgerEntry[]): Break[] {
  const breaks: Break[] = [];
  let end = chain[0]!.from;
  for (const entry of chain) {
    const place = { stage: entry.stage, topic: entry.topic, partition: entry.partition };
    if (entry.from > end)
      breaks.push({
        ...place,
        kind: 'unaccounted',
        from: end,
        to: entry.from,
        count: entry.from - end,
        detail: 'No entry covers these offsets: the position moved without work.',
      });
    if (entry.from < end)
      breaks.push({
        ...place,
        kind: 'counted-twice',
        from: entry.from,
        to: Math.min(end, entry.to),
        count: Math.min(end, entry.to) - entry.from,
        detail: 'Two entries cover these offsets.',
      });
    const outcomes = entry.passed + sum(entry.dropped) + sum(entry.rejected);
    if (outcomes !== entry.in)
      breaks.push({
        ...place,
        kind: 'outcomes',
        from: entry.from,
        to: entry.to,
        count: entry.in - outcomes,
        detail: `in ${entry.in} is not passed + dropped + rejected ${outcomes}.`,
      });
    end = Math.max(end, entry.to);
  }
  return breaks;
}

function hopBreaks(byConsumer: ReadonlyMap<string, readonly LedgerEntry[]>, { unread, pending }: Surroundings): Break[] {
  const produced = new Map<string, { first: number; last: number; count: number; producer: string }[]>();
  for (const [producer, chain] of byConsumer) {
    for (const entry of chain) {
      for (const out of entry.out) {
        const key = `${out.topic}/${out.partition}`;
        const list = produced.get(key) ?? [];
        list.push({ first: out.first, last: out.last, count: out.count, producer });
        produced.set(key, list);
      }
    }
  }
  const producedTopics = new Map([...produced.keys()].map((key) => [key.slice(0, key.lastIndexOf('/')), true]));
  const breaks: Break[] = [];
  for (const [key, chain] of byConsumer) {
    const { stage, topic, partition } = chain[0]!;
    if (!producedTopics.has(topic)) continue; // a raw topic: sensors keep no ledger
    // What was written before this consumer's first offset is not its business (it joined later, or retention took it).
    const outs = (produced.get(`${topic}/${partition}`) ?? []).filter(({ last }) => last < 0 || last >= chain[0]!.from);
    const written = sum(outs);
    const read = chain.reduce((total, entry) => total + entry.in, 0);
    const difference = read + (unread.get(key) ?? 0) - written;
    // Producers whose entry is still to come may have written what no entry tells of yet.
    const isProducerPending = outs.length === 0 ? pending.size > 0 : [...producersOf(topic, byConsumer)].some((producer) => pending.has(producer));
    if (difference === 0 || (difference > 0 && isProducerPending)) continue;
    const range = narrowed(chain, outs, difference < 0);
    breaks.push({
      stage,
      topic,
      partition,
      ...range,
      kind: difference < 0 ? 'missing' : 'surplus',
      count: Math.abs(difference),
      detail:
        difference < 0
          ? `${written} records were written to the partition, ${read} read and ${unread.get(key) ?? 0} wait.`
          : `More records were read or wait (${read + (unread.get(key) ?? 0)}) than any entry says were written (${written}).`,
    });
  }
  return breaks;
}

function producersOf(topic: string, byConsumer: ReadonlyMap<string, readonly LedgerEntry[]>): ReadonlySet<string> {
  return new Set([...byConsumer].filter(([, chain]) => chain.some(({ out }) => out.some((written) => written.topic === topic))).map(([key]) => key));
}

/** The first entry of the consumer at whose end the sums can no longer be right. */
function narrowed(
  chain: readonly LedgerEntry[],
  outs: readonly { first: number; last: number; count: number }[],
  isMissing: boolean,
): { from: number; to: number } {
  let read = 0;
  for (const entry of chain) {
    read += entry.in;
    const surelyWritten = sum(outs.filter(({ last }) => last < entry.to));
    const perhapsWritten = sum(outs.filter(({ first }) => first < entry.to));
    if (isMissing ? read < surelyWritten : read > perhapsWritten) return { from: entry.from, to: entry.to };
  }
  return { from: chain[0]!.from, to: chain.at(-1)!.to };
}

function hopOf(chain: readonly LedgerEntry[]): Hop {
  const first = chain[0]!;
  const dropped: Record<string, number> = {};
  const rejected: Record<string, number> = {};
  const out: Record<string, number> = {};
  const totals = { in: 0, passed: 0, emitted: 0 };
  for (const entry of chain) {
    totals.in += entry.in;
    totals.passed += entry.passed;
    totals.emitted += entry.emitted;
    for (const { reason, count } of entry.dropped) dropped[reason] = (dropped[reason] ?? 0) + count;
    for (const { reason, count } of entry.rejected) rejected[reason] = (rejected[reason] ?? 0) + count;
    for (const { topic, count } of entry.out) out[topic] = (out[topic] ?? 0) + count;
  }
  return { stage: first.stage, topic: first.topic, partition: first.partition, from: first.from, to: chain.at(-1)!.to, ...totals, dropped, rejected, out };
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
