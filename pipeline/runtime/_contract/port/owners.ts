// A partition changes hands while a transaction is open.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FencedError } from '../../../core/errors.ts';
import { tpKey } from '../../port.ts';
import type { Member } from '../member.ts';
import type { Switches } from '../subject.ts';
import { at, record, valuesOf, offsetsOf, nothing } from './world.ts';
import type { World } from './world.ts';

export function ownersContract({ subject, connect, join, topic, produced, begun, contents, failureOf }: World): void {
  describe('exactly once over a change of owner', () => {
    /** A reads and opens a transaction, then hangs; B takes over, handles the same record and commits; then A commits. */
    const zombie = async ({ isNameless }: { readonly isNameless: boolean }): Promise<{ readonly outputs: string[]; readonly error: unknown }> => {
      const [input, output] = [await topic(), await topic()];
      await produced(record(input, 'a'));
      const group = `g-${randomUUID()}`;
      const { promise: hanging, resolve: release } = Promise.withResolvers<void>();
      const [brokerA, brokerB] = [connect(), connect()];
      const producerA = await begun(brokerA);
      const producerB = await begun(brokerB);
      const a = await join(
        brokerA,
        group,
        {
          topics: [input],
          batch: async (_batch, _control, { generations }) => {
            if (generations.length === 1) await hanging;
          },
        },
        subject.shortSession,
      );
      await a.until(() => a.values.length === 1);
      const groupOfA = isNameless ? { ...a.group!, generationId: -1, memberId: '' } : a.group!;
      let error: unknown;
      await producerA
        .transact(async (txn) => {
          await txn.send([record(output, 'A')]);
          const joining = join(brokerB, group, { topics: [input] }, subject.shortSession);
          subject.passTime();
          const b = await joining;
          await b.until(() => b.values.length === 1);
          await producerB.transact(async (other) => {
            await other.send([record(output, 'B')]);
            await other.offsets(offsetsOf([at(input), 1]), b.group!);
          });
          await txn.offsets(offsetsOf([at(input), 1]), groupOfA);
        })
        .catch((failure: unknown) => {
          error = failure;
        });
      release();
      return { outputs: valuesOf(await contents(at(output))), error };
    };

    it('fences a zombie', async () => {
      const { outputs, error } = await zombie({ isNameless: false });
      expect(outputs).toEqual(['B']);
      expect(error).toBeInstanceOf(FencedError);
      expect(error).toMatchObject({ code: 'GENERATION_FENCED', details: { code: 25 } });
    });

    it('would not, without group metadata: the test above can fail', async () => {
      const { outputs, error } = await zombie({ isNameless: true });
      expect(error).toBeUndefined();
      expect(outputs).toEqual(['A', 'B']);
    });

    /** A's transaction with offsets is open while B becomes the owner. */
    const pending = async (switches: Switches): Promise<string[]> => {
      const [input, output] = [await topic(), await topic()];
      await produced(record(input, 'a'));
      const group = `g-${randomUUID()}`;
      const [brokerA, brokerB] = [connect(switches), connect(switches)];
      const producerA = await begun(brokerA);
      const a = await join(brokerA, group, { topics: [input] });
      await a.until(() => a.values.length === 1);
      let b!: Member;
      await producerA.transact(async (txn) => {
        await txn.send([record(output, 'a')]);
        await txn.offsets(offsetsOf([at(input), 1]), a.group!);
        await a.consumer.stop();
        b = await join(brokerB, group, { topics: [input] });
        await produced(record(input, 'b'));
        if (switches.withoutStableReads) await b.until(() => b.values.length > 0); // would wait for ever when reads are stable
      });
      await b.until(() => b.values.includes('b'));
      return b.values;
    };

    it('tells which positions an open transaction holds, and by what was committed there before', async () => {
      const [input, output] = [await topic(2), await topic()];
      const group = `g-${randomUUID()}`;
      const member = await join(connect(), group, { topics: [input] });
      const transactionalId = `x-${randomUUID()}`;
      const producer = await begun(connect(), nothing, transactionalId);
      const commit = (offset: number, metadata: string, within: () => Promise<void> = async () => {}) =>
        producer.transact(async (txn) => {
          await txn.send([record(output, 'a')]);
          await txn.offsets(offsetsOf([at(input), offset]), member.group!, new Map([[tpKey(at(input)), metadata]]));
          await within();
        });
      const admin = connect().admin();
      const pending = () => admin.pending(group, [at(input), at(input, 1)]);
      await commit(0, 'before');
      while ((await pending()).size > 0); // the markers of the commit come a moment later
      let seen: ReadonlyMap<string, string> = new Map();
      await failureOf(
        commit(1, 'now', async () => {
          seen = await pending();
          await begun(connect(), { outputs: [at(output)], groupId: group }, transactionalId); // takes over, and ends it
        }),
      );
      expect(seen).toEqual(new Map([[tpKey(at(input)), 'before']]));
      expect(await pending()).toEqual(new Map());
      expect(await admin.committed(group, [at(input)])).toEqual(offsetsOf([at(input), 0]));
    });

    it('lets a new owner wait for the open transaction of the old one', async () => {
      expect(await pending({})).toEqual(['b']);
    });

    it('would not, without stable reads: the test above can fail', async () => {
      expect(await pending({ withoutStableReads: true })).toEqual(['a', 'b']);
    });

    it('refuses a member of an earlier generation', async () => {
      const [input, output] = [await topic(2), await topic()];
      const group = `g-${randomUUID()}`;
      const a = await join(connect(), group, { topics: [input] });
      const old = a.group!;
      await join(connect(), group, { topics: [input] });
      await a.until(() => a.generations.length === 2);
      const producer = await begun(connect());
      const error = await failureOf(
        producer.transact(async (txn) => {
          await txn.send([record(output, 'x')]);
          await txn.offsets(offsetsOf([at(input), 0]), old);
        }),
      );
      expect(error).toMatchObject({ code: 'GENERATION_FENCED', details: { code: 22 } });
      expect(producer.isUsable()).toBe(true);
      expect((await failureOf(a.consumer.commit(offsetsOf([at(input), 0]), old))).code).toBe('GENERATION_FENCED');
    });
  });
}
