import fc from 'fast-check';
import { expect, it } from 'vitest';
import { journal, KeyValueStore } from '../core/stores.ts';
import { TIMER_PREFIX, Timers } from './timers.ts';

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      at: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Infinity)),
      on: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), clock: fc.constantFrom('', 'x', 'y'), by: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'commit' as const }, { do: 'abort' as const }, { do: 'restart' as const }) },
);

it('fire as a sorted list would, one a key, each on its clock, through aborts and restarts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const changelog = new Map<string, Buffer>();
      const open = () => {
        const timers: { store: KeyValueStore<unknown>; timers: Timers } = {
          store: new KeyValueStore<unknown>(undefined, (key) => timers.timers.requeue(key.slice(TIMER_PREFIX.length))),
          timers: undefined as unknown as Timers,
        };
        timers.timers = new Timers(timers.store);
        for (const [key, value] of changelog) timers.store[journal].restore(key, value);
        for (const key of changelog.keys()) timers.timers.requeue(key.slice(TIMER_PREFIX.length));
        return timers;
      };
      let { store, timers } = open();
      const clocks = new Map([
        ['', 0],
        ['x', 0],
        ['y', 0],
      ]);
      const watermarkOf = (dataset = '') => clocks.get(dataset)!;
      let model = new Map<string, { at: number; on: string }>();
      let committed = new Map(model);
      const dueInModel = () => {
        const due: string[] = [];
        for (;;) {
          const [first] = [...model].filter(([, { at, on }]) => at <= clocks.get(on)!).sort(([a, x], [b, y]) => x.at - y.at || (a < b ? -1 : 1));
          if (first === undefined) return due;
          model.delete(first[0]);
          due.push(first[0]);
        }
      };
      for (const one of steps) {
        switch (one.do) {
          case 'set':
            timers.schedule(one.key, one.at, one.on);
            if (one.at === Infinity) model.delete(one.key);
            else model.set(one.key, { at: one.at, on: one.on ?? '' });
            break;
          case 'move': {
            clocks.set(one.clock, clocks.get(one.clock)! + one.by);
            const fired: string[] = [];
            for (let key = timers.take(watermarkOf); key !== undefined; key = timers.take(watermarkOf)) fired.push(key);
            expect(fired).toEqual(dueInModel());
            break;
          }
          case 'commit':
            for (const [key, value] of store[journal].seal()) {
              if (value === null) changelog.delete(key);
              else changelog.set(key, value);
            }
            store[journal].settle();
            committed = new Map(model);
            break;
          case 'abort':
            store[journal].undo(0);
            model = new Map(committed);
            break;
          case 'restart':
            ({ store, timers } = open());
            model = new Map(committed);
            break;
        }
      }
    }),
  );
});

it('refuses a time that is none', () => {
  expect(() => new Timers(new KeyValueStore<unknown>()).schedule('a', Number.NaN)).toThrow(RangeError);
});
