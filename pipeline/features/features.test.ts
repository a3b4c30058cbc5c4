import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Event, Feature, FeaturePartial } from '../../schemas/avro/types.gen.ts';
import { StageDriver } from '../runtime/driver.ts';
import { union, withValue } from './distinct.ts';
import { config, features, partials } from './index.ts';

const SECOND = 1_000_000;
const T = 1_700_000_000_000_000 - (1_700_000_000_000_000 % (3600 * SECOND));
const end = (fields: Partial<NonNullable<Event['source']>>) => ({ ip: null, port: null, domain: null, mac: null, bytes: null, packets: null, ...fields });
const connection = (at: number, to: string, fields: Partial<Event> = {}) => ({
  event: plainEvent({
    time: T + at * SECOND,
    host: { name: 'ws1', id: null, ip: [], os: null },
    source: end({ ip: '10.0.0.1', bytes: 100 }),
    destination: end({ ip: to, port: 443, bytes: 5 }),
    ...fields,
  }),
  context: plainContext(),
});
const partialsOf = (outputs: readonly { value: unknown }[]) => outputs.map(({ value }) => value as FeaturePartial);
const featuresOf = (outputs: readonly { value: unknown }[]) => outputs.map(({ value }) => value as Feature);

describe('partials', () => {
  it('adds up a pane per entity and lets it go when the watermark passes its end', () => {
    const driver = new StageDriver(partials(config.parse({})));
    driver.send(connection(1, '1.1.1.1'));
    driver.send(connection(2, '1.1.1.1', { outcome: 'failure' }));
    driver.send(connection(3, '2.2.2.2'));
    expect(driver.advance(T + 9 * SECOND)).toEqual([]);
    const out = partialsOf(driver.advance(T + 10 * SECOND));
    expect(
      out.map(({ entityType, entity, events, failures, bytesOut, destinations }) => [entityType, entity, events, failures, bytesOut, destinations.length]),
    ).toEqual([
      ['address', '10.0.0.1', 3, 1, 300, 2],
      ['host', 'ws1', 3, 1, 300, 2],
    ]);
  });
  it('makes a second partial of what comes late, once the pane in which it came is over', () => {
    const driver = new StageDriver(partials(config.parse({})));
    driver.send(connection(1, '1.1.1.1'));
    driver.advance(T + 10 * SECOND);
    for (const at of [2, 3]) expect(driver.send(connection(at, '3.3.3.3')).outputs).toEqual([]);
    expect(partialsOf(driver.advance(T + 20 * SECOND)).map(({ paneStart, events }) => [paneStart, events])).toEqual([
      [T, 2],
      [T, 2],
    ]);
  });
  it('closes the panes of a dataset by its own watermark, in a lane all of them by the slowest', () => {
    const entities = (isLane: boolean) => {
      const driver = new StageDriver(partials(config.parse({}), { isLane }));
      driver.advance(T, 'windows.sysmon');
      driver.advance(T - 1200 * SECOND, 'aws.cloudtrail');
      for (const dataset of ['windows.sysmon', 'aws.cloudtrail']) driver.send(connection(1, '1.1.1.1', { dataset }));
      const closed = [driver.advance(T + 10 * SECOND, 'windows.sysmon'), driver.advance(T + 10 * SECOND, 'aws.cloudtrail')];
      return closed.map((out) => partialsOf(out).map(({ dataset, entityType, events }) => [dataset, entityType, events].join(' ')));
    };
    const of = (dataset: string) => [`${dataset} address 1`, `${dataset} host 1`];
    expect(entities(false)).toEqual([of('windows.sysmon'), of('aws.cloudtrail')]);
    expect(entities(true)).toEqual([[], [...of('aws.cloudtrail'), ...of('windows.sysmon')]]);
  });
  it('adds what came behind its source up apart, until the pane in which it came is over', () => {
    const driver = new StageDriver(partials(config.parse({})));
    const late = (at: number, behind: number) => driver.send(connection(at, '3.3.3.3'), { behind: T + behind * SECOND }).outputs;
    expect([...late(2, 25), ...late(11, 26), ...late(3, 29)]).toEqual([]);
    driver.send(connection(4, '1.1.1.1'));
    expect(partialsOf(driver.advance(T + 10 * SECOND)).map(({ events }) => events)).toEqual([1, 1]);
    driver.restart();
    const out = driver.advance(T + 30 * SECOND);
    expect(partialsOf(out).map(({ entityType, paneStart, events }) => [entityType, paneStart - T, events])).toEqual([
      ['address', 0, 2],
      ['host', 0, 2],
      ['address', 10 * SECOND, 1],
      ['host', 10 * SECOND, 1],
    ]);
    expect(driver.state()['panes']).toEqual({});
  });
  it('has nothing to say of an event without entities', () => {
    expect(new StageDriver(partials(config.parse({}))).send({ event: plainEvent(), context: plainContext() }).summary).toBe('passed');
  });
  it('keeps an open pane over a restart', () => {
    const driver = new StageDriver(partials(config.parse({})));
    driver.send(connection(1, '1.1.1.1'));
    driver.restart();
    driver.send(connection(2, '1.1.1.1'));
    expect(partialsOf(driver.advance(T + 10 * SECOND))[0]?.events).toBe(2);
  });
});

describe('features', () => {
  const partial = (pane: number, fields: Partial<FeaturePartial> = {}): FeaturePartial => ({
    organization: 'default',
    entityType: 'host',
    entity: 'a|b',
    dataset: 'windows.sysmon',
    paneStart: T + pane * 10 * SECOND,
    paneMicros: 10 * SECOND,
    upstream: 0,
    events: 1,
    failures: 0,
    bytesOut: 10,
    bytesIn: 0,
    destinations: ['0000000000000001'],
    ports: [443],
    users: [],
    actions: [],
    ...fields,
  });
  it('closes each window once, with distinct values counted over its panes', () => {
    const driver = new StageDriver(features(config.parse({})));
    for (const pane of [0, 1, 29]) driver.send(partial(pane, { destinations: [`000000000000000${pane % 3}`] }));
    const out = featuresOf(driver.advance(T + 300 * SECOND));
    expect(
      out.map(({ windowMicros, entity, events, bytesOut, distinctDestinations }) => [windowMicros, entity, events, bytesOut, distinctDestinations]),
    ).toEqual([[300 * SECOND, 'a|b', 3, 30, 3]]);
    expect(featuresOf(driver.advance(T + 3600 * SECOND)).map(({ windowMicros, events }) => [windowMicros, events])).toEqual([[3600 * SECOND, 3]]);
  });
  it('says so again when a late pane changes a closed window, until it is forgotten', () => {
    const driver = new StageDriver(features(config.parse({ windowSeconds: [300], retentionSeconds: 60 })));
    driver.send(partial(0));
    driver.advance(T + 300 * SECOND);
    expect(featuresOf(driver.send(partial(0)).outputs).map(({ events }) => events)).toEqual([2]);
    driver.advance(T + 360 * SECOND);
    expect(driver.send(partial(0))).toMatchObject({ outputs: [], summary: 'late' });
    expect(driver.state()['windows']).toEqual({});
  });
  it('goes out when the first dataset has passed the end, and once more for each other that brings something', () => {
    const driver = new StageDriver(features(config.parse({ windowSeconds: [300] })));
    const counts = (out: readonly { value: unknown }[]) => featuresOf(out).map(({ events }) => events);
    const [fast, slow, slower] = ['windows.sysmon', 'aws.cloudtrail', 'm365.audit'] as const;
    for (const dataset of [fast, slow, slower]) driver.advance(T, dataset);
    for (const [pane, dataset] of [
      [0, fast],
      [1, slow],
    ] as const)
      expect(counts(driver.send(partial(pane, { dataset })).outputs)).toEqual([]);
    expect(counts(driver.advance(T + 300 * SECOND, fast))).toEqual([2]);
    for (const pane of [2, 3]) expect(counts(driver.send(partial(pane, { dataset: slow })).outputs)).toEqual([]);
    driver.send(partial(4, { dataset: slower }));
    driver.restart();
    expect(counts(driver.advance(T + 300 * SECOND, slow))).toEqual([5]);
    expect(counts(driver.advance(T + 300 * SECOND, slower))).toEqual([]); // nothing that was not told
    expect(counts(driver.send(partial(5, { dataset: fast })).outputs)).toEqual([6]); // late
  });
  it('adds in a lane a pane that came behind the end of its window when the watermark is as far, however early it arrives', () => {
    const run = (isEarly: boolean) => {
      const driver = new StageDriver(features(config.parse({ windowSeconds: [300], retentionSeconds: 60 }), { isLane: true }));
      const out: unknown[] = [];
      const send = () => [330, 400].forEach((behind) => out.push(...driver.send(partial(0), { behind: T + behind * SECOND }).outputs));
      driver.send(partial(1));
      if (isEarly) send();
      out.push(...driver.advance(T + 300 * SECOND));
      if (!isEarly) send();
      driver.restart();
      out.push(...driver.advance(T + 330 * SECOND), ...driver.advance(T + 400 * SECOND));
      expect(driver.state()['windows']).toEqual({});
      return featuresOf(out as { value: unknown }[]).map(({ events }) => events);
    };
    expect(run(true)).toEqual([1, 2]); // the one that came when the window was gone counts nowhere
    expect(run(false)).toEqual([1, 2]);
  });
  it('gives the same whatever the order of the panes', () => {
    const panes = [0, 1, 2, 3].map((pane) => partial(pane, { ports: [pane, 443], destinations: [`00000000000000${pane}0`] }));
    const run = (order: readonly FeaturePartial[]) => {
      const driver = new StageDriver(features(config.parse({})));
      for (const pane of order) driver.send(pane);
      return driver.advance(T + 3600 * SECOND);
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(panes, { minLength: 4 }), (order) => {
        expect(run(order)).toEqual(run(panes));
      }),
    );
  });
});

it('keeps sorted sets sorted, distinct and bounded', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.array(fc.nat(50)), (a, b) => {
      const want = (values: readonly number[]) => [...new Set(values)].sort((x, y) => x - y);
      const set = (values: readonly number[]) => values.reduce<readonly number[]>((all, value) => withValue(all, value, 1000), []);
      expect(set(a)).toEqual(want(a));
      expect(union(set(a), set(b), 1000)).toEqual(want([...a, ...b]));
      const cut = (values: readonly number[]) => values.reduce<readonly number[]>((all, value) => withValue(all, value, 3), []);
      expect(cut(a)).toEqual(want(a).slice(0, 3)); // the same whatever the order
      expect(union(set(a), set(b), 3).length).toBeLessThanOrEqual(Math.max(3, set(a).length, set(b).length));
    }),
  );
});

describe('what a task keeps', () => {
  const options = { ...config.parse({}), maxHeld: 1000 };
  const from = (host: string, to: string) => connection(1, to, { host: { name: host, id: null, ip: [], os: null }, source: end({ bytes: 1 }) });

  it('is bounded: new entities beyond it are left out and counted, known ones go on without new values, and room comes back', () => {
    const driver = new StageDriver(partials(options));
    const outcomes = Array.from({ length: 200 }, (_, n) => driver.send(from(`ws${n}`, '1.1.1.1')).summary);
    const kept = outcomes.filter((summary) => !summary.includes('over-limit')).length;
    expect(kept).toBeGreaterThan(50);
    expect(kept).toBeLessThan(200);
    expect(driver.send(from('ws0', '2.2.2.2')).summary).toContain('over-limit');
    const out = partialsOf(driver.advance(T + 10 * SECOND));
    expect(out).toHaveLength(kept);
    expect(out.find(({ entity }) => entity === 'ws0')).toMatchObject({ events: 2, destinations: [expect.any(String)] });
    const next = driver.send(connection(11, '1.1.1.1', { host: { name: 'new', id: null, ip: [], os: null } }));
    expect(next.summary).not.toContain('over-limit');
  });

  it('is bounded for windows too', () => {
    const driver = new StageDriver(features(options));
    const pane = (entity: string): FeaturePartial => ({
      organization: 'default',
      entityType: 'host',
      entity,
      dataset: 'windows.sysmon',
      paneStart: T,
      paneMicros: 10 * SECOND,
      upstream: 0,
      events: 1,
      failures: 0,
      bytesOut: 0,
      bytesIn: 0,
      destinations: ['a', 'b'],
      ports: [],
      users: [],
      actions: [],
    });
    const outcomes = Array.from({ length: 100 }, (_, n) => driver.send(pane(`ws${n}`)).summary);
    expect(outcomes.filter((summary) => !summary.includes('over-limit'))).toHaveLength(50); // two windows of weight 10 each
    expect(featuresOf(driver.advance(T + 301 * SECOND))).toHaveLength(50);
    driver.advance(T + 3 * 3600 * SECOND);
    expect(driver.send({ ...pane('later'), paneStart: T + 3 * 3600 * SECOND }).summary).not.toContain('over-limit');
  });
});
