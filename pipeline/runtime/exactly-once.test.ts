// Faults, crashes and second processes at random: what comes out is what one quiet run would give, and the ledger adds up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { Fault, Operation } from './memory/faults.ts';
import { memoryBroker } from './memory/index.ts';
import type { MemoryBroker } from './memory/index.ts';
import { example, line, platform } from './test/example.ts';
import type { Line } from './test/example.ts';
import { positionsFirst } from './test/positions-first.ts';
import { runOnMemory } from './topology-driver.ts';
import type { OnMemoryOptions, TopologyDriver } from './topology-driver.ts';

const RAW = 'raw.default.test';
const PARTITIONS = 2;
const HOSTS = ['a', 'b', 'c'];

type Step =
  | { readonly do: 'write'; readonly count: number; readonly acts: readonly (Line['act'] | undefined)[] }
  | { readonly do: 'fault'; readonly operation: Operation; readonly fault: Fault; readonly process: number }
  | { readonly do: 'turns'; readonly turns: number }
  | { readonly do: 'crash' | 'restart' | 'join' | 'leave'; readonly process: number }
  | { readonly do: 'advance'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      count: fc.integer({ min: 1, max: 12 }),
      acts: fc.array(
        fc.constantFrom(undefined, undefined, 'reject' as const, 'crash' as const, 'skip' as const, 'check-reject' as const, 'sum-reject' as const),
        { maxLength: 12 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      operation: fc.constantFrom('send' as const, 'offsets' as const, 'commit' as const, 'abort' as const, 'init' as const),
      fault: fc.constantFrom('request-lost' as const, 'answer-lost' as const, 'coordinator-moved' as const),
      process: fc.integer({ min: 0, max: 1 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turns' as const), turns: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('crash' as const, 'restart' as const, 'join' as const, 'leave' as const),
      process: fc.integer({ min: 0, max: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 50, max: 3000 }) }) },
);

/** Up to two processes on one cluster, and what was written. */
class World {
  readonly cluster: MemoryBroker = memoryBroker({ maxBatchRecords: 7 });
  readonly written: Line[] = [];
  readonly #options: Partial<OnMemoryOptions>;
  readonly #changed: (client: MemoryBroker) => MemoryBroker;
  #crashes = 0;
  readonly #processes: (TopologyDriver | undefined)[] = [undefined, undefined];

  /** @param changed What processes are given for a broker. */
  constructor(options: Partial<OnMemoryOptions>, changed: (client: MemoryBroker) => MemoryBroker = (client) => client) {
    this.#options = options;
    this.#changed = changed;
  }

  async open(process: number): Promise<void> {
    if (this.#processes[process] !== undefined) return;
    const starting = runOnMemory(example, {
      platform,
      partitions: PARTITIONS,
      topics: [RAW],
      broker: this.#changed(this.cluster.connect()),
      instanceId: `process-${process}`,
      limits: { commitRecords: 9, turnRecords: 3 },
      ...this.#options,
    });
    this.#processes[process] = await this.#ticking(starting); // a group waits for members that died
  }

  /** Time goes on until it is done. */
  async #ticking<T>(work: Promise<T>): Promise<T> {
    const done = work.then(
      () => true,
      () => true,
    );
    for (let waits = 0; waits < 3000; waits++) {
      if (await Promise.race([done, this.turns(10, 100).then(() => false)])) return work;
    }
    throw new Error('Does not end');
  }

  async turns(count: number, tickMs = 0): Promise<void> {
    for (let i = 0; i < count; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    if (tickMs > 0) this.cluster.clock.advance(tickMs);
  }

  async close(process: number): Promise<void> {
    const running = this.#processes[process];
    this.#processes[process] = undefined;
    if (running === undefined) return;
    await this.#ticking(running.stop());
  }

  crash(process: number): void {
    this.#processes[process]?.broker.crash();
    this.#processes[process] = undefined;
  }

  any(process: number): TopologyDriver | undefined {
    return this.#processes[process] ?? this.#processes[1 - process];
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.open(0);
    for (const one of steps) {
      switch (one.do) {
        case 'write':
          await this.write(one.count, one.acts);
          break;
        case 'fault':
          this.#processes[one.process]?.broker.faults.inject(one.operation, one.fault);
          break;
        case 'turns':
          await this.turns(one.turns);
          break;
        case 'crash':
          this.crash(one.process);
          break;
        case 'restart':
          this.crash(one.process);
          await this.open(one.process);
          break;
        case 'join':
          await this.open(one.process);
          break;
        case 'leave':
          await this.close(one.process);
          break;
        case 'advance':
          await this.turns(1, one.ms);
          break;
      }
    }
    await this.open(0);
    await this.settle();
  }

  async write(count: number, acts: readonly Line['act'][]): Promise<void> {
    const lines = Array.from({ length: count }, (_, i): Line => {
      const n = this.written.length + i;
      const act = acts[i] === 'crash' && ++this.#crashes > 15 ? 'reject' : acts[i]; // 20 within a minute stop the stage, as they should
      return { n, host: HOSTS[n % HOSTS.length]!, ...(act === undefined ? {} : { act }) };
    });
    this.written.push(...lines);
    await this.cluster.producer().send(lines.map((fields) => ({ topic: RAW, partition: fields.n % PARTITIONS, key: null, value: line(fields) })));
  }

  /** Both processes together have everything. */
  async settle(): Promise<void> {
    for (let quiet = 0, rounds = 0; quiet < 3; rounds++) {
      if (rounds > 5000) throw new Error(`Does not settle: ${JSON.stringify(this.#processes.map((one) => one?.running.status()))}`);
      await this.turns(20, 50);
      const running = this.#processes.filter((one) => one !== undefined);
      for (const one of running)
        void one.running.failed.then((error) => {
          this.failed = error;
        });
      if (this.failed !== undefined) throw this.failed;
      const lag = await this.#ticking(this.lag());
      quiet = lag === 0 && running.every(({ running: { isQuiet } }) => isQuiet()) ? quiet + 1 : 0;
    }
  }
  failed: Error | undefined;

  async lag(): Promise<number> {
    const admin = this.cluster.admin();
    let lag = 0;
    for (const [group, topic] of [
      ['take', RAW],
      ['check', topics.parsed.name],
      ['add', topics.valid.name],
      ['sum', topics.enriched.name],
    ] as const) {
      const tps = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
      const committed = await admin.committed(`goshawk.${group}`, tps);
      const reader = this.cluster.reader();
      const ends = await admin.offsets(tps, 'stable');
      for (const tp of tps) {
        const key = `${tp.topic}/${tp.partition}`;
        const [from, to] = [committed.get(key) ?? 0, ends.get(key)!];
        if (from < to) for await (const batch of reader.read(tp, from, to, new AbortController().signal)) lag += batch.records.length;
      }
      await reader.close();
    }
    return lag;
  }
}

/** What any run must give, however it went. */
async function verify(world: World): Promise<void> {
  const driver = world.any(0)!;
  const expected = (acts: readonly (Line['act'] | undefined)[]) =>
    world.written
      .filter(({ act }) => acts.includes(act))
      .map(({ n }) => n)
      .sort((a, b) => a - b);
  const findings = (await driver.records(topics.findings)).map(({ value }) => value.title.split(' ')).filter(([, word]) => word !== 'minute');
  for (const host of HOSTS) {
    const own = findings.filter(([name]) => name === host);
    expect(
      own.map(([, count]) => Number(count)),
      `counts of ${host}: state and output go together`,
    ).toEqual(own.map((_, i) => i + 1));
  }
  expect(
    findings.map(([, , n]) => Number(n)).sort((a, b) => a - b),
    'each record once',
  ).toEqual(expected([undefined]));
  const letters = (await driver.raw('dead-letters.v1')).map(({ headers }) => new Map(headers).get('__goshawk.errors.code')!.toString()).sort();
  const codes = { reject: 'INVALID_EVENT', crash: 'UNEXPECTED', 'check-reject': 'PAST_TIMESTAMP', 'sum-reject': 'INVALID_EVENT', skip: '', large: '' };
  expect(letters, 'each dead letter once').toEqual(world.written.flatMap(({ act }) => (act === undefined || act === 'skip' ? [] : [codes[act]])).sort());
  await world.close(1);
  await world.close(0);
  await world.open(0); // without the faults that nobody has met yet: one may have hit the last commit
  await world.settle();
  await world.close(0);
  verifyLedger(await driver.records(topics.ledger), await counts(driver), world.written.length);
}

async function counts(driver: TopologyDriver): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const topic of [topics.parsed, topics.valid, topics.enriched, topics.findings, topics.deadLetters])
    found.set(topic.name, (await driver.records<unknown>(topic)).length);
  return found;
}

export function verifyLedger(records: readonly { readonly value: LedgerEntry }[], written: ReadonlyMap<string, number>, read: number): void {
  const entries = records.map(({ value }) => value);
  const sum = (of: readonly { readonly count: number }[]) => of.reduce((all, { count }) => all + count, 0);
  for (const [key, own] of Map.groupBy(entries, ({ stage, topic, partition }) => `${stage} ${topic}/${partition}`)) {
    for (const entry of own) expect(entry.in, `${key} adds up`).toBe(entry.passed + sum(entry.dropped) + sum(entry.rejected));
    const sorted = [...own].sort((a, b) => a.from - b.from);
    expect(
      sorted.map(({ from }) => from),
      `${key} has no gap and no overlap`,
    ).toEqual([0, ...sorted.slice(0, -1).map(({ to }) => to)]);
  }
  const out = new Map<string, number>();
  for (const entry of entries) for (const { topic, count } of entry.out) out.set(topic, (out.get(topic) ?? 0) + count);
  expect(Object.fromEntries(out)).toEqual(Object.fromEntries([...written].filter(([, count]) => count > 0)));
  const totalIn = (stage: string) => entries.filter((entry) => entry.stage === stage).reduce((all, entry) => all + entry.in, 0);
  expect([totalIn('take'), totalIn('check'), totalIn('add'), totalIn('sum')]).toEqual([
    read,
    written.get(topics.parsed.name),
    written.get(topics.valid.name),
    written.get(topics.enriched.name),
  ]);
}

describe('exactly once', () => {
  it('holds under faults, crashes and rebalances at random', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = new World({});
        await world.run(steps);
        await verify(world);
      }),
      { numRuns: Number(process.env['GOSHAWK_TEST_RUNS'] ?? 15) },
    );
  });

  const written: Step = { do: 'write', count: 10, acts: [] };
  const outcomes: [name: string, steps: Step[]][] = [
    ['a send that the broker never saw', [{ do: 'fault', operation: 'send', fault: 'request-lost', process: 0 }, written]],
    ['a send whose answer is lost', [{ do: 'fault', operation: 'send', fault: 'answer-lost', process: 0 }, written]],
    ['a commit that the broker never saw', [{ do: 'fault', operation: 'commit', fault: 'request-lost', process: 0 }, written]],
    ['a commit whose answer is lost', [{ do: 'fault', operation: 'commit', fault: 'answer-lost', process: 0 }, written]],
    [
      'a commit whose answer is lost, and the abort and the next producer too',
      [
        { do: 'fault', operation: 'commit', fault: 'answer-lost', process: 0 },
        { do: 'fault', operation: 'init', fault: 'answer-lost', process: 0 },
        { do: 'fault', operation: 'abort', fault: 'answer-lost', process: 0 },
        written,
      ],
    ],
    [
      'kill -9 with records under way, and again',
      [written, { do: 'turns', turns: 9 }, { do: 'restart', process: 0 }, written, { do: 'turns', turns: 23 }, { do: 'restart', process: 0 }],
    ],
    [
      'a second process that takes partitions and dies',
      [written, { do: 'join', process: 1 }, written, { do: 'turns', turns: 11 }, { do: 'crash', process: 1 }, written],
    ],
  ];
  it.each(outcomes)('holds with %s', async (_name, steps) => {
    const world = new World({});
    await world.run(steps);
    await verify(world);
  });

  it.each([false, true])('with kill -9 before a send: would not hold if positions were committed first (%s)', async (isPositionsFirst) => {
    const world = new World({}, isPositionsFirst ? positionsFirst : undefined);
    await world.open(0);
    world.any(0)!.broker.faults.hold('send');
    await world.write(10, []);
    await world.turns(60);
    world.crash(0);
    await world.run([]);
    if (isPositionsFirst) await expect(verify(world)).rejects.toThrow('each record once');
    else await verify(world);
  });

  it('goes on when its own transactions time out, however often', async () => {
    const driver = await runOnMemory(example, { platform, topics: [RAW], broker: memoryBroker().connect(), limits: { transactionTimeoutMs: 10_000 } });
    const failures: Error[] = [];
    void driver.running.failed.then((error) => failures.push(error));
    for (let n = 0; n < 4; n++) {
      const release = driver.broker.faults.hold('commit');
      await driver.write(RAW, [{ key: null, value: line({ n }), partition: 0 }]);
      for (let ticks = 0; ticks < 24; ticks++) {
        for (let turns = 0; turns < 20; turns++)
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
        driver.clock.advance(500);
      }
      release();
      await driver.settle();
    }
    expect(failures).toEqual([]);
    const aborted = (await driver.registry.getMetricsAsJSON()).find(({ name }) => name === 'stage_commits_total')!.values as {
      labels: object;
      value: number;
    }[];
    expect(aborted.filter(({ labels }) => JSON.stringify(labels).includes('aborted')).reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(2);
    await driver.stop();
  });

  it('ends a process whose transactional id another one uses', async () => {
    const cluster = memoryBroker();
    const options = { platform, topics: [RAW], instanceId: 'same' };
    const first = await runOnMemory(example, { ...options, broker: cluster.connect() });
    const second = await runOnMemory(example, { ...options, broker: cluster.connect() });
    const failures: Error[] = [];
    for (const { running } of [first, second]) void running.failed.then((error) => failures.push(error));
    for (let n = 0; failures.length === 0 && n < 200; n++) {
      await first.write(RAW, [{ key: null, value: line({ n }), partition: n % 2 }]);
      for (let turns = 0; turns < 20; turns++)
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      cluster.clock.advance(100);
    }
    expect(failures[0]).toMatchObject({ code: 'PRODUCER_FENCED' });
  });
});
