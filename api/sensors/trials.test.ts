import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { RecordTrials, TrialRequest } from './trials.ts';
import { Trials } from './trials.ts';

const WHO = { organization: 'acme' };
const NOON = 1_772_366_400_000_000;
const event = { record: 1, format: 'f', confidence: 1, dataset: 'd', refused: null, unparsed: null, isDuplicate: false, rules: [] };

/** Answers when it is told to. */
function held() {
  const asked: TrialRequest[] = [];
  const gates: (() => void)[] = [];
  const trials: RecordTrials = {
    formats: () => ['f'],
    attempt: async (request) => {
      asked.push(request);
      await new Promise<void>((resolve) => gates.push(resolve));
      return { records: 1, isCut: false, results: [{ ...event, fields: { 'a.b': 1, long: 'x'.repeat(2_000) } }] };
    },
  };
  return { asked, next: () => gates.shift()!(), trials: new Trials(trials, () => NOON) };
}

describe('records that are tried', () => {
  it('are those of the organization that asks, as if they came now', async () => {
    const { asked, next, trials } = held();
    const trial = trials.attempt(WHO, { text: 'x', format: null });
    await expect.poll(() => asked.length).toBe(1);
    next();
    const { results } = await trial;
    expect(asked).toEqual([{ text: 'x', format: null, organization: 'acme', sensor: 'try', takenAt: NOON, maxRecords: 200 }]);
    expect(results[0]!.fields).toEqual([
      { name: 'a.b', value: '1' },
      { name: 'long', value: 'x'.repeat(1_000) },
    ]);
  });

  it('are tried one after another, and too many are refused', async () => {
    const { asked, next, trials } = held();
    const waiting = Array.from({ length: 4 }, (_, n) => trials.attempt(WHO, { text: String(n) }));
    await expect(trials.attempt(WHO, { text: 'too many' })).rejects.toMatchObject({ code: 'RATE_LIMITED', headers: { 'retry-after': '5' } });
    for (const [n, one] of waiting.entries()) {
      await expect.poll(() => asked.length).toBe(n + 1);
      next();
      await one;
    }
    const again = trials.attempt(WHO, { text: 'again' });
    await expect.poll(() => asked.length).toBe(5);
    next();
    await again;
  });

  it('go on after one that failed', async () => {
    let times = 0;
    const trials = new Trials(
      {
        formats: () => [],
        attempt: () => {
          times += 1;
          return times === 1
            ? Promise.reject(new ConfigError('INVALID_USAGE', 'There is no format x.'))
            : Promise.resolve({ records: 0, isCut: false, results: [] });
        },
      },
      () => NOON,
    );
    const first = trials.attempt(WHO, { text: 'a', format: 'x' });
    const second = trials.attempt(WHO, { text: 'b' });
    await expect(first).rejects.toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/input/format' }] });
    expect(await second).toMatchObject({ records: 0 });
  });

  it.each<[name: string, input: { readonly text: string; readonly sensor?: string }]>([
    ['more than can be tried at once', { text: 'é'.repeat(131_073) }],
    ['a NUL', { text: 'a\0b' }],
    ['the name of a sensor that there cannot be', { text: 'a', sensor: '../x' }],
  ])('are refused with %s', async (_name, input) => {
    await expect(held().trials.attempt(WHO, input)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('cannot be where there are no stages', async () => {
    const trials = new Trials(undefined, () => NOON);
    expect(trials.formats()).toEqual([]);
    await expect(trials.attempt(WHO, { text: 'a' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
