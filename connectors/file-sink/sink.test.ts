// Each document once, whatever happens between any two steps on the disk.
import { describe, expect, it } from 'vitest';
import type { Outcome, SinkRecord } from '../_sink/index.ts';
import { sinkRecord } from '../_contract/test-sink.ts';
import type { Disk } from './disk.ts';
import { linesIn } from './lines.ts';
import { openFileSink } from './sink.ts';
import type { FileSinkOptions } from './sink.ts';
import { Crash, MemoryDisk } from './test/memory-disk.ts';

const { signal } = new AbortController();
const PATH = '/out/alerts.ndjson';
const TOPIC = 'sink.alpha.ecs.v1';
const recordOf = (partition: number, offset: number, timestampMs = 1_000 + offset): SinkRecord => {
  const id = `p${partition}-${String(offset).padStart(3, '0')}`;
  return sinkRecord(id, { position: { topic: TOPIC, partition, offset }, timestampMs });
};
const batchOf = (partition: number, from: number, count: number) => Array.from({ length: count }, (_, n) => recordOf(partition, from + n));

interface Opened {
  readonly nowMs?: number;
  readonly task?: number;
  readonly generation?: () => number;
}
const openOn = (disk: Disk, options: Partial<FileSinkOptions> = {}, { nowMs = 0, task = 0, generation = () => 1 }: Opened = {}) =>
  openFileSink(
    {
      path: PATH,
      linesOf: linesIn('ndjson', []),
      rotation: { bytes: 170, ms: 0, keep: 0 },
      limits: { maxRecords: 100, maxBytes: 10_000, lingerMs: 0 },
      ...options,
    },
    { task, organization: 'alpha', fileFolders: ['/out'], generation, now: () => nowMs },
    { disk, lock: async () => async () => {} },
  );
const kindsOf = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);
/** All files of a task, the oldest first: numbers stand before the name that is written now. */
const idsOn = (memory: MemoryDisk) =>
  memory
    .paths()
    .filter((path) => path.endsWith('.ndjson'))
    .map((path) => memory.text(path))
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { readonly event: { readonly id: string } }).event.id);

/** Two partitions in turn. */
const BATCHES = Array.from({ length: 8 }, (_, n) => batchOf(n % 2, Math.trunc(n / 2) * 3, 3));
const IDS = BATCHES.flat()
  .map(({ id }) => id)
  .toSorted();

/** @returns How many batches were told to be settled. */
async function run(memory: MemoryDisk, from: number): Promise<number> {
  let told = from;
  try {
    const sink = await openOn(memory.disk);
    for (const batch of BATCHES.slice(from)) {
      await sink.send(batch, signal);
      told += 1;
    }
    await sink.close();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return told;
}
async function stepsOfAll(): Promise<number> {
  const memory = new MemoryDisk();
  await run(memory, 0);
  return memory.steps;
}
/** Of one partition in order, whatever the other does. */
function checkFiles(memory: MemoryDisk): void {
  const ids = idsOn(memory);
  expect(ids.toSorted()).toEqual(IDS);
  for (const partition of ['p0', 'p1']) {
    const own = ids.filter((id) => id.startsWith(partition));
    expect(own).toEqual(own.toSorted());
  }
}

describe('a process that dies', () => {
  it.each([
    ['kept', 'told'],
    ['kept', 'begin'],
    ['lost', 'told'],
    ['lost', 'begin'],
  ] as const)('at any step (power %s), and is offered everything again from %s, has written each document once', async (power, again) => {
    const steps = await stepsOfAll();
    expect(steps).toBeGreaterThan(50);
    for (let diesAt = 1; diesAt <= steps; diesAt++) {
      const memory = new MemoryDisk();
      memory.diesAt = diesAt;
      const told = await run(memory, 0);
      memory.restart(power);
      await run(memory, again === 'told' ? told : 0);
      checkFiles(memory);
    }
  });

  it('twice, at any two steps, has written each document once', async () => {
    const steps = await stepsOfAll();
    for (let first = 1; first <= steps; first += 3) {
      for (let second = 1; second <= 40; second += 2) {
        const memory = new MemoryDisk();
        memory.diesAt = first;
        const told = await run(memory, 0);
        memory.restart('lost');
        memory.diesAt = first + second;
        const toldAgain = await run(memory, told);
        memory.restart('kept');
        await run(memory, toldAgain);
        checkFiles(memory);
      }
    }
  });
});

describe('a disk that fails', () => {
  it('at any step, once, is written to again, and has each document once', async () => {
    const steps = await stepsOfAll();
    for (let failsAt = 1; failsAt <= steps; failsAt++) {
      const memory = new MemoryDisk();
      memory.failsAt = failsAt;
      const refused: unknown[] = [];
      const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
        try {
          return await work();
        } catch (error) {
          refused.push(error);
          return work();
        }
      };
      const sink = await patiently(() => openOn(memory.disk));
      for (const batch of BATCHES) await patiently(() => sink.send(batch, signal));
      await sink.close();
      expect(refused).toMatchObject([{ code: 'SINK_UNAVAILABLE', details: { isAmbiguous: false } }]);
      checkFiles(memory);
    }
  });
});

describe('what is offered again', () => {
  it('is known, in this file or in that of another task', async () => {
    const memory = new MemoryDisk();
    let generation = 1;
    const first = await openOn(memory.disk);
    const second = await openOn(memory.disk, {}, { task: 1, generation: () => generation });
    await second.send(batchOf(1, 0, 1), signal);
    expect(kindsOf(await first.send(batchOf(0, 0, 3), signal))).toEqual(['delivered', 'delivered', 'delivered']);
    expect(kindsOf(await first.send(batchOf(0, 1, 3), signal))).toEqual(['present', 'present', 'delivered']);
    generation = 2; // the partition goes to the second task
    expect(kindsOf(await second.send(batchOf(0, 2, 3), signal))).toEqual(['present', 'present', 'delivered']);
    expect(idsOn(memory).toSorted()).toEqual(['p0-000', 'p0-001', 'p0-002', 'p0-003', 'p0-004', 'p1-000']);
  });

  it('is known although the clock of the broker went back', async () => {
    const memory = new MemoryDisk();
    const sink = await openOn(memory.disk);
    const batch = [recordOf(0, 0, 5_000), recordOf(0, 1, 4_000)];
    await sink.send(batch, signal);
    expect(kindsOf(await sink.send(batch, signal))).toEqual(['present', 'present']);
  });

  it('is another document when it was appended later: the topic was made anew', async () => {
    const memory = new MemoryDisk();
    const sink = await openOn(memory.disk);
    await sink.send(batchOf(0, 0, 3), signal);
    expect(kindsOf(await sink.send([recordOf(0, 0, 9_000), recordOf(0, 1, 9_001)], signal))).toEqual(['delivered', 'delivered']);
    expect(kindsOf(await sink.send([recordOf(0, 1, 9_001), recordOf(0, 2, 9_002)], signal))).toEqual(['present', 'delivered']);
  });
});

it('is written one call after the other, however many are open', async () => {
  const memory = new MemoryDisk();
  const sink = await openOn(memory.disk);
  await Promise.all(BATCHES.map((batch) => sink.send(batch, signal)));
  await sink.close();
  checkFiles(memory);
});

describe('a full file', () => {
  it('gets a number, and the oldest are deleted', async () => {
    const memory = new MemoryDisk();
    const sink = await openOn(memory.disk, { rotation: { bytes: 100, ms: 0, keep: 2 } });
    for (let n = 0; n < 6; n++) await sink.send(batchOf(0, n * 3, 3), signal); // 27 bytes each
    expect(memory.paths()).toEqual(['/out/alerts.000004.ndjson', '/out/alerts.000005.ndjson', '/out/alerts.ndjson', '/out/alerts.ndjson.positions']);
    expect(idsOn(memory)).toEqual(batchOf(0, 9, 9).map(({ id }) => id));
  });

  it('may be one that is old', async () => {
    const memory = new MemoryDisk();
    await (await openOn(memory.disk, { rotation: { bytes: 10_000, ms: 1_000, keep: 0 } }, { nowMs: 0 })).send(batchOf(0, 0, 1), signal);
    const later = await openOn(memory.disk, { rotation: { bytes: 10_000, ms: 1_000, keep: 0 } }, { nowMs: 1_000 });
    await later.send(batchOf(0, 1, 1), signal);
    expect(memory.paths()).toContain('/out/alerts.000001.ndjson');
  });

  it('has a header where its format has one, and the next has it too', async () => {
    const memory = new MemoryDisk();
    const sink = await openOn(memory.disk, { linesOf: linesIn('csv', ['event.id']), rotation: { bytes: 59, ms: 0, keep: 0 } });
    for (let n = 0; n < 4; n++) await sink.send(batchOf(0, n, 1), signal);
    const rows = (path: string) => memory.text(path).trim().split(/\r?\n/);
    expect([rows('/out/alerts.000001.ndjson'), rows(PATH)].map(([head]) => head)).toEqual(['event.id', 'event.id']);
    expect(rows(PATH).at(-1)).toBe('p0-003');
  });
});

describe('a file that others touch', () => {
  it('keeps what lay there before', async () => {
    const memory = new MemoryDisk();
    memory.put(PATH, 'before\n');
    await (await openOn(memory.disk)).send(batchOf(0, 0, 1), signal);
    expect(memory.text(PATH)).toBe('before\n{"event":{"id":"p0-000"}}\n');
  });

  it.each([
    ['moved away', async (memory: MemoryDisk) => memory.disk.rename(PATH, '/out/taken-by-logrotate')],
    ['emptied', async (memory: MemoryDisk) => (await memory.disk.open(PATH)).truncate(0)],
  ])('and that is %s while it is written goes on from its beginning', async (_how, touch) => {
    const memory = new MemoryDisk();
    const sink = await openOn(memory.disk);
    await sink.send(batchOf(0, 0, 2), signal);
    await touch(memory);
    await sink.send(batchOf(0, 2, 1), signal);
    expect(memory.text(PATH)).toBe('{"event":{"id":"p0-002"}}\n');
  });
});

it('sets aside what its format cannot say, and writes the rest', async () => {
  const memory = new MemoryDisk();
  const sink = await openOn(memory.disk, { linesOf: linesIn('cef', []) });
  const bad = { ...recordOf(0, 1), value: Buffer.from('no json') };
  expect(await sink.send([recordOf(0, 0), bad, recordOf(0, 2)], signal)).toMatchObject([
    { kind: 'delivered' },
    { kind: 'rejected', reason: 'FORMAT_REFUSED' },
    { kind: 'delivered' },
  ]);
  expect(memory.text(PATH).trim().split('\n')).toHaveLength(2);
});

it('keeps a document of several lines in one', async () => {
  const memory = new MemoryDisk();
  const sink = await openOn(memory.disk);
  await sink.send([{ ...recordOf(0, 0), value: Buffer.from('{\n  "a": "x\\ny"\r\n}') }], signal);
  expect(memory.text(PATH)).toBe('{   "a": "x\\ny"  }\n');
});
