import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { Admin, Offsets, Permission, TopicPartition, TopicSettings } from '../port.ts';
import type { Connections, Node } from './connections.ts';
import { brokerCodeOf, isCoordinatorMoved, isMoved, toPipelineError } from './errors.ts';
import { offsetTopics, partitionOf } from './offset-topics.ts';
import { committedOffsets, listOffsets, lookUpCommitted } from './offsets.ts';
import { retry } from './retry.ts';
import { alterUser } from './users.ts';

const DEADLINE_MS = 30_000;
const POLL_MS = 50;
const TOPIC_EXISTS = 36;
const UNKNOWN_TOPIC = 3;
const NO_SUCH_USER = 91;
const TOPIC_RESOURCE = 2;
const EARLIEST = -2;
const LATEST = -1;
// Numbers of the protocol for access control.
const RESOURCES = { topic: 2, group: 3, cluster: 4, 'transactional-id': 5 } as const;
const OPERATIONS = { read: 3, write: 4, create: 5, delete: 6, alter: 7, describe: 8, 'describe-configs': 10 } as const;
const LITERAL = 3;
const PREFIXED = 4;
const ALLOW = 3;
const ANY = 1; // in filters

export class KafkaAdmin implements Admin {
  readonly #connections: Connections;
  readonly #isStable: boolean;

  constructor(connections: Connections, isStable: boolean) {
    this.#connections = connections;
    this.#isStable = isStable;
  }

  async clusterId(): Promise<string> {
    await this.#refresh();
    return this.#connections.clusterId;
  }

  async topics(): Promise<ReadonlyMap<string, number>> {
    await this.#refresh();
    return this.#connections.partitionCounts;
  }

  async createTopics(topics: readonly TopicSettings[], replicationFactor: number): Promise<void> {
    const existing = await this.topics();
    const missing = topics.filter(({ name }) => !existing.has(name));
    for (const { name, partitions, config } of missing) {
      await this.#ask(
        `create topic ${name}`,
        () => this.#connections.controller(),
        (node) =>
          node.use((broker) =>
            broker.createTopics({
              timeout: DEADLINE_MS / 2,
              topics: [
                {
                  topic: name,
                  numPartitions: partitions,
                  replicationFactor,
                  configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
                },
              ],
            }),
          ),
        (error) => brokerCodeOf(error) === TOPIC_EXISTS,
      );
    }
    const partitions = topics.flatMap(({ name, partitions: count }) => Array.from({ length: count }, (_, partition) => ({ topic: name, partition })));
    await this.#until('see the new topics', async () => {
      await this.#connections.refresh();
      const counts = this.#connections.partitionCounts;
      const leaders = await Promise.all(
        partitions.filter(({ topic, partition }) => partition < (counts.get(topic) ?? Infinity)).map((tp) => this.#leaderOf(tp)),
      );
      return leaders.every((leader) => leader >= 0);
    });
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    await this.#ask(
      'delete topics',
      () => this.#connections.controller(),
      (node) => node.use((broker) => broker.deleteTopics({ topics: names, timeout: DEADLINE_MS / 2 })),
      (error) => brokerCodeOf(error) === UNKNOWN_TOPIC,
    );
    await this.#until('see the topics gone', async () => {
      await this.#connections.refresh();
      return names.every((name) => !this.#connections.partitionCounts.has(name));
    });
  }

  async configs(topic: string): Promise<Readonly<Record<string, string>>> {
    const { resources } = (await this.#ask(
      `describe ${topic}`,
      () => this.#connections.anyNode(),
      (node) => node.use((broker) => broker.describeConfigs({ resources: [{ type: TOPIC_RESOURCE, name: topic }] })),
    ))!;
    return Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue ?? '']));
  }

  async offsets(partitions: readonly TopicPartition[], at: Parameters<Admin['offsets']>[1]): Promise<Offsets> {
    if (at === 'earliest') return listOffsets(this.#connections, partitions, EARLIEST, 'uncommitted');
    if (at === 'latest') return listOffsets(this.#connections, partitions, LATEST, 'uncommitted');
    if (at === 'stable') return listOffsets(this.#connections, partitions, LATEST, 'committed');
    const found = await listOffsets(this.#connections, partitions, at.timestampMs, 'uncommitted');
    const later = partitions.filter((tp) => !found.has(tpKey(tp)));
    return later.length === 0 ? found : new Map([...found, ...(await listOffsets(this.#connections, later, LATEST, 'uncommitted'))]);
  }

  async committed(groupId: string, partitions: readonly TopicPartition[]): Promise<Offsets> {
    return new Map([...(await this.positions(groupId, partitions))].map(([key, { offset }]) => [key, offset]));
  }

  positions(groupId: string, partitions: readonly TopicPartition[]): ReturnType<Admin['positions']> {
    return committedOffsets(this.#connections, groupId, partitions, this.#isStable);
  }

  async pending(groupId: string, partitions: readonly TopicPartition[]): ReturnType<Admin['pending']> {
    const { unstable } = await lookUpCommitted(this.#connections, groupId, partitions, true);
    const { committed } = await lookUpCommitted(this.#connections, groupId, unstable, false);
    return new Map(unstable.map((tp) => [tpKey(tp), committed.get(tpKey(tp))?.metadata ?? '']));
  }

  async setCommitted(groupId: string, offsets: Offsets): Promise<void> {
    await this.#ask(
      `set the offsets of group ${groupId}`,
      () => this.#connections.coordinator('group', groupId),
      (node) =>
        node.use(async (broker) => {
          const { groups } = await broker.describeGroups({ groupIds: [groupId] });
          if (groups[0]!.members.length > 0)
            throw new FatalError('BROKER_REFUSED', `Offsets of group ${groupId} cannot be set while it has members`, { groupId });
          await broker.offsetCommit({ groupId, groupGenerationId: -1, memberId: '', topics: offsetTopics(offsets) });
        }),
      undefined,
      () => {
        this.#connections.forgetCoordinator('group', groupId);
      },
    );
  }

  async groups(): ReturnType<Admin['groups']> {
    const found = await this.#ask(
      'list groups',
      () => this.#connections.everyNode(),
      (nodes) =>
        Promise.all(
          nodes.map((node) =>
            node.use(async (broker) => {
              const { groups } = await broker.listGroups();
              const groupIds = groups.filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '').map(({ groupId }) => groupId);
              return groupIds.length === 0 ? [] : (await broker.describeGroups({ groupIds })).groups;
            }),
          ),
        ),
    );
    return found!.flat().map(({ groupId, state, members }) => ({ groupId, state, members: members.length }));
  }

  async deleteRecords(before: Offsets): Promise<void> {
    for (const [key, offset] of before) {
      const { topic, partition } = partitionOf(key);
      await this.#ask(
        `delete records of ${key}`,
        async () => this.#connections.node(await this.#connections.leader({ topic, partition })),
        (node) => node.use((broker) => broker.deleteRecords({ topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }] })),
      );
    }
  }

  async permit(permissions: readonly Permission[]): Promise<void> {
    const acl = permissions.map(({ principal, resource, name, isPrefix, operation }) => ({
      resourceType: RESOURCES[resource],
      resourceName: name,
      resourcePatternType: isPrefix ? PREFIXED : LITERAL,
      principal: `User:${principal}`,
      host: '*',
      operation: OPERATIONS[operation],
      permissionType: ALLOW,
    }));
    await this.#ask(
      'set permissions',
      () => this.#connections.controller(),
      (node) => node.use((broker) => broker.createAcls({ acl })),
    );
  }

  async forbid(principal: string): Promise<void> {
    const filter = {
      resourceType: ANY,
      resourceName: null,
      resourcePatternType: ANY,
      principal: `User:${principal}`,
      host: null,
      operation: ANY,
      permissionType: ANY,
    };
    await this.#ask(
      'take permissions back',
      () => this.#connections.controller(),
      (node) => node.use((broker) => broker.deleteAcls({ filters: [filter] })),
    );
  }

  async setUser(name: string, password: string | null): Promise<void> {
    const answers = await this.#ask(
      `set user ${name}`,
      () => this.#connections.controller(),
      (node) => node.send(alterUser(name, password)),
    );
    const refused = answers?.find(({ errorCode }) => errorCode !== 0 && !(password === null && errorCode === NO_SUCH_USER));
    if (refused !== undefined)
      throw new FatalError('BROKER_REFUSED', `The broker does not set user ${name}: error ${refused.errorCode}`, { code: refused.errorCode });
  }

  async close(): Promise<void> {
    this.#connections.close();
  }

  async #refresh(): Promise<void> {
    await this.#ask(
      'describe the cluster',
      async () => {},
      () => this.#connections.refresh(),
    );
  }

  async #leaderOf(tp: TopicPartition): Promise<number> {
    return this.#connections.leader(tp).catch(() => -1);
  }

  /** Finds the right node and asks it, again while leaders move. @param isDone Errors that mean there is nothing to do. */
  async #ask<N extends Node | Node[] | void, T>(
    doing: string,
    find: () => Promise<N>,
    request: (node: N) => Promise<T>,
    isDone: (error: unknown) => boolean = () => false,
    forget: () => void = () => {},
  ): Promise<T | undefined> {
    try {
      return await retry(async () => request(await find()), {
        deadlineMs: DEADLINE_MS,
        isRetriable: (error) => !isDone(error) && (isMoved(error) || isCoordinatorMoved(error)),
        before: () => {
          forget();
          return this.#connections.refresh();
        },
      });
    } catch (error) {
      if (isDone(error)) return undefined;
      throw toPipelineError(error, doing);
    }
  }

  async #until(doing: string, isTrue: () => Promise<boolean>): Promise<void> {
    const startedMs = performance.now();
    while (!(await isTrue())) {
      if (performance.now() - startedMs > DEADLINE_MS) throw toPipelineError(Object.assign(new Error('Time is up'), { name: 'KafkaJSTimeout' }), doing);
      await sleep(POLL_MS);
    }
  }
}
