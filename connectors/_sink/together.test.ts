import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { sinkRecord } from '../_contract/test-sink.ts';
import { DELIVERED, rejected } from './index.ts';
import type { Outcome } from './index.ts';
import { sendInTurn, sendTogether } from './together.ts';

const records = (count: number) => Array.from({ length: count }, (_, n) => sinkRecord(String(n)));

describe('records that share a request', () => {
  it('are sent until each refused one stands alone; all others arrive once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (isBad) => {
        const arrived: string[] = [];
        const outcomes = await sendTogether(records(isBad.length), async (part) => {
          if (part.some(({ id }) => isBad[Number(id)])) return part.length === 1 ? rejected('bad', 'Bad.') : 'apart';
          arrived.push(...part.map(({ id }) => id));
          return DELIVERED;
        });
        expect(outcomes.map(({ kind }) => kind)).toEqual(isBad.map((bad) => (bad ? 'rejected' : 'delivered')));
        expect(arrived).toEqual(isBad.flatMap((bad, n) => (bad ? [] : [String(n)])));
      }),
    );
  });

  it.each([
    ['what is not known of a failure counts as taken', {}, { isAmbiguous: true }],
    ['and otherwise as it says', { isAmbiguous: false, afterMs: 5 }, { isAmbiguous: false, afterMs: 5 }],
  ])('are owed after a failure: %s', async (_name, details, outcome) => {
    const outcomes = await sendTogether(records(2), async () => {
      throw new RetryableError('SINK_UNAVAILABLE', 'Down.', details);
    });
    expect(outcomes).toEqual([1, 2].map(() => ({ kind: 'retry', message: 'Down.', ...outcome })));
  });

  it('take an outcome each, and pass on what a person must mend', async () => {
    expect(await sendTogether(records(2), async () => [DELIVERED, rejected('x', 'y')])).toMatchObject([{ kind: 'delivered' }, { kind: 'rejected' }]);
    const refused = sendTogether(records(2), async () => {
      throw new ConfigError('SINK_MISCONFIGURED', 'No.');
    });
    await expect(refused).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' });
  });
});

describe('requests in turn', () => {
  const retry = { kind: 'retry', message: 'Busy.', isAmbiguous: false } as const;
  it.each<[name: string, answers: readonly (readonly Outcome[])[], sent: number, kinds: readonly string[]]>([
    ['all go when all are taken', [[DELIVERED, DELIVERED], [DELIVERED]], 2, ['delivered', 'delivered', 'delivered']],
    ['those after a rejected record go', [[DELIVERED, rejected('x', 'y')], [DELIVERED]], 2, ['delivered', 'rejected', 'delivered']],
    ['those after an owed record do not', [[DELIVERED, retry], [DELIVERED]], 1, ['delivered', 'retry', 'retry']],
    ['there may be none', [], 0, []],
  ])('%s', async (_name, answers, sent, kinds) => {
    const asked: unknown[] = [];
    const outcomes = await sendInTurn(
      answers.map((answer) => answer.map((outcome) => ({ outcome }))),
      async (request) => {
        asked.push(request);
        return request.map(({ outcome }) => outcome);
      },
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(kinds);
    expect(asked).toHaveLength(sent);
  });
});
