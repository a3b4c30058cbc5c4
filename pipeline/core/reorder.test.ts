import { describe, expect, it } from 'vitest';
import { StageDriver } from '../runtime/driver.ts';
import type { Context, Micros, Output, Store, Topic } from './index.ts';
import { APPEND_CLOCK, defineStage, pass, send } from './index.ts';
import type { Waiting } from './reorder.ts';
import { ReorderBuffer } from './reorder.ts';
import { keyValue } from './stores.ts';

interface Item {
  readonly id: string;
  readonly turn: Micros;
}
const taken: Topic<Item, 'findings.v1'> = { name: 'findings.v1', schema: { fullName: 'test.Item' } };
const SECOND: Micros = 1_000_000;
const T = 1_700_000_000 * SECOND;

const driverOf = (longest: Micros) => {
  const outputs: Output<unknown>[] = [];
  const buffer = new ReorderBuffer<Item, Context<{ readonly waiting: Store<Waiting<Item>> }>>(longest, (item) => void outputs.push(send(taken, item.id, item)));
  return new StageDriver(
    defineStage<Item>()({
      name: 'ordering',
      reads: { id: true, turn: true },
      stores: { waiting: keyValue<Waiting<Item>>() },
      process: ({ value, appendedAt }, ctx) => {
        buffer.put(value, { clock: 'zeek.dns', turn: value.turn, order: value.id, appendedAt }, ctx);
        return pass();
      },
      onTimer: (timer, ctx) => (buffer.onTimer(timer, ctx) ? outputs.splice(0) : []),
    }),
  );
};
const ids = (outputs: readonly { readonly key: string | null }[]): string => outputs.map(({ key }) => key).join('');
const timers = (driver: ReturnType<typeof driverOf>): number => Object.keys(driver.state()['task']!).filter((key) => key.startsWith('t:')).length;

describe('ReorderBuffer', () => {
  /** Items by (turn, append time), in seconds from T. */
  const put = (driver: ReturnType<typeof driverOf>, ...items: readonly (readonly [id: string, turn: number, appended: number])[]) =>
    ids(items.flatMap(([id, turn, appended]) => driver.send({ id, turn: T + turn * SECOND }, { appendedAt: T + appended * SECOND }).outputs));

  it('gives them in the order of their turns, when the watermark is there', () => {
    const driver = driverOf(2 * SECOND);
    expect(put(driver, ['c', 3, 10], ['a', 1, 10.1], ['b', 2, 10.2])).toBe('');
    expect(ids(driver.advance(T + 2 * SECOND, 'zeek.dns'))).toBe('a'); // at the watermark itself another may come
    expect(ids(driver.advance(T + 4 * SECOND, 'zeek.dns'))).toBe('bc');
  });

  it.each<[string, number, string]>([
    ['not before seven eighths of the longest wait', 11.74, ''],
    ['at the longest wait at most, with whatever stands before, and not what is behind', 12, 'ab'],
    ['all, in the end', 14.1, 'abc'],
  ])('lets them go without a watermark: %s', (_name, appended, given) => {
    const driver = driverOf(2 * SECOND);
    put(driver, ['b', 2, 10], ['c', 3, 12.1 - 0.2], ['a', 1, 11]);
    expect(ids(driver.advance(T + appended * SECOND, APPEND_CLOCK))).toBe(given);
  });

  it('sets a timer for a step of the wait, not for an item, and leaves none behind', () => {
    const driver = driverOf(2 * SECOND);
    for (let n = 0; n < 1000; n++) driver.send({ id: String(n), turn: T + n }, { appendedAt: T + n * 1000 }); // a second in all
    expect(timers(driver)).toBeLessThanOrEqual(6);
    driver.restart();
    expect(driver.advance(T + 10 * SECOND, APPEND_CLOCK)).toHaveLength(1000);
    expect([timers(driver), driver.state()['waiting']]).toEqual([0, {}]);
  });

  it('waits for as long as it takes in a lane', () => {
    const driver = driverOf(Infinity);
    put(driver, ['b', 2, 10], ['a', 1, 11]);
    expect(ids(driver.advance(T + 1_000_000 * SECOND, APPEND_CLOCK))).toBe('');
    expect(ids(driver.advance(T + 9 * SECOND, 'zeek.dns'))).toBe('ab');
  });

  it('lets them go at once where nothing may wait', () => {
    const driver = driverOf(0);
    put(driver, ['b', 2, 10]);
    expect(ids(driver.advance(T + 10 * SECOND, APPEND_CLOCK))).toBe('b');
  });
});
