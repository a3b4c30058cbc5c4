// How far event time has come in a task. A source derives it from its records; behind a repartition it is the least of what upstream tasks tell.
import { APPEND_CLOCK } from '../core/index.ts';
import type { Micros } from '../core/index.ts';
import { isSelected } from '../core/lateness.ts';

/** Watermarks as they are told downstream: only datasets that hold somebody back. */
export type Told = Readonly<Record<string, Micros>>;
interface Entry {
  max: Micros;
  wallMs: number;
}

/** In place of a dataset, where a lane has come to its end. */
const END_CLOCK = '@end';
/** Infinity on the wire. */
export const END_OF_TIME: Micros = 9e15; // in the year 2255, the last that the codec writes

/** Never goes back, per dataset and overall. */
export class Watermarks {
  readonly #byDataset = new Map<string, Micros>();
  #active = new Set<string>();
  #overall: Micros = -Infinity;
  #ofSilent: Micros = -Infinity;
  readonly #selected = new Map<string, Micros>(); // of selections, until something moves

  /**
   * @param dataset Absent = of all datasets, the least. One that is idle, or was never seen, waits for nothing and so not for slower ones: it
   *   follows the furthest of the others, as far as append time has come, since event time may be stamped ahead. A selection (`windows.*`,
   *   several with commas between) has the least of those in it that are not idle.
   */
  of(dataset?: string): Micros {
    if (dataset === undefined || dataset === '*') return this.#overall;
    if (dataset.endsWith('*') || dataset.includes(',')) return this.#ofSelection(dataset);
    const own = this.#byDataset.get(dataset) ?? -Infinity;
    return dataset === APPEND_CLOCK || this.#active.has(dataset) ? own : Math.max(own, this.#ofSilent);
  }

  #ofSelection(selection: string): Micros {
    let least = this.#selected.get(selection);
    if (least !== undefined) return least;
    least = Infinity;
    for (const dataset of this.#active) if (dataset !== APPEND_CLOCK && isSelected(selection, dataset)) least = Math.min(least, this.#byDataset.get(dataset)!);
    least = least === Infinity ? this.#ofSilent : Math.max(least, this.#overall);
    this.#selected.set(selection, least);
    return least;
  }

  /** @param told Undefined while somebody who must be heard was not. @returns Whether anything moved. */
  update(told: Told | undefined): boolean {
    if (told === undefined) return false;
    let isMoved = false;
    let [least, most] = [Infinity, -Infinity];
    this.#selected.clear();
    this.#active = new Set();
    for (const [dataset, at] of Object.entries(told)) {
      this.#active.add(dataset);
      if (at > (this.#byDataset.get(dataset) ?? -Infinity)) {
        this.#byDataset.set(dataset, at);
        isMoved = true;
      }
      if (dataset === APPEND_CLOCK) continue;
      const now = this.#byDataset.get(dataset)!;
      if (now < least) least = now;
      if (now > most) most = now;
    }
    if (least !== Infinity && least > this.#overall) {
      this.#overall = least;
      isMoved = true;
    }
    const silent = Math.max(this.#overall, Math.min(most, this.#byDataset.get(APPEND_CLOCK) ?? -Infinity));
    if (silent > this.#ofSilent) {
      this.#ofSilent = silent;
      isMoved = true;
    }
    return isMoved;
  }

  /** What is told downstream. */
  told(): Told {
    return Object.fromEntries([...this.#active].sort().map((dataset) => [dataset, this.#byDataset.get(dataset)!]));
  }

  save(): WatermarksState {
    const known = (at: Micros) => (at === -Infinity ? null : at);
    return { of: Object.fromEntries(this.#byDataset), active: [...this.#active], overall: known(this.#overall), silent: known(this.#ofSilent) };
  }

  load({ of, active, overall, silent }: WatermarksState): void {
    this.#byDataset.clear();
    this.#selected.clear();
    for (const [dataset, at] of Object.entries(of)) this.#byDataset.set(dataset, at);
    this.#active = new Set(active);
    this.#overall = overall ?? -Infinity;
    this.#ofSilent = Math.max(this.#overall, silent ?? -Infinity);
  }
}
export interface WatermarksState {
  readonly of: Told;
  readonly active: readonly string[];
  readonly overall: Micros | null;
  /** Of datasets that are idle; absent in older states. */
  readonly silent?: Micros | null;
}

/** From records: the highest event time per input partition and dataset, less the lateness that the dataset is allowed. */
export class SourceClock {
  readonly #latenessOf: (dataset: string) => Micros;
  readonly #maxFuture: Micros;
  readonly #inputs = new Map<string, Map<string, Entry>>();
  readonly #awaited = new Set<string>();
  readonly #reached = new Map<string, Micros>(); // by input: the highest watermark it had; a dataset that comes later may begin before it
  #isEnded = false;
  #last: { readonly input: string; readonly dataset: string; readonly entry: Entry } | undefined;

  /** @param maxFuture An event stamped further ahead of its append time moves nothing: time cannot be pushed. */
  constructor(latenessOf: (dataset: string) => Micros, maxFuture: Micros) {
    this.#latenessOf = latenessOf;
    this.#maxFuture = maxFuture;
  }

  /** The input has records to read and nothing is known of it: no watermark before the first of them. */
  await(input: string): void {
    if (!this.#inputs.has(input)) this.#awaited.add(input);
  }

  /** All of it has been read. */
  arrived(input: string): void {
    if (this.#awaited.size > 0) this.#awaited.delete(input);
  }

  observe(input: string, dataset: string, time: Micros, appendedAt: Micros, wallMs: number): void {
    if (time > appendedAt + this.#maxFuture) return;
    this.#note(input, dataset, time, wallMs);
  }

  /**
   * The watermark of the input over all its datasets, if `time` is before it: nobody may have waited for this event. It follows from the
   * order of records in the input alone. Asked before the event itself is observed.
   */
  behind(input: string, dataset: string, time: Micros): Micros | undefined {
    const entry = this.#inputs.get(input)?.get(dataset);
    const isAhead = entry !== undefined && time >= entry.max - this.#latenessOf(dataset);
    const reached = isAhead ? (this.#reached.get(input) ?? -Infinity) : this.#reach(input); // the least is at most that of its own dataset
    return time < reached ? reached : undefined;
  }

  #reach(input: string): Micros {
    let least = Infinity;
    for (const [dataset, { max }] of this.#inputs.get(input) ?? []) if (dataset !== APPEND_CLOCK) least = Math.min(least, max - this.#latenessOf(dataset));
    const reached = Math.max(this.#reached.get(input) ?? -Infinity, least === Infinity ? -Infinity : least);
    if (reached > -Infinity) this.#reached.set(input, reached);
    return reached;
  }

  /** The append clock of an input: nothing that was appended before `appendedAt` is still to come there. */
  observeAppend(input: string, appendedAt: Micros, wallMs: number): void {
    if (this.#awaited.size > 0) this.#awaited.delete(input);
    this.#note(input, APPEND_CLOCK, appendedAt, wallMs);
  }

  #note(input: string, dataset: string, time: Micros, wallMs: number): void {
    let entry = this.#last?.input === input && this.#last.dataset === dataset ? this.#last.entry : undefined;
    if (entry === undefined) {
      let datasets = this.#inputs.get(input);
      if (datasets === undefined) this.#inputs.set(input, (datasets = new Map()));
      entry = datasets.get(dataset);
      if (entry === undefined) {
        if (dataset !== APPEND_CLOCK) this.#reach(input);
        datasets.set(dataset, (entry = { max: -Infinity, wallMs }));
      }
      this.#last = { input, dataset, entry };
    }
    if (time > entry.max) entry.max = time;
    entry.wallMs = wallMs;
  }

  /** Forgets what has been silent since `sinceWallMs` in an input that was read to its end: it holds nobody back until it speaks again. */
  forgetSilent(input: string, sinceWallMs: number): void {
    const datasets = this.#inputs.get(input) ?? new Map<string, Entry>();
    for (const [dataset, { wallMs }] of datasets) if (wallMs < sinceWallMs && dataset !== APPEND_CLOCK) datasets.delete(dataset);
    this.#last = undefined;
  }

  /** Everything has been read: nothing of any time is still to come. */
  end(): void {
    this.#isEnded = true;
  }

  /** An input that the task no longer reads. */
  forgetInput(input: string): void {
    this.#inputs.delete(input);
    this.#reached.delete(input);
    this.#awaited.delete(input);
    this.#last = undefined;
  }

  save(): readonly SourceState[] {
    const entries = [...this.#inputs].flatMap(([input, datasets]) => [...datasets].map(([dataset, { max }]) => [input, dataset, max] as const));
    return [...entries, ...[...this.#reached].map(([input, reached]) => [input, REACHED, reached] as const)];
  }

  load(state: readonly SourceState[], wallMs: number): void {
    for (const [input, dataset, max] of state) if (dataset !== REACHED) this.#note(input, dataset, max, wallMs);
    for (const [input, dataset, max] of state) if (dataset === REACHED) this.#reached.set(input, max);
  }

  /** Undefined while an input is awaited. */
  told(): Told | undefined {
    if (this.#isEnded) return { [END_CLOCK]: END_OF_TIME, [APPEND_CLOCK]: END_OF_TIME };
    if (this.#awaited.size > 0) return undefined;
    const least: Record<string, Micros> = {};
    for (const datasets of this.#inputs.values()) {
      for (const [dataset, { max }] of datasets) {
        const at = dataset === APPEND_CLOCK ? max : max - this.#latenessOf(dataset);
        least[dataset] = Math.min(least[dataset] ?? Infinity, at);
      }
    }
    return least;
  }
}

const REACHED = '@reached'; // in place of a dataset, in the state
export type SourceState = readonly [input: string, dataset: string, max: Micros];

/** From what upstream tasks tell. Nothing is known before each of them was heard once. */
export class UpstreamClock {
  readonly #stages: ReadonlySet<string>;
  readonly #heard = new Map<string, { readonly stage: string; readonly task: number; readonly of: number; readonly datasets: Told; readonly idle: boolean }>(); // by stage/task

  constructor(stages: Iterable<string>) {
    this.#stages = new Set(stages);
  }

  /** @returns Whether it comes from a stage that this one listens to. */
  hear(stage: string, task: number, of: number, datasets: Told, idle: boolean): boolean {
    if (!this.#stages.has(stage)) return false;
    for (const [key, other] of this.#heard) {
      if (other.stage === stage && other.task !== task && (of === 1 || other.task >= of)) this.#heard.delete(key); // there were more of them once
    }
    this.#heard.set(`${stage}/${task}`, { stage, task, of, datasets, idle });
    return true;
  }

  told(): Told | undefined {
    const least: Record<string, Micros> = {};
    const tasks = new Map<string, number>();
    const expected = new Map<string, number>();
    for (const { stage, of, datasets, idle } of this.#heard.values()) {
      tasks.set(stage, (tasks.get(stage) ?? 0) + 1);
      expected.set(stage, of);
      if (idle && Object.keys(datasets).length === 0) continue;
      for (const [dataset, at] of Object.entries(datasets)) least[dataset] = Math.min(least[dataset] ?? Infinity, at);
    }
    for (const stage of this.#stages) if ((tasks.get(stage) ?? 0) < (expected.get(stage) ?? 1)) return undefined;
    return least;
  }

  save(): readonly UpstreamState[] {
    return [...this.#heard].map(([key, { of, datasets, idle }]) => [key, of, datasets, idle] as const);
  }

  load(state: readonly UpstreamState[]): void {
    this.#heard.clear();
    for (const [key, of, datasets, idle] of state) {
      const slash = key.lastIndexOf('/');
      const stage = key.slice(0, slash);
      if (this.#stages.has(stage)) this.#heard.set(key, { stage, task: Number(key.slice(slash + 1)), of, datasets, idle });
    }
  }
}
export type UpstreamState = readonly [key: string, of: number, datasets: Told, idle: boolean];
