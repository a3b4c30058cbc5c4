import { expect, it } from 'vitest';
import type { Answer } from './idempotency.ts';
import { IdempotentAnswers } from './idempotency.ts';

const answers = new Map<string, number>();
/** How often the work behind a key was done. */
async function ask(cache: IdempotentAnswers, key: string, body: unknown = 'ok'): Promise<number> {
  await cache.once('scope', key, 'request', async (): Promise<Answer> => {
    answers.set(key, (answers.get(key) ?? 0) + 1);
    return { status: 200, headers: {}, body };
  });
  return answers.get(key) ?? 0;
}

it('answers a key again without doing the work again', async () => {
  const cache = new IdempotentAnswers();
  expect([await ask(cache, 'a'), await ask(cache, 'a')]).toEqual([1, 1]);
});

it('gives up the oldest answers when they take too much memory', async () => {
  const cache = new IdempotentAnswers();
  const large = 'x'.repeat(10 << 20);
  for (const key of ['l1', 'l2', 'l3']) await ask(cache, key, large);
  expect(await ask(cache, 'l1', large), '30 MiB fit').toBe(1);
  await ask(cache, 'l4', large);
  expect([await ask(cache, 'l4', large), await ask(cache, 'l1', large)], 'the fourth pushes the first out').toEqual([1, 2]);
});

it('gives up the oldest beyond the number of keys', async () => {
  const cache = new IdempotentAnswers();
  for (let n = 0; n <= 10_000; n++) await ask(cache, `n${n}`);
  expect([await ask(cache, 'n10000'), await ask(cache, 'n0')]).toEqual([1, 2]);
});

it('does work again that failed', async () => {
  const cache = new IdempotentAnswers();
  const failing = cache.once('scope', 'f', 'request', () => Promise.reject(new Error('away')));
  await expect(failing).rejects.toThrow('away');
  expect(await ask(cache, 'f')).toBe(1);
});
