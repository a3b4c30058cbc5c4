// What connectors and tasks are doing, folded from the records of the topic of states. Keys and values are those of Kafka Connect, with what is
// ours beside.
import type { RawRecord } from '../../pipeline/runtime/port.ts';
import type { Risk } from './retention.ts';
import type { TaskProgress } from './task.ts';

export type ConnectorStateName = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED';
export type TaskStateName = Exclude<ConnectorStateName, 'STOPPED'>;

interface Stated<State extends string> {
  readonly state: State;
  readonly worker_id: string;
  /** Of the group of workers when it was written. */
  readonly generation: number;
  /** Version of the plugin. */
  readonly version: string;
  /** Why it failed; null = it did not. No secrets. */
  readonly trace: string | null;
}
export interface ConnectorStatus extends Stated<ConnectorStateName> {
  /** Of sinks; null = not known yet. */
  readonly risk: Risk | null;
}
export interface TaskStatus extends Stated<TaskStateName> {
  /** Null = it has not run. */
  readonly progress: TaskProgress | null;
}
/** A status as it lies in the log. */
type Kept<T> = T & { readonly offset: number; readonly writtenAtMs: number };

/** A worker that has its share of the slots. */
export interface WorkerEntry {
  readonly worker_id: string;
  readonly generation: number;
  readonly slots: readonly number[];
}

export interface StatusRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}
const record = (key: string, value: unknown): StatusRecord => ({ key: Buffer.from(key), value: value === null ? null : Buffer.from(JSON.stringify(value)) });
export const connectorStatusRecord = (name: string, status: ConnectorStatus | null) => record(`status-connector-${name}`, status);
export const taskStatusRecord = (name: string, task: number, status: TaskStatus | null) => record(`status-task-${name}-${task}`, status);
export const workerRecord = (workerId: string, worker: WorkerEntry | null) => record(`worker-${workerId}`, worker);

/** A group that was away for days may count from 1 again: after this time a lower generation is no zombie's. */
const FORGET_GENERATION_MS = 600_000;
/** Long after others have told of a newer generation, so that none is forgotten which is about to. */
const FORGET_WORKER_MS = 3_600_000;
const taskKey = (name: string, task: number) => `${name}-${task}`;
const TASK_KEY = /^status-task-(.+)-(\d+)$/s;

export class StatusState {
  readonly #connectors = new Map<string, Kept<ConnectorStatus>>();
  readonly #tasks = new Map<string, Kept<TaskStatus>>();
  readonly #workers = new Map<string, WorkerEntry & { readonly writtenAtMs: number }>();
  #newestMs = 0;
  #generation = { number: 0, sinceMs: 0 };

  /** The newest generation of the group of workers that any of them told of. */
  get generation(): number {
    return this.#generation.number;
  }
  /** Null when none is known, or of another connector that had this name before `since`. */
  connector(name: string, since: number): Kept<ConnectorStatus> | null {
    return newer(this.#connectors.get(name), since);
  }
  task(name: string, task: number, since: number): Kept<TaskStatus> | null {
    return newer(this.#tasks.get(taskKey(name, task)), since);
  }
  /** Workers of the newest generation. */
  workers(): readonly WorkerEntry[] {
    return [...this.#workers.values()].filter(({ generation }) => generation === this.#generation.number);
  }
  /** Id of the worker that has a slot; null = nobody has it now, as far as is known. */
  ownerOf(slot: number): string | null {
    return this.workers().find(({ slots }) => slots.includes(slot))?.worker_id ?? null;
  }
  /** Keys that speak of connectors, tasks or, for an hour, workers that are not there any more: to be forgotten. */
  orphans(isKnown: (name: string, task: number | null) => boolean): readonly StatusRecord[] {
    const connectors = [...this.#connectors.keys()].filter((name) => !isKnown(name, null));
    const tasks = [...this.#tasks.keys()].map((key) => TASK_KEY.exec(`status-task-${key}`)!).filter(([, name = '', task]) => !isKnown(name, Number(task)));
    const workers = [...this.#workers.values()].filter(
      ({ generation, writtenAtMs }) => generation !== this.#generation.number && this.#newestMs - writtenAtMs > FORGET_WORKER_MS,
    );
    return [
      ...workers.map(({ worker_id: id }) => workerRecord(id, null)),
      ...connectors.map((name) => connectorStatusRecord(name, null)),
      ...tasks.map(([, name = '', task]) => taskStatusRecord(name, Number(task), null)),
    ];
  }

  /** @returns false when the record cannot be read: it is passed over. */
  take({ key, value, offset, timestampMs }: Pick<RawRecord, 'key' | 'value' | 'offset' | 'timestampMs'>): boolean {
    const text = key?.toString() ?? '';
    this.#newestMs = Math.max(this.#newestMs, timestampMs);
    try {
      const content: unknown = value === null ? null : JSON.parse(value.toString());
      if (text.startsWith('worker-')) this.#takeWorker(text.slice('worker-'.length), content as WorkerEntry | null, timestampMs);
      else if (text.startsWith('status-connector-'))
        this.#keep(this.#connectors, text.slice('status-connector-'.length), content as ConnectorStatus, offset, timestampMs);
      else {
        const [, name, task] = TASK_KEY.exec(text) ?? [];
        if (name === undefined) return false;
        this.#keep(this.#tasks, taskKey(name, Number(task)), content as TaskStatus, offset, timestampMs);
      }
      return true;
    } catch {
      return false;
    }
  }

  #takeWorker(id: string, worker: WorkerEntry | null, atMs: number): void {
    if (worker === null) {
      this.#workers.delete(id);
      return;
    }
    if (this.#isStale(worker.generation, atMs)) return;
    if (worker.generation !== this.#generation.number) this.#generation = { number: worker.generation, sinceMs: atMs };
    this.#workers.set(id, { ...worker, writtenAtMs: atMs });
  }

  /** What a worker says that has lost its place, and does not know, counts for nothing. */
  #keep<T extends Stated<string>>(into: Map<string, Kept<T>>, key: string, status: T | null, offset: number, atMs: number): void {
    if (status === null) into.delete(key);
    else {
      const before = into.get(key);
      const isLate = before !== undefined && status.generation < before.generation && atMs - before.writtenAtMs < FORGET_GENERATION_MS;
      if (!isLate) into.set(key, { ...status, offset, writtenAtMs: atMs });
    }
  }
  #isStale(generation: number, atMs: number): boolean {
    return generation < this.#generation.number && atMs - this.#generation.sinceMs < FORGET_GENERATION_MS;
  }
}

const newer = <T extends { readonly offset: number }>(kept: T | undefined, since: number): T | null =>
  kept === undefined || kept.offset < since ? null : kept;
