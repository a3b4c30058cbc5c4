// One stage on one partition number, with its state. No I/O: the runtime and the driver for tests both run stages through this.
import { FatalError, RecordError, RetryableError } from '../core/errors.ts';
import { isInputClock } from '../core/index.ts';
import type { Context, DropReason, Micros, Output, Stage, StreamRecord } from '../core/index.ts';
import { isOutputJournal, journal, journalOf, KeyValueStore } from '../core/stores.ts';
import type { Change, Journal, OutputJournal } from '../core/stores.ts';
import type { ReferenceData } from './reference.ts';
import { TIMER_PREFIX, Timers } from './timers.ts';
import { UpstreamClock, Watermarks } from './watermark.ts';
import type { SourceClock, SourceState, Told, UpstreamState, WatermarksState } from './watermark.ts';

/** Where a task puts what its stage gives. All methods may throw RecordError: the record is then rejected as a whole. */
export interface Sink<R extends StreamRecord<unknown> = StreamRecord<unknown>> {
  /** How far it is filled; `rollback` takes back what came later. */
  readonly mark: () => number;
  readonly rollback: (mark: number) => void;
  readonly output: (output: Output<never>, record: R | null) => void;
  readonly passed: (record: R) => void;
  readonly dropped: (record: R, reason: DropReason) => void;
  readonly rejected: (record: R, error: RecordError) => void;
  /** Outputs of a timer. */
  readonly emitted: (count: number) => void;
}
export interface TaskOptions {
  readonly stage: Stage<unknown, object>;
  readonly reference: ReferenceData;
  /** Stages that write watermarks to the input. */
  readonly upstream: readonly string[];
  /** Where the task derives its watermark itself, because nobody upstream tells one. */
  readonly source?: SourceClock | null;
}
const MAX_TIMERS_IN_A_ROW = 10_000_000; // beyond it a timer sets itself again at a time that has passed, for ever
/** Name of the changelog that holds timers and watermarks; no store may have it. */
export const TASK_STORE = 'task';
const WATERMARK_KEY = 'watermark';
interface SavedClock {
  readonly marks: WatermarksState;
  readonly upstream: readonly UpstreamState[];
  readonly source: readonly SourceState[];
  readonly appended: Micros;
}
const UNKNOWN: SavedClock = { marks: { of: {}, active: [], overall: null }, upstream: [], source: [], appended: -Infinity };

export class Task {
  readonly stage: Stage<unknown, object>;
  readonly watermarks = new Watermarks();
  readonly upstream: UpstreamClock | null;
  readonly source: SourceClock | null;
  readonly stores: Readonly<Record<string, unknown>>;
  readonly #ctx: Context<object>;
  readonly #reference: ReferenceData;
  readonly #state: KeyValueStore<unknown>;
  readonly #timers: Timers;
  readonly #journals: readonly (readonly [store: string, journal: Journal])[];
  readonly #hasState: boolean;
  readonly #marks: number[] = [];
  /** By `appendClockOf`. Not in the state: after a restart the next record tells it, or silence. */
  readonly #reached = new Map<string, Micros>();
  #appended: Micros = -Infinity;
  #inARow = 0;

  constructor({ stage, reference, upstream, source = null }: TaskOptions) {
    this.stage = stage;
    this.#reference = reference;
    this.upstream = upstream.length > 0 ? new UpstreamClock(upstream) : null;
    this.source = source;
    this.#state = new KeyValueStore<unknown>(undefined, (key) => {
      if (key.startsWith(TIMER_PREFIX)) this.#timers.requeue(key.slice(TIMER_PREFIX.length));
    });
    this.#timers = new Timers(this.#state);
    this.stores = Object.fromEntries(Object.entries(stage.stores as Record<string, { open: () => unknown }>).map(([name, spec]) => [name, spec.open()]));
    this.#journals = [...Object.entries(this.stores).map(([name, store]) => [name, journalOf(store)] as const), [TASK_STORE, this.#state[journal]]];
    this.#hasState = this.#journals.length > 1 || stage.onTimer !== undefined;
    this.#ctx = {
      stores: this.stores,
      reference,
      watermark: (dataset) => {
        this.refresh();
        return this.watermarks.of(dataset);
      },
      schedule: (key, at, dataset) => {
        if (stage.onTimer === undefined) throw new TypeError(`${stage.name} schedules a timer but has no onTimer`);
        this.#timers.schedule(key, at, dataset);
      },
    };
  }

  /**
   * Runs one record. What it wrote and put out counts as a whole or not at all.
   * @throws FatalError; RetryableError of the sink: nothing of the record is left, run it again later
   */
  handle<R extends StreamRecord<unknown>>(record: R, sink: Sink<R>): void {
    const filled = sink.mark();
    if (this.#hasState) this.#mark();
    if (record.appendedAt > this.#appended) this.#appended = record.appendedAt;
    this.#reference.now = record.appendedAt;
    try {
      const outcome = this.stage.process(record, this.#ctx);
      if ('passed' in outcome) {
        const outputs = outcome.passed;
        for (let i = 0; i < outputs.length; i++) sink.output(outputs[i] as Output<never>, record);
        sink.passed(record);
      } else {
        for (const output of outcome.outputs) sink.output(output, record);
        sink.dropped(record, outcome.dropped);
      }
    } catch (error) {
      sink.rollback(filled);
      if (this.#hasState) this.#undo();
      if (error instanceof FatalError || error instanceof RetryableError) throw error;
      sink.rejected(
        record,
        error instanceof RecordError
          ? error
          : new RecordError('UNEXPECTED', `${this.stage.name} failed: ${error instanceof Error ? error.message : String(error)}`, {}, { cause: error }),
      );
    }
  }

  /**
   * Fires what is due, in order. Timers may set timers.
   * @returns Whether it stopped at `limit` with more to do: call it again before the next record.
   * @throws FatalError when `onTimer` throws: there is no record to set aside; RetryableError of the sink: the timer is still there
   */
  fireTimers<R extends StreamRecord<unknown>>(sink: Sink<R>, limit = Infinity): boolean {
    if (this.#timers.isEmpty) return false;
    if (this.#timers.needWatermarks) this.refresh();
    this.#reference.now = this.#appended;
    for (let fired = 0; fired < limit; fired++) {
      const filled = sink.mark();
      this.#mark();
      const key = this.#timers.take(this.#clock);
      if (key === undefined) {
        this.#inARow = 0;
        return false;
      }
      try {
        if (++this.#inARow > MAX_TIMERS_IN_A_ROW) throw new RangeError('the timer sets itself again at a time that has passed');
        const outputs = this.stage.onTimer!(key, this.#ctx);
        for (const output of outputs) sink.output(output, null);
        sink.emitted(outputs.length);
      } catch (cause) {
        sink.rollback(filled);
        this.#undo();
        if (cause instanceof FatalError || cause instanceof RetryableError) throw cause;
        throw new FatalError(
          'TIMER_FAILED',
          `${this.stage.name} failed in the timer ${key}: ${cause instanceof Error ? cause.message : String(cause)}`,
          { key },
          { cause },
        );
      }
    }
    return true;
  }

  /** What they give is still to come, so nobody may hear yet how far the task has come. */
  get hasDueTimers(): boolean {
    return !this.#timers.isEmpty && this.#timers.isDue(this.#clock);
  }

  /** Whether a timer waits for that clock, due or not. */
  waitsFor(clock: string): boolean {
    return this.#timers.waitFor(clock);
  }

  /** Nothing that was appended before `at` is still to come from the input with that clock. */
  noteAppended(clock: string, at: Micros): void {
    if (at > (this.#reached.get(clock) ?? -Infinity)) this.#reached.set(clock, at);
  }

  readonly #clock = (dataset?: string): Micros =>
    dataset !== undefined && isInputClock(dataset) ? (this.#reached.get(dataset) ?? -Infinity) : this.watermarks.of(dataset);

  #mark(): void {
    for (let i = 0; i < this.#journals.length; i++) this.#marks[i] = this.#journals[i]![1].mark();
  }

  #undo(): void {
    for (let i = 0; i < this.#journals.length; i++) this.#journals[i]![1].undo(this.#marks[i]!);
  }

  /** Append time of the latest record, for what timers put out. */
  get appendedAt(): Micros {
    return this.#appended;
  }

  /** A source's watermark moves with its records; it is worked out when somebody asks. */
  refresh(): void {
    if (this.source !== null) this.watermarks.update(this.source.told());
  }

  /** What an upstream task tells of its watermark. @returns Whether the task's own moved. */
  hear(stage: string, task: number, of: number, datasets: Told, idle: boolean): boolean {
    return this.upstream !== null && this.upstream.hear(stage, task, of, datasets, idle) && this.watermarks.update(this.upstream.told());
  }

  /** Notes the watermark in the state, for a restart. */
  keepWatermark(): void {
    const saved: SavedClock = {
      marks: this.watermarks.save(),
      upstream: this.upstream?.save() ?? [],
      source: this.source?.save() ?? [],
      appended: this.#appended === -Infinity ? 0 : this.#appended,
    };
    this.#state.put(WATERMARK_KEY, saved);
  }

  /** What is to be sent to changelogs; these writes now belong to the commit under way. */
  seal(): readonly (readonly [store: string, changes: readonly Change[]])[] {
    const all: (readonly [string, readonly Change[]])[] = [];
    for (const [store, notes] of this.#journals) {
      const changes = notes.seal();
      if (changes.length > 0) all.push([store, changes]);
    }
    return all;
  }

  settle(): void {
    for (const [, notes] of this.#journals) notes.settle();
  }

  /** Back to what has committed. */
  abort(): void {
    for (const [, notes] of this.#journals) notes.undo(0);
    this.#reached.clear(); // those records come again, and their timers before them
    this.#loadClock();
  }

  /** What takes the records of a store's changelog, in their order; `restored` when all are in. */
  restoring(store: string): Journal['restore'] {
    return this.#journals.find(([name]) => name === store)![1].restore;
  }

  restored(wallMs = 0): void {
    const saved = this.#state.get(WATERMARK_KEY) as SavedClock | undefined;
    if (saved !== undefined) this.source?.load(saved.source, wallMs);
    for (const [key] of this.#state.scan(TIMER_PREFIX, `${TIMER_PREFIX}\uffff`)) this.#timers.requeue(key.slice(TIMER_PREFIX.length));
    this.#loadClock();
  }

  /** Stores that come back from the stage's own output. */
  outputStores(): readonly (readonly [store: string, journal: OutputJournal])[] {
    return this.#journals.flatMap(([name, notes]) => (isOutputJournal(notes) ? [[name, notes] as const] : []));
  }

  /** All state, for tests. */
  entries(): Readonly<Record<string, readonly (readonly [key: string, value: unknown])[]>> {
    return Object.fromEntries(this.#journals.map(([name, notes]) => [name, [...notes.entries()].sort(([a], [b]) => (a < b ? -1 : 1))]));
  }

  #loadClock(): void {
    const saved = (this.#state.get(WATERMARK_KEY) as SavedClock | undefined) ?? UNKNOWN;
    this.watermarks.load(saved.marks);
    this.upstream?.load(saved.upstream);
    this.#appended = saved.appended;
  }
}

/** Stores of a stage that have a changelog, and the runtime's own. */
export const changelogStores = (stage: Stage<unknown, object>): readonly string[] => [
  ...Object.entries(stage.stores as Record<string, { restore: string }>)
    .filter(([, spec]) => spec.restore === 'changelog')
    .map(([name]) => name),
  TASK_STORE,
];
