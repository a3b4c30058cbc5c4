import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../pipeline/core/errors.ts';
import type { OutRecord, Producer } from '../pipeline/runtime/port.ts';
import { openPlayer, RATES } from './player.ts';
import { openRebaser } from './rebase.ts';
import { loadRecording, pace } from './recording.ts';
import type { Recording } from './recording.ts';

const sample = new URL('../examples/sample', import.meta.url).pathname;
const START = Date.parse('2026-03-01T12:00:00Z');

/** Three Zeek records, one second apart. */
const short = (): Recording => {
  const records = [0, 1, 2].map((second) => ({
    text: `{"ts":${1_588_205_199 + second}.5,"uid":"Cvf4XX17hSAgXDdGEd"}`,
    time: (1_588_205_199.5 + second) * 1e6,
    file: 0,
  }));
  return { source: 'zeek', files: ['a.jsonl'], rebasers: [openRebaser()], records, seconds: [0, 1, 2] };
};

describe('player', () => {
  let folder: string;
  let sent: OutRecord[];
  let isAway: boolean;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-player-'));
    sent = [];
    isAway = false;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const producer: Producer = {
    send: (records) => {
      if (isAway) return Promise.reject(new RetryableError('BROKER_UNAVAILABLE', 'away'));
      sent.push(...records);
      return Promise.resolve([]);
    },
    close: () => Promise.resolve(),
  };
  const open = (salt: string) => openPlayer({ recordings: [short()], producer, partitions: () => 4, placesFile: join(folder, 'player.json'), salt });
  const values = () => sent.map(({ value }) => JSON.parse(String(value)) as { ts: number; uid: string });

  it('plays records when they are due, as of now', async () => {
    const player = open('a');
    expect(await player.play(START)).toBe(1);
    expect(await player.play(START + 900)).toBe(0);
    expect(await player.play(START + 2100)).toBe(2);
    expect(values().map(({ ts }) => ts)).toEqual([START / 1000, START / 1000 + 1, START / 1000 + 2]);
    expect(sent.map(({ topic }) => topic)).toEqual(Array(3).fill('raw.default.zeek'));
  });

  it('begins again more slowly, with other ids, when it is through', async () => {
    const player = open('a');
    for (const ms of [0, 2000, 2100, 4000, 4200]) await player.play(START + ms);
    expect(values().map(({ ts }) => Math.round((ts - START / 1000) * 10) / 10)).toEqual([0, 1, 2, 2.1, 4.1]);
    const uids = values().map(({ uid }) => uid);
    expect(new Set(uids.slice(0, 3)).size).toBe(1);
    expect(uids[3]).not.toBe(uids[0]);
  });

  it('goes on after a restart where the broker had acknowledged, with other ids', async () => {
    await open('a').play(START);
    await open('b').play(START + 60_000);
    expect(values().map(({ ts }) => ts - START / 1000)).toEqual([0, 60]);
    expect(values()[1]?.uid).not.toBe(values()[0]?.uid);
    expect(JSON.parse(readFileSync(join(folder, 'player.json'), 'utf8'))).toEqual({ zeek: { round: 0, next: 2 } });
  });

  it('loses nothing while the broker is away, and does not make up for the time', async () => {
    const player = open('a');
    await player.play(START);
    isAway = true;
    await expect(player.play(START + 1500)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    isAway = false;
    await player.play(START + 60_000);
    await player.play(START + 61_000);
    expect(values().map(({ ts }) => ts - START / 1000)).toEqual([0, 60, 61]);
  });
});

describe('pace', () => {
  it.each([
    ['keeps proportions at the wanted mean', [0, 1, 3], 1, [0, 1, 3]],
    ['cuts a long silence', [0, 1, 86_400], 1, [0, 3 / 21, 3]],
    ['spreads records of one instant', [5, 5, 5], 2, [0.5, 1, 1.5]],
    ['takes none', [], 2, []],
  ])('%s', (_, seconds, perSecond, expected) => {
    pace(
      seconds.map((second) => second * 1e6),
      perSecond,
    ).forEach((at, index) => expect(at).toBeCloseTo(expected[index] ?? Number.NaN, 9));
    expect(
      pace(
        seconds.map((second) => second * 1e6),
        perSecond,
      ),
    ).toHaveLength(expected.length);
  });
});

describe('the sample', () => {
  it.each([
    ['windows', 12_808],
    ['zeek', 2140],
    ['suricata', 205],
    ['cloudtrail', 1424],
    ['syslog', 17],
  ])('%s has a time in every record', async (source, count) => {
    const { records, seconds, rebasers } = await loadRecording(sample, source, RATES[source] ?? 1);
    expect(records).toHaveLength(count);
    expect(seconds.every((second, index) => second >= (seconds[index - 1] ?? 0))).toBe(true);
    expect(seconds.at(-1)).toBeCloseTo(count / (RATES[source] ?? 1), 0);
    // Moved to another day, nothing of the old day is left but what lies before the recording.
    const target = START * 1000;
    for (const { text, time, file } of records.slice(0, 50)) expect(rebasers[file]?.timeOf(rebasers[file].shift(text, target - time))).toBe(target);
  });
});
