// What a process tells of its stages.
import type { Micros } from '../core/index.ts';
import type { LoaderGroup } from './loader.ts';
import type { LoaderLane } from './loader-lane.ts';
import type { StageInstance } from './stage-instance.ts';

export interface StageStatus {
  /** Of the stage, or of the loader. */
  readonly name: string;
  /** `joining` also between rebalances. */
  readonly state: 'joining' | 'restoring' | 'running' | 'paused';
  readonly pausedFor: readonly string[];
  /** While state comes back: how much of it is there, in offsets of changelogs, over the tasks of this process; null otherwise. */
  readonly restoring: { readonly done: number; readonly of: number } | null;
  /** Offsets not yet read, markers included. */
  readonly lag: number;
  /** The least of its tasks here that know one; null when none does. */
  readonly watermark: Micros | null;
  /** Counts since this process started. */
  readonly in: number;
  readonly passed: number;
  readonly dropped: number;
  readonly rejected: number;
  readonly out: number;
  readonly tasks: readonly TaskStatus[];
}
export interface TaskStatus {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly committed: number;
  readonly lag: number;
  readonly watermark: Micros | null;
  readonly appendedAt: Micros | null;
}

export interface Running {
  /** Resolves with the first error that ends a stage; then `stop`. */
  readonly failed: Promise<Error>;
  /** All state of this process's tasks is back. */
  readonly ready: Promise<void>;
  /** Finishes the work at hand, commits it and leaves the groups. */
  readonly stop: () => Promise<void>;
  /** Nothing that was delivered waits or is under way: for tests, and for the end of a lane. */
  readonly isQuiet: () => boolean;
  readonly status: () => readonly StageStatus[];
}

const known = (watermark: Micros): Micros | null => (Number.isFinite(watermark) ? watermark : null);

export function statusOfStage(instance: StageInstance): StageStatus {
  const inputs = [...instance.inputs.values()];
  return {
    name: instance.plan.wire.name,
    state: instance.pausedFor.length > 0 ? 'paused' : instance.isReady ? 'running' : instance.state.slots.size > 0 ? 'restoring' : 'joining',
    pausedFor: instance.pausedFor,
    restoring: instance.state.restoring,
    lag: inputs.reduce((sum, { lag }) => sum + lag, 0),
    watermark: instance.watermark,
    ...instance.totals,
    tasks: inputs.map(({ tp, position, committed, lag, slot, appendedAt }) => ({
      ...tp,
      position,
      committed,
      lag,
      watermark: known(slot.task.watermarks.of()),
      appendedAt: appendedAt || null,
    })),
  };
}

export function statusOfLoader(group: LoaderGroup, lane: LoaderLane): StageStatus {
  const inputs = [...group.inputs.values()].filter((input) => input.lane === lane);
  const lagOf = ({ end, durable }: { end: number; durable: number }) => Math.max(0, end - Math.max(0, durable));
  return {
    name: lane.loader.name,
    state: lane.isRetrying ? 'paused' : group.isReady ? 'running' : inputs.length > 0 ? 'restoring' : 'joining',
    pausedFor: lane.isRetrying ? ['database'] : [],
    restoring: null,
    lag: inputs.reduce((sum, input) => sum + lagOf(input), 0),
    watermark: null,
    ...lane.totals,
    tasks: inputs.map((input) => ({ ...input.tp, position: input.position, committed: input.durable, lag: lagOf(input), watermark: null, appendedAt: null })),
  };
}
