// State that rolls back: whatever is rejected, aborted or killed, the stores hold what the committed records put there and nothing else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { RecordError } from '../core/errors.ts';
import { defineStage, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import { defineTopology, stage } from '../core/topology.ts';
import type { Fault, Operation } from './memory/faults.ts';
import { memoryBroker } from './memory/index.ts';
import type { MemoryBroker } from './memory/index.ts';
import { StageDriver } from './driver.ts';
import { finding, line, platform, SECOND, T0, take } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';
import type { TopologyDriver } from './topology-driver.ts';

const RAW = 'raw.default.test';
const PARTITIONS = 2;
const latenessOf = () => 0; // so that timers fire while records come

/** What a record asks of the stage, in order; then how it ends. Keys are single letters, so that scans have edges to get wrong. */
interface Ask {
  readonly ops: readonly (
    | { readonly do: 'put'; readonly key: string; readonly value: number }
    | { readonly do: 'delete'; readonly key: string }
    | { readonly do: 'wipe'; readonly from: string; readonly to: string }
    | { readonly do: 'scan'; readonly from: string; readonly to: string }
    | { readonly do: 'timer'; readonly key: string; readonly inSeconds: number }
  )[];
  readonly end: 'pass' | 'reject' | 'crash';
  readonly seconds: number;
}
type Held = { readonly [key: string]: { readonly value: number } };

/** Does what it is asked, tells what its scans saw, and writes a key of its own when a timer fires. */
const keep = defineStage<Event>()({
  name: 'keep',
  reads: { labels: true, time: true, sensor: true },
  stores: { things: keyValue<{ readonly value: number }>() },
  process({ value: { labels, time, sensor } }, { stores: { things }, schedule }) {
    const { ops, end } = JSON.parse(labels['ask']!) as Ask;
    const seen: string[] = [];
    for (const op of ops) {
      if (op.do === 'put') things.put(op.key, { value: (things.get(op.key)?.value ?? 0) * 2 + op.value });
      else if (op.do === 'delete') things.delete(op.key);
      else if (op.do === 'wipe') for (const [key] of things.scan(op.from, op.to)) things.delete(key);
      else if (op.do === 'scan') seen.push([...things.scan(op.from, op.to)].map(([key, { value }]) => `${key}${value}`).join());
      else schedule(op.key, op.inSeconds === 0 ? Infinity : time + op.inSeconds * SECOND);
    }
    if (end === 'reject') throw new RecordError('INVALID_EVENT', 'Asked to');
    if (end === 'crash') throw new TypeError('Asked to');
    return pass(send(topics.findings, sensor, finding(`${labels['n']} ${seen.join(' ')}`, time)));
  },
  onTimer(key, { stores: { things }, watermark }) {
    things.put(`timer-${key}`, { value: (things.get(`timer-${key}`)?.value ?? 0) + 1 });
    things.delete(key);
    return [send(topics.findings, key, finding(`timer ${key}`, Math.min(watermark(), T0 + 3600 * SECOND)))];
  },
});
const sequence = defineTopology('sequence', [
  stage(asked(), { from: topics.raw, to: [topics.parsed] }),
  stage(keep, { from: topics.parsed, to: [topics.findings] }),
]);
/** Raw lines to events, with what is asked in a label; passes nothing else on. */
function asked() {
  return {
    ...take,
    process: (record: Parameters<typeof take.process>[0], ctx: Parameters<typeof take.process>[1]) => {
      const outcome = take.process(record, ctx);
      if (!('passed' in outcome)) return outcome;
      const { ask } = JSON.parse(Buffer.from(record.value).toString()) as { ask: Ask };
      return {
        passed: outcome.passed.map((output) => ({
          ...output,
          value: { ...(output.value as Event), labels: { ...(output.value as Event).labels, ask: JSON.stringify(ask) } },
        })),
      };
    },
  };
}

const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const range = fc.tuple(fc.constantFrom('', 'a', 'b', 'bb', 'c', 'e'), fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '\uffff'));
const op: fc.Arbitrary<Ask['ops'][number]> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), key: letter, value: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key: letter }) },
  { weight: 2, arbitrary: range.map(([from, to]) => ({ do: 'scan' as const, from, to })) },
  { weight: 1, arbitrary: range.map(([from, to]) => ({ do: 'wipe' as const, from, to })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('timer' as const), key: letter, inSeconds: fc.nat(4) }) },
);
const ask: fc.Arbitrary<Ask> = fc.record({
  ops: fc.array(op, { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom('pass' as const, 'pass' as const, 'pass' as const, 'reject' as const, 'crash' as const),
  seconds: fc.nat(3),
});
type Step =
  | { readonly do: 'write'; readonly asks: readonly Ask[] }
  | { readonly do: 'fault'; readonly operation: Operation; readonly fault: Fault }
  | { readonly do: 'turns'; readonly turns: number }
  | { readonly do: 'restart' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), asks: fc.array(ask, { minLength: 1, maxLength: 8 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      operation: fc.constantFrom('send' as const, 'offsets' as const, 'commit' as const, 'abort' as const),
      fault: fc.constantFrom('request-lost' as const, 'answer-lost' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turns' as const), turns: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

/** One process at a time; `quiet` runs the second stage over the same input, apart, in one go. */
class Sequence {
  readonly broker: MemoryBroker = memoryBroker({ maxBatchRecords: 5 });
  #written = 0;
  #crashes = 0;
  #time = 0;

  async run(steps: readonly Step[]): Promise<TopologyDriver> {
    let driver = await this.#start();
    for (const one of steps) {
      if (one.do === 'write') await this.#write(one.asks);
      else if (one.do === 'fault') driver.broker.faults.inject(one.operation, one.fault);
      else if (one.do === 'turns') for (let i = 0; i < one.turns; i++) await new Promise((resolve) => setImmediate(resolve));
      else {
        driver.broker.crash();
        const starting = this.#start();
        void starting.catch(() => {});
        for (let waiting = true; waiting;) {
          this.broker.clock.advance(500); // its session ends
          waiting = await Promise.race([starting.then(() => false), new Promise<boolean>((resolve) => setImmediate(resolve, true))]);
        }
        driver = await starting;
      }
    }
    await driver.settle(50);
    return driver;
  }

  #start(): Promise<TopologyDriver> {
    const limits = { commitRecords: 6, turnRecords: 3 };
    return runOnMemory(sequence, { platform, partitions: PARTITIONS, topics: [RAW], broker: this.broker.connect(), instanceId: 'one', limits, latenessOf });
  }

  async #write(asks: readonly Ask[]): Promise<void> {
    const lines = asks.map((one) => {
      const n = this.#written++;
      this.#time += one.seconds;
      // 20 bugs within a minute stop the stage, as they should.
      const end = one.end === 'crash' && ++this.#crashes > 15 ? 'reject' : one.end;
      const bytes = JSON.parse(line({ n, host: `host-${n % 3}`, time: T0 + this.#time * SECOND }).toString()) as object;
      return { topic: RAW, key: null, value: Buffer.from(JSON.stringify({ ...bytes, ask: { ...one, end } })), partition: n % PARTITIONS };
    });
    await this.broker.producer().send(lines);
  }

  async quiet(): Promise<TopologyDriver> {
    const driver = await runOnMemory(sequence, {
      stages: ['keep'],
      latenessOf,
      platform,
      partitions: PARTITIONS,
      broker: this.broker.connect(),
      app: 'quiet',
      instanceId: 'quiet',
      topicName: (name) => (name === topics.parsed.name ? name : `quiet.${name}`),
    });
    await driver.settle(50);
    return driver;
  }
}

/** What a changelog has at its end, by partition and key: what the next owner of the task begins with. */
async function changelog(driver: TopologyDriver, name: string, isWanted = (_key: string) => true): Promise<Record<string, string>> {
  const held: Record<string, string> = {};
  for (const { partition, key, value } of await driver.raw(name)) {
    const at = `${partition} ${String(key)}`;
    if (!isWanted(String(key))) continue;
    if (value === null) delete held[at];
    else held[at] = value.toString();
  }
  return held;
}
const titles = async (driver: TopologyDriver, name: string) => (await driver.records(topics.findings, name)).map(({ value }) => value.title).sort();

/** Another way to say what `keep` does without its timers. */
function model(asks: readonly Ask[]): { readonly held: Held; readonly seen: readonly string[] } {
  let held: Held = {};
  const seen: string[] = [];
  for (const { ops, end } of asks) {
    if (end !== 'pass') continue;
    const scans: string[] = [];
    for (const one of ops) {
      const within = ([key]: readonly [string, unknown]) => 'from' in one && key >= one.from && key < one.to;
      if (one.do === 'put') held = { ...held, [one.key]: { value: (held[one.key]?.value ?? 0) * 2 + one.value } };
      if (one.do === 'delete') held = Object.fromEntries(Object.entries(held).filter(([key]) => key !== one.key));
      if (one.do === 'wipe') held = Object.fromEntries(Object.entries(held).filter((entry) => !within(entry)));
      if (one.do === 'scan')
        scans.push(
          Object.entries(held)
            .filter(within)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, { value }]) => `${key}${value}`)
            .join(),
        );
    }
    seen.push(scans.join(' '));
  }
  return { held, seen };
}

describe('state', () => {
  it('is that of the committed records, after any aborts, crashes, dead letters and restarts', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        const world = new Sequence();
        const driver = await world.run(steps);
        const quiet = await world.quiet();
        const isTimer = (key: string) => key.startsWith('t:');
        expect(await changelog(driver, 'goshawk.keep-things.changelog')).toEqual(await changelog(quiet, 'quiet.keep-things.changelog'));
        expect(await changelog(driver, 'goshawk.keep-task.changelog', isTimer)).toEqual(await changelog(quiet, 'quiet.keep-task.changelog', isTimer));
        expect(await titles(driver, topics.findings.name)).toEqual(await titles(quiet, `quiet.${topics.findings.name}`));
        await quiet.stop();
        await driver.stop();
      }),
      { numRuns: Number(process.env['GOSHAWK_TEST_RUNS'] ?? 15) },
    );
  });

  it('is what a plain model says, scans included', () => {
    const driverOf = () => new StageDriver(keep);
    const timerless = ask.map((one) => ({ ...one, ops: one.ops.filter((each) => each.do !== 'timer') }));
    fc.assert(
      fc.property(fc.array(timerless, { maxLength: 30 }), fc.array(fc.nat(30)), (asks, restarts) => {
        const driver = driverOf();
        const seen: string[] = [];
        asks.forEach((one, n) => {
          const result = driver.send({ labels: { n: String(n), ask: JSON.stringify(one) }, time: T0, sensor: 'h' } as unknown as Event);
          expect(result.outcome).toBe(one.end === 'pass' ? 'passed' : 'rejected');
          if (one.end === 'pass') seen.push((result.outputs[0]!.value as { title: string }).title.slice(String(n).length + 1));
          if (restarts.includes(n)) driver.restart();
        });
        const expected = model(asks);
        expect(seen).toEqual(expected.seen);
        expect(driver.state()['things']).toEqual(expected.held);
      }),
    );
  });

  it.each<[name: string, change: (value: { list: number[] }) => void]>([
    ['a value that was put', (value) => value.list.push(2)],
    ['a field of it', (value) => Object.assign(value, { list: [] })],
  ])('cannot be changed in place: %s', (_name, change) => {
    const careless = defineStage<Event>()({
      name: 'careless',
      reads: { sensor: true },
      stores: { things: keyValue<{ list: number[] }>() },
      process({ value: { sensor } }, { stores: { things } }) {
        const value = things.get(sensor) ?? { list: [1] };
        things.put(sensor, value);
        change(things.get(sensor)!);
        return pass();
      },
    });
    const driver = new StageDriver(careless);
    expect(driver.send({ sensor: 'h' } as Event)).toMatchObject({ outcome: 'rejected', code: 'UNEXPECTED' });
    expect(driver.state()['things']).toEqual({});
  });

  it('cannot be changed in place after a restart either', () => {
    let isChanging = false;
    const careless = defineStage<Event>()({
      name: 'careless',
      reads: { sensor: true },
      stores: { things: keyValue<{ list: number[] }>() },
      process({ value: { sensor } }, { stores: { things } }) {
        if (isChanging) things.get(sensor)!.list.push(2);
        else things.put(sensor, { list: [1] });
        return pass();
      },
    });
    const driver = new StageDriver(careless);
    driver.send({ sensor: 'h' } as Event);
    driver.restart();
    isChanging = true;
    expect(driver.send({ sensor: 'h' } as Event)).toMatchObject({ code: 'UNEXPECTED' });
  });
});
