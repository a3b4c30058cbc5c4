// Runs the tasks in the slots that this worker has, and says how they are.
import type { ConfigState, ConnectorEntry } from './config-state.ts';
import { groupOf } from './group.ts';
import { HeldTask } from './held-task.ts';
import type { Wanted } from './held-task.ts';
import type { Risk } from './retention.ts';
import type { StatusLog } from './status-log.ts';
import { connectorStatusRecord, taskStatusRecord, workerRecord } from './status-state.ts';
import type { ConnectorStatus, StatusRecord, TaskStateName, TaskStatus } from './status-state.ts';
import type { StartTask } from './task.ts';

export interface RunnerOptions {
  readonly workerId: string;
  readonly configs: ConfigState;
  readonly statuses: Pick<StatusLog, 'state' | 'put'>;
  readonly start: StartTask;
  /** Version of the plugin of a connector. @throws Error that says why it cannot run: the connector is FAILED then. */
  readonly versionOf: (connector: ConnectorEntry) => string;
  /** How near a connector is to losing records. */
  readonly riskOf: (connector: string) => Risk | null;
  /** Between reports of how far tasks have come, where that has changed. */
  readonly progressMs: number;
}

const keyOf = (name: string, task: number) => `${name}/${task}`;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #tasks = new Map<string, { readonly name: string; readonly number: number; readonly held: HeldTask }>();
  /** Said last, by key of the record: what has not changed is not said again. */
  readonly #said = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #slots: ReadonlySet<number> = new Set();
  #generation = 0;
  #isMember = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.report(), options.progressMs);
    this.#timer.unref();
  }

  /** Tasks that this worker has, by state. */
  states(): ReadonlyMap<TaskStateName, number> {
    const counts = new Map<TaskStateName, number>();
    for (const { held } of this.#tasks.values()) counts.set(held.status.state, (counts.get(held.status.state) ?? 0) + 1);
    return counts;
  }

  assigned(slots: ReadonlySet<number>, generation: number): void {
    this.#slots = slots;
    this.#generation = generation;
    this.#isMember = true;
    this.#said.clear();
    const worker = { worker_id: this.#options.workerId, generation, slots: [...slots] };
    this.#options.statuses.put([workerRecord(this.#options.workerId, worker)]);
    this.reconcile();
  }

  /** Stops everything, and says nothing: others may have it by now. */
  lost(): void {
    this.#isMember = false;
    this.#slots = new Set();
    this.#drop(() => true);
  }

  /** To be called when connectors have changed. */
  reconcile(): void {
    if (!this.#isMember) return;
    const wanted = new Map<string, { readonly name: string; readonly number: number; readonly wanted: Wanted }>();
    for (const connector of this.#options.configs.all()) {
      if (connector.target === 'STOPPED') continue;
      for (const [number, slot] of connector.slots.entries()) {
        if (this.#slots.has(slot)) wanted.set(keyOf(connector.name, number), { name: connector.name, number, wanted: wantedOf(connector, number) });
      }
    }
    this.#drop((key) => !wanted.has(key));
    for (const [key, { name, number, wanted: want }] of wanted) {
      const before = this.#tasks.get(key);
      if (before !== undefined) before.held.want(want);
      else this.#tasks.set(key, { name, number, held: new HeldTask(want, this.#options.start, () => this.report()) });
    }
    this.report();
  }

  /** Stops everything and says so, so that nobody takes it for running. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isMember = false;
    const held = [...this.#tasks.values()];
    this.#tasks.clear();
    await Promise.all(held.map((task) => task.held.stop()));
    const { workerId } = this.#options;
    this.#options.statuses.put([
      ...this.owned().map((connector) => connectorStatusRecord(connector.name, { ...this.#connectorStatus(connector), state: 'UNASSIGNED' })),
      ...held.map(({ name, number }) => taskStatusRecord(name, number, this.#taskStatus(name, 'UNASSIGNED'))),
      workerRecord(workerId, null),
    ]);
  }

  #drop(isGone: (key: string) => boolean): void {
    for (const [key, { held }] of this.#tasks) {
      if (!isGone(key)) continue;
      this.#tasks.delete(key);
      void held.stop();
    }
  }

  /** Connectors of which this worker has the first slot: it speaks for them. */
  owned(): readonly ConnectorEntry[] {
    return this.#options.configs.all().filter(({ slots }) => this.#slots.has(slots[0] ?? -1));
  }

  /** Tells what has changed. */
  report(): void {
    if (!this.#isMember) return;
    const records = [
      ...this.owned().map((connector) => connectorStatusRecord(connector.name, this.#connectorStatus(connector))),
      ...[...this.#tasks.values()].map(({ name, number, held }) => taskStatusRecord(name, number, { ...this.#taskStatus(name), ...held.status })),
      ...this.#leftovers(),
    ].filter((record) => this.#isNew(record));
    if (records.length > 0) this.#options.statuses.put(records);
  }

  /** What is said of connectors and tasks that are not there any more; one worker sees to it. */
  #leftovers(): readonly StatusRecord[] {
    if (!this.#slots.has(0)) return [];
    return this.#options.statuses.state.orphans((name, task) => {
      const connector = this.#options.configs.get(name);
      return connector !== undefined && (task === null || (connector.target !== 'STOPPED' && task < connector.slots.length));
    });
  }

  #isNew({ key, value }: StatusRecord): boolean {
    const said = value?.toString() ?? '';
    if (value !== null && this.#said.get(key.toString()) === said) return false;
    if (value === null) this.#said.delete(key.toString());
    else this.#said.set(key.toString(), said);
    return true;
  }

  #connectorStatus(connector: ConnectorEntry): ConnectorStatus {
    const common = { worker_id: this.#options.workerId, generation: this.#generation, risk: this.#options.riskOf(connector.name) };
    try {
      const version = this.#options.versionOf(connector);
      return { state: connector.target === 'STARTED' ? 'RUNNING' : connector.target, ...common, version, trace: null };
    } catch (error) {
      return { state: 'FAILED', ...common, version: '', trace: (error as Error).stack ?? String(error) };
    }
  }

  #taskStatus(name: string, state: TaskStateName = 'UNASSIGNED'): TaskStatus {
    const { worker_id, generation, version } = this.#connectorStatus(this.#options.configs.get(name) ?? UNKNOWN);
    return { state, worker_id, generation, version, trace: null, progress: null };
  }
}

const UNKNOWN = { name: '', target: 'STARTED' } as ConnectorEntry;

function wantedOf({ name, type, organization, config, slots, target, since, restarts }: ConnectorEntry, number: number): Wanted {
  const times = restarts.tasks[number] ?? 0;
  return {
    // What is the same after a change of the connector, or of its state, goes on.
    run: JSON.stringify([since, slots.length, config, times]),
    restarts: times,
    spec: { connector: name, task: number, tasks: slots.length, type, organization, group: groupOf(name), config, isPaused: target === 'PAUSED' },
  };
}
