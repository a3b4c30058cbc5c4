// Runs the stages and loaders of a topology in this process.
import type { Topic } from '../core/index.ts';
import type { DeclaredTopic } from '../core/topic-settings.ts';
import { settingsOf } from '../core/topic-settings.ts';
import { Backlog } from './backlog.ts';
import { changelogSettings } from './changelog-settings.ts';
import { Destination } from './destination.ts';
import { brake, lookAtEnds, repeat } from './duties.ts';
import { LoaderGroup } from './loader.ts';
import { metricsOf } from './metrics.ts';
import { watchTopics } from './raw-topics.ts';
import type { TopicWatch } from './raw-topics.ts';
import { openReferenceReader } from './reference-reader.ts';
import { limitsOf } from './run-options.ts';
import type { RunOptions } from './run-options.ts';
import { StageInstance } from './stage-instance.ts';
import { isPattern, planStage } from './stage-plan.ts';
import type { LoaderWire, StageWire, TopicTable } from './stage-plan.ts';
import type { Running, StageStatus } from './status.ts';
import { statusOfLoader, statusOfStage } from './status.ts';
import { systemClock } from '../core/wall-clock.ts';
import { checkChangelogs, chosenWires, inputTopics } from './wiring.ts';

export type { RunOptions } from './run-options.ts';
export type { Running, StageStatus } from './status.ts';

const BRAKE_EVERY_MS = 250;
const ENDS_EVERY_MS = 5000;

/**
 * Starts the chosen stages and loaders and resolves when all have joined their groups; restoring goes on behind (`ready`).
 * @throws ConfigError when the topology does not fit the topics, or a chosen name is none of its
 */
export async function runTopology(options: RunOptions): Promise<Running> {
  const { topology, broker, codec, platform, log, registry, app = 'goshawk', instanceId, version = '0', clock = systemClock, replicationFactor = 1 } = options;
  const limits = limitsOf(options);
  const metrics = metricsOf(registry);
  const admin = broker.admin();
  const counts = new Map(await admin.topics());
  const topics: TopicTable = { nameOf: options.topicName ?? ((name) => name), partitions: counts };
  const wires = chosenWires(topology, options.stages).map((wire) =>
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
        ...(options.until === undefined || plan.upstream.length > 0 ? {} : { until: options.until }),
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
  const regular = { clock, log, signal: closing.signal };
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
      repeat(BRAKE_EVERY_MS, () => brake(instances, downstreamOf, reference.lagMs(), options.maxBehindMs ?? 3000, clock), regular),
      repeat(ENDS_EVERY_MS, () => lookAtEnds(admin, members), regular),
    );
  } catch (error) {
    await stop();
    throw error;
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
