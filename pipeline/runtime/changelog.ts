// Changelogs: where they lie, what goes into them, and how a task comes back from them.
import { FatalError } from '../core/errors.ts';
import type { Stage } from '../core/index.ts';
import type { Change, Journal, OutputMarks } from '../core/stores.ts';
import { appendedAtOf, Decoder } from './input.ts';
import type { Admin, OutRecord, PartitionReader, RawRecord, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import type { Topic } from '../core/index.ts';
import { changelogStores } from './task.ts';
import type { Task } from './task.ts';

export const changelogTopic = (app: string, stage: string, store: string): string => `${app}.${stage}-${store}.changelog`;
export const changelogTopics = (app: string, stage: Stage<unknown, object>): readonly string[] =>
  changelogStores(stage).map((store) => changelogTopic(app, stage.name, store));

export function changelogRecords(app: string, stage: string, store: string, partition: number, changes: readonly Change[]): OutRecord[] {
  const topic = changelogTopic(app, stage, store);
  return changes.map(([key, value]) => ({ topic, partition, key: Buffer.from(key), value }));
}

export interface RestoreOptions {
  readonly app: string;
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly codec: Codec;
  /** The topic from which stores come back that have no changelog, by its name on the broker. */
  readonly output: { readonly topic: Topic<unknown>; readonly name: string } | null;
  readonly isWatermark: (record: RawRecord) => boolean;
  readonly wallMs: number;
  readonly signal: AbortSignal;
  /** After each batch, and once at the beginning. */
  readonly onProgress: (progress: RestoreProgress) => void;
}
/** In offsets, over everything that one task reads: holes that compaction left count as read. */
export interface RestoreProgress {
  /** Records in the batch at hand. */
  readonly records: number;
  readonly done: number;
  readonly of: number;
}
/** What was committed beside the task's positions. */
export interface RestoreTo {
  readonly changelogs: Readonly<Record<string, number>>;
  readonly marks: Readonly<Record<string, OutputMarks>>;
}
/** One partition to read, and who takes its records. */
interface Source {
  readonly tp: TopicPartition;
  readonly from: number;
  readonly end: number;
  readonly take: (records: readonly RawRecord[]) => Promise<void> | void;
}

/**
 * Brings a task's stores to where they were at the committed position. The transaction that moved the position wrote the changelogs, so
 * their last stable offset, read after the position, is behind it only for a moment, on a new leader. Goes batch by batch with turns of the event loop between, and holds
 * one batch per changelog at a time.
 * @returns End of each changelog by store, and of the output.
 * @throws FatalError CHANGELOG_GAP when a changelog, or the output, has lost what was committed with the position: it ends before it, or no longer
 *   begins at its beginning
 */
export async function restoreTask(
  task: Task,
  partition: number,
  to: RestoreTo,
  options: RestoreOptions,
): Promise<{ readonly changelogs: Record<string, number>; readonly outputEnd: number }> {
  const { app, admin, wallMs } = options;
  const stores = changelogStores(task.stage);
  const tps = stores.map((store) => ({ topic: changelogTopic(app, task.stage.name, store), partition }));
  const bounds = await boundsOf(admin, tps);
  const sources = stores.map((store, i): Source => {
    const [from, end] = bounds[i]!;
    checkWhole(`${app}.${task.stage.name}`, tps[i]!, { from, end, expected: to.changelogs[store] ?? 0 });
    return { tp: tps[i]!, from, end, take: intoStore(task.restoring(store)) };
  });
  const { outputEnd, outputs } = await outputSources(task, partition, to, options);
  await readAll([...sources, ...outputs], options);
  task.restored(wallMs);
  return { changelogs: Object.fromEntries(stores.map((store, i) => [store, bounds[i]![1]])), outputEnd };
}

const intoStore =
  (restore: Journal['restore']): Source['take'] =>
  (records) => {
    for (let i = 0; i < records.length; i++) {
      const { key, value } = records[i]!;
      if (key !== null) restore(key.toString(), value);
    }
  };

/** Stores without a changelog come back from what the stage forwarded. */
async function outputSources(
  task: Task,
  partition: number,
  { changelogs, marks }: RestoreTo,
  { app, admin, codec, output, isWatermark }: RestoreOptions,
): Promise<{ readonly outputEnd: number; readonly outputs: readonly Source[] }> {
  const stores = task.outputStores();
  if (stores.length === 0) return { outputEnd: 0, outputs: [] };
  if (output === null) throw new FatalError('INVALID_CONFIG', `${task.stage.name} has a store that comes back from its output, but forwards to no topic`);
  const tp = { topic: output.name, partition };
  const [[earliest, end] = [0, 0]] = await boundsOf(admin, [tp]);
  const expected = Math.max(...stores.map(([store]) => changelogs[store] ?? 0));
  if (end < expected) throw gap(`${app}.${task.stage.name}`, tp, { from: earliest, end, expected });
  const outputs = stores.map(([store, journal]): Source => {
    const decoder = new Decoder(codec, output.topic, journal.reads);
    const take = async (records: readonly RawRecord[]): Promise<void> => {
      for (const record of records) {
        if (isWatermark(record)) continue;
        const missing = decoder.missing(record.value);
        if (missing !== undefined) await codec.load(missing);
        journal.replay(decoder.decode(record.value), appendedAtOf(record, true));
      }
    };
    return { tp, from: Math.max(earliest, journal.begin(marks[store])), end, take };
  });
  return { outputEnd: end, outputs };
}

interface Bounds {
  readonly from: number;
  readonly end: number;
  readonly expected: number;
}
function checkWhole(groupId: string, tp: TopicPartition, bounds: Bounds): void {
  const { from, end, expected } = bounds;
  if (expected > 0 && (from > 0 || end < expected)) throw gap(groupId, tp, bounds);
}

function gap(groupId: string, { topic, partition }: TopicPartition, { from, end, expected }: Bounds): FatalError {
  const fault = end < expected ? `ends at ${end}, but ended at ${expected} when the position was committed` : `begins at ${from} instead of 0`;
  return new FatalError(
    'CHANGELOG_GAP',
    `${topic}/${partition} ${fault}: state of ${groupId} is lost. Restore the topic from a backup. Or go on with what state there is: stop the stage, run ` +
      `kafka-consumer-groups --group ${groupId} --all-topics --reset-offsets --to-current --execute, and start it.`,
    { topic, partition, from, end, expected },
  );
}

async function boundsOf(admin: Admin, tps: readonly TopicPartition[]): Promise<(readonly [from: number, end: number])[]> {
  const [earliest, stable] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable')]);
  return tps.map((tp) => [earliest.get(tpKey(tp)) ?? 0, stable.get(tpKey(tp)) ?? 0] as const);
}

async function readAll(sources: readonly Source[], { reader, signal: outer, onProgress }: RestoreOptions): Promise<void> {
  const failing = new AbortController();
  const signal = AbortSignal.any([outer, failing.signal]);
  const of = sources.reduce((sum, { from, end }) => sum + Math.max(0, end - from), 0);
  let done = 0;
  onProgress({ records: 0, done, of });
  await Promise.all(
    sources.map(async ({ tp, from, end, take }) => {
      if (from >= end) return;
      let position = from;
      for await (const { records, nextOffset, unreadable } of reader.read(tp, from, end, signal)) {
        if (unreadable !== undefined)
          throw new FatalError(
            'CHANGELOG_GAP',
            `${tp.topic}/${tp.partition} cannot be read at offsets ${position} to ${nextOffset - 1}: ${unreadable.reason}. The state would lack what is in it.`,
            { ...tp, from: position, to: nextOffset },
          );
        const taken = take(records);
        if (taken !== undefined) await taken;
        done += nextOffset - position;
        position = nextOffset;
        onProgress({ records: records.length, done, of });
      }
      outer.throwIfAborted();
    }),
  ).finally(() => failing.abort()); // where one fails, the others need not go on
}
