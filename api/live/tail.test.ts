import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { topics } from '../../topologies/topics.ts';
import { eventually } from '../test/eventually.ts';
import { EventTail } from './tail.ts';

const codec = new Codec(fixedIds());
const log = pino({ level: 'silent' });

describe('the live tail', () => {
  let broker: MemoryBroker;
  let flush: () => void;
  let isFlushing: boolean;
  let tail: EventTail;

  const send = (events: readonly Partial<Event>[]) =>
    broker
      .producer()
      .send(
        events.map((event) => ({
          topic: topics.enriched.name,
          partition: 0,
          key: null,
          value: codec.encode(schemas.enriched, { event: plainEvent(event), context: plainContext() }),
        })),
      );
  /** Waits until the tail has read a marker that is sent last; at first it may still be looking for the end of the topic. */
  const settled = async () => {
    const marker = tail.watch('marker', {});
    await vi.waitFor(
      async () => {
        await send([{ organization: 'marker' }]);
        flush();
        expect(marker.length).toBeGreaterThan(0);
      },
      { interval: 1 },
    );
    await marker.return();
  };

  beforeEach(async () => {
    broker = memoryBroker();
    await broker.admin().createTopics([settingsOf(topics.enriched, 1)], 1);
    tail = new EventTail({
      broker,
      codec,
      log,
      eventsPerSecond: 40,
      maxTails: 4, // 4 a flush
      every: (_ms, work) => {
        flush = work;
        isFlushing = true;
        return {
          stop: () => {
            isFlushing = false;
          },
        };
      },
    });
  });
  afterEach(async () => {
    await tail.stop();
    await broker.close();
  });

  it('shows what comes from now on, to its own organization only', async () => {
    await send([{ message: 'before' }]);
    const [mine, theirs] = [tail.watch('default', {}), tail.watch('other', {})];
    await settled();
    await send([{ message: 'a' }, { message: 'b', organization: 'other' }, { message: 'c' }]);
    await settled();
    expect((await mine.next()).value?.events.map(({ message }) => message)).toEqual(['a', 'c']);
    expect((await theirs.next()).value?.events.map(({ message }) => message)).toEqual(['b']);
  });

  it('asks filter and search', async () => {
    const watcher = tail.watch('default', { dataset: ['zeek.dns'], search: parseSearch('dns.question.name:*.example') });
    await settled();
    const dns = (questionName: string) => ({ questionName, questionType: null, responseCode: null, answers: [] });
    await send([
      { dataset: 'zeek.dns', dns: dns('a.example') },
      { dataset: 'zeek.dns', dns: dns('b.test') },
      { dataset: 'other', dns: dns('c.example') },
    ]);
    await settled();
    expect((await watcher.next()).value?.events.map(({ dnsQuestion }) => dnsQuestion)).toEqual(['a.example']);
  });

  it('counts what is above its bound instead of showing it', async () => {
    const watcher = tail.watch('default', {});
    await settled();
    await send(Array.from({ length: 10 }, () => ({})));
    await settled();
    const { value } = await watcher.next();
    expect([value?.events.length, value?.leftOut]).toEqual([4, 6]);
  });

  it('ends a watcher who does not keep up, and leaves the others alone', async () => {
    const [slow, quick] = [tail.watch('default', {}), tail.watch('default', {})];
    await settled();
    for (let n = 0; n < 52; n += 1) {
      await send([{}]);
      await settled();
      await quick.next();
    }
    await expect(slow.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
    expect(quick.isClosed).toBe(false);
  });

  it('reads only while somebody watches', async () => {
    const [one, two] = [tail.watch('default', {}), tail.watch('default', {})];
    await one.return();
    expect(isFlushing).toBe(true);
    await two.return();
    expect(isFlushing).toBe(false);
  });

  it('refuses more different tails than it is to serve, and lets any number watch the same', () => {
    for (let n = 0; n < 4; n += 1) tail.watch('default', { dataset: [`d${n}`] });
    expect(() => tail.watch('default', {})).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    expect(() => tail.watch('other', { dataset: ['d0'] })).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    for (let n = 0; n < 10; n += 1) tail.watch('default', { dataset: ['d0'] });
  });

  it('shows at once what comes after a quiet time, and what follows it together', async () => {
    const watcher = tail.watch('default', {});
    await settled();
    flush(); // shows the marker, or nothing
    flush(); // nothing
    await send([{ message: 'a' }]);
    await eventually(() => expect(watcher.length).toBe(1));
    const other = tail.watch('marker', {});
    await send([{ message: 'b' }]);
    await send([{ message: 'c' }]);
    await send([{ organization: 'marker' }]);
    await eventually(() => {
      flush();
      expect(other.length).toBeGreaterThan(0);
    });
    expect((await watcher.next()).value?.events.map(({ message }) => message)).toEqual(['a']);
    const rest: (string | null)[] = [];
    while (watcher.length > 0) rest.push(...((await watcher.next()).value?.events ?? []).map(({ message }) => message));
    expect(rest).toEqual(['b', 'c']);
  });

  it('makes one batch for all who watch the same, until the last has gone', async () => {
    const search = () => parseSearch('host.name:web01');
    const [one, two, other] = [tail.watch('default', { search: search() }), tail.watch('default', { search: search() }), tail.watch('default', {})];
    await settled();
    const web01 = { host: { name: 'web01', id: null, ip: [], os: null } };
    await send([web01]);
    await settled();
    const [first, second] = [(await one.next()).value, (await two.next()).value];
    expect(first?.events).toHaveLength(1);
    expect(second).toBe(first);
    await one.return();
    await send([web01]);
    await settled();
    expect((await two.next()).value?.events).toHaveLength(1);
    expect(other.length).toBeGreaterThan(0);
  });
});
