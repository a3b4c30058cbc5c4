import { expect, it, vi } from 'vitest';
import { BoundedQueue, converted } from './queue.ts';

it('hands items on in order, waiting for those to come', async () => {
  const queue = new BoundedQueue<number>(10);
  const third = (async () => [await queue.next(), await queue.next(), await queue.next()])();
  queue.push(1);
  queue.push(2);
  queue.push(3);
  expect((await third).map(({ value }) => value)).toEqual([1, 2, 3]);
});

it('ends a reader that lets too much pile up, with a code', async () => {
  const onClose = vi.fn();
  const queue = new BoundedQueue<number>(2, onClose);
  for (const n of [1, 2, 3]) queue.push(n);
  await expect(queue.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
  expect(await queue.next()).toEqual({ value: undefined, done: true });
  expect(onClose).toHaveBeenCalledTimes(1);
  queue.push(4);
  expect(queue.length).toBe(0);
});

it('ends while it is waited for', async () => {
  const onClose = vi.fn();
  const queue = new BoundedQueue<number>(2, onClose);
  const waiting = queue.next();
  await queue.return();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(onClose).toHaveBeenCalledTimes(1);
});

it('converts items, leaves some out, and ends while it is waited for', async () => {
  const queue = new BoundedQueue<number>(10);
  const even = converted(queue, async (n) => (n % 2 === 0 ? `${n}` : undefined));
  for (const n of [1, 2, 3, 4]) queue.push(n);
  expect([(await even.next()).value, (await even.next()).value]).toEqual(['2', '4']);
  const waiting = even.next();
  await even.return?.();
  expect((await waiting).done).toBe(true);
});
