// What a process tells of its stages.
import type { Micros } from '../core/index.ts';
import { lagOfInput } from './loader-lane.ts';
import type { LoaderGroup } from './loader.ts';
import type { LoaderLane } from './loader-lane.ts';
import type { StageInstance } from './stage-instance.ts';

export interface StageStatus {
  /** Of the stage, or of the loader. */
  readonly name: string;
  /** `joining` also between rebalances. */
  readonly state: 'joining' | 'restoring' | 'running' | 'paused' | 'failed';
  readonly pausedFor: readonly string[];
  /** While state comes back: how much of it is there, in offsets of changelogs, over the tasks of this process; null otherwise. */
  readonly restoring: { readonly done: number; readonly of: number } | null;
  /**
   * Offsets not yet read, markers included, as of the last look at the end, which is seconds ago at most. Null where it is not known: while
   * partitions change hands, before a task knows its position, and when the stage has failed.
   */
  readonly lag: number | null;
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
  readonly lag: number | null;
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

function stateOf({ state, pausedFor, isReady }: StageInstance): StageStatus['state'] {
  if (state.isFailed) return 'failed';
  if (pausedFor.length > 0) return 'paused';
  if (isReady) return 'running';
  return state.slots.size > 0 ? 'restoring' : 'joining';
}

export function statusOfStage(instance: StageInstance): StageStatus {
  const inputs = [...instance.inputs.values()];
  return {
    name: instance.plan.wire.name,
    state: stateOf(instance),
    pausedFor: instance.pausedFor,
    restoring: instance.state.restoring,
    lag: instance.lag,
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
  return {
    name: lane.loader.name,
    state: lane.isRetrying ? 'paused' : group.isReady ? 'running' : inputs.length > 0 ? 'restoring' : 'joining',
    pausedFor: lane.isRetrying ? ['database'] : [],
    restoring: null,
    lag: group.lagOf(lane),
    watermark: null,
    ...lane.totals,
    tasks: inputs.map((input) => ({
      ...input.tp,
      position: input.position,
      committed: input.durable,
      lag: lagOfInput(input),
      watermark: null,
      appendedAt: null,
    })),
  };
}
