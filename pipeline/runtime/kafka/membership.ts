import { setTimeout as sleep } from 'node:timers/promises';
import { FencedError } from '../../core/errors.ts';
import type { Assignor, Claim, GroupMetadata, TopicPartition } from '../port.ts';
import { decodeClaim, encodeClaim } from './claim.ts';
import type { Connections, Node } from './connections.ts';
import { brokerCodeOf, BrokerError, isCoordinatorMoved, isMoved, toPipelineError } from './errors.ts';
import { library } from './library.ts';
import type { JoinedGroup, KafkajsBroker } from './library.ts';

export interface MembershipOptions {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
}
export interface Joined {
  readonly group: GroupMetadata;
  readonly owned: readonly TopicPartition[];
  readonly isLeader: boolean;
}
/** Why a member must join again: the group asks all to, or it was expelled and owns nothing any more. */
export type Trouble = 'rebalancing' | 'expelled';

const REBALANCE_IN_PROGRESS = 27;
const ILLEGAL_GENERATION = 22;
const UNKNOWN_MEMBER_ID = 25;
const FENCED_INSTANCE_ID = 82;
const TOPIC_AUTHORIZATION_FAILED = 29;
const RETRY_MS = 200;

/** One member of a consumer group, classic protocol: joins, beats, leaves. */
export class Membership {
  readonly #connections: Connections;
  readonly #options: MembershipOptions;
  readonly #warn: (error: unknown) => void;
  #memberId = '';

  constructor(connections: Connections, options: MembershipOptions, warn: (error: unknown) => void) {
    this.#connections = connections;
    this.#options = options;
    this.#warn = warn;
  }

  /**
   * Joins, waiting for the broker as long as it takes.
   *
   * @param claim What this member owned in its last generation, for the assignor.
   * @returns null when the signal came first. @throws FatalError when refused.
   */
  async join(topics: readonly string[], claim: Claim | null, assignor: Assignor, signal: AbortSignal): Promise<Joined | null> {
    while (!signal.aborted) {
      try {
        return await this.#join(topics, claim, assignor);
      } catch (error) {
        const code = brokerCodeOf(error);
        if (code === UNKNOWN_MEMBER_ID || code === FENCED_INSTANCE_ID) this.#memberId = '';
        else if (code !== REBALANCE_IN_PROGRESS && code !== ILLEGAL_GENERATION) {
          if (!isCoordinatorMoved(error) && !isMoved(error)) throw toPipelineError(error, `join group ${this.#options.groupId}`);
          this.#warn(error);
          await this.#lookAgain(signal);
        }
      }
    }
    return null;
  }

  /**
   * Beats until the signal, or until the group has expelled this member. Goes on while the group rebalances: until it joins again, the
   * member needs its session.
   *
   * @param isAlive Asked before each beat; a member that hangs in its work stops beating, and the group expels it.
   */
  async beat(group: GroupMetadata, isAlive: () => boolean, onTrouble: (trouble: Trouble) => void, signal: AbortSignal): Promise<void> {
    const { heartbeatIntervalMs } = this.#options;
    for (;;) {
      await sleep(heartbeatIntervalMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      if (!isAlive()) continue;
      try {
        const trouble = await this.standing(group);
        if (signal.aborted) return;
        if (trouble) onTrouble(trouble);
        if (trouble === 'expelled') return;
      } catch (error) {
        if (signal.aborted) return;
        if (!isCoordinatorMoved(error) && !isMoved(error)) throw toPipelineError(error, `stay in group ${this.#options.groupId}`);
        this.#warn(error);
        await this.#lookAgain(signal);
      }
    }
  }

  /** One beat, and what the group says to it. */
  async standing({ groupId, generationId, memberId }: GroupMetadata): Promise<Trouble | null> {
    try {
      await this.#coordinator((broker) => broker.heartbeat({ groupId, groupGenerationId: generationId, memberId }));
      return null;
    } catch (error) {
      const code = brokerCodeOf(error);
      if (code === REBALANCE_IN_PROGRESS) return 'rebalancing';
      if (code !== UNKNOWN_MEMBER_ID && code !== ILLEGAL_GENERATION && code !== FENCED_INSTANCE_ID) throw error;
      if (code !== ILLEGAL_GENERATION) this.#memberId = '';
      return 'expelled';
    }
  }

  /** Tells the group, so that others need not wait for the session to end. Failing to is harmless. */
  async leave(): Promise<void> {
    const memberId = this.#memberId;
    if (memberId === '') return;
    this.#memberId = '';
    try {
      await this.#coordinator((broker) => broker.leaveGroup({ groupId: this.#options.groupId, memberId }));
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Outside of a transaction. @throws FencedError when the generation is over. */
  async commit(group: GroupMetadata, topics: Parameters<KafkajsBroker['offsetCommit']>[0]['topics']): Promise<void> {
    const { groupId, generationId, memberId } = group;
    await this.#coordinator((broker) => broker.offsetCommit({ groupId, groupGenerationId: generationId, memberId, topics }));
  }

  async #join(topics: readonly string[], claim: Claim | null, assignor: Assignor): Promise<Joined> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    await this.#refuseHidden(topics);
    const metadata = library.MemberMetadata.encode({ version: 0, topics, userData: encodeClaim(claim) });
    const joined = await this.#coordinator(async (broker) =>
      broker.joinGroup({
        groupId,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: rebalanceTimeoutMs,
        memberId: this.#memberId,
        groupProtocols: [{ name: assignor.name, metadata }],
      }),
    );
    this.#memberId = joined.memberId;
    const { generationId, memberId } = joined;
    const isLeader = joined.leaderId === memberId;
    const groupAssignment = isLeader ? await this.#assign(joined, assignor) : [];
    const { memberAssignment } = await this.#coordinator((broker) => broker.syncGroup({ groupId, generationId, memberId, groupAssignment }));
    const assignment = library.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
    return {
      isLeader,
      group: { groupId, generationId, memberId, groupInstanceId: null },
      owned: Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
    };
  }

  /** A topic that is not there may appear; one that we may not see would stay without a reader, unnoticed. */
  async #refuseHidden(topics: readonly string[]): Promise<void> {
    await this.#connections.anyNode();
    for (const topic of topics) {
      if (this.#connections.partitionCounts.has(topic)) continue;
      if ((await this.#connections.topicError(topic)) === TOPIC_AUTHORIZATION_FAILED) throw new BrokerError(TOPIC_AUTHORIZATION_FAILED);
    }
  }

  async #assign({ members }: JoinedGroup, assignor: Assignor) {
    await this.#connections.refresh();
    const subscribed = members.map(({ memberId, memberMetadata }) => {
      const { topics, userData } = library.MemberMetadata.decode(memberMetadata);
      return { memberId, topics, claim: decodeClaim(userData) };
    });
    const wanted = new Set(subscribed.flatMap(({ topics }) => topics));
    const counts = new Map([...this.#connections.partitionCounts].filter(([topic]) => wanted.has(topic)));
    return [...assignor.assign(subscribed, counts)].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: library.MemberAssignment.encode({
        version: 0,
        assignment: Object.fromEntries(
          [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, items]) => [topic, items.map(({ partition }) => partition)]),
        ),
      }),
    }));
  }

  async #coordinator<T>(request: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    const { groupId } = this.#options;
    try {
      const node: Node = await this.#connections.coordinator('group', groupId);
      return await node.use(request);
    } catch (error) {
      if (isCoordinatorMoved(error)) this.#connections.forgetCoordinator('group', groupId);
      throw error;
    }
  }

  async #lookAgain(signal: AbortSignal): Promise<void> {
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await this.#connections.refresh().catch(this.#warn);
  }
}

export const rebalancing = (groupId: string) => new FencedError('GENERATION_FENCED', `Group ${groupId} rebalances`, { code: REBALANCE_IN_PROGRESS });
export const isRebalancing = (error: unknown): boolean => error instanceof FencedError && error.details['code'] === REBALANCE_IN_PROGRESS;
