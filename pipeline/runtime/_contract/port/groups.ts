// Members of a group share partitions, and hear of every change.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FatalError, FencedError } from '../../../core/errors.ts';
import { tpKey } from '../../port.ts';
import type { TopicPartition } from '../../port.ts';
import type { Member } from '../member.ts';
import { at, record, offsetsOf } from './world.ts';
import type { World } from './world.ts';

export function groupsContract({ subject, connect, join, topic, produced, begun }: World): void {
  describe('groups', () => {
    it('begin where they were told, and go on where they committed', async () => {
      const t = await topic();
      await produced(record(t, 'a'), record(t, 'b'));
      const group = `g-${randomUUID()}`;
      const first = await join(connect(), group, { topics: [t] });
      await first.until(() => first.values.length === 2);
      await first.consumer.commit(offsetsOf([at(t), 1]), first.group!);
      await first.consumer.stop();
      const second = await join(connect(), group, { topics: [t], start: 'latest' });
      await second.until(() => second.values.length === 1);
      expect(second.values).toEqual(['b']);

      const late = await join(connect(), `g-${randomUUID()}`, { topics: [t], start: 'latest' });
      await late.consumer.committed([at(t)]);
      const strict = await join(connect(), `g-${randomUUID()}`, { topics: [t], start: 'fail' });
      expect(await strict.consumer.failed).toMatchObject({ code: 'OFFSET_GONE' });
    });

    it('take start offsets from the assigned hook over committed ones', async () => {
      const t = await topic();
      await produced(...['a', 'b', 'c', 'd'].map((value) => record(t, value)));
      const group = `g-${randomUUID()}`;
      await connect()
        .admin()
        .setCommitted(group, offsetsOf([at(t), 1]));
      const member = await join(connect(), group, { topics: [t], assigned: async () => offsetsOf([at(t), 3]) });
      await member.until(() => member.values.length > 0);
      expect(member.values).toEqual(['d']);
    });

    it('see only committed data and cover markers, aborted records and holes with nextOffset', async () => {
      const t = await topic();
      const producer = await begun(connect());
      await producer.transact(async (txn) => {
        await txn.send([record(t, 'a'), record(t, 'b')]);
      }); // 0 1, marker 2
      await expect(
        producer.transact(async (txn) => {
          await txn.send([record(t, 'gone')]); // 3, marker 4
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      await producer.transact(async (txn) => {
        await txn.send([record(t, 'c')]);
      }); // 5, marker 6
      const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
      await member.until(() => member.positions[tpKey(at(t))] === 7);
      expect(member.values).toEqual(['a', 'b', 'c']);
      for (const [i, batch] of member.batches.entries()) expect(batch.from).toBe(i === 0 ? 0 : member.batches[i - 1]!.nextOffset); // no gap, no overlap
      const loose = await join(connect(), `g-${randomUUID()}`, { topics: [t], isolation: 'uncommitted' });
      await loose.until(() => loose.positions[tpKey(at(t))] === 7);
      expect(loose.values).toEqual(['a', 'b', 'gone', 'c']);
    });

    it('do not pass an open transaction, which the batch shows by its stable offset', async () => {
      const t = await topic();
      await produced(record(t, 'before'));
      const producer = await begun(connect());
      const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
      await producer.transact(async (txn) => {
        await txn.send([record(t, 'inside')]);
        await produced(record(t, 'after'));
        await member.until(() => member.values.length === 1);
        expect(
          (
            await connect()
              .admin()
              .offsets([at(t)], 'stable')
          ).get(tpKey(at(t))),
        ).toBe(1);
      });
      await member.until(() => member.positions[tpKey(at(t))] === 4);
      expect(member.values).toEqual(['before', 'inside', 'after']);
      expect(member.batches.at(-1)).toMatchObject({ highWatermark: 4, lastStableOffset: 4 });
    });

    it('pause, resume and seek', async () => {
      const t = await topic(2);
      const member = await join(connect(), `g-${randomUUID()}`, {
        topics: [t],
        assigned: async (_owned, { consumer }) => {
          consumer.pause([at(t, 0)]);
          return undefined;
        },
      });
      await produced(record(t, 'p0'), record(t, 'p1', { partition: 1 }));
      await member.until(() => member.values.length === 1);
      expect(member.values).toEqual(['p1']);
      member.consumer.resume([at(t, 0)]);
      await member.until(() => member.values.length === 2);
      member.consumer.seek(at(t, 1), 0);
      await member.until(() => member.values.length === 3);
      expect(member.values).toEqual(['p1', 'p0', 'p1']);
    });

    it('seek from within a batch, which then is stale', async () => {
      const t = await topic();
      await produced(record(t, 'a'), record(t, 'b'));
      const stale: boolean[] = [];
      const member = await join(connect(), `g-${randomUUID()}`, {
        topics: [t],
        batch: async (batch, { isStale }, { consumer, batches }) => {
          stale.push(isStale());
          if (batches.length === 1) consumer.seek(at(t), 1);
          stale.push(isStale());
          expect(batch.from).toBe(batches.length === 1 ? 0 : 1);
        },
      });
      await member.until(() => member.values.length === 3);
      expect(member.values).toEqual(['a', 'b', 'b']);
      expect(stale.slice(0, 2)).toEqual([false, true]);
    });

    it('hand partitions over by number, after the old owner committed, with hooks in order', async () => {
      const t = await topic(3);
      const u = await topic(3);
      const group = `g-${randomUUID()}`;
      await produced(record(t, 'a'), record(t, 'b'));
      const order: string[] = [];
      const a = await join(connect(), group, {
        topics: [t, u],
        revoked: async (owned, { consumer, group: metadata }) => {
          if (owned.length === 6)
            await consumer.commit(offsetsOf(...owned.map((tp): [TopicPartition, number] => [tp, tp.topic === t && tp.partition === 0 ? 1 : 0])), metadata!);
          order.push(`a revoked ${owned.length}`);
        },
      });
      await a.until(() => a.values.length === 2);
      const b = await join(connect(), group, {
        topics: [t, u],
        assigned: async (owned) => {
          order.push(`b assigned ${owned.length}`);
          return undefined;
        },
      });
      await a.until(() => a.generations.length === 2);
      expect(order.indexOf('a revoked 6')).toBeLessThan(order.findIndex((step) => step.startsWith('b assigned')));
      expect(a.generations[1]).toBe(b.generations[0]);
      for (const { owned } of [a, b]) {
        const numbers = (name: string) =>
          owned
            .filter((tp) => tp.topic === name)
            .map(({ partition }) => partition)
            .sort((x, y) => x - y);
        expect(numbers(t)).toEqual(numbers(u)); // a task is one number over all topics
      }
      expect([...a.owned, ...b.owned].map(tpKey).sort()).toEqual([0, 1, 2].flatMap((p) => [tpKey(at(t, p)), tpKey(at(u, p))]).sort());
      const owner = [a, b].find(({ owned }) => owned.some((tp) => tpKey(tp) === tpKey(at(t, 0))))!;
      const before = owner === a ? 2 : 0;
      await owner.until(() => owner.values.length === before + 1);
      expect(owner.values.at(-1)).toBe('b');
      await b.consumer.stop();
      expect(b.hooks.at(-1)).toMatch(/^revoked/);
      await a.until(() => a.owned.length === 6);
    });

    it('leave partitions where they are when members come and go, and move the fewest', async () => {
      const t = await topic(6);
      const group = `g-${randomUUID()}`;
      const owners = (...all: Member[]) => all.map(({ owned }) => owned.map(({ partition }) => partition).sort((x, y) => x - y));
      const settled = (...all: Member[]) => Promise.all(all.map((member) => member.until(() => member.owned.length === 6 / all.length)));
      const a = await join(connect(), group, { topics: [t] });
      const b = await join(connect(), group, { topics: [t] });
      await settled(a, b);
      const [first, second] = owners(a, b);
      const c = await join(connect(), group, { topics: [t] });
      await settled(a, b, c);
      const [one, two, three] = owners(a, b, c);
      expect(first).toEqual(expect.arrayContaining(one!));
      expect(second).toEqual(expect.arrayContaining(two!));
      await b.consumer.stop();
      await settled(a, c);
      const [left, right] = owners(a, c);
      expect(left).toEqual(expect.arrayContaining(one!));
      expect(right).toEqual(expect.arrayContaining(three!));
      expect([...left!, ...right!].sort((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('join again as the same member in the very next generation, so that nobody can have had their partitions', async () => {
      const [t, u] = [await topic(), await topic()];
      const group = `g-${randomUUID()}`;
      const member = await join(connect(), group, { topics: [t] });
      const before = member.group!;
      await member.consumer.resubscribe([t, u]);
      expect(member.group).toEqual({ ...before, generationId: before.generationId + 1 });
      await member.consumer.stop();
      const again = await join(connect(), group, { topics: [t, u] });
      expect(again.group!.generationId).toBeGreaterThan(before.generationId + 1);
    });

    it('tell a batch at work that the group rebalances', async () => {
      const t = await topic(2);
      await produced(record(t, 'a'));
      const group = `g-${randomUUID()}`;
      let failure: unknown;
      let wasStale = false;
      const a = await join(connect(), group, {
        topics: [t],
        batch: async (_batch, { beat, isStale }, { generations }) => {
          if (generations.length > 1) return;
          await new Promise<void>((resolve) => {
            const look = setInterval(() => {
              void beat().catch((error: unknown) => {
                failure = error;
                wasStale = isStale();
                clearInterval(look);
                resolve();
              });
            }, 5);
          });
          throw failure as Error;
        },
      });
      await a.until(() => a.batches.length === 1);
      const b = await join(connect(), group, { topics: [t] });
      await a.until(() => a.generations.length === 2);
      expect(failure).toBeInstanceOf(FencedError);
      expect(wasStale).toBe(true);
      expect(a.hooks).toContain(`revoked ${tpKey(at(t, 0))} ${tpKey(at(t, 1))}`);
      const owner = [a, b].find(({ owned }) => owned.some((tp) => tp.partition === 0))!;
      await owner.until(() => owner.values.length >= (owner === a ? 2 : 1)); // read again: nothing was committed
      expect(owner.values.at(-1)).toBe('a');
    });

    it('expel a member that hangs, which then learns that it lost its partitions', async () => {
      const t = await topic();
      await produced(record(t, 'a'));
      const group = `g-${randomUUID()}`;
      const { promise: hanging, resolve: release } = Promise.withResolvers<void>();
      const a = await join(
        connect(),
        group,
        {
          topics: [t],
          batch: async (_batch, _control, { generations }) => {
            if (generations.length === 1) await hanging;
          },
        },
        subject.shortSession,
      );
      await a.until(() => a.batches.length === 1);
      const joining = join(connect(), group, { topics: [t] }, subject.shortSession);
      subject.passTime();
      const b = await joining;
      await b.until(() => b.values.length === 1);
      release();
      await a.until(() => a.hooks.includes(`lost ${tpKey(at(t))}`) || a.hooks.some((hook) => hook.startsWith('revoked')));
      expect(a.hooks).toContain(`lost ${tpKey(at(t))}`);
    });

    it('end with the error of a batch, and rejoin when it says fenced', async () => {
      const t = await topic();
      await produced(record(t, 'a'));
      const broken = await join(connect(), `g-${randomUUID()}`, {
        topics: [t],
        batch: async () => {
          throw new FatalError('CHANGELOG_GAP', 'as a test');
        },
      });
      expect(await broken.consumer.failed).toMatchObject({ code: 'CHANGELOG_GAP' });
      expect(broken.hooks.at(-1)).toBe(`lost ${tpKey(at(t))}`);
      const fenced = await join(connect(), `g-${randomUUID()}`, {
        topics: [t],
        batch: async (_batch, _control, { generations }) => {
          if (generations.length === 1) throw new FencedError('OFFSETS_FENCED', 'as a test');
        },
      });
      await fenced.until(() => fenced.values.length === 2);
      expect(fenced.hooks).toEqual([`assigned ${tpKey(at(t))}`, `lost ${tpKey(at(t))}`, `assigned ${tpKey(at(t))}`]);
    });

    it('rejoin when asked to, dropping what they have', async () => {
      const t = await topic();
      const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
      member.consumer.rejoin();
      await member.until(() => member.generations.length === 2);
      expect(member.generations[1]).toBeGreaterThan(member.generations[0]!);
      await produced(record(t, 'a'));
      await member.until(() => member.values.length === 1);
      expect(member.hooks).toEqual([`assigned ${tpKey(at(t))}`, `lost ${tpKey(at(t))}`, `assigned ${tpKey(at(t))}`]);
    });

    it('never jump over records that were deleted before they were read', async () => {
      const t = await topic();
      await produced(...['a', 'b', 'c'].map((value) => record(t, value)));
      const group = `g-${randomUUID()}`;
      const admin = connect().admin();
      await admin.setCommitted(group, offsetsOf([at(t), 1]));
      await admin.deleteRecords(offsetsOf([at(t), 2]));
      const member = await join(connect(), group, { topics: [t] });
      const error = await member.consumer.failed;
      expect(error).toBeInstanceOf(FatalError);
      expect(error).toMatchObject({ code: 'OFFSET_GONE', details: { offset: 1 } });
      expect(member.values).toEqual([]);
      expect(await admin.committed(group, [at(t)])).toEqual(offsetsOf([at(t), 1]));
    });

    it('read compacted partitions over the holes', { timeout: 90_000 }, async () => {
      const t = await topic(1, {
        config: { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01', 'delete.retention.ms': '100' },
      });
      await produced(...Array.from({ length: 30 }, (_, i) => record(t, String(i), { key: 'same' })));
      await subject.compact(t);
      const end = (
        await connect()
          .admin()
          .offsets([at(t)], 'latest')
      ).get(tpKey(at(t)))!;
      const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
      await member.until(() => member.positions[tpKey(at(t))] === end);
      expect(member.values).not.toContain('0');
      expect(member.values.length).toBeGreaterThan(0);
      for (const [i, batch] of member.batches.entries()) if (i > 0) expect(batch.from).toBe(member.batches[i - 1]!.nextOffset);
    });

    it('change topics by resubscribing', async () => {
      const [t, u] = [await topic(), await topic()];
      await produced(record(u, 'u'));
      const member = await join(connect(), `g-${randomUUID()}`, { topics: [t] });
      await member.consumer.resubscribe([t, u]);
      await member.until(() => member.values.length === 1);
      const [one, other] = [tpKey(at(t)), tpKey(at(u))].sort();
      expect(member.hooks).toEqual([`assigned ${tpKey(at(t))}`, `revoked ${tpKey(at(t))}`, `assigned ${one} ${other}`]);
    });
  });
}
