// What the entries do not tell yet, read from the broker at one moment: counts beside the committed offsets, and what waits in the topics.
import type { Moment } from '../../domains/ledger/index.ts';
import { CONNECT, consumerKey, groupOf } from '../../domains/ledger/index.ts';
import type { Admin, PartitionReader, TopicPartition } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';

/** One consumer of one partition. */
export interface Consumer extends TopicPartition {
  readonly app: string;
  readonly stage: string;
}
export interface MomentDeps {
  readonly admin: Admin;
  readonly reader: PartitionReader;
  /** The entry that would be written now, from the text beside a committed offset: `openEntry` of the runtime. */
  readonly openEntry: (metadata: string, place: Consumer & { readonly to: number }) => LedgerEntry | undefined;
  /** Records of a topic that no stage counts. */
  readonly isWatermark: (topic: string, value: Uint8Array) => boolean;
  /** Offsets read at most per moment to count what waits. */
  readonly tailOffsets: number;
}
/** Where entries end for each consumer (by key), and what topics its stage has written to. */
export interface Known {
  readonly to: number;
  readonly out: Readonly<Record<string, number>>;
}

interface Standing {
  readonly consumer: Consumer;
  readonly offset: number;
  readonly metadata: string;
  readonly open: LedgerEntry | undefined;
}

/**
 * Positions are read, then the ends of the topics, then the positions again. An offset commits together with the outputs, so a partition whose
 * producers counted the same both times had, at its end, exactly what they count. Others are `moving`.
 * @param stored Entries of consumers that keep their position elsewhere (persist); read before the call.
 * @returns Also `ahead`: consumers whose entries end behind their committed position.
 */
export async function readMoment(
  consumers: readonly Consumer[],
  known: ReadonlyMap<string, Known>,
  stored: readonly LedgerEntry[],
  deps: MomentDeps,
): Promise<Moment & { readonly ahead: readonly (Consumer & { readonly committed: number; readonly to: number })[] }> {
  const first = await standings(consumers, deps);
  const topics = await deps.admin.topics();
  const consumed = new Map<string, TopicPartition>();
  for (const { topic, partition } of [...consumers, ...stored])
    if (!topic.startsWith('raw.') && (topics.get(topic) ?? 0) > partition) consumed.set(`${topic}/${partition}`, { topic, partition });
  const partitions = [...consumed.values()];
  const ends = await deps.admin.offsets(partitions, 'stable');
  const second = await standings(consumers, deps);

  const moving = movingOutputs(first, second, known, ends);
  const open = new Map(stored.map((entry) => [consumerKey(entry), entry]));
  const ahead: (Consumer & { committed: number; to: number })[] = [];
  for (const { consumer, offset, metadata, open: entry } of first.values()) {
    if (isSetByHand(consumer, metadata)) continue;
    const to = known.get(consumerKey(consumer))?.to;
    if (to !== undefined && offset < to) ahead.push({ ...consumer, committed: offset, to });
    else if (entry !== undefined && (to === undefined || entry.from === to)) open.set(consumerKey(consumer), entry);
  }
  const tails = new Map(await countTails([...consumers, ...stored], open, known, ends, moving, deps));
  for (const { consumer, metadata } of first.values()) if (isSetByHand(consumer, metadata)) tails.set(consumerKey(consumer), 'moving');
  return { open: [...open.values()], unread: tails, ahead };
}

/** A connector commits with a text; the worker that sets its position for a person does not. Its next entry says so (`begins`). */
const isSetByHand = ({ app }: Consumer, metadata: string): boolean => app === CONNECT && metadata === '';

async function standings(consumers: readonly Consumer[], { admin, openEntry }: MomentDeps): Promise<ReadonlyMap<string, Standing>> {
  const groups = Map.groupBy(consumers, groupOf);
  const found = await Promise.all(
    [...groups].map(async ([group, members]) => ({
      members,
      positions: await admin.positions(
        group,
        members.map(({ topic, partition }) => ({ topic, partition })),
      ),
    })),
  );
  const all = new Map<string, Standing>();
  for (const { members, positions } of found) {
    for (const consumer of members) {
      const at = positions.get(tpKey(consumer));
      if (at === undefined || at.offset < 0) continue;
      const { topic, partition, app, stage } = consumer;
      const open = openEntry(at.metadata, { app, stage, topic, partition, to: at.offset });
      all.set(consumerKey(consumer), { consumer, offset: at.offset, metadata: at.metadata, open });
    }
  }
  return all;
}

/** Partitions, and whole topics, of which it is not known what was written to them when their end was read. */
function movingOutputs(
  first: ReadonlyMap<string, Standing>,
  second: ReadonlyMap<string, Standing>,
  known: ReadonlyMap<string, Known>,
  ends: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const moving = new Set<string>();
  const outs = (standing: Standing | undefined) => new Map((standing?.open?.out ?? []).map((out) => [tpKey(out), out]));
  for (const [key, after] of second) {
    const before = first.get(key);
    const to = known.get(key)?.to ?? after.open?.from;
    // Its next entry is on its way to us, or its counts began anew in between: the entry may name any of its outputs.
    const isRenewed = before?.open?.from !== after.open?.from || (before?.open !== undefined && to !== undefined && before.open.from > to);
    if (isRenewed) for (const topic of Object.keys(known.get(key)?.out ?? {})) moving.add(topic);
    const [was, is] = [outs(before), outs(after)];
    for (const tp of new Set([...was.keys(), ...is.keys()])) {
      const end = ends.get(tp);
      if (was.get(tp)?.count !== is.get(tp)?.count || (end !== undefined && (was.get(tp)?.last ?? -1) >= end)) moving.add(tp);
      if (isRenewed) moving.add(tp);
    }
  }
  return moving;
}

async function countTails(
  consumers: readonly TopicPartition[],
  open: ReadonlyMap<string, LedgerEntry>,
  known: ReadonlyMap<string, Known>,
  ends: ReadonlyMap<string, number>,
  moving: ReadonlySet<string>,
  deps: MomentDeps,
): Promise<Moment['unread']> {
  const unread = new Map<string, { readonly count: number; readonly end: number } | 'behind' | 'moving'>();
  const wanted = new Map<string, { readonly tp: TopicPartition; readonly end: number; readonly readers: { readonly key: string; readonly from: number }[] }>();
  for (const consumer of consumers as readonly Consumer[]) {
    const key = consumerKey(consumer);
    const tp = tpKey(consumer);
    const end = ends.get(tp);
    const from = open.get(key)?.to ?? known.get(key)?.to;
    if (end === undefined || from === undefined) continue;
    if (moving.has(tp) || moving.has(consumer.topic)) unread.set(key, 'moving');
    else if (from >= end) unread.set(key, { count: 0, end: Math.max(end, from) });
    else {
      const tail = wanted.get(tp) ?? { tp: { topic: consumer.topic, partition: consumer.partition }, end, readers: [] };
      tail.readers.push({ key, from });
      wanted.set(tp, tail);
    }
  }
  let left = deps.tailOffsets;
  const from = ({ readers }: { readonly readers: readonly { readonly from: number }[] }) => Math.min(...readers.map((reader) => reader.from));
  for (const tail of [...wanted.values()].toSorted((a, b) => a.end - from(a) - (b.end - from(b)))) {
    left -= tail.end - from(tail);
    if (left < 0) for (const { key } of tail.readers) unread.set(key, 'behind');
    else {
      const offsets = await countedOffsets(tail.tp, from(tail), tail.end, deps);
      for (const reader of tail.readers) unread.set(reader.key, { count: offsets.filter((offset) => offset >= reader.from).length, end: tail.end });
    }
  }
  return unread;
}

async function countedOffsets(tp: TopicPartition, from: number, end: number, { admin, reader, isWatermark }: MomentDeps): Promise<readonly number[]> {
  const earliest = (await admin.offsets([tp], 'earliest')).get(tpKey(tp)) ?? from;
  const offsets: number[] = [];
  for await (const batch of reader.read(tp, Math.max(from, earliest), end, new AbortController().signal)) {
    for (const { offset, value } of batch.records) if (offset < end && (value === null || !isWatermark(tp.topic, value))) offsets.push(offset);
  }
  return offsets;
}
