import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FatalError } from '../../pipeline/core/errors.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { counting } from '../../pipeline/runtime/test/counting.ts';
import type { Counted } from '../../pipeline/runtime/test/counting.ts';
import { topics } from '../../topologies/topics.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';

const APP = 'bench-recovery';
const PARTITIONS = 4;
const WRITE_EVERY_MS = 20;
const PLANNED_LIMIT_MS = 2000;
const KILLED_LIMIT_MS = 10_000;
const RESTART_AFTER_MS = 1000; // as a supervisor would
const PATIENCE_MS = 120_000;
const { from, to } = counting(APP);

export default {
  name: 'recovery',
  description: 'How long until every partition is processed again when one of two members of a stage goes away',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const { kafkaBrokers } = await bench.services();
    const broker = kafkaBroker({ brokers: kafkaBrokers.split(','), clientId: 'bench', log: bench.log });
    await broker.admin().createTopics(
      [topics.deadLetters, topics.ledger, { ...topics.deadLetters, name: from.name }, { ...topics.deadLetters, name: to.name }].map((topic) =>
        settingsOf(topic, PARTITIONS),
      ),
      1,
    );
    const rounds = Math.max(5, Math.round((bench.seconds * 2) / 3));
    const flow = new Flow(broker);
    const stage = new Pair(kafkaBrokers);
    try {
      flow.start();
      await stage.start();
      await flow.allAfter(Date.now());
      const planned: number[] = [];
      const gaps: number[] = [];
      const killed: number[] = [];
      const lost: number[] = [];
      for (let round = 0; round < rounds; round++) {
        bench.say(`recovery: planned restart ${round + 1} of ${rounds}`);
        const restart = await plannedRestart(stage, flow);
        planned.push(restart.recoveryMs);
        gaps.push(restart.gapMs);
      }
      for (let round = 0; round < Math.ceil(rounds / 2); round++) {
        bench.say(`recovery: kill -9 ${round + 1} of ${Math.ceil(rounds / 2)}, started again or not`);
        killed.push(await kill(stage, flow, true));
        lost.push(await kill(stage, flow, false));
      }
      return [
        figure(
          'planned stop: the rest processes all partitions',
          planned,
          PLANNED_LIMIT_MS,
          'from SIGTERM; the last work commits, the member leaves the group',
        ),
        figure('planned stop and start: longest silence of a partition', gaps, null, 'over the whole restart, the return of the member included'),
        figure('kill -9, started again: all partitions', killed, KILLED_LIMIT_MS, `after ${RESTART_AFTER_MS} ms by a supervisor; session timeout 6 s`),
        figure('kill -9, not started again: all partitions', lost, KILLED_LIMIT_MS, 'a transaction that was open is ended by the survivor or its timeout'),
      ];
    } finally {
      stage.kill();
      await flow.stop();
      await broker.close();
    }
  },
} satisfies Benchmark;

function figure(measure: string, ms: readonly number[], limitMs: number | null, note: string): Figure {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (ratio: number) => sorted[Math.min(sorted.length - 1, Math.ceil(ratio * sorted.length) - 1)]!;
  return {
    measure: `${measure}, p95`,
    value: at(0.95),
    unit: 'ms',
    baseline: null,
    goal: limitMs === null ? null : { value: limitMs, isAtMost: true },
    note: `${sorted.length} times: p50 ${at(0.5)}, at most ${sorted.at(-1)} ms; ${note}; load of this machine ${loadavg()[0]!.toFixed(1)}`,
  };
}

async function plannedRestart(stage: Pair, flow: Flow): Promise<{ readonly recoveryMs: number; readonly gapMs: number }> {
  const startMs = Date.now();
  flow.longestGapMs = 0;
  await stage.end('SIGTERM');
  const recoveredMs = await flow.allAfter(Date.now());
  await stage.start();
  await flow.allAfter(Date.now());
  return { recoveryMs: recoveredMs - startMs, gapMs: flow.longestGapMs };
}

async function kill(stage: Pair, flow: Flow, isStartedAgain: boolean): Promise<number> {
  await sleep(Math.random() * 200); // anywhere between two commits
  const startMs = Date.now();
  await stage.end('SIGKILL');
  const recovered = flow.allAfter(startMs);
  if (isStartedAgain) await sleep(RESTART_AFTER_MS).then(() => stage.start());
  const recoveredMs = await recovered;
  if (!isStartedAgain) await stage.start();
  await flow.allAfter(Date.now());
  return recoveredMs - startMs;
}

/** Two members; the one that has been there longer goes away each time. */
class Pair {
  readonly #brokers: string;
  readonly #members: { readonly child: ChildProcess; readonly name: string }[] = [];

  constructor(brokers: string) {
    this.#brokers = brokers;
  }

  /** Until both run. */
  async start(): Promise<void> {
    for (const name of ['a', 'b']) {
      if (this.#members.some((member) => member.name === name)) continue;
      const child = spawn(process.execPath, [fileURLToPath(new URL('member.ts', import.meta.url)), this.#brokers, APP, name], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      this.#members.push({ child, name });
      const ended = once(child, 'exit').then(([code]) => {
        throw new FatalError('PART_DIED', `A member ended with ${String(code)} before it was ready.`);
      });
      await Promise.race([once(child.stdout, 'data'), ended]);
      ended.catch(() => undefined);
    }
  }

  /** Until it has left the group in order, or is dead. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this.#members.shift()!;
    const gone = signal === 'SIGTERM' ? once(child.stdout!, 'data') : once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  kill(): void {
    for (const { child } of this.#members) child.kill('SIGKILL');
  }
}

/** Writes to all partitions all the time, and sees when what came of it shows. */
class Flow {
  /** Longest time in which a partition showed nothing, since it was set to 0. */
  longestGapMs = 0;
  readonly #broker: Broker;
  readonly #ending = new AbortController();
  #work: Promise<unknown> = Promise.resolve();
  /** By key: when its latest output was written to the input, and seen. */
  readonly #seen = new Map<string, { readonly writtenMs: number; readonly seenMs: number }>();
  #waiting: { readonly sinceMs: number; readonly resolve: (ms: number) => void }[] = [];

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  start(): void {
    this.#work = Promise.all([this.#write(), ...Array.from({ length: PARTITIONS }, (_, partition) => this.#watch(partition))]);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work;
  }

  /** @returns When every partition had shown a record that was written after `sinceMs`. @throws FatalError when it takes too long */
  async allAfter(sinceMs: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiting.push({ sinceMs, resolve });
    const timeout = new AbortController();
    const late = sleep(PATIENCE_MS, undefined, { signal: timeout.signal }).then(
      () => {
        throw new FatalError('PART_DIED', `Not all partitions are processed again after ${PATIENCE_MS / 1000} s.`);
      },
      () => 0,
    );
    return Promise.race([promise, late]).finally(() => timeout.abort());
  }

  async #write(): Promise<void> {
    const producer = this.#broker.producer();
    while (!this.#ending.signal.aborted) {
      const text = Buffer.from(String(Date.now()));
      await producer.send(
        Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: from.name, partition, key: Buffer.from(`key-${partition}`), value: text })),
      );
      await sleep(WRITE_EVERY_MS);
    }
    await producer.close();
  }

  async #watch(partition: number): Promise<void> {
    const reader = this.#broker.reader();
    for await (const { records } of reader.read({ topic: to.name, partition }, 0, 'follow', this.#ending.signal)) {
      for (const { value } of records) {
        const { key, text } = JSON.parse(value!.toString()) as Counted;
        this.#note(key, Number(text));
      }
    }
    await reader.close();
  }

  #note(key: string, writtenMs: number): void {
    const seenMs = Date.now();
    const before = this.#seen.get(key);
    if (before !== undefined) this.longestGapMs = Math.max(this.longestGapMs, seenMs - before.seenMs);
    this.#seen.set(key, { writtenMs, seenMs });
    if (this.#seen.size < PARTITIONS) return;
    const oldest = Math.min(...[...this.#seen.values()].map((each) => each.writtenMs));
    const done = this.#waiting.filter(({ sinceMs }) => oldest > sinceMs);
    this.#waiting = this.#waiting.filter((one) => !done.includes(one));
    for (const { resolve } of done) resolve(seenMs);
  }
}
