// Answers and requests that are lost, late or refused.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../core/errors.ts';
import { tpKey } from '../../port.ts';
import type { Faults } from '../subject.ts';
import { at, record, valuesOf, offsetsOf } from './world.ts';
import type { World } from './world.ts';

export function faultsContract({ connect, connectFaulty, join, topic, produced, begun, contents }: World): void {
  describe('faults', () => {
    const forwarded = async (run: (faults: Faults, forward: () => Promise<void>) => Promise<unknown>) => {
      const [input, output] = [await topic(), await topic()];
      await produced(record(input, 'a'), record(input, 'b'));
      const group = `g-${randomUUID()}`;
      const member = await join(connect(), group, { topics: [input] });
      await member.until(() => member.values.length === 2);
      const { broker, faults } = await connectFaulty();
      const transactionalId = `x-${randomUUID()}`;
      let producer = await begun(broker, { outputs: [at(output)], groupId: group }, transactionalId);
      /** What the runtime does: after an unknown outcome it looks what became of it, else it does the work again. */
      const forward = async (): Promise<void> => {
        for (let tries = 0; tries < 3; tries++) {
          try {
            return await producer.transact(async (txn) => {
              await txn.send(member.values.map((value) => record(output, value.toUpperCase())));
              await txn.offsets(offsetsOf([at(input), 2]), member.group!);
            });
          } catch (error) {
            expect(error).toBeInstanceOf(RetryableError);
            if (!producer.isUsable()) producer = await begun(broker, { outputs: [at(output)], groupId: group }, transactionalId);
            if ((error as RetryableError).details['outcome'] !== 'unknown') continue;
            if ((await broker.admin().committed(group, [at(input)])).get(tpKey(at(input))) === 2) return;
          }
        }
        throw new Error('it never succeeded');
      };
      await run(faults, forward);
      expect(valuesOf(await contents(at(output)))).toEqual(['A', 'B']);
      expect(
        await connect()
          .admin()
          .committed(group, [at(input)]),
      ).toEqual(offsetsOf([at(input), 2]));
      // The transaction after it loses nothing either. A broker that has met a late send may refuse it once (45): then a new producer does it.
      const more = () =>
        producer.transact(async (txn) => {
          await txn.send([record(output, 'C'), record(output, 'D')]);
        });
      await more().catch(async (error: unknown) => {
        expect(error).toMatchObject({ code: 'TXN_MUST_ABORT', details: { code: 45 } });
        expect(producer.isUsable()).toBe(false);
        producer = await begun(broker, { outputs: [at(output)], groupId: group }, transactionalId);
        await more();
      });
      expect(valuesOf(await contents(at(output)))).toEqual(['A', 'B', 'C', 'D']);
    };

    it.each<[string, (faults: Faults) => void]>([
      [
        'the answer to a send is lost',
        (faults) => {
          faults.loseAnswer('send');
        },
      ],
      [
        'a send is lost',
        (faults) => {
          faults.loseRequest('send');
        },
      ],
      [
        'the answer to offsets is lost',
        (faults) => {
          faults.loseAnswer('offsets');
        },
      ],
      [
        'the answer to a commit is lost',
        (faults) => {
          faults.loseAnswer('commit');
        },
      ],
      [
        'a commit is lost',
        (faults) => {
          faults.loseRequest('commit');
        },
      ],
      ...([14, 15, 16] as const).flatMap((code): [string, (faults: Faults) => void][] =>
        (['offsets', 'commit'] as const).map((operation) => [
          `the coordinator loads, is away or has moved (${code} to ${operation})`,
          (faults) => {
            faults.refuse(operation, code);
          },
        ]),
      ),
      [
        'the transaction before is not finished, twice',
        (faults) => {
          faults.refuse('offsets', 51);
          faults.refuse('offsets', 51);
        },
      ],
    ])('%s: nothing is missing, nothing is double', (_name, inject) =>
      forwarded(async (faults, forward) => {
        inject(faults);
        await forward();
      }),
    );

    it.each(['send', 'offsets', 'commit'] as const)('a request that reaches the broker after its successor is done (%s) counts for nothing', (operation) =>
      forwarded(async (faults, forward) => {
        const arrive = faults.delay(operation);
        await forward();
        await arrive();
      }),
    );
  });
}
