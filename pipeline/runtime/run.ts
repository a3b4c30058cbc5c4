// Runs the stages and loaders of a topology in this process.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { ConfigError } from '../core/errors.ts';
import type { Micros, RefTable, Topic } from '../core/index.ts';
import type { DeclaredTopic } from '../core/topic-settings.ts';
import { settingsOf } from '../core/topic-settings.ts';
import type { Topology } from '../core/topology.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { Backlog } from './backlog.ts';
import { changelogSettings } from './changelog-settings.ts';
import { Destination } from './destination.ts';
import type { RuntimeLimits } from './instance-options.ts';
import { LoaderGroup } from './loader.ts';
import { metricsOf } from './metrics.ts';
import type { Admin, Broker } from './port.ts';
import { tpKey } from './port.ts';
import { matching, watchTopics } from './raw-topics.ts';
import type { TopicWatch } from './raw-topics.ts';
import { openReferenceReader } from './reference-reader.ts';
import { ACTIVATION_DELAY } from './reference.ts';
import { StageInstance } from './stage-instance.ts';
import { isPattern, planStage } from './stage-plan.ts';
import type { LoaderWire, PlatformTopics, StageWire, TopicTable } from './stage-plan.ts';
import type { Running, StageStatus } from './status.ts';
import { statusOfLoader, statusOfStage } from './status.ts';
import { sleep, systemClock } from './wall-clock.ts';
import type { WallClock } from './wall-clock.ts';

export type { Running, StageStatus } from './status.ts';

export interface RunOptions {
  readonly topology: Topology;
  /** Names of stages, and of loader groups; all unless given. */
  readonly stages?: readonly string[];
  /** Left open by `stop`: whoever made it closes it. */
  readonly broker: Broker;
  readonly codec: Codec;
  /** Prefix of groups, transactional ids and changelogs: `goshawk`, or a lane's. */
  readonly app?: string;
  /** The same after a restart, and of this process alone: a start fences what ran under it before. */
  readonly instanceId: string;
  readonly version?: string;
  readonly platform: PlatformTopics;
  readonly referenceTables?: readonly RefTable<unknown>[];
  /** Name of a topic on the broker; a lane has names of its own. */
  readonly topicName?: (name: string) => string;
  /** How late an event of a dataset may be, in place of what the topology says; 30 s where neither does. */
  readonly latenessOf?: (dataset: string) => Micros;
  /** Events stamped further ahead of their append time move no watermark: in place of what the topology says; 5 minutes. */
  readonly maxFuture?: Micros;
  readonly replicationFactor?: number;
  /** Partitions of what is created while running; that of the dead letters unless given. */
  readonly partitions?: number;
  readonly log: Logger;
  readonly registry: Registry;
  readonly limits?: Partial<RuntimeLimits>;
  /** In place of what the topology says; for tests. */
  readonly commitEveryMs?: number;
  readonly loadEveryMs?: number;
  readonly rawWatchMs?: number;
  /** How long records may wait for the next stage of this process before the one that writes them pauses; 3 s. */
  readonly maxBehindMs?: number;
  readonly clock?: WallClock;
  /** For the test of the tests. */
  readonly commitBeforeSend?: boolean;
}

const DEFAULT_LIMITS: Omit<RuntimeLimits, 'transactionTimeoutMs'> = {
  turnRecords: 1000,
  commitRecords: 4000,
  ledgerEveryMs: 10_000,
  ledgerIdleMs: 1000,
  idleAfterMs: 30_000,
  retryBudgetMs: 300_000,
  maxBytesPerPartition: 262_144,
};
const BRAKE_EVERY_MS = 250;
const ENDS_EVERY_MS = 5000;

/**
 * Starts the chosen stages and loaders and resolves when all have joined their groups; restoring goes on behind (`ready`).
 * @throws ConfigError when the topology does not fit the topics, or a chosen name is none of its
 */
export async function runTopology(options: RunOptions): Promise<Running> {
  const { topology, broker, codec, platform, log, registry, app = 'goshawk', instanceId, version = '0', clock = systemClock, replicationFactor = 1 } = options;
  // On one broker a transaction must outlast the broker's restart; on replicated ones a dead instance's should end soon.
  const limits = { ...DEFAULT_LIMITS, transactionTimeoutMs: replicationFactor >= 3 ? 10_000 : 60_000, ...options.limits };
  const metrics = metricsOf(registry);
  const admin = broker.admin();
  const counts = new Map(await admin.topics());
  const topics: TopicTable = { nameOf: options.topicName ?? ((name) => name), partitions: counts };
  const wires = chosen(topology, options.stages).map((wire) =>
    wire.kind === 'stage' && options.commitEveryMs !== undefined ? { ...wire, commitEveryMs: options.commitEveryMs } : wire,
  );
  const stageWires = wires.filter((wire): wire is StageWire => wire.kind === 'stage');
  const loaderWires = wires.filter((wire): wire is LoaderWire => wire.kind === 'loader');

  const inputsOf = new Map(stageWires.map((wire) => [wire.name, inputTopics(wire, topics)]));
  const tasksOf = (name: string) => Math.max(0, ...inputsOf.get(name)!.map((topic) => counts.get(topic) ?? 0));
  const plans = stageWires.map((wire) => planStage(topology, wire, { topics, platform, codec, app, tasks: tasksOf(wire.name) }));
  const changelogPartitions = new Map<string, number>();
  for (const plan of plans) {
    const own = isPattern(plan.wire.from.name)
      ? Math.max(tasksOf(plan.wire.name), ...[...plan.destinations.values()].map(({ partitions }) => partitions), 1)
      : tasksOf(plan.wire.name);
    for (const topic of plan.changelogs) changelogPartitions.set(topic, counts.get(topic) ?? own);
  }
  await admin.createTopics(
    [...changelogPartitions].filter(([name]) => !counts.has(name)).map(([name, partitions]) => changelogSettings(name, partitions)),
    replicationFactor,
  );
  for (const [name, partitions] of changelogPartitions) counts.set(name, partitions);
  for (const plan of plans) checkChangelogs(plan.wire.name, plan.changelogs, tasksOf(plan.wire.name), counts);

  const reference = await openReferenceReader({ broker, codec, tables: options.referenceTables ?? [], topicName: topics.nameOf, clock, log, metrics });
  const reader = broker.reader();
  const backlogs = new Map(plans.map(({ wire }) => [wire.name, new Backlog()]));
  const downstreamOf = (wire: StageWire): ReadonlyMap<string, readonly Backlog[]> =>
    new Map(
      wire.to.map((topic) => [
        topics.nameOf(topic.name),
        stageWires.filter((other) => other.name !== wire.name && other.from.name === topic.name).map(({ name }) => backlogs.get(name)!),
      ]),
    );
  const createTopic = async (to: Topic<unknown>): Promise<void> => {
    const partitions = options.partitions ?? counts.get(topics.nameOf(platform.deadLetters.name)) ?? 1;
    log.info({ topic: to.name, partitions }, 'A topic that a stage writes to is created.');
    await admin.createTopics([settingsOf(to as Topic<unknown> & DeclaredTopic, partitions, topics.nameOf(to.name))], replicationFactor);
    for (const [name, count] of await admin.topics()) counts.set(name, count);
  };

  const instances = plans.map(
    (plan) =>
      new StageInstance({
        app,
        instanceId,
        version,
        plan,
        topics: inputsOf.get(plan.wire.name)!,
        tasks: () => tasksOf(plan.wire.name),
        broker,
        admin,
        reader,
        codec,
        reference: reference.data,
        latenessOf: options.latenessOf ?? topology.time?.latenessOf ?? (() => 30_000_000),
        maxFuture: options.maxFuture ?? topology.time?.maxFuture ?? 300_000_000,
        limits,
        clock,
        log: log.child({ stage: plan.wire.name }),
        metrics,
        backlog: backlogs.get(plan.wire.name)!,
        downstream: downstreamOf(plan.wire),
        createTopic,
        destinationOf: (to) => {
          const name = topics.nameOf(to.name);
          const partitions = counts.get(name);
          return partitions === undefined ? undefined : new Destination(codec, to, name, partitions, plan.wire.from, tasksOf(plan.wire.name));
        },
        ...(options.commitBeforeSend ? { commitBeforeSend: true } : {}),
      }),
  );
  const groups = [...Map.groupBy(loaderWires, ({ group }) => group)].map(
    ([group, members]) =>
      new LoaderGroup({
        app,
        group,
        wires: members,
        topics,
        broker,
        admin,
        codec,
        everyMs: options.loadEveryMs ?? 100,
        loadRecords: limits.commitRecords,
        turnRecords: limits.turnRecords,
        maxBytesPerPartition: limits.maxBytesPerPartition,
        clock,
        log: log.child({ loaders: group }),
        metrics,
      }),
  );
  const members = [...instances, ...groups];
  const failed = Promise.race([new Promise<never>(() => {}), ...members.map((member) => member.failed)]);
  failed.then(
    (error) => log.fatal({ err: error, code: (error as { code?: string }).code }, 'A stage has failed; this process cannot go on.'),
    () => undefined,
  );

  const closing = new AbortController();
  const watches: TopicWatch[] = [];
  const duties: Promise<void>[] = [];
  try {
    await Promise.all(members.map((member) => member.start()));
    for (const instance of instances) {
      if (!instance.plan.isPattern) continue;
      const { name } = instance.plan.wire;
      watches.push(
        watchTopics({
          admin,
          pattern: topics.nameOf(instance.plan.wire.from.name),
          known: inputsOf.get(name)!,
          everyMs: options.rawWatchMs ?? 3000,
          clock,
          log: log.child({ stage: name }),
          changed: async (names, found) => {
            for (const [topic, count] of found) counts.set(topic, count);
            inputsOf.set(name, names);
            checkChangelogs(name, instance.plan.changelogs, tasksOf(name), counts);
            await instance.resubscribe(names);
          },
        }),
      );
    }
    duties.push(
      repeat(BRAKE_EVERY_MS, () => brake(instances, downstreamOf, reference.lagMs(), options.maxBehindMs ?? 3000, clock)),
      repeat(ENDS_EVERY_MS, () => lookAtEnds(admin, members)),
    );
  } catch (error) {
    await stop();
    throw error;
  }

  async function repeat(everyMs: number, duty: () => Promise<void> | void): Promise<void> {
    for (;;) {
      await sleep(clock, everyMs, closing.signal);
      if (closing.signal.aborted) return;
      try {
        await duty();
      } catch (error) {
        log.debug({ err: error }, 'A regular duty failed and is tried again.');
      }
    }
  }

  async function stop(): Promise<void> {
    closing.abort();
    await Promise.all(watches.map((watch) => watch.close()));
    await Promise.all(members.map((member) => member.stop()));
    await Promise.all(duties);
    await reference.close();
    await reader.close();
    await admin.close();
  }

  const ready = Promise.all(members.map((member) => member.ready)).then(() => undefined);
  let stopping: Promise<void> | undefined;
  return {
    failed,
    ready,
    isQuiet: () => members.every(({ isQuiet }) => isQuiet),
    stop: () => (stopping ??= stop()),
    status: (): readonly StageStatus[] => [
      ...instances.map((instance) => statusOfStage(instance)),
      ...groups.flatMap((group) => group.lanes.map((lane) => statusOfLoader(group, lane))),
    ],
  };
}

function chosen(topology: Topology, names: readonly string[] | undefined): Topology['wires'] {
  if (names === undefined) return topology.wires;
  const nameOf = (wire: Topology['wires'][number]) => (wire.kind === 'stage' ? wire.name : wire.group);
  const unknown = names.filter((name) => !topology.wires.some((wire) => nameOf(wire) === name));
  if (unknown.length > 0)
    throw new ConfigError(
      'INVALID_USAGE',
      `${topology.name} has no stage ${unknown.join(', ')}; it has ${[...new Set(topology.wires.map(nameOf))].join(', ')}`,
    );
  return topology.wires.filter((wire) => names.includes(nameOf(wire)));
}

function inputTopics(wire: StageWire, topics: TopicTable): readonly string[] {
  const name = topics.nameOf(wire.from.name);
  if (isPattern(name)) return matching(name, topics.partitions.keys());
  if (!topics.partitions.has(name))
    throw new ConfigError('TOPIC_MISMATCH', `${name} does not exist (${wire.name} reads it). Create it with \`./goshawk topics --create\`.`);
  return [name];
}

function checkChangelogs(stage: string, changelogs: readonly string[], tasks: number, counts: ReadonlyMap<string, number>): void {
  for (const name of changelogs) {
    if ((counts.get(name) ?? 0) < tasks)
      throw new ConfigError(
        'TOPIC_MISMATCH',
        `${stage} has ${tasks} tasks, but ${name} has ${counts.get(name)} partitions: the state of the others has no place. Raw topics must not have more partitions than events.parsed.`,
      );
  }
}

/** A stage waits while the one behind it in this process, or the reference data, has fallen back. It goes on at half of that. */
function brake(
  instances: readonly StageInstance[],
  downstreamOf: (wire: StageWire) => ReadonlyMap<string, readonly Backlog[]>,
  referenceLagMs: number,
  maxBehindMs: number,
  clock: WallClock,
): void {
  const nowMs = clock.nowMs();
  for (const instance of instances) {
    const behindMs = Math.max(0, ...[...downstreamOf(instance.plan.wire).values()].flat().map((backlog) => backlog.behindMs(nowMs)));
    const isPaused = instance.pausedFor.includes('behind');
    instance.setPaused('behind', behindMs > (isPaused ? maxBehindMs / 2 : maxBehindMs));
    instance.setPaused('reference', referenceLagMs * 1000 > ACTIVATION_DELAY);
  }
}

/** Lag also of what is paused or silent. */
async function lookAtEnds(admin: Admin, members: readonly (StageInstance | LoaderGroup)[]): Promise<void> {
  for (const member of members) {
    const all = [...member.inputs.values()];
    if (all.length === 0) continue;
    const ends = await admin.offsets(
      all.map(({ tp }) => tp),
      'stable',
    );
    for (const input of all) input.end = Math.max(input.end, ends.get(tpKey(input.tp)) ?? 0);
    member.gauge();
  }
}
