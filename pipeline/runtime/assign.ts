import type { Assignor, TopicPartition } from './port.ts';

/**
 * Gives one partition number of all topics to one member, so that a task (one partition number over its inputs) is never torn apart.
 * Numbers go round the members in order of their ids, hence every leader gives the same answer. A topic goes only to members that
 * subscribe to it, also while a resubscription has reached some members only.
 */
export const byPartitionNumber: Assignor = {
  name: 'goshawk-by-number',
  assign(members, partitionCounts) {
    const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    const assigned = new Map<string, TopicPartition[]>(sorted.map(({ memberId }) => [memberId, []]));
    for (const topic of [...partitionCounts.keys()].sort()) {
      for (let partition = 0; partition < partitionCounts.get(topic)!; partition++) {
        for (let step = 0; step < sorted.length; step++) {
          const { memberId, topics } = sorted[(partition + step) % sorted.length]!;
          if (!topics.includes(topic)) continue;
          assigned.get(memberId)!.push({ topic, partition });
          break;
        }
      }
    }
    return assigned;
  },
};
