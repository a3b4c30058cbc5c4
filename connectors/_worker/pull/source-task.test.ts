import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, RetryableError } from '../../../pipeline/core/errors.ts';
import { settingsOf } from '../../../pipeline/core/topic-settings.ts';
import { memoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import type { RawRecord } from '../../../pipeline/runtime/port.ts';
import { topics } from '../../../topologies/topics.ts';
import type { Pulled, PulledSource } from '../../_source/index.ts';
import { SourceTask } from './source-task.ts';
import type { SourceTaskOptions } from './source-task.ts';

const RAW = 'raw.alpha.gateway-numbers';
const PART = { of: 'numbers' };
let broker: MemoryBroker;
beforeEach(async () => {
  broker = memoryBroker();
  await broker.admin().createTopics([settingsOf(topics.connectOffsets, 1), settingsOf(topics.connectDeadLetters, 2)], 1);
});

/** Gives numbers from where it was left to `count`, five at a time. */
function numbers(count: number, seen: string[] = []): PulledSource {
  return {
    async poll(positions) {
      const from = (positions.get(PART)?.next as number | undefined) ?? 0;
      const to = Math.min(count, from + 5);
      seen.push(`poll ${from}`);
      return {
        records: Array.from({ length: to - from }, (_none, index) => ({ value: Buffer.from(String(from + index)) })),
        positions: to > from ? [{ partition: PART, position: { next: to } }] : [],
        ...(to === count && { waitMs: 60_000 }),
        kept: async () => void seen.push(`kept ${to}`),
      };
    },
    close: async () => void seen.push('closed'),
  };
}

/** Time passes as fast as it can, but for long waits: those end with the test. */
const clock = {
  nowMs: () => 1_000,
  after: (ms: number, run: () => void) =>
    ms >= 60_000
      ? () => {}
      : (
          (timer) => () =>
            clearImmediate(timer)
        )(setImmediate(run)),
};
function task(source: PulledSource | (() => Promise<PulledSource>), given: Partial<SourceTaskOptions> = {}): SourceTask {
  const made = new SourceTask({
    connector: 'n1',
    task: 0,
    organization: 'alpha',
    className: 'numbers',
    target: { source: 'numbers', format: 'generic-json', sensor: '' },
    broker,
    createRawTopic: (name) => broker.admin().createTopics([settingsOf(topics.raw, 3, name)], 1),
    openSource: typeof source === 'function' ? source : async () => source,
    tolerance: 'all',
    deadLetters: { topic: topics.connectDeadLetters.name, hasHeaders: true },
    retry: { initialMs: 1, maxMs: 10 },
    mask: (text) => text.replaceAll('s3cret', '***'),
    isPaused: false,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    ...given,
  });
  made.start();
  return made;
}

async function recordsOf(topic: string): Promise<readonly RawRecord[]> {
  const count = (await broker.admin().topics()).get(topic) ?? 0;
  const found: RawRecord[] = [];
  for (let partition = 0; partition < count; partition++) {
    const tp = { topic, partition };
    const [end = 0] = (await broker.admin().offsets([tp], 'stable')).values();
    const reader = broker.reader();
    for await (const { records } of reader.read(tp, 0, end, new AbortController().signal)) found.push(...records);
    await reader.close();
  }
  return found;
}
const taken = async () => (await recordsOf(RAW)).map(({ value }) => Number(value)).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_none, index) => index);
const reached = (seen: readonly string[], what: string) => expect.poll(() => seen.includes(what), { interval: 1, timeout: 10_000 }).toBe(true);

describe('a task of a source', () => {
  it('writes records where their headers are believed, and goes on where it was left', async () => {
    const seen: string[] = [];
    const first = task(numbers(7, seen));
    await reached(seen, 'kept 7');
    await first.stop();
    expect(await taken()).toEqual(upTo(7));
    const [record] = await recordsOf(RAW);
    expect(record!.headers.map(([name, value]) => [name, String(value)])).toEqual([
      ['sensor', 'n1'],
      ['format', 'generic-json'],
    ]);
    const again: string[] = [];
    const second = task(numbers(12, again));
    await reached(again, 'kept 12');
    expect(again).toContain('poll 7');
    expect(second.progress().delivered).toBe(5);
    await second.stop();
    expect(again.at(-1)).toBe('closed');
    expect(await taken()).toEqual(upTo(12));
  });

  it.each([
    ['a send is lost', 'send', 'request-lost'],
    ['the answer to a send is lost', 'send', 'answer-lost'],
    ['a commit is lost', 'commit', 'request-lost'],
    ['the answer to a commit is lost', 'commit', 'answer-lost'],
    ['an init is lost', 'init', 'request-lost'],
  ] as const)('takes each record once when %s', async (_, operation, fault) => {
    const seen: string[] = [];
    broker.faults.inject(operation, fault);
    broker.faults.inject(operation, fault);
    const running = task(numbers(23, seen));
    await reached(seen, 'kept 23');
    await running.stop();
    expect(await taken()).toEqual(upTo(23));
  });

  it('does not tell the far side before it is kept', async () => {
    const seen: string[] = [];
    const release = broker.faults.hold('commit');
    const running = task(numbers(5, seen));
    await reached(seen, 'poll 0');
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(seen).not.toContain('kept 5');
    release();
    await reached(seen, 'kept 5');
    await running.stop();
  });

  it('is fenced by its successor, and what it holds then is not kept', async () => {
    const seen: string[] = [];
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const slow = numbers(10, seen);
    const zombie = task({ ...slow, poll: async (...given) => (seen.push('slow'), await held, slow.poll(...given)) }, { broker: broker.connect() });
    await reached(seen, 'slow');
    const fresh: string[] = [];
    const successor = task(numbers(10, fresh));
    await reached(fresh, 'kept 10');
    letGo();
    await reached(seen, 'poll 10'); // fenced, it has read again where the source stands
    await Promise.all([zombie.stop(), successor.stop()]);
    expect(await taken()).toEqual(upTo(10));
  });

  it('finds its position behind an open transaction of another connector', async () => {
    const other = broker.txnProducer({ transactionalId: 'goshawk-connect-other-0' });
    await other.init({ outputs: [], groupId: null });
    const done = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    const transaction = other.transact(async (txn) => {
      await txn.send([{ topic: topics.connectOffsets.name, partition: 0, key: Buffer.from('["other",{}]'), value: Buffer.from('{}') }]);
      open.resolve();
      await done.promise;
    });
    await open.promise;
    const seen: string[] = [];
    const first = task(numbers(5, seen), { createRawTopic: (name) => broker.admin().createTopics([settingsOf(topics.raw, 1, name)], 1) });
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(seen).toEqual([]); // what lies behind it may be where this one stands
    done.resolve();
    await transaction;
    await reached(seen, 'kept 5');
    await first.stop();
    expect(await taken()).toEqual(upTo(5));
  });

  it('sets aside what cannot be a record, with the records beside it', async () => {
    const pulled: Pulled = {
      records: [{ value: Buffer.from('1'), key: 'a', told: { host: 'h' } }, { value: Buffer.alloc(1_044_481, 'x') }],
      refused: [{ value: Buffer.from('{"'), reason: 'not-json', message: 'line 2 of b/k' }],
      positions: [{ partition: PART, position: { done: true } }],
      waitMs: 60_000,
    };
    const running = task({
      poll: async (positions) => (positions.get(PART) === undefined ? pulled : { records: [], positions: [], waitMs: 60_000 }),
      close: async () => {},
    });
    await expect.poll(() => running.progress().rejected).toBe(2);
    await running.stop();
    const [record, ...more] = await recordsOf(RAW);
    expect(more).toEqual([]);
    expect(Object.fromEntries(record!.headers.map(([name, value]) => [name, String(value)]))).toMatchObject({ told: '{"host":"h"}' });
    const letters = await recordsOf(topics.connectDeadLetters.name);
    expect(letters.map(({ value }) => value!.length)).toEqual([2, 1_000_000]);
    const said = Object.fromEntries(letters[0]!.headers.map(([name, value]) => [name, String(value)]));
    expect(said).toMatchObject({
      '__connect.errors.connector.name': 'n1',
      '__connect.errors.topic': RAW,
      '__connect.errors.stage': 'TASK_POLL',
      '__connect.errors.exception.message': 'not-json: line 2 of b/k',
    });
  });

  it('fails with errors.tolerance none at what cannot be a record', async () => {
    const refused = [{ value: Buffer.from('?'), reason: 'not-json', message: 'b/k' }];
    const running = task(
      { poll: async () => ({ records: [], refused, positions: [{ partition: PART, position: {} }] }), close: async () => {} },
      { tolerance: 'none' },
    );
    expect(await running.failed).toMatchObject({ code: 'SOURCE_MISCONFIGURED' });
    expect(await recordsOf(topics.connectDeadLetters.name)).toEqual([]);
  });

  it('waits for a far side that is away, and fails at what a person must mend', async () => {
    const seen: string[] = [];
    let asked = 0;
    const source = numbers(5, seen);
    const running = task({
      ...source,
      async poll(positions, signal) {
        asked++;
        if (asked < 3) throw new RetryableError('SOURCE_UNAVAILABLE', 'Not now.', { afterMs: 5 });
        if (seen.includes('kept 5')) throw new ConfigError('SOURCE_MISCONFIGURED', 'The key s3cret was taken back.');
        return { ...(await source.poll(positions, signal)), waitMs: 0 };
      },
    });
    expect(await running.failed).toMatchObject({ code: 'SOURCE_MISCONFIGURED', message: 'The key *** was taken back.' });
    expect(running.progress()).toMatchObject({ delivered: 5, lastError: { message: 'The key *** was taken back.' } });
    expect(await taken()).toEqual(upTo(5));
    expect(seen.at(-1)).toBe('closed');
  });

  it('asks nothing while it is paused', async () => {
    const seen: string[] = [];
    const running = task(numbers(5, seen), { isPaused: true });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(seen).toEqual([]);
    await running.resume();
    await reached(seen, 'kept 5');
    await running.pause();
    const before = seen.length;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(seen.length).toBe(before);
    await running.resume();
    await expect.poll(() => seen.length).toBeGreaterThan(before);
    await running.stop();
  });
});
