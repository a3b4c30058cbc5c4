// One task that this worker has: brings what runs to what is wanted, one step after the other.
import type { RunningTask, StartTask, TaskProgress, TaskSpec } from './task.ts';
import type { TaskStateName } from './status-state.ts';

export interface Wanted {
  readonly spec: TaskSpec;
  /** Another one: what runs is stopped, and started anew. */
  readonly run: string;
  /** Of `run`: how often it was asked to start again. More than before: it says so meanwhile. */
  readonly restarts: number;
}
export interface TaskReport {
  readonly state: TaskStateName;
  readonly trace: string | null;
  readonly progress: TaskProgress | null;
}

interface Running {
  readonly run: string;
  readonly task: RunningTask;
  isPaused: boolean;
}

export class HeldTask {
  readonly #start: StartTask;
  readonly #report: () => void;
  #wanted: Wanted | null;
  #running: Running | null = null;
  /** Not started again before it is asked to. */
  #failed: { readonly run: string; readonly trace: string } | null = null;
  #state: TaskStateName = 'UNASSIGNED';
  #hasChanged = false;
  #working: Promise<void> | null = null;

  /** @param report Called when its state has changed. */
  constructor(wanted: Wanted, start: StartTask, report: () => void) {
    this.#wanted = wanted;
    this.#start = start;
    this.#report = report;
    this.#work();
  }

  get status(): TaskReport {
    return { state: this.#state, trace: this.#failed?.trace ?? null, progress: this.#running?.task.progress() ?? null };
  }

  want(wanted: Wanted): void {
    if (wanted.restarts > (this.#wanted?.restarts ?? 0)) this.#tell('RESTARTING');
    this.#wanted = wanted;
    this.#work();
  }

  /** Resolves when nothing of it runs. It says nothing more. */
  async stop(): Promise<void> {
    this.#wanted = null;
    this.#work();
    await this.#working;
  }

  #work(): void {
    this.#hasChanged = true;
    this.#working ??= this.#workOff();
  }

  /** Nothing may come between the last look and the end of it, or what is wanted by then would wait for the next call. */
  async #workOff(): Promise<void> {
    await Promise.resolve(); // whoever made it has it by then
    while (this.#hasChanged) {
      this.#hasChanged = false;
      await this.#reach();
    }
    this.#working = null;
  }

  async #reach(): Promise<void> {
    for (;;) {
      const wanted = this.#wanted;
      const running = this.#running;
      if (running !== null && running.run !== wanted?.run) {
        this.#running = null;
        await running.task.stop();
      } else if (wanted === null || this.#failed?.run === wanted.run) return;
      else if (running === null) await this.#begin(wanted);
      else if (running.isPaused !== wanted.spec.isPaused) {
        running.isPaused = wanted.spec.isPaused;
        await (running.isPaused ? running.task.pause() : running.task.resume()).catch((error: unknown) => this.#fail(running.run, error));
      } else {
        if (this.#state !== this.#goal(running)) this.#tell(this.#goal(running));
        return;
      }
    }
  }

  async #begin({ spec, run }: Wanted): Promise<void> {
    this.#failed = null;
    try {
      const task = await this.#start(spec);
      const running: Running = { run, task, isPaused: spec.isPaused };
      this.#running = running;
      void task.failed.then((error) => {
        if (this.#running === running) this.#fail(run, error);
      });
    } catch (error) {
      this.#fail(run, error);
    }
  }

  #fail(run: string, error: unknown): void {
    const { stack, message } = error instanceof Error ? error : new Error(String(error));
    this.#failed = { run, trace: stack ?? message };
    const running = this.#running;
    this.#running = null;
    void running?.task.stop(); // what it still holds
    this.#tell('FAILED');
    this.#work(); // another run may be wanted meanwhile
  }

  #goal({ isPaused }: Running): TaskStateName {
    return isPaused ? 'PAUSED' : 'RUNNING';
  }

  #tell(state: TaskStateName): void {
    this.#state = state;
    if (this.#wanted !== null) this.#report();
  }
}
