// Completes a transaction: watermarks and changelogs before the send; counts, ledger entries and metadata when it is known where the records lie.
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { OutputMarks } from '../core/stores.ts';
import { changelogRecords } from './changelog.ts';
import type { Settlement } from './commit.ts';
import { added, assignOffsets, emptyTally, entryOf, isEmptyTally, MAX_METADATA_BYTES, toMetadata } from './ledger.ts';
import type { Tally } from './ledger.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { Part, Work } from './outbox.ts';
import { partitionFor } from './partition.ts';
import type { Appended, OutRecord, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import type { Input, Slot } from './slot.ts';
import type { StagePlan } from './stage-plan.ts';
import { changelogTopic } from './changelog.ts';
import { changelogStores } from './task.ts';
import type { WallClock } from '../core/wall-clock.ts';

export interface SettlingOptions {
  readonly plan: StagePlan;
  readonly codec: Codec;
  readonly app: string;
  readonly instanceId: string;
  readonly clock: WallClock;
  readonly limits: { readonly ledgerEveryMs: number; readonly ledgerIdleMs: number };
  readonly tasks: () => number;
  readonly metrics: RuntimeMetrics;
}
/** What holds once the work has committed. */
interface Settled {
  readonly inputs: readonly { readonly input: Input; readonly next: number; readonly tally: Tally; readonly commits: number }[];
  readonly slots: ReadonlyMap<Slot, { readonly changelogs: Readonly<Record<string, number>>; readonly outputEnd: number }>;
  readonly ends: readonly (readonly [tp: TopicPartition, end: number])[];
}

export class Settling {
  /** Every count goes to the ledger with the next commit: the instance stops, or its partitions move. */
  isFlushing = false;
  readonly #options: SettlingOptions;
  readonly #settled = new WeakMap<Work<Input>, Settled>();
  readonly #silent = new Set<Slot>();

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** The slot's watermark goes out with the next commit because nothing came. */
  tell(slot: Slot): void {
    this.#silent.add(slot);
  }

  /** Inputs whose counts are due though no commit brings them along. */
  due(inputs: Iterable<Input>): Input[] {
    const nowMs = this.#options.clock.nowMs();
    return [...inputs].filter((input) => input.isReady && !isEmptyTally(input.tally) && this.#isDue(input, input.tally, nowMs));
  }

  #isDue(input: Input, tally: Tally, nowMs: number): boolean {
    const { ledgerEveryMs, ledgerIdleMs } = this.#options.limits;
    return this.isFlushing || nowMs - tally.wallFromMs >= ledgerEveryMs || nowMs - input.lastRecordWallMs >= ledgerIdleMs;
  }

  /** Before the send. */
  complete(work: Work<Input>): void {
    const { plan, app, clock } = this.#options;
    const extra: OutRecord[] = [];
    for (const slot of new Set([...work.parts.values()].map(({ input }) => input.slot))) {
      slot.task.refresh();
      const isSilence = this.#silent.delete(slot);
      const isTelling = plan.told.length > 0 && (isSilence || slot.isTellingDue()) && !slot.task.hasDueTimers;
      if (isTelling) extra.push(...this.#watermarks(slot, isSilence, clock.nowMs()));
      if (isTelling || slot.isClockChanged) slot.task.keepWatermark();
      slot.isClockChanged = false;
      for (const [store, changes] of slot.task.seal()) extra.push(...changelogRecords(app, plan.wire.name, store, slot.number, changes));
    }
    for (const record of extra) {
      work.records.push(record);
      work.owners.push(null);
    }
  }

  #watermarks(slot: Slot, isSilence: boolean, wallMs: number): OutRecord[] {
    const { plan, codec, tasks, metrics } = this.#options;
    metrics.told.inc({ stage: plan.wire.name, reason: isSilence ? 'silence' : 'moved' });
    const { datasets, idle } = slot.tell(wallMs, isSilence);
    const key = Buffer.from(`${plan.wire.name}/${slot.number}`);
    return plan.told.flatMap(({ name, partitions, isSamePartition }) => {
      const value = codec.encode(schemas.watermark, { stage: plan.wire.name, task: slot.number, of: isSamePartition ? 1 : tasks(), datasets, idle });
      const to = isSamePartition ? [slot.number] : Array.from({ length: partitions }, (_, partition) => partition);
      return to.map((partition): OutRecord => ({ topic: name, partition, key, value }));
    });
  }

  /** Between the send and the offsets. */
  settle(work: Work<Input>, appended: readonly Appended[]): Settlement {
    const { instanceId: by } = this.#options;
    const ends = assignOffsets(work.records, work.owners, appended);
    const nowMs = this.#options.clock.nowMs();
    const slots = new Map<Slot, { changelogs: Readonly<Record<string, number>>; outputEnd: number; marks: Readonly<Record<string, OutputMarks>> }>();
    for (const {
      input: { slot },
    } of work.parts.values())
      if (!slots.has(slot)) slots.set(slot, this.#ofSlot(slot, ends));
    const inputs: { input: Input; next: number; tally: Tally; commits: number }[] = [];
    const ledger: OutRecord[] = [];
    const metadata = new Map<string, string>();
    for (const part of work.parts.values()) {
      const { input, next } = part;
      const { changelogs, marks } = slots.get(input.slot)!;
      const commits = input.commits + 1;
      const moved = this.#tallied(part, nowMs);
      let tally = moved;
      let text = '';
      const isEntryDue = !isEmptyTally(tally) && this.#isDue(input, tally, nowMs);
      if (!isEntryDue) text = toMetadata({ n: commits, tally, changelogs, marks, by });
      if (isEntryDue || (Buffer.byteLength(text) > MAX_METADATA_BYTES && !isEmptyTally(tally))) {
        ledger.push(this.#entry(input, moved, next));
        tally = emptyTally(next);
        text = toMetadata({ n: commits, tally, changelogs, marks, by });
      }
      metadata.set(input.key, text);
      inputs.push({ input, next, tally, commits });
    }
    work.metadata = metadata;
    const written = appended.map(({ tp }) => [tp, ends.get(tpKey(tp))!] as const);
    this.#settled.set(work, { inputs, slots, ends: written });
    return { ledger, metadata, offsets: new Map(inputs.map(({ input, next }) => [input.key, next])) };
  }

  #tallied({ input, counts }: Part<Input>, nowMs: number): Tally {
    return counts.in === 0 && counts.emitted === 0 ? input.tally : added(input.tally, counts, nowMs);
  }

  #ofSlot(slot: Slot, ends: ReadonlyMap<string, number>): { changelogs: Record<string, number>; outputEnd: number; marks: Record<string, OutputMarks> } {
    const { plan, app } = this.#options;
    const changelogs: Record<string, number> = { ...slot.changelogs };
    for (const store of changelogStores(plan.wire.stage)) {
      const end = ends.get(tpKey({ topic: changelogTopic(app, plan.wire.name, store), partition: slot.number }));
      if (end !== undefined) changelogs[store] = end;
    }
    const outputEnd = plan.output === null ? 0 : Math.max(slot.outputEnd, ends.get(tpKey({ topic: plan.output.name, partition: slot.number })) ?? 0);
    const outputStores = slot.task.outputStores();
    for (const [store] of outputStores) changelogs[store] = outputEnd;
    return { changelogs, outputEnd, marks: Object.fromEntries(outputStores.map(([store, journal]) => [store, journal.marks(slot.outputEnd)])) };
  }

  #entry(input: Input, tally: Tally, to: number): OutRecord {
    const { plan, app } = this.#options;
    const { watermarks } = input.slot.task;
    const watermark = watermarks.of();
    const key = Buffer.from(`${plan.wire.name}/${input.key}`);
    const entry = entryOf(tally, to, {
      app,
      stage: plan.wire.name,
      ...input.tp,
      watermark: watermark === -Infinity ? null : watermark,
      watermarks: watermarks.told(),
      throttledMs: input.throttledMs,
    });
    input.throttledMs = 0;
    return { topic: plan.ledger.name, partition: partitionFor(key, plan.ledger.partitions), key, value: plan.ledger.encode(entry, key.length) };
  }

  /** After the commit. @returns What was written where, for stages of this process that read it. */
  apply(work: Work<Input>): Settled['ends'] {
    const { inputs, slots, ends } = this.#settled.get(work)!;
    const { plan, metrics } = this.#options;
    const stage = plan.wire.name;
    for (const { input, next, tally, commits } of inputs) {
      input.committed = next;
      input.tally = tally;
      input.commits = commits;
    }
    for (const [slot, { changelogs, outputEnd }] of slots) {
      slot.changelogs = changelogs;
      slot.outputEnd = outputEnd;
      slot.task.settle();
    }
    for (const { counts } of work.parts.values()) {
      if (counts.in > 0) metrics.read.inc({ stage }, counts.in);
      if (counts.passed > 0) metrics.passed.inc({ stage }, counts.passed);
      if (counts.emitted > 0) metrics.emitted.inc({ stage }, counts.emitted);
      for (const [reason, count] of Object.entries(counts.dropped)) metrics.dropped.inc({ stage, reason }, count);
      for (const [code, count] of Object.entries(counts.rejected)) metrics.rejected.inc({ stage, code }, count);
      for (const [topic, partitions] of Object.entries(counts.out))
        metrics.written.inc(
          { stage, topic },
          Object.values(partitions).reduce((sum, [count]) => sum + count, 0),
        );
    }
    return ends;
  }
}
