import { FatalError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { Admin } from '../port.ts';
import { offsetsOf, withMetadata } from './group.ts';
import type { Client } from './client.ts';

/** `default.*` of a broker that is not told otherwise. */
const DEFAULT_CONFIG = {
  'cleanup.policy': 'delete',
  'retention.ms': '604800000',
  'retention.bytes': '-1',
  'max.message.bytes': '1048588',
  'message.timestamp.type': 'CreateTime',
  'compression.type': 'producer',
  'min.insync.replicas': '1',
};

export function memoryAdmin(client: Client): Admin {
  const { cluster } = client;
  const partitionOf = (key: string) => {
    const slash = key.lastIndexOf('/');
    return { topic: key.slice(0, slash), partition: Number(key.slice(slash + 1)) };
  };
  return {
    clusterId: async () => cluster.id,
    topics: async () => new Map([...cluster.topics].map(([name, { logs }]) => [name, logs.length])),
    createTopics: async (topics) => {
      for (const settings of topics) cluster.createTopic(settings);
    },
    deleteTopics: async (names) => {
      for (const name of names) cluster.topics.delete(name);
      cluster.changed.notify();
    },
    configs: async (topic) => {
      cluster.log({ topic, partition: 0 });
      return { ...DEFAULT_CONFIG, ...cluster.topics.get(topic)!.config };
    },
    offsets: async (partitions, at) =>
      new Map(
        partitions.map((tp) => {
          const log = cluster.log(tp);
          return [tpKey(tp), at === 'earliest' ? log.start : at === 'latest' ? log.end : at === 'stable' ? log.lastStable : log.offsetAt(at.timestampMs)];
        }),
      ),
    committed: async (groupId, partitions) => offsetsOf(await client.committed(groupId, partitions)),
    positions: (groupId, partitions) => client.committed(groupId, partitions),
    pending: async (groupId, partitions) => {
      const group = cluster.group(groupId);
      return new Map(
        partitions
          .map(tpKey)
          .filter((key) => group.isUnstable([key]))
          .map((key) => [key, group.offsets.get(key)?.metadata ?? '']),
      );
    },
    setCommitted: async (groupId, offsets) => {
      const group = cluster.group(groupId);
      if (group.memberCount > 0) throw new FatalError('BROKER_REFUSED', `Offsets of group ${groupId} cannot be set while it has members`, { groupId });
      group.commit(withMetadata(offsets));
    },
    groups: async () => [...cluster.groups.values()].map(({ id, state, memberCount }) => ({ groupId: id, state, members: memberCount })),
    deleteRecords: async (before) => {
      for (const [key, offset] of before) cluster.deleteRecords(partitionOf(key), offset);
    },
    permit: async () => {
      throw new FatalError('BROKER_REFUSED', 'There is no authorizer in memory: everybody may do everything', { code: 54 });
    },
    forbid: async () => {
      throw new FatalError('BROKER_REFUSED', 'There is no authorizer in memory: everybody may do everything', { code: 54 });
    },
    setUser: async () => {
      throw new FatalError('BROKER_REFUSED', 'There are no users in memory', { code: 35 });
    },
    close: async () => {},
  };
}
