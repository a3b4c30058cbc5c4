// With indexer acknowledgement, as the worker runs it: what is committed can be found, whenever what is stopped or killed.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sinkWorld } from '../_contract/sink-world.ts';
import type { SinkWorld } from '../_contract/sink-world.ts';
import type { SinkConnector } from '../_sink/index.ts';
import type { SinkTask } from '../_worker/delivery/sink-task.ts';
import splunkHec from './index.ts';
import { openHec } from './test/stand-in.ts';
import type { Hec, HecOptions } from './test/stand-in.ts';

const COUNT = 60;
const WAIT = { timeout: 15_000, interval: 10 };

describe('what is acknowledged', () => {
  const tasks: SinkTask[] = [];
  let hec: Hec;
  let world: SinkWorld;
  const started = async (options: HecOptions = {}) => {
    hec = await openHec({ hasAcks: true, ...options });
    world = await sinkWorld(splunkHec as SinkConnector, hec);
    await world.write(COUNT);
  };
  const start = (): SinkTask => {
    const task = world.start({ limits: { maxRecords: 5 } });
    tasks.push(task);
    return task;
  };
  const isTaken = (atLeast: number) => vi.waitFor(() => expect(hec.events.length).toBeGreaterThanOrEqual(atLeast), WAIT);
  const everythingIsCommitted = () => vi.waitFor(async () => expect(await world.committed()).toBe(COUNT), WAIT);
  const committedIsIndexed = async () => {
    const indexed = new Set(hec.indexed());
    expect((await world.committedIds()).filter((id) => !indexed.has(id))).toEqual([]);
  };
  afterEach(async () => {
    hec.index();
    await Promise.all(tasks.splice(0).map((task) => task.stop()));
    await world.close();
    await hec.close();
  });

  it('is committed, and nothing before', async () => {
    await started();
    hec.hold();
    const task = start();
    await isTaken(COUNT);
    expect([task.progress().owed, await world.committed()]).toEqual([COUNT, 0]);
    hec.index();
    await everythingIsCommitted();
    expect(hec.indexed().toSorted()).toEqual([...new Set(hec.indexed())].toSorted());
  });

  it('is asked of each indexer behind a balancer', async () => {
    await started({ indexers: 3 });
    start();
    await everythingIsCommitted();
    await committedIsIndexed();
    expect(new Set(hec.indexed()).size).toBe(COUNT);
  });

  it('is all that was committed when the process is killed, again and again', async () => {
    await started();
    for (let kill = 1; kill <= 3; kill += 1) {
      hec.hold();
      start();
      await isTaken(kill * 15);
      if (kill !== 2) hec.index();
      if (kill === 3) await vi.waitFor(async () => expect(await world.committed()).toBeGreaterThan(0), WAIT);
      await world.kill();
      await committedIsIndexed();
    }
    hec.index();
    start();
    await everythingIsCommitted();
    await committedIsIndexed();
    expect(new Set(hec.indexed()).size).toBe(COUNT);
  });
});
