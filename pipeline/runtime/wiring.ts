// Which wires of a topology a process runs, and whether the topics that they need fit.
import { ConfigError } from '../core/errors.ts';
import type { Topology } from '../core/topology.ts';
import { matching } from './raw-topics.ts';
import { isPattern } from './stage-plan.ts';
import type { StageWire, TopicTable } from './stage-plan.ts';

/** @param names Of stages and loader groups; all unless given. @throws ConfigError when one is none of the topology's */
export function chosenWires(topology: Topology, names: readonly string[] | undefined): Topology['wires'] {
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

/** By name on the broker; of a pattern those that there are now. @throws ConfigError TOPIC_MISMATCH */
export function inputTopics(wire: StageWire, topics: TopicTable): readonly string[] {
  const name = topics.nameOf(wire.from.name);
  if (isPattern(name)) return matching(name, topics.partitions.keys());
  if (!topics.partitions.has(name))
    throw new ConfigError('TOPIC_MISMATCH', `${name} does not exist (${wire.name} reads it). Create it with \`./goshawk topics --create\`.`);
  return [name];
}

/** @throws ConfigError TOPIC_MISMATCH when a task has no partition for its state */
export function checkChangelogs(stage: string, changelogs: readonly string[], tasks: number, counts: ReadonlyMap<string, number>): void {
  for (const name of changelogs) {
    if ((counts.get(name) ?? 0) < tasks)
      throw new ConfigError(
        'TOPIC_MISMATCH',
        `${stage} has ${tasks} tasks, but ${name} has ${counts.get(name)} partitions: the state of the others has no place. Raw topics must not have more partitions than events.parsed.`,
      );
  }
}
