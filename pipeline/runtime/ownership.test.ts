// Partitions change hands between processes: who reads state anew, and what is left of uncommitted work.
import { describe, expect, it } from 'vitest';
import { FencedError } from '../core/errors.ts';
import { memoryBroker } from './memory/index.ts';
import type { MemoryBroker } from './memory/index.ts';
import type { ConsumeHandlers, ConsumeOptions, ConsumerOptions, GroupConsumer, GroupMetadata, TopicPartition } from './port.ts';
import { complaints, counting } from './test/counting.ts';
import type { Counted } from './test/counting.ts';
import { platform } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';
import type { OnMemoryOptions, TopologyDriver } from './topology-driver.ts';

const TASKS = 6;
const { topology, from, to } = counting('owned');

class World {
  readonly cluster: MemoryBroker = memoryBroker();
  readonly written: { key: string; text: string }[] = [];
  readonly running = new Map<string, TopologyDriver>();

  async start(name: string, options: Partial<OnMemoryOptions> = {}): Promise<TopologyDriver> {
    const driver = await runOnMemory(topology, { platform, partitions: TASKS, broker: this.cluster.connect(), instanceId: name, ...options });
    this.running.set(name, driver);
    return driver;
  }

  async stop(name: string): Promise<void> {
    await this.running.get(name)!.stop();
    this.running.delete(name);
  }

  /** A record for each task. */
  async write(): Promise<void> {
    const round = this.written.length / TASKS;
    const records = Array.from({ length: TASKS }, (_, partition) => ({ key: `key-${partition}`, text: `round ${round}`, partition }));
    this.written.push(...records);
    await this.cluster
      .producer()
      .send(records.map(({ key, text, partition }) => ({ topic: from.name, partition, key: Buffer.from(key), value: Buffer.from(text) })));
  }

  async settle(tickMs = 0): Promise<void> {
    for (const driver of this.running.values()) await driver.settle(tickMs);
  }

  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
  }

  /** How often each process read the state of a task from the changelog. */
  async restores(...names: string[]): Promise<number[]> {
    return Promise.all(names.map(async (name) => valueOf(this.running.get(name)!, 'stage_restores_total')));
  }

  async complaints(): Promise<string[]> {
    const any = [...this.running.values()][0]!;
    return complaints(
      this.written,
      (await any.raw(to.name)).map(({ value }) => JSON.parse(value!.toString()) as Counted),
    );
  }
}
const valueOf = async (driver: TopologyDriver, name: string): Promise<number> => {
  const metric = (await driver.registry.getMetricsAsJSON()).find((each) => each.name === name) as { values: { value: number }[] } | undefined;
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
};

describe('tasks', () => {
  it('keep their state in members that keep them; a new member reads that of the tasks it gets', async () => {
    const world = new World();
    const steps: [what: () => Promise<unknown>, names: string[], restores: number[]][] = [
      [() => world.start('a'), ['a'], [6]],
      [() => world.start('b'), ['a', 'b'], [6, 3]],
      [() => world.start('c'), ['a', 'b', 'c'], [6, 3, 2]],
      [() => world.stop('b'), ['a', 'c'], [7, 3]],
      [() => world.start('b'), ['a', 'b', 'c'], [7, 2, 3]],
      [() => world.stop('a'), ['b', 'c'], [3, 4]],
    ];
    for (const [what, names, restores] of steps) {
      await what();
      await world.write();
      await world.settle();
      expect(await world.restores(...names)).toEqual(restores);
      expect(await world.complaints()).toEqual([]);
    }
    await world.stop('b');
    await world.stop('c');
  });

  it.each(['commit', 'send', 'offsets'] as const)('roll back when the last commit before a rebalance fails (%s), and keep the rest', async (operation) => {
    const world = new World();
    const a = await world.start('a', { commitEveryMs: 60_000 });
    await world.write();
    await world.settle();
    await world.write();
    await world.turns(50); // read, processed, and waiting for its commit
    expect(a.running.isQuiet()).toBe(false);
    a.broker.faults.inject(operation, 'request-lost');
    await world.start('b');
    await world.settle(500);
    expect(await valueOf(a, 'stage_commits_total')).toBeGreaterThan(2); // one of them aborted
    expect(await world.restores('a', 'b')).toEqual([6, 3]);
    expect(await world.complaints()).toEqual([]);
    await world.stop('a');
    await world.stop('b');
  });

  it.each([
    ['do not wait for the transaction that a killed member left open', 'commit', false],
    ['do not wait for one that holds no position yet', 'offsets', false],
    ['wait for it where it cannot be taken over, and do not end for that', 'commit', true],
  ] as const)('%s', async (_name, before, isRefused) => {
    const world = new World();
    await world.start('a');
    const b = await world.start('b');
    await world.write();
    await world.settle();
    const killed = world.running.get('a')!;
    killed.broker.faults.hold(before);
    await world.write();
    await world.turns(50);
    killed.broker.crash();
    world.running.delete('a');
    const killedMs = b.clock.nowMs();
    const { txnProducer } = b.broker;
    if (isRefused)
      Object.assign(b.broker, {
        txnProducer: (options: Parameters<typeof txnProducer>[0]) =>
          Object.assign(txnProducer.call(b.broker, options), { init: () => Promise.reject(new FencedError('PRODUCER_FENCED', 'as a test')) }),
      });
    b.clock.advance(6_001);
    await world.settle(50);
    while ((await world.complaints()).length > 0) await world.settle(50);
    if (isRefused) expect(b.clock.nowMs() - killedMs).toBeGreaterThan(59_000);
    else expect(b.clock.nowMs() - killedMs).toBeLessThan(30_000); // the transaction would have lasted 60 s
    await world.stop('b');
  });

  it.each([
    ['stay in memory in the next generation', 1, 6],
    ['come back from the changelog when a generation was missed, since another member may have had them', 2, 12],
  ])('%s', async (_name, generations, restores) => {
    const world = new World();
    const broker = world.cluster.connect();
    let handlers!: ConsumeHandlers;
    let group!: GroupMetadata;
    let all: readonly TopicPartition[] = [];
    const { consumer } = broker;
    Object.assign(broker, {
      consumer: (options: ConsumerOptions) => {
        const made: GroupConsumer = consumer.call(broker, options);
        const run = made.run.bind(made);
        return Object.assign(made, {
          run: (how: ConsumeOptions, given: ConsumeHandlers) => {
            handlers = given;
            const assigned: ConsumeHandlers['assigned'] = (owned, joined) => {
              all = owned;
              group = joined;
              return given.assigned(owned, joined);
            };
            return run(how, { ...given, assigned });
          },
        });
      },
    });
    const a = await world.start('a', { broker, limits: { ledgerIdleMs: 0 } });
    await world.write();
    await world.settle();
    await handlers.revoked(all);
    const positions = await handlers.assigned(all, { ...group, generationId: group.generationId + generations });
    expect(positions?.size).toBe(generations === 1 ? TASKS : 0);
    await world.turns(50);
    expect(await valueOf(a, 'stage_restores_total')).toBe(restores);
    await world.stop('a');
  });
});
