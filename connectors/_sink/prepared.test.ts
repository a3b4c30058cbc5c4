import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../pipeline/core/errors.ts';
import { sinkRecord } from '../_contract/test-sink.ts';
import { PRESENT, rejected } from './index.ts';
import type { Outcome } from './index.ts';
import { heeded, sendPrepared } from './prepared.ts';

describe('records that are made into something else', () => {
  it('have their outcomes at their places, those that cannot be made as well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (canBe) => {
        const given: string[][] = [];
        const outcomes = await sendPrepared(
          canBe.map((_, n) => sinkRecord(String(n))),
          ({ id }) => {
            if (!canBe[Number(id)]) throw new RecordError('FORMAT_REFUSED', `No ${id}.`);
            return id;
          },
          async (made) => {
            given.push([...made]);
            return made.map((id): Outcome => rejected('x', id));
          },
        );
        expect(outcomes).toEqual(canBe.map((can, n) => (can ? rejected('x', String(n)) : rejected('FORMAT_REFUSED', `No ${n}.`))));
        expect(given).toEqual(canBe.includes(true) ? [canBe.flatMap((can, n) => (can ? [String(n)] : []))] : []);
      }),
    );
  });

  it('that fail by a bug of ours are not rejected', async () => {
    const made = sendPrepared(
      [sinkRecord('a')],
      () => {
        throw new TypeError('A bug.');
      },
      async () => [],
    );
    await expect(made).rejects.toThrow('A bug.');
  });
});

it.each<[name: string, outcome: Parameters<typeof heeded>[0], pauses: readonly number[]]>([
  ['a pause that was asked for is kept', { kind: 'retry', message: '', isAmbiguous: false, afterMs: 5 }, [5]],
  ['none was', { kind: 'retry', message: '', isAmbiguous: false }, []],
  ['records were taken', PRESENT, []],
  ['they part', 'apart', []],
])('%s', (_name, outcome, pauses) => {
  const found: number[] = [];
  expect(heeded(outcome, { slowDown: (ms) => void found.push(ms) })).toBe(outcome);
  expect(found).toEqual(pauses);
});
