// All of a transaction is seen, or nothing.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FencedError } from '../../../core/errors.ts';
import { tpKey } from '../../port.ts';
import type { TxnProducer } from '../../port.ts';
import { at, record, valuesOf, offsetsOf, nothing } from './world.ts';
import type { World } from './world.ts';

export function transactionsContract({ subject, connect, join, topic, produced, begun, contents, failureOf }: World): void {
  describe('transactions', () => {
    it('show outputs and offsets together, with metadata', async () => {
      const [input, output] = [await topic(), await topic()];
      await produced(record(input, 'a'));
      const group = `g-${randomUUID()}`;
      const member = await join(connect(), group, { topics: [input] });
      await member.until(() => member.values.length === 1);
      const admin = connect().admin();
      const producer = await begun(connect(), { outputs: [at(output)], groupId: group });
      const counts = JSON.stringify({ in: 1 });
      await producer.transact(async (txn) => {
        expect(await txn.send([record(output, 'A')])).toMatchObject([{ tp: at(output), count: 1 }]);
        await txn.offsets(offsetsOf([at(input), 1]), member.group!, new Map([[tpKey(at(input)), counts]]));
        expect(await contents(at(output), 'stable')).toEqual([]);
      });
      expect(valuesOf(await contents(at(output)))).toEqual(['A']);
      expect(await admin.committed(group, [at(input)])).toEqual(offsetsOf([at(input), 1]));
      expect((await admin.positions(group, [at(input)])).get(tpKey(at(input)))).toMatchObject({ offset: 1, metadata: counts });
    });

    it('leave nothing when their work fails, and the producer goes on', async () => {
      const [input, output] = [await topic(), await topic()];
      await produced(record(input, 'a'));
      const group = `g-${randomUUID()}`;
      const member = await join(connect(), group, { topics: [input] });
      await member.until(() => member.values.length === 1);
      const producer = await begun(connect());
      await expect(
        producer.transact(async (txn) => {
          await txn.send([record(output, 'A')]);
          await txn.offsets(offsetsOf([at(input), 1]), member.group!);
          throw new Error('as a test');
        }),
      ).rejects.toThrow('as a test');
      expect(producer.isUsable()).toBe(true);
      expect(
        await connect()
          .admin()
          .committed(group, [at(input)]),
      ).toEqual(new Map());
      await producer.transact(async (txn) => {
        await txn.send([record(output, 'B')]);
      });
      expect(valuesOf(await contents(at(output)))).toEqual(['B']);
    });

    it('may be many, quickly, and empty', async () => {
      const output = await topic(3);
      const producer = await begun(connect());
      await producer.transact(async () => {});
      for (let i = 0; i < 20; i++)
        await producer.transact(async (txn) => {
          await txn.send([record(output, String(i), { partition: i % 3 })]);
        });
      const found = (await Promise.all([0, 1, 2].map((partition) => contents(at(output, partition))))).map(valuesOf);
      expect(found.map((values) => values.map(Number))).toEqual([0, 1, 2].map((p) => Array.from({ length: 20 }, (_, i) => i).filter((i) => i % 3 === p)));
    });

    it('are fenced by a later producer of the same id, which ends what was open', async () => {
      const output = await topic();
      const transactionalId = `x-${randomUUID()}`;
      const old = await begun(connect(), nothing, transactionalId);
      let young!: TxnProducer;
      const error = await failureOf(
        old.transact(async (txn) => {
          await txn.send([record(output, 'old')]);
          young = await begun(connect(), { outputs: [at(output)], groupId: null }, transactionalId);
        }),
      );
      expect(error).toBeInstanceOf(FencedError);
      expect(error.code).toBe('PRODUCER_FENCED');
      expect(old.isUsable()).toBe(false);
      expect((await failureOf(old.transact(async () => {}))).code).toBe('TXN_MUST_ABORT');
      await young.transact(async (txn) => {
        await txn.send([record(output, 'young')]);
      });
      expect(valuesOf(await contents(at(output)))).toEqual(['young']);
    });

    it('that time out are aborted, and their producer is fenced', async () => {
      const output = await topic();
      const producer = await begun(connect(), nothing, undefined, 1_000);
      const error = await failureOf(
        producer.transact(async (txn) => {
          await txn.send([record(output, 'late')]);
          subject.passTime();
          const reader = connect().reader();
          for await (const batch of reader.read(at(output), 0, 2, new AbortController().signal)) expect(batch.records).toEqual([]); // until the marker
        }),
      );
      expect(error).toMatchObject({ code: 'PRODUCER_FENCED' });
      expect(await contents(at(output))).toEqual([]);
    });
  });
}
