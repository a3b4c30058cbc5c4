import { describe, expect, it } from 'vitest';
import { topics } from '../../topologies/topics.ts';
import { LETTER_HEADERS } from '../core/dead-letter.ts';
import { memoryBroker } from './memory/index.ts';
import type { Headers } from './port.ts';
import { BATCH_HEADERS, CUT_HEADER, fitted, headerBytes } from './set-aside.ts';
import { example, line, platform } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';

const RAW = 'raw.default.test';
const MiB = 1_048_576;

describe('a batch that cannot be read', () => {
  const around = async (size: number) => {
    const broker = memoryBroker();
    await broker.admin().createTopics([{ name: RAW, partitions: 2, config: {} }], 1);
    await broker.producer().send(Array.from({ length: 9 }, (_, n) => ({ topic: RAW, partition: 0, key: null, value: line({ n }) })));
    const bytes = Buffer.alloc(size, 7);
    broker.damage(RAW, 0, 2, 6, bytes);
    const driver = await runOnMemory(example, { platform, topics: [RAW], broker });
    await driver.settle();
    const [letter, ...others] = await driver.raw('dead-letters.v1');
    expect(others).toEqual([]);
    const titles = (await driver.records(topics.findings)).map(({ value }) => value.title);
    await driver.stop(); // the ledger gets its last entries
    return { driver, bytes, titles, letter: letter!, header: (name: string) => new Map(letter!.headers).get(name)?.toString() };
  };

  it('is one dead letter with its bytes and its range; the position moves on', async () => {
    const { letter, bytes, header, titles, driver } = await around(1000);
    expect(letter).toMatchObject({ key: null, value: bytes });
    expect({
      topic: header(LETTER_HEADERS.topic),
      partition: header(LETTER_HEADERS.partition),
      from: header(LETTER_HEADERS.offset),
      to: header(BATCH_HEADERS.to),
      records: header(BATCH_HEADERS.records),
      code: header(LETTER_HEADERS.code),
      message: header(LETTER_HEADERS.message),
      organization: header(LETTER_HEADERS.organization),
      cut: header(CUT_HEADER),
    }).toEqual({
      topic: RAW,
      partition: '0',
      from: '2',
      to: '6',
      records: '4',
      code: 'BATCH_UNREADABLE',
      message: 'A batch of 4 records at offsets 2 to 5 cannot be read: Damaged for a test',
      organization: 'default',
      cut: undefined,
    });
    expect(titles.map((title) => title.split(' ')[2])).toEqual(['0', '1', '6', '7', '8']);
    expect(await driver.broker.admin().committed('goshawk.take', [{ topic: RAW, partition: 0 }])).toEqual(new Map([[`${RAW}/0`, 9]]));
  });

  it('counts in the ledger as the records it holds', async () => {
    const { driver } = await around(1000);
    const entries = (await driver.records(topics.ledger)).map(({ value }) => value).filter(({ stage }) => stage === 'take');
    const sum = (of: readonly { readonly count: number }[]) => of.reduce((all, { count }) => all + count, 0);
    for (const entry of entries) expect(entry.in).toBe(entry.passed + sum(entry.dropped) + sum(entry.rejected));
    expect(entries.reduce((all, entry) => all + entry.in, 0)).toBe(9);
    expect(entries.flatMap(({ rejected }) => rejected)).toEqual([{ reason: 'BATCH_UNREADABLE', count: 4 }]);
  });

  it('is cut where it does not fit, and says how long it was', async () => {
    const { letter, header } = await around(5 * MiB);
    expect(letter.value!.length).toBeGreaterThan(3.9 * MiB);
    expect((letter.key?.length ?? 0) + letter.value!.length + headerBytes(letter.headers)).toBeLessThanOrEqual(4 * MiB);
    expect(header(CUT_HEADER)).toBe(String(5 * MiB));
    expect(header(LETTER_HEADERS.without)).toMatch(/its end is missing/);
    expect([header(LETTER_HEADERS.offset), header(BATCH_HEADERS.to)]).toEqual(['2', '6']);
  });

  it('ends a task whose changelog it is in, rather than begin with half a state', async () => {
    const broker = memoryBroker();
    const first = await runOnMemory(example, { platform, topics: [RAW], broker });
    await first.write(RAW, [{ key: null, value: line({ n: 1 }), partition: 0 }]);
    await first.settle();
    await first.stop();
    const changelog = 'goshawk.sum-counts.changelog';
    for (const partition of [0, 1]) broker.damage(changelog, partition, 0, 1, Buffer.from('x'));
    const again = await runOnMemory(example, { platform, topics: [RAW], broker });
    expect(await again.running.failed).toMatchObject({ code: 'CHANGELOG_GAP', message: expect.stringMatching(/cannot be read/) as string });
  });
});

describe('a dead letter that does not fit', () => {
  const own: Headers = [['__goshawk.errors.code', Buffer.from('X')]];
  const sensor: Headers = [['s', Buffer.alloc(50)]];
  it.each<[name: string, key: number, value: number, limit: number, expected: object]>([
    ['stays whole up to the limit', 10, 100, 10 + 100 + headerBytes([...sensor, ...own]), { key: 10, value: 100, headers: 2 }],
    ['loses the end of its value', 10, 1000, 800, { key: 10, headers: 4 }],
    ['loses key and headers of the record where these alone are too much', 5000, 1000, 800, { key: 0, headers: 3 }],
  ])('%s', (_name, key, value, limit, expected) => {
    const letter = fitted({ key: Buffer.alloc(key), value: Buffer.alloc(value, 1), headers: [...sensor, ...own] }, own.length, limit);
    const sizes = { key: letter.key?.length ?? 0, value: letter.value!.length, headers: letter.headers.length };
    expect(sizes).toMatchObject(expected);
    expect(sizes.key + sizes.value + headerBytes(letter.headers)).toBeLessThanOrEqual(limit);
    expect(sizes.value).toBeGreaterThan(0);
    expect(letter.headers.some(([name]) => name === CUT_HEADER)).toBe(sizes.value < value);
  });
});
