import { describe, expect, it } from 'vitest';
import { RecordError } from '../core/errors.ts';
import { APPEND_CLOCK, append, defineStage, drop, forward, pass, send } from '../core/index.ts';
import type { RefTable, Topic } from '../core/index.ts';
import { seenIds } from '../core/seen-ids.ts';
import { keyValue } from '../core/stores.ts';
import { StageDriver } from './driver.ts';

interface Reading {
  readonly id: string;
  readonly value: number;
  readonly note?: string;
}
const readings: Topic<Reading, 'events.valid.v1'> = { name: 'events.valid.v1', schema: { fullName: 'test.Reading' } };
const sums: Topic<Reading, 'findings.v1'> = { name: 'findings.v1', schema: { fullName: 'test.Reading' } };
const joined: Topic<{ readonly event: Reading; readonly context: { readonly name: string } }> = {
  name: 'events.enriched.v1',
  schema: { fullName: 'test.Joined' },
};

const summing = defineStage<Reading>()({
  name: 'summing',
  reads: { id: true, value: true },
  stores: { sums: keyValue<number>() },
  process({ value: { id, value } }, { stores, schedule }) {
    if (value === 0) return drop('filtered');
    stores.sums.put(id, (stores.sums.get(id) ?? 0) + value);
    schedule(id, value * 10);
    if (value < 0) throw new RecordError('INVALID_EVENT', 'Negative');
    return pass(forward(readings));
  },
  onTimer: (key, { stores }) => [send(sums, key, { id: key, value: stores.sums.get(key) ?? 0 })],
});

describe('StageDriver', () => {
  it.each<[name: string, values: number[], summaries: string[], sum: unknown]>([
    ['passes and keeps state', [1, 2], ['valid', 'valid'], 3],
    ['drops with a reason', [1, 0], ['valid', 'filtered'], 1],
    ['takes back what a rejected record wrote', [1, -5], ['valid', 'INVALID_EVENT'], 1],
  ])('%s', (_name, values, summaries, sum) => {
    const driver = new StageDriver(summing);
    expect(values.map((value) => driver.send({ id: 'a', value }).summary)).toEqual(summaries);
    expect(driver.state().sums).toEqual({ a: sum });
  });

  it('fires the timer that holds, once, also after a restart', () => {
    const driver = new StageDriver(summing);
    driver.send({ id: 'a', value: 1 });
    driver.send({ id: 'a', value: 3 }); // replaces the timer at 10
    driver.send({ id: 'a', value: -9 }); // rejected: its timer is undone
    driver.send({ id: 'b', value: 2 });
    expect(driver.advance(15)).toEqual([]);
    driver.restart();
    expect(driver.advance(30).map(({ key, value }) => [key, (value as Reading).value])).toEqual([
      ['b', 2],
      ['a', 4],
    ]);
    expect(driver.advance(1000)).toEqual([]);
  });

  it('waits for the watermark of the dataset that a timer names', () => {
    const driver = new StageDriver(
      defineStage<Reading>()({
        name: 'holding',
        reads: { id: true, value: true },
        process: ({ value: { id, value } }, { schedule }) => {
          schedule(id, value, id === 'append' ? APPEND_CLOCK : id);
          return pass();
        },
        onTimer: (key) => [send(sums, key, { id: key, value: 1 })],
      }),
    );
    for (const id of ['slow', 'fast', 'append', 'unheard']) driver.send({ id, value: 100 });
    expect(driver.advance(50, 'slow')).toEqual([]);
    expect(driver.advance(100, 'fast').map(({ key }) => key)).toEqual(['fast']);
    expect(driver.advance(200, APPEND_CLOCK).map(({ key }) => key)).toEqual(['append', 'unheard']); // what is not heard of follows the furthest
    expect(driver.advance(100).map(({ key }) => key)).toEqual(['slow']);
  });

  it('shows a stage only what it reads, and forwards the whole', () => {
    let seen: unknown;
    const driver = new StageDriver(
      defineStage<Reading>()({
        name: 'reading',
        reads: { id: true },
        process: ({ value }) => {
          seen = value;
          return pass(append(joined, { name: 'x' }));
        },
      }),
    );
    const { outputs } = driver.send({ id: 'a', value: 1, note: 'long' }, { key: 'k' });
    expect(seen).toEqual({ id: 'a' });
    expect(outputs).toEqual([
      { to: 'events.enriched.v1', kind: 'append', key: 'k', value: { event: { id: 'a', value: 1, note: 'long' }, context: { name: 'x' } } },
    ]);
  });

  it('rejects what a stage does not document as UNEXPECTED, with its cause', () => {
    const driver = new StageDriver(
      defineStage<Uint8Array>()({
        name: 'broken',
        reads: 'bytes',
        process: () => {
          throw new TypeError('x is undefined');
        },
      }),
    );
    const result = driver.send('any');
    expect([result.outcome, result.code, (result.error!.cause as Error).message]).toEqual(['rejected', 'UNEXPECTED', 'x is undefined']);
  });

  it('gives reference rows as of a time', () => {
    interface Owner {
      readonly id: string;
      readonly validFrom: number;
      readonly validTo: number | null;
      readonly name: string;
    }
    const owners: RefTable<Owner> = { name: 'owners', topic: { name: 'ref.owners.v1', schema: { fullName: 'test.Owner' } } };
    const names = (rows: Iterable<Owner>) => [...rows].map(({ name }) => name).join();
    const stage = defineStage<Reading>()({
      name: 'owning',
      reads: { id: true, value: true },
      process: ({ value: { id, value } }, { reference }) =>
        pass(send(sums, `${reference.get(owners, id, value)?.name} ${reference.derived(owners, value, names)}`, { id, value })),
    });
    const driver = new StageDriver(stage, {
      reference: {
        owners: [
          { id: 'h', validFrom: 10, validTo: null, name: 'old' },
          { id: 'h', validFrom: 20, validTo: 30, name: 'new' },
          { id: 'g', validFrom: 0, validTo: null, name: 'always' },
        ] as Owner[],
      },
    });
    expect([5, 10, 19, 20, 29, 30].map((value) => driver.send({ id: 'h', value }).outputs[0]?.key)).toEqual([
      'undefined always',
      'old always,old',
      'old always,old',
      'new always,new',
      'new always,new',
      'undefined always',
    ]);
  });
});

describe('seenIds in a stage', () => {
  const MINUTE = 60_000_000;
  interface Given {
    readonly id: string;
    readonly idSource: string;
    readonly contentHash: string;
  }
  const valid: Topic<Given> = { name: 'events.valid.v1', schema: { fullName: 'test.Given' } };
  const stage = defineStage<Given>()({
    name: 'seeing',
    reads: { id: true, contentHash: true, idSource: true },
    stores: { seen: seenIds({ minutes: 10 }) },
    process({ value: { id, contentHash }, appendedAt }, { stores }) {
      const before = stores.seen.get(id, appendedAt);
      if (before === contentHash) return drop('duplicate');
      stores.seen.put(id, appendedAt, contentHash);
      return pass(forward(valid));
    },
  });
  const id = (n: number) => n.toString(16).padStart(32, '0').split('').reverse().join('');
  const given = (n: number, content = 1): Given => ({ id: id(n), idSource: 'sensor', contentHash: content.toString(16).padStart(16, '0') });

  it('knows an id for ten minutes of append time, with the content that came last, also after a restart at any record', () => {
    const run = (restartAfter: number) => {
      const driver = new StageDriver(stage);
      const steps: [Given, minute: number][] = [
        [given(1), 0],
        [given(1), 0],
        [given(2), 1],
        [given(1), 9.9],
        [given(1, 2), 9.9],
        [given(1), 9.95],
        [given(3), 13],
        [given(1), 13],
        [given(2), 13.5],
        [given(3), 5],
        [given(2), 30],
        ...Array.from({ length: 600 }, (_, n): [Given, number] => [given((n % 380) + 10), 31 + n / 20]),
        [given(40), 61],
        [given(300), 61],
      ];
      return steps.map(([value, minute], step) => {
        if (step === restartAfter) driver.restart();
        return driver.send(value, { appendedAt: minute * MINUTE }).summary;
      });
    };
    const whole = run(-1);
    expect(whole.slice(0, 11)).toEqual(['valid', 'duplicate', 'valid', 'duplicate', 'valid', 'valid', 'valid', 'duplicate', 'valid', 'duplicate', 'valid']);
    for (const restartAfter of [1, 5, 10, 100, 360, 500, 612]) expect(run(restartAfter)).toEqual(whole);
  });
});
