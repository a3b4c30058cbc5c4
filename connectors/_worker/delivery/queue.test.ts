import { describe, expect, it } from 'vitest';
import type { BatchLimits } from '../../_sink/index.ts';
import { Entry } from './entry.ts';
import { openQueue } from './queue.ts';

const HOUR_MS = 3_600_000;
const limits: BatchLimits = { maxRecords: 100, maxBytes: 1_000, lingerMs: HOUR_MS, maxInFlight: 1 };

function entry(partition: number, offset: number, bytes = 10): Entry {
  const tp = { topic: 't', partition };
  const value = Buffer.alloc(bytes);
  const key = Buffer.from(`k${offset}`);
  const record = {
    topic: 't',
    position: { topic: 't', partition, offset },
    id: String(offset),
    kind: 'event' as const,
    key,
    value,
    headers: [],
    timestampMs: 0,
  };
  return new Entry(tp, { offset, key, value, headers: [], timestampMs: 0 }, record, 0);
}
const offsets = (batch: readonly Entry[] | null) => batch?.map(({ offset }) => offset) ?? null;

describe.each<[string, Partial<BatchLimits>]>([
  ['in any order', {}],
  ['one of a key at a time', { orderedByKey: true }],
  ['by partition', { perPartition: true }],
])('a queue %s', (_, more) => {
  it('lets what is not full linger, but not when nothing more is read', () => {
    const queue = openQueue({ ...limits, ...more });
    queue.push(entry(0, 0));
    expect(queue.take(0)).toEqual({ batch: null, wakeMs: HOUR_MS });
    expect(offsets(queue.take(0, true).batch)).toEqual([0]);
    expect(queue.take(0, true)).toEqual({ batch: null, wakeMs: Infinity });
  });
});

it('a queue by partition gives the largest first when nothing more is read', () => {
  const queue = openQueue({ ...limits, perPartition: true });
  for (const one of [entry(0, 0), entry(1, 1, 500), entry(1, 2), entry(2, 3, 20)]) queue.push(one);
  expect([queue.take(0, true), queue.take(0, true), queue.take(0, true)].map(({ batch }) => offsets(batch))).toEqual([[1, 2], [3], [0]]);
});
