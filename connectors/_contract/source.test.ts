// What every pulled source promises, for each folder found: each record of its far side comes once, whatever the far side does and whenever the source is
// stopped; and the far side is told to forget nothing that is not kept.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowListOf } from '../../outbound/allow-list.ts';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { settingsOf } from '../../pipeline/core/topic-settings.ts';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { topics } from '../../topologies/topics.ts';
import type { PulledSource, SourceConnector } from '../_source/index.ts';
import { KeptPositions } from '../_source/positions.ts';
import { plugins } from '../_worker/settings/plugins.ts';
import { SourceTask } from '../_worker/pull/source-task.ts';
import type { Fault } from './stand-in.ts';
import type { OpenSourceStandIn, SourceStandIn } from './source-stand-in.ts';

const kitOf = (name: string) => new URL(`../${name}/test/stand-in.ts`, import.meta.url);
const found = (await plugins()).filter(({ type }) => type === 'source') as unknown as readonly SourceConnector[];
type Kit = { readonly openStandIn?: OpenSourceStandIn; readonly others?: Readonly<Record<string, OpenSourceStandIn>> };
const sources = await Promise.all(
  found.map(async (connector) => {
    const url = kitOf(connector.name);
    const kit: Kit = existsSync(fileURLToPath(url)) ? ((await import(url.href)) as Kit) : {};
    return { connector, open: kit.openStandIn, others: Object.entries(kit.others ?? {}) };
  }),
);
const worlds = sources.flatMap(({ connector, open, others }) => [
  [connector.name, connector, open] as const,
  ...others.map(([name, other]) => [`${connector.name}, ${name}`, connector, other] as const),
]);
const NEVER = new AbortController().signal;
/** What a far side may keep to itself after a restart: messages that somebody else has. */
const IDLE_MS = 120_000;
const RAW = 'raw.alpha.gateway-tried';

it('every source has a far side to be tried with', () => {
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter(({ open }) => open === undefined).map(({ connector }) => connector.name)).toEqual([]);
});

/** A far side, and the source on it as often as it is opened. */
async function openWorld(connector: SourceConnector, openStandIn: OpenSourceStandIn) {
  const standIn = await openStandIn();
  const config = connector.config.parse({ ...standIn.settings, source: 'tried' });
  const outbound = openOutbound(outboundConfig.parse({ allow: standIn.outboundAllow }));
  const deps = {
    log: pino({ level: 'silent' }),
    outbound,
    allow: allowListOf([], 'outboundHosts'),
    connector: 'tried',
    task: 0,
    organization: 'alpha',
    signal: NEVER,
    now: standIn.now,
  };
  return {
    standIn,
    config,
    deps,
    open: () => connector.source(config, deps),
    close: async () => {
      outbound.close();
      await standIn.close();
    },
  };
}
type World = Awaited<ReturnType<typeof openWorld>>;

/** What the far side has forgotten, and nobody has. */
function lost({ forgotten }: SourceStandIn, kept: readonly string[]): readonly string[] {
  const known = new Set(kept);
  return forgotten().filter((text) => !known.has(text));
}

/** What becomes of one poll: all is kept; the process ends before that, or after it and before the far side is told; it could not be kept and is asked again. */
type Turn = 'kept' | 'ends-before' | 'ends-after' | 'again';

/** Polls until nothing more comes, as `turns` say, and as calm as can be after them. @returns What was kept, as text, in order. */
async function drain({ standIn, open }: Pick<World, 'standIn' | 'open'>, turns: readonly Turn[], check: (kept: readonly string[]) => void) {
  const positions = new KeptPositions();
  const kept: string[] = [];
  let source: PulledSource = await open();
  const restart = async () => {
    await source.close();
    source = await open();
  };
  let idle = 0;
  for (let at = 0; idle < 6 && at < 1_000; at++) {
    const turn = turns[at] ?? 'kept';
    try {
      const pulled = await source.poll(positions, NEVER);
      if (turn === 'ends-before') await restart();
      else if (turn !== 'again') {
        positions.apply(pulled.positions);
        kept.push(...pulled.records.map(({ value }) => value.toString()));
        if (turn === 'ends-after') await restart();
        else await pulled.kept?.(NEVER);
      }
      check(kept);
      standIn.pass(pulled.waitMs ?? 0);
      idle = pulled.records.length > 0 || turn !== 'kept' ? 0 : idle + 1;
      if (idle > 0) standIn.pass(IDLE_MS);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      expect(error.code).toBe('SOURCE_UNAVAILABLE');
      standIn.pass((error.details.afterMs as number | undefined) ?? 1_000);
      idle = 0;
    }
  }
  await source.close();
  return { kept, positions };
}

describe.each(worlds)('%s', (_name, connector, openStandIn) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(connector, openStandIn!);
    await world.standIn.offer();
  });
  afterEach(() => world.close());

  const everything = () => world.standIn.offered().toSorted();
  const nothingLost = (kept: readonly string[]) => expect(lost(world.standIn, kept)).toEqual([]);

  it('brings everything once, and what comes later too', async () => {
    const first = await drain(world, [], nothingLost);
    expect(first.kept.toSorted()).toEqual(everything());
    expect(first.kept.length).toBeGreaterThan(10);
    await world.standIn.offer();
    const source = await world.open();
    const later: string[] = [];
    for (let turn = 0; turn < 100 && later.length < everything().length - first.kept.length; turn++) {
      const pulled = await source.poll(first.positions, NEVER);
      first.positions.apply(pulled.positions);
      later.push(...pulled.records.map(({ value }) => value.toString()));
      await pulled.kept?.(NEVER);
      world.standIn.pass(pulled.waitMs ?? 0);
    }
    await source.close();
    expect([...first.kept, ...later].toSorted()).toEqual(everything());
  });

  it('brings everything once, wherever it is stopped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom<Turn>('kept', 'ends-before', 'ends-after', 'again'), { maxLength: 30 }), async (turns) => {
        const own = await openWorld(connector, openStandIn!);
        await own.standIn.offer();
        const { kept } = await drain(own, turns, (soFar) => expect(lost(own.standIn, soFar)).toEqual([]));
        expect(kept.toSorted()).toEqual(own.standIn.offered().toSorted());
        await own.close();
      }),
      { numRuns: 12 },
    );
  });

  it.each<Fault>(['throttle', 'cut', 'down', 'fail-after-accept', 'slow'])('brings everything once through: %s', async (fault) => {
    if (!world.standIn.faults.includes(fault)) return; // it cannot show it
    await world.standIn.fail(fault, { times: 3, ms: 20 });
    const { kept } = await drain(world, ['kept', 'ends-before', 'kept', 'ends-after'], nothingLost);
    expect(kept.toSorted()).toEqual(everything());
  });

  it('gives positions that it takes again', async () => {
    const { positions } = await drain(world, [], nothingLost);
    const all = [...positions.all()];
    expect(all.length).toBeGreaterThan(0);
    expect(all.map(({ partition, position }) => connector.checkPosition(partition, position))).toEqual(all.map(() => null));
    expect(connector.checkPosition({ other: 'thing' }, {})).not.toBeNull();
  });

  it('says what is wrong with an address that it may not reach', async () => {
    const closed = openOutbound(outboundConfig.parse({}));
    const asked = await connector
      .source(world.config, { ...world.deps, outbound: closed })
      .then((source) => source.poll(new KeptPositions(), NEVER))
      .catch((error: unknown) => error);
    closed.close();
    expect(asked).toBeInstanceOf(ConfigError);
    expect(asked).toMatchObject({ code: 'SOURCE_MISCONFIGURED' });
  });

  it('brings everything once to its topic, killed again and again', async () => {
    const broker = memoryBroker();
    const admin = broker.admin();
    await admin.createTopics([settingsOf(topics.connectOffsets, 1), settingsOf(topics.connectDeadLetters, 1)], 1);
    const taken = async () => {
      const count = (await admin.topics()).get(RAW) ?? 0;
      const texts: string[] = [];
      for (let partition = 0; partition < count; partition++) {
        const tp = { topic: RAW, partition };
        const [end = 0] = (await admin.offsets([tp], 'stable')).values();
        const reader = broker.reader();
        for await (const { records } of reader.read(tp, 0, end, NEVER)) texts.push(...records.map(({ value }) => value!.toString()));
        await reader.close();
      }
      return texts.toSorted();
    };
    const tasks: SourceTask[] = [];
    let process = broker.connect();
    const start = () => {
      const task = new SourceTask({
        connector: 'tried',
        task: 0,
        organization: 'alpha',
        className: connector.name,
        target: world.config,
        broker: process,
        createRawTopic: (name) => admin.createTopics([settingsOf(topics.raw, 2, name)], 1),
        openSource: world.open,
        tolerance: 'all',
        deadLetters: { topic: topics.connectDeadLetters.name, hasHeaders: true },
        retry: { initialMs: 1, maxMs: 5 },
        mask: (text) => text,
        isPaused: false,
        clock: {
          nowMs: world.standIn.now,
          after(ms, run) {
            const timer = setImmediate(() => {
              world.standIn.pass(ms);
              run();
            });
            return () => clearImmediate(timer);
          },
        },
        random: () => 0.5,
        log: pino({ level: 'silent' }),
      });
      tasks.push(task);
      task.start();
    };
    for (let kill = 1; kill <= 3; kill++) {
      start();
      await vi.waitFor(async () => expect((await taken()).length).toBeGreaterThanOrEqual(Math.min(kill * 3, everything().length)), {
        timeout: 10_000,
        interval: 2,
      });
      const next = process.connect();
      process.crash();
      process = next;
    }
    start();
    await vi.waitFor(async () => expect(await taken()).toEqual(everything()), { timeout: 15_000, interval: 5 });
    await Promise.all(tasks.map((task) => task.stop())); // those that were killed have no broker that answers
    expect(await taken()).toEqual(everything());
    await broker.close();
  });
});
