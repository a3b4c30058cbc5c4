// Reading without a group.
import { describe, expect, it } from 'vitest';
import type { RawBatch } from '../../port.ts';
import { at, record, valuesOf, offsetsOf } from './world.ts';
import type { World } from './world.ts';

export function readersContract({ connect, topic, produced, begun, failureOf }: World): void {
  describe('readers', () => {
    it('read a range to its end, across markers, and no further', async () => {
      const t = await topic();
      const producer = await begun(connect());
      for (const value of ['a', 'b', 'c'])
        await producer.transact(async (txn) => {
          await txn.send([record(t, value)]);
        });
      const read = async (from: number, to: number) => {
        const batches: RawBatch[] = [];
        for await (const batch of connect().reader().read(at(t), from, to, new AbortController().signal)) batches.push(batch);
        return { values: batches.flatMap(({ records }) => valuesOf(records)), from: batches[0]?.from, next: batches.at(-1)?.nextOffset };
      };
      expect(await read(0, 6)).toEqual({ values: ['a', 'b', 'c'], from: 0, next: 6 });
      expect(await read(2, 4)).toEqual({ values: ['b'], from: 2, next: 4 });
      expect(await read(5, 6)).toEqual({ values: [], from: 5, next: 6 });
      expect(await read(3, 3)).toEqual({ values: [], from: undefined, next: undefined });
    });

    it('follow a partition, several at a time, until they are told to stop', async () => {
      const t = await topic(2);
      const reader = connect().reader();
      const stop = new AbortController();
      const seen: string[] = [];
      const { promise: all, resolve } = Promise.withResolvers<void>();
      const follow = async (partition: number) => {
        for await (const batch of reader.read(at(t, partition), 0, 'follow', stop.signal)) {
          seen.push(...valuesOf(batch.records));
          if (seen.length === 3) resolve();
        }
      };
      const following = [follow(0), follow(1), follow(0)];
      await produced(record(t, 'a'), record(t, 'b', { partition: 1 }));
      await all;
      stop.abort();
      await Promise.all(following);
      expect(seen.sort()).toEqual(['a', 'a', 'b']);
    });

    it('say when the range is gone', async () => {
      const t = await topic();
      await produced(record(t, 'a'), record(t, 'b'));
      await connect()
        .admin()
        .deleteRecords(offsetsOf([at(t), 1]));
      const reader = connect().reader();
      const read = async (from: number) => {
        const values: string[] = [];
        for await (const batch of reader.read(at(t), from, 2, new AbortController().signal)) values.push(...valuesOf(batch.records));
        return values;
      };
      expect((await failureOf(read(0))).code).toBe('OFFSET_GONE');
      expect(await read(1)).toEqual(['b']); // the reader is as good as before
    });
  });
}
