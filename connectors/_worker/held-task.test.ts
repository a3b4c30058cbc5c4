import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeldTask } from './held-task.ts';
import type { Wanted } from './held-task.ts';
import { NO_PROGRESS } from './task.ts';
import type { RunningTask, TaskSpec } from './task.ts';

/** Some turns of the microtask queue, so that calls meet the work at any point of it. */
const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await Promise.resolve();
};
const wanted = (run: number, isPaused: boolean, restarts = 0): Wanted => ({ run: String(run), restarts, spec: { task: 0, isPaused } as unknown as TaskSpec });

interface Started {
  readonly run: string;
  state: 'running' | 'paused' | 'stopped';
  readonly fail: (error: Error) => void;
}

function world(slow: number) {
  const started: Started[] = [];
  let run = '';
  const start = async (spec: TaskSpec): Promise<RunningTask> => {
    const mine = run;
    await turns(slow);
    const { promise, resolve } = Promise.withResolvers<Error>();
    const task: Started = { run: mine, state: spec.isPaused ? 'paused' : 'running', fail: resolve };
    started.push(task);
    const become = async (state: Started['state']) => {
      await turns(slow);
      task.state = state;
    };
    return { pause: () => become('paused'), resume: () => become('running'), stop: () => become('stopped'), failed: promise, progress: () => NO_PROGRESS };
  };
  return { started, start, note: (next: Wanted) => (run = next.run) };
}

it('ends where it is wanted, whenever that changes', async () => {
  const step = fc.record({ run: fc.nat(2), isPaused: fc.boolean(), turns: fc.nat(12) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(3), async (steps, slow) => {
      const { started, start } = world(slow);
      const [first, ...rest] = steps;
      const held = new HeldTask(wanted(first!.run, first!.isPaused), start, () => {});
      for (const { run, isPaused, turns: count } of rest) {
        await turns(count);
        held.want(wanted(run, isPaused));
      }
      await turns(400);
      const last = steps.at(-1)!;
      expect(started.filter(({ state }) => state !== 'stopped').map(({ state }) => state)).toEqual([last.isPaused ? 'paused' : 'running']);
      expect(held.status.state).toBe(last.isPaused ? 'PAUSED' : 'RUNNING');
      await held.stop();
      expect(started.every(({ state }) => state === 'stopped')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('tells of a failure once, and not of one that nobody waits for any more', async () => {
  const { started, start } = world(0);
  const told: string[] = [];
  const held: HeldTask = new HeldTask(wanted(0, false), start, () => told.push(held.status.state));
  await turns(50);
  started[0]!.fail(new Error('The index is gone.'));
  await turns(50);
  expect([told, held.status.trace?.split('\n')[0]]).toEqual([['RUNNING', 'FAILED'], 'Error: The index is gone.']);
  held.want(wanted(1, false, 1));
  await turns(50);
  await held.stop();
  started[1]!.fail(new Error('late'));
  await turns(50);
  expect(told).toEqual(['RUNNING', 'FAILED', 'RESTARTING', 'RUNNING']);
});
