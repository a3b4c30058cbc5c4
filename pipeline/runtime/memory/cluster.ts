import { FatalError, RecordError, RetryableError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { OutRecord, TopicPartition, TopicSettings } from '../port.ts';
import type { ManualClock } from './clock.ts';
import { Signal } from './clock.ts';
import { Group } from './group.ts';
import { PartitionLog } from './log.ts';
import { Transactions } from './transactions.ts';

interface MemoryTopic {
  readonly config: Readonly<Record<string, string>>;
  readonly logs: readonly PartitionLog[];
}
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** The server side: what many clients share. Everything here is synchronous; clients add what a network does. */
export class Cluster {
  readonly id = 'memory';
  readonly clock: ManualClock;
  readonly changed = new Signal();
  readonly transactions: Transactions;
  readonly topics = new Map<string, MemoryTopic>();
  readonly groups = new Map<string, Group>();
  #lastId = 0;

  constructor(clock: ManualClock) {
    this.clock = clock;
    this.transactions = new Transactions(() => this.nextId());
    clock.onAdvance(() => {
      for (const group of this.groups.values()) group.expire(clock.nowMs());
      this.transactions.expire(clock.nowMs());
      this.changed.notify();
    });
  }

  /** For producers and members. */
  nextId(): number {
    return ++this.#lastId;
  }

  createTopic({ name, partitions, config }: TopicSettings): void {
    if (this.topics.has(name)) return;
    this.topics.set(name, { config, logs: Array.from({ length: partitions }, (_, partition) => new PartitionLog({ topic: name, partition })) });
    this.changed.notify();
  }

  /** @throws RetryableError as the broker's 3: the topic may be on its way. */
  log(tp: TopicPartition): PartitionLog {
    const log = this.topics.get(tp.topic)?.logs[tp.partition];
    if (!log) throw new RetryableError('BROKER_UNAVAILABLE', `The broker does not host ${tpKey(tp)}`, { ...tp, code: 3 });
    return log;
  }

  group(id: string): Group {
    let group = this.groups.get(id);
    if (!group) {
      group = new Group(
        id,
        () => new Map([...this.topics].map(([name, { logs }]) => [name, logs.length])),
        () => this.changed.notify(),
      );
      this.groups.set(id, group);
    }
    return group;
  }

  /** @throws RecordError, before anything is appended: RECORD_TOO_LARGE, or UNEXPECTED for a record without key on a compacted topic. */
  checkRecord({ topic, partition, key, value }: OutRecord): void {
    const config = this.topics.get(topic)?.config ?? {};
    const limit = Number(config['max.message.bytes'] ?? DEFAULT_MAX_MESSAGE_BYTES);
    if (key === null && config['cleanup.policy']?.includes('compact')) {
      throw new RecordError('UNEXPECTED', `A record without key cannot go to ${topic}: it is compacted`, { topic, partition, code: 87 });
    }
    const size = (key?.length ?? 0) + (value?.length ?? 0);
    if (size > limit) throw new RecordError('RECORD_TOO_LARGE', `A record of ${size} bytes exceeds the ${limit} of ${topic}`, { topic, partition, code: 10 });
  }

  compact(topic: string): void {
    for (const { logs } of this.#named(topic)) for (const log of logs) log.compact();
  }

  /** Deletes what is older than the topic's `retention.ms`. */
  retain(topic: string): void {
    for (const { config, logs } of this.#named(topic)) {
      const retentionMs = Number(config['retention.ms'] ?? -1);
      if (retentionMs < 0) continue;
      for (const log of logs) log.deleteBefore(Math.min(log.offsetAt(this.clock.nowMs() - retentionMs), log.lastStable));
    }
  }

  deleteRecords(tp: TopicPartition, before: number): void {
    const cleanup = this.topics.get(tp.topic)?.config['cleanup.policy'] ?? 'delete';
    if (!cleanup.includes('delete')) throw new FatalError('BROKER_REFUSED', `Records of ${tp.topic} cannot be deleted: it is compacted`, { ...tp, code: 44 });
    this.log(tp).deleteBefore(before);
    this.changed.notify();
  }

  #named(topic: string): MemoryTopic[] {
    const found = this.topics.get(topic);
    return found ? [found] : [];
  }
}
