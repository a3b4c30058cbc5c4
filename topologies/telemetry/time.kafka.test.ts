// Event time on a real broker, through the real stages.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../pipeline/core/wall-clock.ts';
import { topics } from '../topics.ts';
import { MINUTE, standing } from './test/history.ts';
import { OnBroker, runOnBroker, until } from './test/on-broker.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const SECOND = 1_000_000;
const nowMicros = () => Date.now() * 1000;

describe.skipIf(address === '')('two partitions on a broker, one ten minutes behind and one that falls silent', () => {
  it('tell of the correlations of both, and hold each other back only while they speak', { timeout: 300_000 }, async () => {
    await using on = await OnBroker.open(address);
    let lastOfBob = 0;
    /** Ada on partition 0 in time, Bob on partition 1 ten minutes behind. */
    const ada = () => on.say([{ at: nowMicros(), product: 'windows', user: 'ada', partition: 0 }]);
    const bob = async () => {
      lastOfBob = nowMicros() - 10 * MINUTE;
      await on.say([{ at: lastOfBob, product: 'windows', user: 'bob', partition: 1 }]);
    };
    for (let n = 0; n < 3; n++) await ada().then(bob); // before anybody could take a partition for silent
    let aheadMs = 0;
    const running = await runOnBroker(on.broker, on.app, 'one', {
      limits: { idleAfterMs: (10 * MINUTE) / 1000 }, // nobody is idle because the machine is busy
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs },
    });
    const watermark = () => running.status().find(({ name }) => name === 'correlate')?.watermark ?? 0;
    try {
      await running.ready;
      const seen = new Set<number>();
      await until(
        running,
        () => seen.size >= 3,
        async () => {
          await ada().then(bob);
          if (watermark() > 0) seen.add(watermark());
          expect(watermark(), 'while both speak, it is that of the one behind').toBeLessThan(lastOfBob);
        },
      );
      aheadMs = (11 * MINUTE) / 1000; // so long both were silent; one of them speaks again
      await until(running, () => watermark() > lastOfBob + 9 * MINUTE, ada);
      await until(running, async () => (await on.read(topics.late)).length > 0, bob);
      const lacking = (await on.read(topics.late)).map(({ correlationId, groupValues }) => [correlationId, ...groupValues].join('|'));
      expect([...new Set(lacking)], 'what came too late names its rule').toEqual(['thrice|bob']);
      const told = standing(await on.read(topics.findings)).map((line) => line.split(' ')[0]);
      expect([...new Set(told)].toSorted((a, b) => (a! < b! ? -1 : 1))).toEqual(['thrice|ada', 'thrice|bob']);
      expect(await on.read(topics.deadLetters)).toEqual([]);
    } finally {
      await running.stop();
    }
  });
});

describe.skipIf(address === '')('correlations that are half open when their process is killed', () => {
  const USERS = Array.from({ length: 40 }, (_unused, n) => `user-${n}`);
  const ANSWERED = USERS.filter((_user, n) => n % 4 === 0); // both partitions have users that nobody answers
  const CORRELATE = 'correlate';

  it('come to the findings that they would have come to, each once', { timeout: 300_000 }, async () => {
    await using on = await OnBroker.open(address);
    const workers: ChildProcess[] = [];
    const correlate = async () => {
      const script = fileURLToPath(new URL('test/worker.ts', import.meta.url));
      const worker = spawn(process.execPath, [script, address, on.app, CORRELATE, CORRELATE], { stdio: ['ignore', 'pipe', 'inherit'] });
      workers.push(worker);
      await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit').then(([status]) => Promise.reject(new Error(`It ended with ${String(status)}`)))]);
      return worker;
    };
    const others = ['ingest', 'validate', 'enrich', 'detect', 'alert', 'partials', 'features'];
    const running = await runOnBroker(on.broker, on.app, 'others', { stages: others });
    const start = nowMicros() - 5 * SECOND;
    const timeOf = (user: string, nth: number) => start + USERS.indexOf(user) * 1000 + nth * SECOND;
    const told = (user: string, nth: number) => ({ at: timeOf(user, nth), product: 'windows', user, partition: USERS.indexOf(user) % 2 }) as const;
    const say = (nth: number) => on.say(USERS.map((user) => told(user, nth)));
    const partitions = [0, 1].map((partition) => ({ topic: `${on.app}.${topics.matches.name}`, partition }));
    /** So many matches are there, and all of them have been read and committed. */
    const isTaken = async (thrice: number, unanswered: number) => {
      const found = await on.read(topics.matches);
      const countOf = (id: string) => found.filter(({ correlationId }) => correlationId === id).length;
      if (countOf('thrice') < thrice || countOf('unanswered') < unanswered) return false;
      const ends = await on.admin.offsets(partitions, 'stable');
      const committed = await on.admin.committed(`${on.app}.${CORRELATE}`, partitions);
      return [...ends].every(([key, end]) => end === 0 || (committed.get(key) ?? -1) >= end - 1); // a marker may stand at the end
    };
    try {
      await running.ready;
      for (const nth of [0, 1]) {
        const worker = await correlate();
        await say(nth);
        if (nth === 0) await on.say(USERS.map((user) => ({ ...told(user, nth), message: 'asked' })));
        else await on.say(ANSWERED.map((user) => ({ ...told(user, nth), message: 'answered' })));
        await until(running, () => isTaken((nth + 1) * USERS.length, USERS.length + nth * ANSWERED.length));
        worker.kill('SIGKILL');
        await once(worker, 'exit');
      }
      expect(await on.read(topics.findings).then(standing)).toEqual([]);
      await say(2);
      const worker = await correlate();
      await on.say([0, 1].map((partition) => ({ at: start + 200 * SECOND, product: 'windows', user: 'last', partition }))); // nobody answers any more
      await until(running, async () => standing(await on.read(topics.findings)).length >= 2 * USERS.length - ANSWERED.length);
      await until(running, () => isTaken(3 * USERS.length, USERS.length + ANSWERED.length));
      worker.kill('SIGTERM');
      expect(await once(worker, 'exit')).toEqual([0, null]);
      const all = (await on.read(topics.findings)).filter(({ kind }) => kind === 'correlation');
      const missed = all.filter(({ ruleId }) => ruleId === 'unanswered');
      expect(missed.map(({ groupKey, reason, revisable }) => JSON.stringify([groupKey, reason, revisable!.revision])).sort()).toEqual(
        USERS.filter((user) => !ANSWERED.includes(user))
          .map((user) => JSON.stringify([`unanswered|${user}`, null, 1]))
          .sort(),
      );
      const found = all.filter(({ ruleId }) => ruleId === 'thrice');
      expect(
        found.map(({ groupKey, time, lastTime, eventCount, reason }) => ({ groupKey, time, lastTime, eventCount, reason })).sort((a, b) => a.time - b.time),
      ).toEqual(
        USERS.map((user) => ({ groupKey: `thrice|${user}`, time: millis(timeOf(user, 0)), lastTime: millis(timeOf(user, 2)), eventCount: 3, reason: null })),
      );
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      await running.stop();
    }
  });

  const millis = (at: number) => Math.floor(at / 1000) * 1000; // as the raw record has it
});
