// Records come back as they were sent.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../../core/errors.ts';
import type { Headers } from '../../port.ts';
import { at, record, valuesOf } from './world.ts';
import type { World } from './world.ts';

export function recordsContract({ connect, topic, begun, contents, failureOf }: World): void {
  describe('records', () => {
    it('come back as they were sent, in order, where the send said', async () => {
      const t = await topic(2);
      const headers: Headers = [
        ['a', Buffer.from('1')],
        ['a', Buffer.from([0, 255])],
        ['ü', Buffer.alloc(0)],
      ];
      const appended = await connect()
        .producer()
        .send([
          record(t, 'one', { key: 'k', headers }),
          record(t, 'two', { partition: 1 }),
          { topic: t, partition: 0, key: Buffer.from([0, 0, 0, 0]), value: null },
        ]);
      expect([...appended].sort((a, b) => a.tp.partition - b.tp.partition)).toEqual([
        { tp: at(t, 0), first: 0, count: 2 },
        { tp: at(t, 1), first: 0, count: 1 },
      ]);
      const [one, two] = await contents(at(t, 0));
      expect(one).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('one'), headers, offset: 0 });
      expect(two).toMatchObject({ key: Buffer.from([0, 0, 0, 0]), value: null, headers: [], offset: 1 });
      expect(one!.timestampMs).toBeGreaterThan(1_600_000_000_000);
      expect(valuesOf(await contents(at(t, 1)))).toEqual(['two']);
    });

    it('keep their order over many sends, also concurrent ones, and each send learns its own offsets', async () => {
      const t = await topic();
      const producer = connect().producer();
      const sends = Array.from({ length: 40 }, (_, i) => Array.from({ length: 1 + (i % 3) }, (_unused, j) => record(t, `${i}.${j}`)));
      const appended = await Promise.all(sends.map((records) => producer.send(records)));
      const all = await contents(at(t));
      expect(valuesOf(all)).toEqual(sends.flat().map(({ value }) => String(value)));
      appended.forEach((ranges, i) => {
        const found = ranges.flatMap(({ first, count }) => all.filter(({ offset }) => offset >= first && offset < first + count));
        expect(valuesOf(found)).toEqual(sends[i]!.map(({ value }) => String(value)));
      });
    });

    it('may be more and larger than one request holds', async () => {
      const t = await topic();
      const large = 'x'.repeat(300_000);
      const records = [...Array.from({ length: 4_500 }, (_, i) => record(t, String(i))), ...Array.from({ length: 9 }, () => record(t, large))];
      expect(await connect().producer().send(records)).toEqual([{ tp: at(t), first: 0, count: 4_509 }]);
      const found = await contents(at(t));
      expect(valuesOf(found.slice(0, 4_500))).toEqual(records.slice(0, 4_500).map(({ value }) => String(value)));
      expect(found.slice(4_500).every(({ value }) => value!.length === 300_000)).toBe(true);
    });

    it('above the limit of their topic are refused one by one, and the producer goes on', async () => {
      const t = await topic(1, { config: { 'max.message.bytes': '2000' } });
      const producer = connect().producer();
      const error = await failureOf(producer.send([{ topic: t, partition: 0, key: null, value: randomBytes(6_000) }])); // cannot be compressed
      expect(error).toBeInstanceOf(RecordError);
      expect(error.code).toBe('RECORD_TOO_LARGE');
      await producer.send([record(t, 'small')]);
      expect(valuesOf(await contents(at(t)))).toEqual(['small']);
    });

    it('below the limit of their topic go through, however many go out together', async () => {
      const t = await topic(1, { config: { 'max.message.bytes': '3000' } });
      const values = Array.from({ length: 100 }, (_, i) => `${i} ${randomBytes(100).toString('base64')}`);
      for (const producer of [connect().producer(), connect().producer()]) await producer.send(values.map((value) => record(t, value)));
      const transactional = await begun(connect());
      await transactional.transact(async (txn) => {
        await txn.send(values.map((value) => record(t, value)));
      });
      expect(valuesOf(await contents(at(t)))).toEqual([...values, ...values, ...values]);
    });

    it('that their topic refuses for what they are (87) are refused alone; the transaction is lost, the producer goes on', async () => {
      const [t, compacted] = [await topic(), await topic(1, { config: { 'cleanup.policy': 'compact' } })];
      const producer = await begun(connect());
      const error = await failureOf(
        producer.transact(async (txn) => {
          await txn.send([record(t, 'lost'), record(compacted, 'has no key')]);
        }),
      );
      expect(error).toBeInstanceOf(RecordError);
      expect(error.details['code']).toBe(87);
      expect(producer.isUsable()).toBe(true);
      await producer.transact(async (txn) => {
        await txn.send([record(t, 'kept'), record(compacted, 'has one', { key: 'k' })]);
      });
      expect(valuesOf(await contents(at(t)))).toEqual(['kept']);
      expect(valuesOf(await contents(at(compacted)))).toEqual(['has one']);
    });
  });
}
