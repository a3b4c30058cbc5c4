import { describe, expect, it } from 'vitest';
import { topics } from '../../topologies/topics.ts';
import { example, line, platform } from './test/example.ts';
import { RejectThrottle } from './throttle.ts';
import { runOnMemory } from './topology-driver.ts';

describe('RejectThrottle', () => {
  it.each<[name: string, notes: [topic: string, rejected: number, atMs: number][], pauseMs: number]>([
    ['lets a burst pass', [['a', 2_000, 0]], 0],
    ['pauses for as long as what is over takes at 200 a second', [['a', 2_100, 0]], 500],
    [
      'knows topics apart',
      [
        ['a', 9_000, 0],
        ['b', 1, 0],
      ],
      0,
    ],
    [
      'fills again with time',
      [
        ['a', 2_000, 0],
        ['a', 200, 1_000],
      ],
      0,
    ],
    ['never pauses longer than ten seconds', [['a', 1_000_000, 0]], 10_000],
  ])('%s', (_name, notes, pauseMs) => {
    const throttle = new RejectThrottle();
    expect(notes.map((note) => throttle.note(...note)).at(-1)).toBe(pauseMs);
  });

  it('slows down the source that sends garbage, counts it, and nobody else', async () => {
    const [noisy, calm] = ['raw.default.noisy', 'raw.default.calm'];
    const driver = await runOnMemory(example, { platform, topics: [noisy, calm], partitions: 1 });
    const lines = (n: number, act?: 'reject') =>
      Array.from({ length: n }, (_unused, i) => ({ key: null, value: line({ n: i, ...(act === undefined ? {} : { act }) }) }));
    await driver.write(noisy, lines(2_600, 'reject'));
    await driver.settle(100);
    const pauses = async () => Number(/stage_source_pauses_total\{stage="take"\} (\d+)/.exec(await driver.registry.metrics())?.[1] ?? 0);
    expect(await pauses()).toBeGreaterThan(0);
    const before = await pauses();
    await driver.write(calm, lines(50));
    await driver.settle();
    expect((await driver.records(topics.parsed)).length).toBe(50);
    expect(await pauses()).toBe(before);
    await driver.stop();
  });
});
