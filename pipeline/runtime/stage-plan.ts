// What a stage needs to know of its surroundings, worked out from the topology before it starts.
import { ConfigError } from '../core/errors.ts';
import type { Topic } from '../core/index.ts';
import type { Topology, Wire } from '../core/topology.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { changelogTopics } from './changelog.ts';
import { Destination } from './destination.ts';
import { EVENT_TIMES, merged } from './event-time.ts';
import type { EventTime } from './event-time.ts';
import type { TopicPartition } from './port.ts';

export type StageWire = Extract<Wire, { kind: 'stage' }>;
export type LoaderWire = Extract<Wire, { kind: 'loader' }>;

/** Names of topics on the broker, and how many partitions they have. */
export interface TopicTable {
  /** The name that a stage knows to the name on the broker; a lane has names of its own. */
  readonly nameOf: (topic: string) => string;
  /** By name on the broker. */
  readonly partitions: ReadonlyMap<string, number>;
}
/** Topics of the platform itself, as the topology's declarations have them. */
export interface PlatformTopics {
  readonly deadLetters: Topic<unknown>;
  readonly ledger: Topic<unknown>;
}

export interface StagePlan {
  readonly wire: StageWire;
  /** `raw.*`: every topic whose name begins so. */
  readonly isPattern: boolean;
  /** Written by stages of ours, whose header is believed. */
  readonly isTrusted: boolean;
  readonly reads: object | true | 'bytes';
  /** Stages that tell their watermark on the input. None: the task derives its own. */
  readonly upstream: readonly string[];
  /** Of the input, when the task derives its own. */
  readonly eventTime: EventTime | undefined;
  readonly destinations: Map<string, Destination>;
  /** Names ending in `*` that the stage may write to: topics of theirs are created when they are needed. */
  readonly patterns: readonly string[];
  /** Whether anybody would miss the watermark: timers, stores, stages behind. */
  readonly needsClock: boolean;
  /** Where the watermark is told, and whether to every partition or to the task's own only. */
  readonly told: readonly Destination[];
  readonly deadLetters: Destination;
  readonly ledger: Destination;
  /** Where forwards go: stores without a changelog come back from there. */
  readonly output: { readonly topic: Topic<unknown>; readonly name: string } | null;
  readonly changelogs: readonly string[];
}

export const isPattern = (topic: string): boolean => topic.endsWith('*');
export const prefixOf = (pattern: string): string => pattern.slice(0, -1);
const schemaOf = (topic: Topic<unknown>): string => (topic.schema === 'bytes' ? 'bytes' : topic.schema.fullName);

/**
 * @param tasks Partitions of the input; of a pattern the most that any of its topics has.
 * @throws ConfigError TOPIC_MISMATCH when a topic is missing, or partition counts differ where records keep theirs
 */
export function planStage(
  topology: Topology,
  wire: StageWire,
  {
    topics,
    platform,
    codec,
    app,
    tasks,
  }: { readonly topics: TopicTable; readonly platform: PlatformTopics; readonly codec: Codec; readonly app: string; readonly tasks: number },
): StagePlan {
  const { stage, from } = wire;
  const problems: string[] = [];
  const destination = (topic: Topic<unknown>): Destination => {
    const name = topics.nameOf(topic.name);
    const partitions = topics.partitions.get(name);
    if (partitions === undefined) problems.push(`${name} does not exist (${stage.name} writes to it)`);
    return new Destination(codec, topic, name, partitions ?? tasks, from, tasks);
  };
  const fixed = wire.to.filter(({ name }) => !isPattern(name));
  const destinations = new Map(fixed.map((topic) => [topic.name, destination(topic)]));
  const deadLetters = destination(platform.deadLetters);
  const ledger = destination(platform.ledger);
  const stages = topology.wires.filter((other): other is StageWire => other.kind === 'stage' && other.name !== wire.name);
  const isAvro = from.schema !== 'bytes';
  const upstream = isAvro ? stages.filter((other) => other.to.some(({ name }) => name === from.name)).map(({ name }) => name) : [];
  const told = fixed
    .filter((topic) => topic.schema !== 'bytes' && topic.name !== from.name && stages.some((other) => other.from.name === topic.name))
    .map(({ name }) => destinations.get(name)!);
  for (const each of told) {
    if (each.isSamePartition && each.partitions !== tasks)
      problems.push(`${topics.nameOf(from.name)} has ${tasks} partitions and ${each.name} has ${each.partitions}; records keep their partition between them`);
  }
  if (problems.length > 0)
    throw new ConfigError(
      'TOPIC_MISMATCH',
      `Topics do not fit the stage ${stage.name}:\n${problems.map((problem) => `  ${problem}`).join('\n')}\nCreate what is missing with \`./goshawk topics --create\`.`,
      { problems },
    );
  const eventTime = upstream.length === 0 && isAvro ? EVENT_TIMES.get(schemaOf(from)) : undefined;
  const output = fixed.find((topic) => isAvro && schemaOf(topic) === schemaOf(from)) ?? null;
  return {
    wire,
    upstream,
    eventTime,
    destinations,
    told,
    deadLetters,
    ledger,
    isPattern: isPattern(from.name),
    isTrusted: isAvro,
    patterns: wire.to.map(({ name }) => name).filter(isPattern),
    needsClock: told.length > 0 || stage.onTimer !== undefined || Object.keys(stage.stores).length > 0,
    reads: stage.reads === 'bytes' ? 'bytes' : eventTime === undefined ? stage.reads : merged(stage.reads, eventTime.paths),
    output: output && { topic: output, name: topics.nameOf(output.name) },
    changelogs: changelogTopics(app, stage),
  };
}

/** Every partition that a transaction of the stage may write. */
export function outputsOf(plan: StagePlan, tasks: number): TopicPartition[] {
  const all = [...plan.destinations.values(), plan.deadLetters, plan.ledger].map(({ name, partitions }) => [name, partitions] as const);
  return [...all, ...plan.changelogs.map((name) => [name, tasks] as const)].flatMap(([topic, partitions]) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  );
}
