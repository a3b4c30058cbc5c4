// What every sink promises, for each folder found: whatever its far side does and whenever it is stopped, each document is delivered, set aside, or still owed.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import type { Sink, SinkConnector } from '../_sink/index.ts';
import { isSink, plugins } from '../_worker/settings/plugins.ts';
import type { SinkTask } from '../_worker/delivery/sink-task.ts';
import { documentOf, sinkWorld } from './sink-world.ts';
import type { SinkWorld } from './sink-world.ts';
import type { OpenStandIn, StandIn } from './stand-in.ts';

const kitOf = (name: string) => new URL(`../${name}/test/stand-in.ts`, import.meta.url);
const found = (await plugins()).filter(isSink);
const sinks = await Promise.all(
  found.map(async (connector) => {
    const url = kitOf(connector.name);
    const kit = existsSync(fileURLToPath(url)) ? ((await import(url.href)) as { readonly openStandIn: OpenStandIn }) : null;
    return { connector, open: kit?.openStandIn };
  }),
);
const WAIT = { timeout: 30_000, interval: 10 };
const COUNT = 60;

it('every sink has a far side to be tried with', () => {
  expect(sinks.length).toBeGreaterThan(0);
  expect(sinks.filter(({ open }) => open === undefined).map(({ connector }) => connector.name)).toEqual([]);
});

describe.each(sinks.map((sink) => [sink.connector.name, sink.connector, sink.open] as const))('%s', (_name, connector, open) => {
  let standIn: StandIn;
  let world: SinkWorld;
  const tasks: SinkTask[] = [];
  const has = (fault: StandIn['faults'][number]) => standIn.faults.includes(fault);
  const ids = () => Array.from({ length: COUNT }, (_none, n) => documentOf(n).id);
  const taken = async () => (await standIn.taken()).toSorted();
  const repeated = () => duplicatesOf(connector, world.config) === 'repeated';
  const start = (more: Parameters<SinkWorld['start']>[0] = {}) => {
    const task = world.start(more);
    tasks.push(task);
    return task;
  };
  /** Everything is committed, and each document is there: once where the far side keeps one of each, at least once where it cannot. */
  const everythingIsThere = async ({ except = [] as readonly string[], mayRepeat = false } = {}) => {
    await vi.waitFor(async () => expect(await world.committed()).toBe(COUNT), WAIT);
    const there = await taken();
    const wanted = ids()
      .filter((id) => !except.includes(id))
      .toSorted();
    if (mayRepeat && repeated()) expect([...new Set(there)]).toEqual(wanted);
    else expect(there).toEqual(wanted);
  };

  beforeAll(() => expect(open).toBeDefined());
  beforeEach(async () => {
    standIn = await open!();
    world = await sinkWorld(connector, standIn);
    await world.write(COUNT);
    return async () => {
      await standIn.fail(null);
      await Promise.all(tasks.splice(0).map((task) => task.stop()));
      await world.close();
      await standIn.close();
    };
  });

  it('delivers everything once', async () => {
    start();
    await everythingIsThere();
    expect(await world.letters()).toEqual([]);
  });

  it('sets aside what is rejected, and nothing else', async (ctx) => {
    if (!has('reject-one')) return ctx.skip();
    const { id } = documentOf(17);
    await standIn.fail('reject-one', { of: id });
    const task = start();
    await everythingIsThere({ except: [id], mayRepeat: false });
    expect(await world.letters()).toEqual([id]);
    expect(task.progress()).toMatchObject({ rejected: 1, owed: 0 });
  });

  it('takes a document over several lines, sets aside what is none, and loses none beside them', async () => {
    const { value } = documentOf(COUNT);
    const [pretty, none] = [JSON.stringify(JSON.parse(value.toString()), null, 2), 'this is { no document\n{"create":{}}\n'];
    await world.writeRaw([pretty, none, '']);
    start();
    await vi.waitFor(async () => expect(await world.committed()).toBe(COUNT + 3), WAIT);
    const there = await taken();
    expect(there).toEqual(expect.arrayContaining(ids()));
    expect(there.filter((id) => ids().includes(id))).toHaveLength(COUNT);
    expect(there.length + (await world.letters()).length).toBeGreaterThanOrEqual(COUNT + 3);
  });

  it('waits while it is throttled, and sends nothing twice', async (ctx) => {
    if (!has('throttle')) return ctx.skip();
    await standIn.fail('throttle', { times: 2 });
    const task = start();
    await everythingIsThere();
    expect(task.progress()).toMatchObject({ owed: 0, rejected: 0 });
    expect(task.progress().lastError).not.toBeNull();
  });

  it('loses nothing when the far side takes documents and does not say so', async (ctx) => {
    if (!has('fail-after-accept')) return ctx.skip();
    await standIn.fail('fail-after-accept', { times: 2 });
    start();
    await everythingIsThere({ mayRepeat: true });
  });

  it('loses nothing when the connection is cut', async (ctx) => {
    if (!has('cut')) return ctx.skip();
    await standIn.fail('cut', { times: 2 });
    start();
    await everythingIsThere({ mayRepeat: true });
  });

  it('waits for a far side that is down, and goes on when it is back', async (ctx) => {
    if (!has('down')) return ctx.skip();
    await standIn.fail('down');
    const task = start();
    await vi.waitFor(() => expect(task.progress().lastError).not.toBeNull(), WAIT);
    expect(await world.committed()).toBe(0);
    await standIn.fail(null);
    await everythingIsThere({ mayRepeat: true });
  });

  it('goes on where it was after it is stopped in the middle', async (ctx) => {
    if (!has('slow')) return ctx.skip();
    await standIn.fail('slow', { ms: 20 });
    const task = start({ limits: { maxRecords: 5 } });
    await vi.waitFor(async () => expect(await world.committed()).toBeGreaterThan(0), WAIT);
    await task.stop();
    await standIn.fail(null);
    start();
    await everythingIsThere({ mayRepeat: true });
  });

  it('loses nothing when its process is killed, again and again', async () => {
    if (has('slow')) await standIn.fail('slow', { ms: 5 });
    for (let kill = 0; kill < 3; kill++) {
      start({ limits: { maxRecords: 5, maxInFlight: 2 } });
      await vi.waitFor(async () => expect((await standIn.taken()).length).toBeGreaterThan(Math.min(kill * 10, COUNT - 1)), WAIT);
      await world.kill();
      const there = new Set(await standIn.taken());
      for (const id of await world.committedIds()) expect(there.has(id), id).toBe(true);
    }
    await standIn.fail(null);
    start();
    await everythingIsThere({ mayRepeat: true });
  });

  it('shares its partitions with a second task, and takes them back', async () => {
    const first = start({ limits: { maxRecords: 5 } });
    await vi.waitFor(async () => expect((await standIn.taken()).length).toBeGreaterThan(0), WAIT);
    start({ task: 1, another: true });
    await vi.waitFor(async () => expect((await standIn.taken()).length).toBeGreaterThan(COUNT / 2), WAIT);
    await first.stop();
    await everythingIsThere({ mayRepeat: true });
  });

  it('says what is wrong with an address that it may not reach, and sends nothing', async (ctx) => {
    if (standIn.outboundAllow.length === 0) return ctx.skip();
    const closed = openOutbound(outboundConfig.parse({}));
    let sink: Sink | undefined;
    const refused = await world
      .open({ outbound: closed })
      .then(async (opened) => {
        sink = opened;
        return opened.send(await world.sinkRecords(1), new AbortController().signal);
      })
      .catch((error: unknown) => error);
    await sink?.close();
    closed.close();
    expect(refused).toMatchObject({ code: 'SINK_MISCONFIGURED' });
    expect(await taken()).toEqual([]);
  });

  afterAll(() => expect(tasks).toEqual([]));
});

function duplicatesOf({ duplicates }: SinkConnector, config: object): 'identified' | 'repeated' {
  return typeof duplicates === 'function' ? duplicates(config) : duplicates;
}
