// What users of other sinks have reported, shown not to happen here: as far as it lies between the topic and the sink. What lies in a sink is tested
// there (connectors/splunk-hec, connectors/elasticsearch). Numbers are of splunk/kafka-connect-splunk, confluentinc/kafka-connect-elasticsearch and -jdbc.
import { describe, expect, it, vi } from 'vitest';
import { RetryableError } from '../../../pipeline/core/errors.ts';
import { DELIVERED } from '../../_sink/index.ts';
import type { Outcome } from '../../_sink/index.ts';
import { FarSide, ids, LIMITS, sorted, TOPIC, world } from './test/world.ts';
import type { World } from './test/world.ts';

const totalOf = async (at: World) => [...(await at.committed()).values()].reduce((sum, offset) => sum + offset, 0);
const all = (at: World, count: number) => vi.waitFor(async () => expect(await totalOf(at)).toBe(count), { timeout: 10_000, interval: 2 });
const after = (ms: number) =>
  new Promise<void>((done) => {
    setTimeout(done, ms);
  });

describe('kafka-connect-splunk', () => {
  it('#196 #268: positions are committed, and #263: a restart in order sends nothing twice', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(90);
    for (let round = 0; round < 5; round++) {
      const task = at.start(far);
      await vi.waitFor(() => expect(far.taken.length).toBeGreaterThan(round * 10));
      await task.stop();
    }
    const last = at.start(far);
    await all(at, 90);
    await last.stop();
    expect(sorted(far.taken)).toEqual(ids(90));
  });

  it('#362 #378 #423 #173: what failed counts in the byte budget for as long as it is owed', async () => {
    const at = await world({ maxBatchRecords: 5 });
    const far = new FarSide();
    let isAway = true;
    far.act = () => {
      if (isAway) throw new RetryableError('SINK_UNAVAILABLE', 'No connection.');
      return DELIVERED;
    };
    await at.write(600, { bytes: 1_000 });
    const task = at.start(far, { maxOwedBytes: 50_000 });
    let most = 0;
    for (let n = 0; n < 40; n++) {
      await after(3);
      most = Math.max(most, task.progress().owedBytes);
    }
    expect(most).toBeGreaterThanOrEqual(50_000);
    expect(most).toBeLessThan(50_000 + 3 * 5 * 1_500);
    isAway = false;
    await all(at, 600);
    expect(task.progress().owedBytes).toBe(0);
    await task.stop();
  });

  it('#442: a task that moves nothing says so', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(30);
    let isAway = false;
    far.act = () => {
      if (isAway) throw new RetryableError('SINK_UNAVAILABLE', 'Server is busy.');
      return DELIVERED;
    };
    const task = at.start(far);
    await all(at, 30);
    isAway = true;
    const { lastProgressAt } = task.progress();
    await at.write(30);
    await vi.waitFor(() => expect(task.progress()).toMatchObject({ owed: 30, lastError: { message: 'Server is busy.' } }));
    await after(20);
    expect(task.progress()).toMatchObject({ lastProgressAt, lag: 30, oldestOwedAt: expect.any(Number) as number });
    await task.stop();
  });

  it('#205: what waits for its acknowledgement holds up nothing', async () => {
    const at = await world();
    const far = new FarSide();
    far.limits = { ...LIMITS, maxInFlight: 1 };
    await at.write(60);
    far.act = (): Outcome => ({ kind: 'accepted', acknowledged: new Promise(() => {}) });
    const task = at.start(far);
    await vi.waitFor(() => expect(far.calls.flat()).toHaveLength(60));
    expect(await totalOf(at)).toBe(0);
    await task.stop();
  });
});

describe('kafka-connect-elasticsearch', () => {
  it('#739 #737 #634: an item that is refused for now fails no task and is counted', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(30);
    let refusals = 20;
    far.act = ({ id }) => (id.endsWith('5') && refusals-- > 0 ? { kind: 'retry', message: 'es_rejected_execution_exception', isAmbiguous: false } : DELIVERED);
    const task = at.start(far);
    await all(at, 30);
    expect(task.progress()).toMatchObject({ delivered: 30, lastError: { message: 'es_rejected_execution_exception' } });
    await task.stop();
    expect(sorted(far.taken)).toEqual(ids(30));
  });

  it('#103: a call that takes longer than many commits rewinds nothing', async () => {
    const at = await world();
    const far = new FarSide();
    const { promise, resolve } = Promise.withResolvers<void>();
    far.gate = promise;
    await at.write(60);
    const task = at.start(far, { commitEveryMs: 1 });
    await after(50);
    resolve();
    await all(at, 60);
    await task.stop();
    expect(far.calls.flat()).toHaveLength(60);
  });

  it('#478: a budget that is used up for long kills no task', async () => {
    const at = await world({ maxBatchRecords: 5 });
    const far = new FarSide();
    const { promise, resolve } = Promise.withResolvers<void>();
    far.gate = promise;
    await at.write(300, { bytes: 1_000 });
    const task = at.start(far, { maxOwedBytes: 20_000 });
    await after(100);
    resolve();
    await all(at, 300);
    await task.stop();
    expect(sorted(far.taken)).toEqual(ids(300));
  });

  it('#94: a transform that renames the topic changes no position', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(30);
    const renamed: string[] = [];
    far.act = ({ topic }) => {
      renamed.push(topic);
      return DELIVERED;
    };
    const task = at.start(far, { transform: (record) => ({ ...record, topic: `${TOPIC}-20261126` }) });
    await all(at, 30);
    await task.stop();
    expect(new Set(renamed)).toEqual(new Set([`${TOPIC}-20261126`]));
    expect([...(await at.committed()).keys()].every((key) => key.startsWith(`${TOPIC}/`))).toBe(true);
  });
});

describe('kafka-connect-jdbc', () => {
  it('#1597: no position goes past what was neither taken nor set aside', async () => {
    const at = await world();
    const far = new FarSide();
    await at.write(30, { partition: 0 });
    far.act = ({ id }) => (id === 'd12' ? { kind: 'retry', message: 'Locked.', isAmbiguous: false } : DELIVERED);
    const task = at.start(far, { commitEveryMs: 1 });
    await vi.waitFor(() => expect(far.taken).toHaveLength(29));
    await after(20);
    await task.stop();
    expect(await totalOf(at)).toBe(12);
  });
});
