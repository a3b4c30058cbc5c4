import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineStage, pass, send } from '../core/index.ts';
import type { RefTable } from '../core/index.ts';
import { defineTopology, stage } from '../core/topology.ts';
import type { Event, RefAsset } from '../../schemas/avro/types.gen.ts';
import { plainEvent } from '../../schemas/avro/plain.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import { memoryBroker } from './memory/index.ts';
import { ACTIVATION_DELAY, ReferenceData } from './reference.ts';
import { platform } from './test/example.ts';
import { runOnMemory } from './topology-driver.ts';

interface Row {
  readonly id: string;
  readonly validFrom: number;
  readonly validTo: number | null;
  readonly n: number;
}
const table: RefTable<Row> = { name: 'rows', topic: { name: 'ref.rows.v1', schema: { fullName: 'test.Row' } } };

describe('ReferenceData', () => {
  const write = fc.record({
    id: fc.constantFrom('a', 'b'),
    validFrom: fc.integer({ min: 0, max: 6 }),
    length: fc.option(fc.integer({ min: 1, max: 4 })),
    isDeleted: fc.boolean(),
    after: fc.integer({ min: 0, max: 3 }),
  });

  it('gives the version that holds as of a time, of what had taken effect by another, and derives the same', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 15 }), (writes) => {
        const data = new ReferenceData();
        const log: { key: string; row: Row | null; writtenAt: number }[] = [];
        let at = 0;
        for (const [n, { id, validFrom, length, isDeleted, after }] of writes.entries()) {
          at += after;
          const row = isDeleted ? null : { id, validFrom, validTo: length === null ? null : validFrom + length, n };
          log.push({ key: `${id}|${validFrom}`, row, writtenAt: at });
          data.put('rows', `${id}|${validFrom}`, row, at);
        }
        const build = (rows: Iterable<Row>) => [...rows].map(({ n }) => n);
        for (let now = 0; now <= at + 1; now++) {
          data.now = now + ACTIVATION_DELAY;
          const rows = new Map<string, Row>();
          for (const { key, row, writtenAt } of log) {
            if (writtenAt > now) continue;
            if (row === null) rows.delete(key);
            else rows.set(key, row);
          }
          for (let asOf = 0; asOf <= 11; asOf++) {
            const holding = (id: string) => {
              const [last] = [...rows.values()].filter((row) => row.id === id && row.validFrom <= asOf).sort((a, b) => b.validFrom - a.validFrom);
              return last !== undefined && (last.validTo === null || last.validTo > asOf) ? last : undefined;
            };
            expect(data.get(table, 'a', asOf)?.n).toBe(holding('a')?.n);
            expect(data.derived(table, asOf, build)).toEqual([holding('a'), holding('b')].flatMap((row) => (row === undefined ? [] : [row.n])));
          }
        }
      }),
    );
  });

  it('builds once for as long as nothing changes', () => {
    const data = new ReferenceData();
    data.put('rows', 'a|10', { id: 'a', validFrom: 10, validTo: 20, n: 1 }, 0);
    data.put('rows', 'b|', { id: 'b', n: 2 }, 5);
    let builds = 0;
    const build = () => ++builds;
    const ask = (asOf: number, now: number) => {
      data.now = now;
      return data.derived(table, asOf, build);
    };
    const D = ACTIVATION_DELAY;
    expect([ask(11, D + 6), ask(19, D + 100), ask(12, D + 7)]).toEqual([1, 1, 1]);
    expect([ask(20, D + 6), ask(5, D + 6), ask(15, D + 1)]).toEqual([2, 3, 4]);
    expect([ask(25, D + 99), ask(11, D + 6)]).toEqual([2, 1]);
    data.put('rows', 'c|', { id: 'c', n: 3 }, 200);
    expect([ask(11, D + 150), ask(11, D + 200), ask(11, D + 150)]).toEqual([1, 5, 1]);
  });

  it('keeps a replaced version for an hour of append time, not for ever', () => {
    const data = new ReferenceData();
    for (let n = 0; n < 100; n++) data.put('rows', 'a|0', { id: 'a', validFrom: 0, validTo: null, n }, n * 60_000_000);
    data.now = 99 * 60_000_000 + ACTIVATION_DELAY;
    expect(data.get(table, 'a', 1)?.n).toBe(99);
    data.now = 50 * 60_000_000 + ACTIVATION_DELAY;
    expect(data.get(table, 'a', 1)?.n).toBe(50);
    data.now = 10 * 60_000_000 + ACTIVATION_DELAY;
    expect(data.get(table, 'a', 1)).toBeUndefined();
  });

  it('refuses a table that the process does not read', () => {
    expect(() => new ReferenceData(['assets']).get(table, 'a', 1)).toThrow('rows');
  });
});

describe('a row that is removed', () => {
  const decided = (id: string, at: number) => ({ id, validFrom: at });
  const HOUR = 3_600_000_000;
  it('is seen by tasks that lag for as long as it was in effect, and leaves the memory an hour later', () => {
    const data = new ReferenceData();
    for (let n = 0; n < 1_000; n++) data.put('decisions', `a${n}|1`, decided(`a${n}`, 1), n);
    for (let n = 0; n < 1_000; n++) data.put('decisions', `a${n}|1`, null, HOUR + n);
    data.now = HOUR;
    expect(data.get(refTables.decisions, 'a5', 2)).toEqual(decided('a5', 1));
    data.now = HOUR + 1_000 + ACTIVATION_DELAY;
    expect(data.get(refTables.decisions, 'a5', 2)).toBeUndefined();
    expect(data.size('decisions')).toBe(1_000);
    data.put('decisions', 'b|1', decided('b', 1), 3 * HOUR);
    expect(data.size('decisions')).toBe(1);
    data.put('decisions', 'a5|1', null, 3 * HOUR); // a tombstone of what is not known is nothing
    expect(data.size('decisions')).toBe(1);
  });
});

describe('reference data in a topology', () => {
  const own = defineStage<Event>()({
    name: 'own',
    reads: { sensor: true, time: true },
    process: ({ value: { sensor, time } }, { reference }) =>
      pass(send(topics.deadLetters, 'k', Buffer.from(reference.get(refTables.assets, sensor, time)?.owner ?? 'nobody'))),
  });
  const topology = defineTopology('owning', [stage(own, { from: topics.parsed, to: [topics.deadLetters] })]);
  const asset = (owner: string, validFrom: number): RefAsset => ({
    id: 'srv',
    organization: 'default',
    validFrom,
    validTo: null,
    writtenAt: 0,
    version: 1,
    name: 'srv',
    kind: 'server',
    hostnames: [],
    addresses: [],
    owner,
    criticality: 0,
  });
  const options = { platform, referenceTables: [refTables.assets] };

  it('is read whole before the first record, and followed after; an update takes effect ten seconds after it was written', async () => {
    const broker = memoryBroker();
    const driver = await runOnMemory(topology, { ...options, broker, reference: { assets: [asset('first', 100), asset('second', 200)] } });
    const ask = async (time: number) => {
      await driver.send(topics.parsed, plainEvent({ sensor: 'srv', time }), { partition: 0 });
      await driver.settle();
      return (await driver.records(topics.deadLetters)).map(({ value }) => value.toString()).at(-1);
    };
    expect([await ask(150), await ask(200), await ask(50)]).toEqual(['first', 'second', 'nobody']);
    await driver.reference(refTables.assets, [asset('third', 300)]);
    await driver.advance(9000);
    expect(await ask(300)).toBe('second');
    await driver.advance(1000);
    expect([await ask(300), await ask(299)]).toEqual(['third', 'second']);
    await driver.stop();
  });

  it('that cannot be followed pauses the stages after as long', async () => {
    const broker = memoryBroker();
    let isAway = false;
    const watched = new Proxy(broker, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (name === 'admin')
          return () => ({
            ...target.admin(),
            offsets: async (...args: Parameters<ReturnType<typeof broker.admin>['offsets']>) => {
              if (isAway && args[0].some(({ topic }) => topic.startsWith('ref.'))) throw new Error('away');
              return target.admin().offsets(...args);
            },
          });
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const driver = await runOnMemory(topology, { ...options, broker: watched });
    const state = () => driver.running.status()[0]!.state;
    await driver.advance(30_000);
    expect(state()).toBe('running');
    isAway = true;
    await driver.advance(13_000);
    expect(state()).toBe('paused');
    isAway = false;
    await driver.advance(3000);
    expect(state()).toBe('running');
    await driver.stop();
  });
});
