// Event time through a topology: watermarks across repartitions, silence, timers, and all of it after a restart.
import { describe, expect, it, vi } from 'vitest';
import { topics } from '../../topologies/topics.ts';
import { example, line, platform, SECOND, T0 } from './test/example.ts';
import type { Line } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';
import type { TopologyDriver } from './topology-driver.ts';

const RAW = 'raw.default.test';
const MINUTE = 60 * SECOND;
const options = { platform, topics: [RAW], latenessOf: () => 0, limits: { idleAfterMs: 5000, turnRecords: 2 }, maxFuture: 24 * 60 * MINUTE };
const start = (more = {}) => runOnMemory(example, { ...options, ...more });
const write = (driver: TopologyDriver, partition: number, ...lines: Line[]) =>
  driver.write(
    RAW,
    lines.map((fields) => ({ key: null, value: line(fields), partition })),
  );
const titles = async (driver: TopologyDriver) => (await driver.records(topics.findings)).map(({ value }) => value.title).sort();
const minutes = async (driver: TopologyDriver) => (await titles(driver)).filter((title) => title.includes('minute'));

describe('watermarks', () => {
  it('wait for the partition that is behind, and not for one that is silent', async () => {
    const driver = await start();
    await write(driver, 0, ...Array.from({ length: 21 }, (_, n): Line => ({ n, host: 'ahead', time: T0 + n * MINUTE })));
    await write(driver, 1, ...Array.from({ length: 11 }, (_, n): Line => ({ n, host: 'behind', time: T0 + n * MINUTE })));
    await driver.settle();
    expect(await minutes(driver)).toEqual(
      Array.from({ length: 10 }, (_, n) => [`ahead minute ${n} has 1`, `behind minute ${n} has 1`])
        .flat()
        .sort(),
    );
    await write(driver, 1, { n: 12, host: 'behind', time: T0 + 12 * MINUTE });
    await driver.settle();
    expect(await minutes(driver)).toHaveLength(10 + 10 + 2 + 1); // minutes 10 and 11 of one, 10 of the other
    await write(driver, 0, { n: 21, host: 'ahead', time: T0 + 21 * MINUTE });
    await driver.settle();
    expect(await minutes(driver)).toHaveLength(23);
    await driver.advance(7000); // both partitions are silent, but nothing new was told of the first: it holds at minute 21
    expect(await minutes(driver)).toHaveLength(23);
    await write(driver, 0, { n: 22, host: 'ahead', time: T0 + 22 * MINUTE });
    await driver.settle();
    expect(await minutes(driver)).toHaveLength(10 + 22 + 2); // the second partition holds nobody back any more
    await driver.stop();
  });

  it('do not follow an event that is stamped ahead of the append clock', async () => {
    const driver = await start({ maxFuture: 5 * MINUTE });
    const now = driver.clock.nowMs() * 1000;
    await write(driver, 0, { n: 1, host: 'a', time: now }, { n: 2, host: 'a', time: now + 60 * MINUTE }, { n: 3, host: 'a', time: now + SECOND });
    await driver.advance(2000);
    expect(await minutes(driver)).toEqual([]);
    await driver.stop();
  });

  it('are kept per dataset: the slowest decides, until it is silent', async () => {
    const driver = await start({ latenessOf: (dataset: string) => (dataset === 'test.slow' ? 20 * MINUTE : 0) });
    await write(driver, 0, { n: 0, host: 'a', time: T0, dataset: 'test.slow' }, { n: 5, host: 'a', time: T0 + 5 * MINUTE });
    await driver.settle();
    expect(await minutes(driver)).toEqual([]);
    await driver.advance(7000);
    await write(driver, 0, { n: 6, host: 'a', time: T0 + 6 * MINUTE });
    await driver.settle();
    expect(await minutes(driver)).toEqual(['a minute 0 has 1', 'a minute 5 has 1']);
    await driver.stop();
  });

  it('are never counted as records', async () => {
    const driver = await start();
    await write(driver, 0, { n: 0 }, { n: 1, time: T0 + 10 * MINUTE });
    await driver.advance(30_000);
    const entries = (await driver.records(topics.ledger)).map(({ value }) => value);
    const sum = (stage: string, of: 'in' | 'emitted') => entries.filter((entry) => entry.stage === stage).reduce((all, entry) => all + entry[of], 0);
    expect(['take', 'check', 'add', 'sum'].map((stage) => sum(stage, 'in'))).toEqual([2, 2, 2, 2]);
    expect(sum('sum', 'emitted')).toBe(1);
    const told = (await driver.raw(topics.enriched.name)).length - (await driver.records(topics.enriched)).length;
    expect(told).toBeGreaterThan(0);
    await driver.stop();
  });
});

describe('timers and stores', () => {
  /** Every fifth repeats the one four lines before it, under the sensor's own id. */
  const lines = Array.from({ length: 40 }, (_, i): Line => {
    const n = i % 5 === 4 ? i - 4 : i;
    return {
      n,
      host: ['a', 'b', 'c'][n % 3]!,
      time: T0 + n * 20 * SECOND,
      ...(n % 7 === 3 ? { act: 'sum-reject' as const } : {}),
      ...(n % 5 === 0 ? { id: `id-${n}` } : {}),
    };
  });

  const run = async (crashAfter: number): Promise<readonly string[]> => {
    let driver = await start();
    await driver.advance(2000); // the second partition says that nothing comes from it
    for (const [n, fields] of lines.entries()) {
      await write(driver, 0, fields);
      await driver.settle();
      if (n !== crashAfter) continue;
      driver.broker.crash();
      const next = driver.broker.connect();
      const starting = start({ broker: next });
      for (let i = 0; i < 30; i++) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        next.clock.advance(500); // the dead member's session ends
      }
      driver = await starting;
      await driver.settle();
    }
    await driver.stop();
    return titles(driver);
  };

  it('are the same after a crash at any commit', { timeout: 60_000 }, async () => {
    const whole = await run(-1);
    expect(whole.filter((title) => !title.includes('minute'))).toHaveLength(32 - 5); // 40 less 8 repeats and 5 that are rejected
    expect(whole.filter((title) => title.includes('minute'))).toHaveLength(36 - 7 - 4); // minutes 0 to 11 of three hosts, less those with nothing in them
    for (const crashAfter of [0, 4, 17, 25, 39]) expect(await run(crashAfter)).toEqual(whole);
  });

  it('come back from a changelog that was compacted', async () => {
    const driver = await start();
    await driver.advance(2000);
    for (const fields of lines.slice(0, 20)) await write(driver, 0, fields);
    await driver.settle();
    await driver.stop();
    for (const name of (await driver.broker.admin().topics()).keys()) if (name.endsWith('.changelog')) driver.broker.compact(name);
    const again = await start({ broker: driver.broker.connect() });
    for (const fields of lines.slice(20)) await write(again, 0, fields);
    await again.settle();
    await again.stop();
    expect(await titles(again)).toEqual(await run(-1));
  });

  it('refuse to go on from a changelog that lost its end', async () => {
    const driver = await start();
    await write(driver, 0, ...lines.slice(0, 5));
    await driver.settle();
    await driver.stop();
    const admin = driver.broker.admin();
    const name = 'goshawk.sum-counts.changelog';
    await admin.deleteTopics([name]);
    const again = await start({ broker: driver.broker.connect() });
    await expect(Promise.race([again.running.failed, again.settle(500)])).resolves.toMatchObject({ code: 'CHANGELOG_GAP' });
    await again.stop();
  });

  it.each(['goshawk.sum-counts.changelog/0', `${topics.valid.name}/0`])('wait for a new leader that does not tell the end of %s yet', async (late) => {
    const driver = await start();
    await driver.advance(2000);
    for (const fields of lines.slice(0, 19)) await write(driver, 0, fields);
    await driver.settle();
    await driver.stop();
    const broker = driver.broker.connect();
    const admin = broker.admin();
    const knownAtMs = driver.clock.nowMs() + 2000;
    let told = 0;
    vi.spyOn(broker, 'admin').mockReturnValue({
      ...admin,
      async offsets(tps, spec) {
        const ends = new Map(await admin.offsets(tps, spec));
        if (spec !== 'stable' || !ends.has(late) || driver.clock.nowMs() >= knownAtMs) return ends;
        told++;
        return ends.set(late, 1);
      },
    });
    const again = await start({ broker });
    await again.settle(50);
    for (const fields of lines.slice(19)) await write(again, 0, fields); // the first repeats an id of before
    await again.settle(50);
    await again.stop();
    expect(told).toBeGreaterThan(0);
    expect(await titles(again)).toEqual(await run(-1));
  });
});
