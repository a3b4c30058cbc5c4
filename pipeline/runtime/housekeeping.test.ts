import { expect, it } from 'vitest';
import { defineStage, pass } from '../core/index.ts';
import type { Committer } from './commit.ts';
import { Housekeeping } from './housekeeping.ts';
import type { HousekeepingOptions } from './housekeeping.ts';
import { InstanceState } from './instance-state.ts';
import { ManualClock } from './memory/clock.ts';
import { Input, Slot } from './slot.ts';
import { Task } from './task.ts';
import { manualWall } from './topology-driver.ts';
import { SourceClock } from './watermark.ts';

const END = 5;

/** A source task with one partition that ends at 5, and what it tells while nothing comes. */
function silent(position: number) {
  const clock = new ManualClock();
  const source = new SourceClock(() => 0, 1);
  const stage = defineStage<unknown>()({ name: 'source', reads: 'bytes', stores: {}, process: () => pass() });
  const slot = new Slot(0, new Task({ stage, reference: {} as never, upstream: [], source }), clock.nowMs());
  const input = new Input({ topic: 'raw', partition: 0 }, slot);
  const state = new InstanceState();
  state.group = {} as never;
  state.slots.set(0, slot);
  state.inputs.set(input.key, input);
  slot.isReady = input.isReady = true;
  input.position = position;
  input.end = END;
  source.await(input.key);
  const told: (readonly string[])[] = [];
  const options = {
    state,
    committer: { isBusy: false, wanted: () => {} } as unknown as Committer<Input>,
    settling: { due: () => [], tell: () => told.push(Object.keys(slot.task.watermarks.told())) },
    intake: { isPaused: false },
    fireDue: () => {},
    plan: { upstream: [], told: [{}] },
    admin: { offsets: async () => new Map([[input.key, END]]) },
    clock: manualWall(clock),
    limits: { idleAfterMs: 30_000 },
    log: { debug: (fields: object) => expect(fields).toBeUndefined() },
  } as unknown as HousekeepingOptions;
  const housekeeping = new Housekeeping(options);
  housekeeping.start();
  return { clock, told };
}

it.each<[name: string, position: number, told: readonly (readonly string[])[]]>([
  ['a source that has read all there is says how far the clock of the broker has come', END, [['@append']]],
  ['a source that has records before it, and has read none yet, says nothing: others would take it for idle', 2, []],
])('%s', async (_name, position, told) => {
  const source = silent(position);
  source.clock.advance(1100);
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  expect(source.told).toEqual(told);
});
