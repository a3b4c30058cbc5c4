// Drives a stage in a test, without a broker: records in, outcome out, time moved by hand. Stores, timers, reference data and the changelog are the runtime's own.
import type { RecordError } from '../core/errors.ts';
import { APPEND_CLOCK, appendClockOf, isInputClock } from '../core/index.ts';
import type { Micros, Output, Position, Stage, StreamRecord } from '../core/index.ts';
import { withFrozenStores } from './frozen-stores.ts';
import { ReferenceData } from './reference.ts';
import type { ReferenceRow } from './reference.ts';
import type { Sink } from './task.ts';
import { Task } from './task.ts';

export interface Driven {
  /** Name of the topic. */
  readonly to: string;
  readonly kind: 'forward' | 'append' | 'send';
  readonly key: string | null;
  /** The whole value that the topic gets: of a forward the input, of an append `{ event, context }`. */
  readonly value: unknown;
  /** Of a send with headers, as text. */
  readonly headers?: Readonly<Record<string, string>>;
}
export interface SendOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string | Uint8Array>>;
  /** `raw.<organization>.test` for stages that read bytes, else `input`, unless given. */
  readonly topic?: string;
  readonly partition?: number;
  /** One after the last of its partition unless given. */
  readonly offset?: number;
  /** 2026-01-01 plus 1 ms a record unless given. */
  readonly appendedAt?: Micros;
  /** Watermark of the source, for one that came behind it. */
  readonly behind?: Micros;
  /** It was a dead letter and was sent again. */
  readonly isRedriven?: boolean;
}
export interface Result {
  readonly outcome: 'passed' | 'dropped' | 'rejected';
  /** Of the error when rejected. */
  readonly code?: string;
  /** When dropped. */
  readonly reason?: string;
  readonly error?: RecordError;
  readonly outputs: readonly Driven[];
  /** Short names of the outputs joined by '+' (`valid+finding`; `passed` when there are none), or the reason of a drop, or the code. */
  readonly summary: string;
}
export interface DriverOptions {
  /** Rows by the name of their table, in effect from the beginning. */
  readonly reference?: Readonly<Record<string, readonly ReferenceRow[]>>;
  readonly organization?: string;
}
const START: Micros = Date.UTC(2026, 0, 1) * 1000;

export class StageDriver<In, S extends object = Record<never, never>> {
  readonly #stage: Stage<In, S>;
  readonly #reference = new ReferenceData();
  readonly #organization: string;
  #task: Task;
  readonly #changelog = new Map<string, Map<string, Buffer>>();
  readonly #forwarded: { readonly value: unknown; readonly appendedAt: Micros }[] = [];
  #marks = new Map<string, ReturnType<ReturnType<Task['outputStores']>[number][1]['marks']>>();
  readonly #offsets = new Map<string, number>();
  readonly #told: Record<string, Micros> = {};
  #count = 0;

  constructor(stage: Stage<In, S>, { reference = {}, organization = 'default' }: DriverOptions = {}) {
    this.#stage = withFrozenStores(stage);
    this.#organization = organization;
    for (const [table, rows] of Object.entries(reference)) this.addReference(table, rows);
    this.#task = this.#open();
  }

  /** More rows. @param writtenAt They take effect ten seconds later; absent = they always were in effect. */
  addReference(table: string, rows: readonly ReferenceRow[], writtenAt: Micros = -Infinity): void {
    for (const row of rows) this.#reference.put(table, `${row.id}|${row.validFrom ?? ''}`, row, writtenAt);
  }

  /**
   * One record, committed at once.
   * @param value Whole, as it was on the topic: the stage sees of it what its `reads` names. Text for a stage that reads bytes becomes UTF-8.
   */
  send(value: In | (In extends Uint8Array ? string : never), options: SendOptions = {}): Result {
    const isBytes = this.#stage.reads === 'bytes';
    const whole = isBytes && typeof value === 'string' ? Buffer.from(value) : value;
    const { key = null, headers = {}, partition = 0, topic = isBytes ? `raw.${this.#organization}.test` : 'input' } = options;
    const position: Position = { topic, partition, offset: options.offset ?? this.#offsets.get(`${topic}/${partition}`) ?? 0 };
    this.#offsets.set(`${topic}/${partition}`, position.offset + 1);
    const record: StreamRecord<unknown> = {
      key,
      value: isBytes ? whole : projected(whole, this.#stage.reads),
      headers: new Map(Object.entries(headers).map(([name, bytes]) => [name, typeof bytes === 'string' ? Buffer.from(bytes) : bytes])),
      position,
      appendedAt: options.appendedAt ?? START + 1000 * this.#count,
      ...(options.behind === undefined ? {} : { behind: options.behind }),
      ...(options.isRedriven === undefined ? {} : { isRedriven: options.isRedriven }),
    };
    this.#count++;
    this.#task.noteAppended(appendClockOf(position), record.appendedAt);
    const before = new Collected(null);
    this.#task.fireTimers(before);
    const sink = new Collected(whole);
    this.#task.handle(record, sink);
    const { result } = sink;
    const forwarded = result.outputs.filter(({ kind }) => kind === 'forward');
    this.#task.fireTimers(sink);
    this.#commit(forwarded.map((output) => ({ value: output.value, appendedAt: record.appendedAt })));
    return result.outputs.length === before.outputs.length + sink.outputs.length ? result : { ...result, outputs: [...before.outputs, ...sink.outputs] };
  }

  /**
   * Moves the watermark and fires what is due.
   * @param dataset The overall watermark is the least of those that were moved. Absent = of all datasets; append clocks are moved only by name.
   * @returns What the timers put out.
   */
  advance(watermark: Micros, dataset?: string): readonly Driven[] {
    if (dataset !== undefined && isInputClock(dataset)) this.#task.noteAppended(dataset, watermark);
    else this.#move(watermark, dataset);
    const sink = new Collected(null);
    this.#task.fireTimers(sink);
    this.#commit([]);
    return sink.outputs;
  }

  #move(watermark: Micros, dataset: string | undefined): void {
    const moved = dataset === undefined ? ['', ...Object.keys(this.#told).filter((name) => name !== APPEND_CLOCK)] : [dataset];
    for (const name of moved) this.#told[name] = watermark;
    this.#task.watermarks.update(this.#told);
    this.#task.keepWatermark();
  }

  /** Entries of each store, sorted by key; of `task` the timers (`t:` and their key) and the watermark. */
  state(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    return Object.fromEntries(Object.entries(this.#task.entries()).map(([store, entries]) => [store, Object.fromEntries(entries)]));
  }

  /** A new task with what the changelog and the output hold, as after a crash. */
  restart(): void {
    this.#task = this.#open();
    for (const [store, entries] of this.#changelog) for (const [key, value] of entries) this.#task.restoring(store)(key, value);
    for (const [store, journal] of this.#task.outputStores()) {
      const from = journal.begin(this.#marks.get(store));
      for (const { value, appendedAt } of this.#forwarded.slice(from)) journal.replay(projected(value, journal.reads), appendedAt);
    }
    this.#task.restored();
  }

  #open(): Task {
    return new Task({ stage: this.#stage as unknown as Stage<unknown, object>, reference: this.#reference, upstream: [] });
  }

  #commit(forwarded: readonly { value: unknown; appendedAt: Micros }[]): void {
    for (const [store, changes] of this.#task.seal()) {
      let kept = this.#changelog.get(store);
      if (kept === undefined) this.#changelog.set(store, (kept = new Map()));
      for (const [key, value] of changes) {
        if (value === null) kept.delete(key);
        else kept.set(key, value);
      }
    }
    for (const [store, journal] of this.#task.outputStores()) this.#marks.set(store, journal.marks(this.#forwarded.length));
    this.#forwarded.push(...forwarded);
    this.#task.settle();
  }
}

class Collected implements Sink {
  readonly outputs: Driven[] = [];
  result: Result = { outcome: 'passed', outputs: [], summary: 'passed' };
  readonly #input: unknown;

  constructor(input: unknown) {
    this.#input = input;
  }

  mark(): number {
    return this.outputs.length;
  }
  rollback(mark: number): void {
    this.outputs.length = mark;
  }
  output({ to, kind, key, value, headers }: Output<never>, record: StreamRecord<unknown> | null): void {
    if (kind !== 'send' && record === null) throw new TypeError('A timer has no input to forward');
    const whole = kind === 'forward' ? this.#input : kind === 'append' ? { event: this.#input, context: value } : value;
    const told = headers && { headers: Object.fromEntries(headers.map(([name, bytes]) => [name, bytes.toString()])) };
    this.outputs.push({ to: to.name, kind, key: kind === 'send' ? key! : record!.key, value: whole, ...told });
  }
  passed(): void {
    this.result = { outcome: 'passed', outputs: [...this.outputs], summary: this.outputs.map(({ to }) => shortName(to)).join('+') || 'passed' };
  }
  dropped(_record: unknown, reason: string): void {
    this.result = { outcome: 'dropped', reason, outputs: [...this.outputs], summary: reason };
  }
  rejected(_record: unknown, error: RecordError): void {
    this.result = { outcome: 'rejected', code: error.code, error, outputs: [], summary: error.code };
  }
  emitted(): void {
    /* counted by the length of `outputs` */
  }
}

/** `events.valid.v1` is `valid`, `findings.v1` is `finding`. */
function shortName(topic: string): string {
  const last = topic
    .replace(/\.v\d+$/, '')
    .split('.')
    .at(-1)!;
  return last.length < 4 ? last : last.replace(/(ch|sh|x|s)es$/, '$1').replace(/s$/, '');
}

/** The value as a decoder with this projection gives it. */
function projected(value: unknown, reads: unknown): unknown {
  if (reads === true || reads === undefined || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(reads as Record<string, unknown>).map(([name, below]) => [name, projected((value as Record<string, unknown>)[name], below)]),
  );
}
