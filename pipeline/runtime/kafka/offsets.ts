import { tpKey } from '../port.ts';
import type { Offsets, TopicPartition } from '../port.ts';
import type { Connections } from './connections.ts';
import { brokerCodeOf, BrokerError, isCoordinatorMoved, isMoved, toPipelineError } from './errors.ts';
import { offsetFetch } from './group-offsets.ts';
import type { FetchedOffset } from './group-offsets.ts';
import { retry } from './retry.ts';

const UNSTABLE_OFFSET_COMMIT = 88;
/** Longer than an orphaned transaction may last: its timeout, and the broker's pause between looking for such. */
const STABLE_DEADLINE_MS = 90_000;

/** Committed offsets of a group; partitions without one are absent. Each answer says whether it is final. */
async function ask(connections: Connections, groupId: string, partitions: readonly TopicPartition[], isStable: boolean): Promise<readonly FetchedOffset[]> {
  const node = await connections.coordinator('group', groupId);
  const { errorCode, offsets } = await node.send(offsetFetch(groupId, partitions, isStable));
  if (errorCode !== 0) throw new BrokerError(errorCode);
  const refused = offsets.find((offset) => offset.errorCode !== 0 && offset.errorCode !== UNSTABLE_OFFSET_COMMIT);
  if (refused) throw new BrokerError(refused.errorCode);
  return offsets;
}

/** One look, repeated while the coordinator moves. Partitions that an open transaction may still move are in `unstable`. */
export async function lookUpCommitted(
  connections: Connections,
  groupId: string,
  partitions: readonly TopicPartition[],
  isStable: boolean,
): Promise<{ readonly committed: ReadonlyMap<string, FetchedOffset>; readonly unstable: readonly TopicPartition[] }> {
  if (partitions.length === 0) return { committed: new Map(), unstable: [] };
  try {
    const answers = await retry(() => ask(connections, groupId, partitions, isStable), {
      isRetriable: isCoordinatorMoved,
      deadlineMs: 30_000,
      before: () => {
        connections.forgetCoordinator('group', groupId);
        return connections.refresh();
      },
    });
    return {
      committed: new Map(answers.filter(({ offset, errorCode }) => errorCode === 0 && offset >= 0).map((answer) => [tpKey(answer), answer])),
      unstable: answers.filter(({ errorCode }) => errorCode === UNSTABLE_OFFSET_COMMIT).map(({ topic, partition }) => ({ topic, partition })),
    };
  } catch (error) {
    throw toPipelineError(error, `read the offsets of group ${groupId}`);
  }
}

/** Waits until no open transaction may move one of them. @throws RetryableError when that takes longer than transactions may. */
export async function committedOffsets(
  connections: Connections,
  groupId: string,
  partitions: readonly TopicPartition[],
  isStable: boolean,
): Promise<ReadonlyMap<string, FetchedOffset>> {
  try {
    return await retry(
      async () => {
        const { committed, unstable } = await lookUpCommitted(connections, groupId, partitions, isStable);
        if (unstable.length > 0) throw new BrokerError(UNSTABLE_OFFSET_COMMIT);
        return committed;
      },
      { isRetriable: (error) => brokerCodeOf(error) === UNSTABLE_OFFSET_COMMIT, deadlineMs: STABLE_DEADLINE_MS },
    );
  } catch (error) {
    throw toPipelineError(error, `read the offsets of group ${groupId}`);
  }
}

/** First or last offsets, or those at a time, from the leaders. `committed` asks for the last stable offset instead of the end. */
export async function listOffsets(
  connections: Connections,
  partitions: readonly TopicPartition[],
  timestamp: number,
  isolation: 'committed' | 'uncommitted',
): Promise<Offsets> {
  try {
    return await retry(
      async () => {
        const byNode = Map.groupBy(await Promise.all(partitions.map(async (tp) => ({ tp, leader: await connections.leader(tp) }))), ({ leader }) => leader);
        const answers = await Promise.all(
          [...byNode].map(async ([id, group]) => {
            const node = await connections.node(id);
            const topics = [...Map.groupBy(group, ({ tp }) => tp.topic)].map(([topic, items]) => ({
              topic,
              partitions: items.map(({ tp: { partition } }) => ({ partition, timestamp })),
            }));
            const { responses } = await node.use((broker) => broker.listOffsets({ replicaId: -1, isolationLevel: isolation === 'committed' ? 1 : 0, topics }));
            return responses;
          }),
        );
        return new Map(
          answers.flat().flatMap(({ topic, partitions: items }) =>
            items
              .filter(({ offset }) => Number(offset) >= 0) // -1: no record is that late
              .map(({ partition, offset }) => [tpKey({ topic, partition }), Number(offset)] as const),
          ),
        );
      },
      { isRetriable: isMoved, deadlineMs: 30_000, before: () => connections.refresh() },
    );
  } catch (error) {
    throw toPipelineError(error, 'list offsets');
  }
}
