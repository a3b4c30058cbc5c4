// Changelogs: where they lie, what goes into them, and how a task comes back from them.
import { FatalError } from '../core/errors.ts';
import type { Stage } from '../core/index.ts';
import type { Change, OutputMarks } from '../core/stores.ts';
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
  readonly onProgress: (records: number) => void;
}
/** What was committed beside the task's positions. */
export interface RestoreTo {
  readonly changelogs: Readonly<Record<string, number>>;
  readonly marks: Readonly<Record<string, OutputMarks>>;
}

/**
 * Brings a task's stores to where they were at the committed position. The transaction that moved the position wrote the changelogs, so
 * their last stable offset, read after the position, is never behind it.
 * @returns End of each changelog by store, and of the output.
 * @throws FatalError CHANGELOG_GAP when a changelog ends before the place that was committed with the position.
 */
export async function restoreTask(
  task: Task,
  partition: number,
  to: RestoreTo,
  options: RestoreOptions,
): Promise<{ readonly changelogs: Record<string, number>; readonly outputEnd: number }> {
  const { app, admin, output } = options;
  const stores = changelogStores(task.stage);
  const changelogs: Record<string, number> = {};
  await Promise.all(
    stores.map(async (store) => {
      const tp = { topic: changelogTopic(app, task.stage.name, store), partition };
      const [from, end] = await bounds(admin, tp);
      const expected = to.changelogs[store] ?? 0;
      if (end < expected)
        throw new FatalError(
          'CHANGELOG_GAP',
          `${tp.topic}/${partition} ends at ${end}, but the committed position was written with an end of ${expected}. Reset the group ${app}.${task.stage.name} on purpose to begin anew.`,
          { ...tp, end, expected },
        );
      changelogs[store] = end;
      await each(tp, from, end, options, ({ key, value }) => {
        if (key !== null) task.restore(store, key.toString(), value);
      });
    }),
  );
  let outputEnd = 0;
  const outputStores = task.outputStores();
  if (outputStores.length > 0) {
    if (output === null) throw new FatalError('INVALID_CONFIG', `${task.stage.name} has a store that comes back from its output, but forwards to no topic`);
    const tp = { topic: output.name, partition };
    const [from, end] = await bounds(admin, tp);
    outputEnd = end;
    for (const [store, journal] of outputStores) {
      const decoder = new Decoder(options.codec, output.topic, journal.reads);
      await each(tp, Math.max(from, journal.begin(to.marks[store])), end, options, async (record) => {
        if (options.isWatermark(record)) return;
        const missing = decoder.missing(record.value);
        if (missing !== undefined) await options.codec.load(missing);
        journal.replay(decoder.decode(record.value), appendedAtOf(record, true));
      });
    }
  }
  task.restored(options.wallMs);
  return { changelogs, outputEnd };
}

async function bounds(admin: Admin, tp: TopicPartition): Promise<[from: number, end: number]> {
  const [earliest, stable] = await Promise.all([admin.offsets([tp], 'earliest'), admin.offsets([tp], 'stable')]);
  return [earliest.get(tpKey(tp)) ?? 0, stable.get(tpKey(tp)) ?? 0];
}

async function each(
  tp: TopicPartition,
  from: number,
  end: number,
  { reader, signal, onProgress }: RestoreOptions,
  take: (record: RawRecord) => Promise<void> | void,
): Promise<void> {
  if (from >= end) return;
  for await (const batch of reader.read(tp, from, end, signal)) {
    for (const record of batch.records) {
      const taken = take(record);
      if (taken !== undefined) await taken;
    }
    onProgress(batch.records.length);
  }
  signal.throwIfAborted();
}
