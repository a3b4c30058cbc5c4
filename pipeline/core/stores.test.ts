import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seenIds } from './seen-ids.ts';
import { SortedKeys } from './sorted-keys.ts';
import { isOutputJournal, journalOf, keyValue, KeyValueStore } from './stores.ts';
import type { OutputMarks } from './stores.ts';

const key = fc.integer({ min: 0, max: 30 }).map((n) => `k${n}`);

describe('SortedKeys', () => {
  it('gives what a sorted set gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 4 }))),
        fc.string({ maxLength: 3 }),
        fc.string({ maxLength: 3 }),
        (steps, from, to) => {
          const model = new Set<string>();
          const keys = new SortedKeys([]);
          for (const [isAdd, name] of steps) {
            if (isAdd && !model.has(name)) {
              model.add(name);
              keys.add(name);
            } else if (!isAdd && model.has(name)) {
              model.delete(name);
              keys.remove(name);
            }
          }
          expect(keys.range(from, to)).toEqual([...model].filter((name) => name >= from && name < to).sort());
        },
      ),
    );
  });

  it('splits and empties its blocks', () => {
    const keys = new SortedKeys(['m']);
    const names = Array.from({ length: 5000 }, (_, n) => String((n * 7919) % 5000).padStart(4, '0'));
    for (const name of names) keys.add(name);
    expect(keys.range('', '~')).toEqual([...names, 'm'].sort());
    for (const name of names) if (Number(name) % 3 !== 0) keys.remove(name);
    expect(keys.range('0010', '0020')).toEqual(['0012', '0015', '0018']);
  });
});

describe('keyValue', () => {
  type Step =
    | { readonly do: 'put'; readonly key: string; readonly value: number }
    | { readonly do: 'delete'; readonly key: string }
    | { readonly do: 'seal' | 'settle' | 'abort' | 'record' | 'reject' | 'scan' };
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), key, value: fc.integer() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        { do: 'seal' as const },
        { do: 'settle' as const },
        { do: 'abort' as const },
        { do: 'record' as const },
        { do: 'reject' as const },
        { do: 'scan' as const },
      ),
    },
  );

  it('keeps exactly what has committed, here and in its changelog, whatever is rejected or aborted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = keyValue<number>().open();
        const notes = journalOf(store);
        const changelog = new Map<string, Buffer>();
        // What holds at the start of the record, in all that was done, in what is sealed and in what has committed.
        let [now, record, sealed, committed] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
        let mark = 0;
        let isSealed = false;
        let pending: ReturnType<typeof notes.seal> = [];
        for (const one of steps) {
          switch (one.do) {
            case 'put':
              store.put(one.key, one.value);
              now.set(one.key, one.value);
              break;
            case 'delete':
              store.delete(one.key);
              now.delete(one.key);
              break;
            case 'record':
              mark = notes.mark();
              record = new Map(now);
              break;
            case 'reject':
              notes.undo(Math.max(mark, 0));
              now = new Map(record);
              break;
            case 'scan':
              break;
            case 'seal':
              if (isSealed) break;
              pending = notes.seal();
              isSealed = true;
              sealed = new Map(now);
              mark = notes.mark();
              record = new Map(now);
              break;
            case 'settle':
              if (!isSealed) break;
              for (const [name, value] of pending) {
                if (value === null) changelog.delete(name);
                else changelog.set(name, value);
              }
              notes.settle();
              committed = sealed;
              isSealed = false;
              mark = notes.mark();
              record = new Map(now);
              break;
            case 'abort':
              notes.undo(0);
              now = new Map(committed);
              record = new Map(now);
              sealed = new Map(now);
              isSealed = false;
              pending = [];
              mark = 0;
              break;
          }
          expect([...store.scan('', '~')]).toEqual([...now].sort(([a], [b]) => (a < b ? -1 : 1)));
        }
        const restored = keyValue<number>().open();
        for (const [name, value] of changelog) journalOf(restored).restore(name, value);
        expect([...restored.scan('', '~')]).toEqual([...committed].sort(([a], [b]) => (a < b ? -1 : 1)));
      }),
    );
  });

  it('behaves after a restore as one that was written', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const entry = fc.tuple(name, fc.option(fc.nat(9), { nil: null }));
    const step = fc.record({ do: fc.constantFrom('get', 'put', 'delete', 'scan', 'size', 'undo', 'seal'), key: name, value: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(entry), fc.array(step), (changelog, steps) => {
        const store = keyValue<number>().open();
        const notes = journalOf(store);
        const restored = new Map<string, number>();
        for (const [key, value] of changelog) {
          notes.restore(key, value === null ? null : Buffer.from(String(value)));
          if (value === null) restored.delete(key);
          else restored.set(key, value);
        }
        let now = new Map(restored);
        const sorted = () => [...now].sort(([a], [b]) => (a < b ? -1 : 1));
        for (const { do: what, key, value } of steps) {
          if (what === 'get') expect(store.get(key)).toBe(now.get(key));
          if (what === 'scan') expect([...store.scan('', '~')]).toEqual(sorted());
          if (what === 'size') expect((store as KeyValueStore<number>).size).toBe(now.size);
          if (what === 'put') store.put(key, value);
          if (what === 'put') now.set(key, value);
          if (what === 'delete') store.delete(key);
          if (what === 'delete') now.delete(key);
          if (what === 'undo') notes.undo(0);
          if (what === 'undo') now = new Map(restored);
          if (what === 'seal') for (const [changed, bytes] of notes.seal()) expect(bytes?.toString()).toBe(now.get(changed)?.toString());
        }
        expect([...notes.entries()].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(sorted());
      }),
    );
  });

  it('says so when a restored value cannot be read', () => {
    const store = keyValue<number>().open();
    journalOf(store).restore('a', Buffer.from('{'));
    expect(() => store.get('a')).toThrow(expect.objectContaining({ code: 'CHANGELOG_GAP' }));
  });

  it('sends only the last put of a key, and a tombstone for what is gone', () => {
    const store = new KeyValueStore<number>();
    const notes = journalOf(store);
    store.put('a', 1);
    store.put('b', 1);
    store.put('a', 2);
    expect(notes.seal().map(([name, value]) => [name, value?.toString()])).toEqual([
      ['a', '2'],
      ['b', '1'],
    ]);
    store.delete('b');
    store.put('short', 1);
    store.delete('short');
    store.delete('never');
    expect(notes.seal()).toEqual([['b', null]]);
    expect(notes.seal()).toEqual([]);
  });

  it('lets a scan go on while it writes', () => {
    const store = new KeyValueStore<number>();
    for (const name of ['a', 'b', 'c']) store.put(name, 1);
    const seen: string[] = [];
    for (const [name] of store.scan('a', 'z')) {
      seen.push(name);
      store.delete('b');
      store.put('d', 1);
    }
    expect(seen).toEqual(['a', 'c']);
  });
});

describe('seenIds', () => {
  const MINUTE = 60_000_000;
  const hex = (n: number, length: number) => ((n * 2654435761) % 2 ** 32).toString(16).padStart(8, '0').padEnd(length, '0');
  interface Put {
    readonly id: number;
    readonly content: number;
    readonly minute: number;
  }

  /** The set as it is described: an id put when the highest append time was in part p is there while the highest is in parts up to p + 5. */
  class Model {
    readonly ids = new Map<number, { content: number; part: number }>();
    highest = -1;
    get(id: number, at: number): number | undefined {
      const found = this.ids.get(id);
      return found !== undefined && found.part >= part(Math.max(at, this.highest)) - 5 ? found.content : undefined;
    }
    put({ id, content }: Put, at: number): void {
      this.highest = Math.max(this.highest, at);
      this.ids.set(id, { content, part: part(this.highest) });
    }
  }
  const part = (at: number) => Math.floor(at / (2 * MINUTE));

  it('answers like its model, through rejects, aborts and restarts from the output', () => {
    const action = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          do: fc.constant('put' as const),
          id: fc.integer({ min: 0, max: 40 }),
          content: fc.integer({ min: 0, max: 3 }),
          minute: fc.double({ min: -2, max: 3, noNaN: true }),
        }),
      },
      { weight: 2, arbitrary: fc.constantFrom({ do: 'commit' as const }, { do: 'abort' as const }, { do: 'reject' as const }, { do: 'restart' as const }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        let store = seenIds({ minutes: 10 }).open();
        const output: { id: string; idSource: 'sensor'; contentHash: string; at: number }[] = [];
        let uncommitted: { put: Put; at: number }[] = [];
        const done: { put: Put; at: number }[] = [];
        let marks: OutputMarks | undefined;
        let now = 100 * MINUTE;
        const notes = () => {
          const found = journalOf(store);
          if (!isOutputJournal(found)) throw new Error('not an output store');
          return found;
        };
        const model = () => {
          const fresh = new Model();
          for (const { put, at } of [...done, ...uncommitted]) fresh.put(put, at);
          return fresh;
        };
        for (const one of actions) {
          switch (one.do) {
            case 'put': {
              now += Math.max(0, one.minute) * MINUTE;
              const at = Math.floor(now + Math.min(0, one.minute) * MINUTE);
              store.put(hex(one.id, 32), at, hex(one.content, 16));
              uncommitted.push({ put: one, at });
              break;
            }
            case 'reject': {
              const mark = notes().mark();
              store.put(hex(99, 32), Math.floor(now + 7 * MINUTE), hex(1, 16));
              notes().undo(mark);
              break;
            }
            case 'commit':
              notes().seal();
              marks = notes().marks(output.length);
              output.push(...uncommitted.map(({ put, at }) => ({ id: hex(put.id, 32), idSource: 'sensor' as const, contentHash: hex(put.content, 16), at })));
              notes().settle();
              done.push(...uncommitted);
              uncommitted = [];
              break;
            case 'abort':
              notes().undo(0);
              uncommitted = [];
              break;
            case 'restart': {
              uncommitted = [];
              store = seenIds({ minutes: 10 }).open();
              const from = notes().begin(marks);
              for (const { at, ...event } of output.slice(from)) notes().replay(event, at);
              break;
            }
          }
          const expected = model();
          for (let id = 0; id <= 40; id++) {
            const content = expected.get(id, now);
            expect(store.get(hex(id, 32), Math.floor(now))).toBe(content === undefined ? undefined : hex(content, 16));
          }
          expect(store.get(hex(99, 32), Math.floor(now))).toBeUndefined();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('holds many ids, and lets them go', () => {
    const store = seenIds({ minutes: 10 }).open();
    const notes = journalOf(store);
    const id = (n: number) => `${n.toString(16).padStart(8, '0')}${(n * 31).toString(16).padStart(8, '0')}${'0'.repeat(16)}`;
    for (let n = 0; n < 50_000; n++) store.put(id(n), 100 * MINUTE, hex(n, 16));
    notes.seal();
    notes.settle();
    for (let n = 0; n < 50_000; n += 997) expect(store.get(id(n), 109 * MINUTE)).toBe(hex(n, 16));
    expect(store.get(id(0), 100 * MINUTE), 'the id of zeros').toBe(hex(0, 16));
    expect(store.get(id(5), 113 * MINUTE)).toBeUndefined();
    store.put(id(1), 130 * MINUTE, hex(1, 16));
    notes.seal();
    notes.settle();
    expect([...notes.entries()]).toHaveLength(1);
  });

  it('keeps no more ids than it may, in parts that still come to their end, and the same ones after a restore', () => {
    const id = (n: number) => hex(n + 1, 32);
    const store = seenIds({ minutes: 10, maxIds: 100 }).open();
    const notes = journalOf(store);
    const commit = () => {
      notes.seal();
      notes.settle();
    };
    const kept = (n: number, at: number) => store.put(id(n), at * MINUTE, hex(n, 16));
    expect(Array.from({ length: 150 }, (_, n) => kept(n, 100)).filter(Boolean)).toHaveLength(100);
    expect(kept(3, 100), 'one that is kept').toBe(true);
    expect([store.get(id(99), 100 * MINUTE), store.get(id(100), 100 * MINUTE)]).toEqual([hex(99, 16), undefined]);
    commit();
    const again = seenIds({ minutes: 10, maxIds: 100 }).open();
    const { replay } = journalOf(again) as ReturnType<typeof journalOf> & { replay: (record: object, appendedAt: number) => void };
    for (let n = 0; n < 150; n++) replay({ id: id(n), idSource: 'sensor', contentHash: hex(n, 16) }, 100 * MINUTE);
    expect(new Map(journalOf(again).entries() as Iterable<[string, string]>)).toEqual(new Map(notes.entries() as Iterable<[string, string]>));
    expect(kept(200, 113)).toBe(false);
    commit();
    expect(kept(201, 113)).toBe(true);
  });
});
