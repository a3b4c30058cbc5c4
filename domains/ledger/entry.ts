// What one entry says of itself, and of the entry before it.
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';

export interface Break {
  readonly kind: BreakKind;
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
/**
 * `unaccounted` and `counted-twice`: the chain of a consumer's entries has a gap or an overlap. `outcomes`: in is not passed + dropped + rejected.
 * `impossible`: more records than offsets, or fewer than none. `unfounded`: the entry claims offsets that its group has not committed.
 * `missing` and `surplus`: fewer or more records came out of a topic than entries say were written.
 */
export type BreakKind = 'unaccounted' | 'counted-twice' | 'outcomes' | 'impossible' | 'unfounded' | 'missing' | 'surplus';

export const consumerKey = ({ stage, topic, partition }: { readonly stage: string; readonly topic: string; readonly partition: number }): string =>
  `${stage}|${topic}/${partition}`;
/** The consumer group of who writes entries: a stage's, or that of a sink connector, whose name is the group's. */
export const groupOf = ({ app, stage }: { readonly app: string; readonly stage: string }): string => (app === CONNECT ? stage : `${app}.${stage}`);
/** `app` of entries of connectors. */
export const CONNECT = 'connect';
export const sumOf = (counts: readonly { readonly count: number }[]): number => counts.reduce((total, { count }) => total + count, 0);

/** @param end Where the entry before it ends; undefined for the first. */
export function faultsOf(entry: LedgerEntry, end: number | undefined): Break[] {
  const { stage, topic, partition, from, to } = entry;
  const place = { stage, topic, partition };
  const breaks: Break[] = [];
  if (end !== undefined && from > end && !entry.begins)
    breaks.push({
      ...place,
      kind: 'unaccounted',
      from: end,
      to: from,
      count: from - end,
      detail: 'No entry covers these offsets: the position moved without work.',
    });
  if (end !== undefined && from < end && !entry.begins) {
    const twiceTo = Math.min(end, to);
    breaks.push({ ...place, kind: 'counted-twice', from, to: twiceTo, count: twiceTo - from, detail: 'Two entries cover these offsets.' });
  }
  const outcomes = entry.passed + sumOf(entry.dropped) + sumOf(entry.rejected);
  if (outcomes !== entry.in)
    breaks.push({ ...place, kind: 'outcomes', from, to, count: entry.in - outcomes, detail: `in ${entry.in} is not passed + dropped + rejected ${outcomes}.` });
  const impossible = impossibleIn(entry);
  if (impossible !== undefined) breaks.push({ ...place, kind: 'impossible', from, to, count: 0, detail: impossible });
  return breaks;
}

/** What no run of a stage can have counted: somebody else wrote or changed the entry. */
function impossibleIn({ from, to, in: read, passed, emitted, dropped, rejected, out }: LedgerEntry): string | undefined {
  if (to < from) return `The entry ends (${to}) before it begins (${from}).`;
  if (read > to - from) return `${read} records cannot lie in ${to - from} offsets.`;
  const negative = [read, passed, emitted, ...[...dropped, ...rejected, ...out].map(({ count }) => count)].find((count) => count < 0);
  if (negative !== undefined) return `A count is negative (${negative}).`;
  const crowded = out.find(({ count, first, last }) => last >= 0 && count > last - first + 1);
  return crowded === undefined
    ? undefined
    : `${crowded.count} records cannot lie at offsets ${crowded.first} to ${crowded.last} of ${crowded.topic}/${crowded.partition}.`;
}
