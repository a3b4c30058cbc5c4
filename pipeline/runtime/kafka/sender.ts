import { FencedError, RetryableError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { Appended, OutRecord, TopicPartition } from '../port.ts';
import type { Compression } from './compression.ts';
import type { Connections } from './connections.ts';
import { BrokerError, isMoved, isRefusedRecord, isTooLarge, toPipelineError } from './errors.ts';
import { BATCH_HEADROOM, produce } from './produce.ts';
import type { PreparedBatch, ProduceAnswer } from './produce.ts';
import { encodeBatch } from './record-batch.ts';
import { retry } from './retry.ts';

/** One request carries at most this much per partition before compression, so that its batch stays below the usual message.max.bytes. */
const MAX_BATCH_BYTES = 900_000;
const MAX_RECORDS = 2_000;
/** And at most this much in all: brokers close a connection that sends more than socket.request.max.bytes, 100 MiB. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const DUPLICATE_SEQUENCE_NUMBER = 46;

export interface ProducerIds {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
export interface SenderOptions {
  readonly transactionalId: string | null;
  readonly compression: Compression;
  /** How long the same batch is sent again before giving up. */
  readonly deliveryTimeoutMs: number;
  /** Before the first batch to these partitions leaves: adds them to the transaction. */
  readonly onPartitions: (partitions: readonly TopicPartition[]) => Promise<void>;
}

/**
 * Sends for one producer id: cuts, encodes, numbers and repeats. A batch whose answer is lost is sent again as it is; the broker knows it
 * by its sequence number and appends it once. One request at a time to each node, so order is kept. Callers take turns.
 */
export class Sender {
  readonly #connections: Connections;
  readonly #options: SenderOptions;
  readonly #ids: ProducerIds;
  readonly #sequences = new Map<string, number>();
  /** By topic: bytes of a batch, where the usual limit was too much. */
  readonly #limits = new Map<string, number>();
  #isBroken = false;

  constructor(connections: Connections, ids: ProducerIds, options: SenderOptions) {
    this.#connections = connections;
    this.#ids = ids;
    this.#options = options;
  }

  /** True once a batch was left without an answer: what the broker has of it is unknown, so the numbers that follow are too. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** @throws RecordError when one record is refused: of its partition nothing that follows was appended. */
  async send(records: readonly OutRecord[]): Promise<readonly Appended[]> {
    const appended: Appended[] = [];
    for (const groups of cut(records, (topic) => this.#limits.get(topic))) {
      for (const part of await this.#sendChunk(groups)) {
        const last = appended.findLast(({ tp }) => tpKey(tp) === tpKey(part.tp));
        if (last && last.first + last.count === part.first) appended[appended.indexOf(last)] = { ...last, count: last.count + part.count };
        else appended.push(part);
      }
    }
    return appended;
  }

  async #sendChunk(groups: readonly Group[]): Promise<readonly Appended[]> {
    if (this.#isBroken) throw new RetryableError('TXN_MUST_ABORT', 'The producer lost the answer to an earlier send: a new one is needed');
    const nowMs = Date.now();
    const batches = groups.map(({ tp, records }): PreparedBatch => ({
      tp,
      count: records.length,
      bytes: encodeBatch(
        records,
        { ...this.#ids, firstSequence: this.#sequences.get(tpKey(tp)) ?? 0, isTransactional: this.#options.transactionalId !== null },
        this.#options.compression,
        nowMs,
        BATCH_HEADROOM,
      ),
    }));
    await this.#options.onPartitions(batches.map(({ tp }) => tp));
    const appended: Appended[] = [];
    const refused = new Map<string, BrokerError>();
    const left = new Map(batches.map((batch) => [tpKey(batch.tp), batch]));
    try {
      await retry(() => this.#attempt(left, appended, refused), {
        isRetriable: isMoved,
        deadlineMs: this.#options.deliveryTimeoutMs,
        before: () => this.#connections.refresh(),
      });
    } catch (error) {
      this.#isBroken = true; // what the broker has of these batches is unknown
      throw toPipelineError(error, `produce to ${[...left.keys()].slice(0, 3).join(', ')}`);
    }
    return refused.size === 0 ? appended : [...appended, ...(await this.#sendSmaller(groups, refused))];
  }

  /**
   * A batch above the limit of its topic is cut in two until it fits, or until one record is alone. Nothing of a refused batch was appended
   * and its numbers stand, so others may take them. @throws RecordError for a record that is refused by itself.
   */
  async #sendSmaller(groups: readonly Group[], refused: ReadonlyMap<string, BrokerError>): Promise<readonly Appended[]> {
    const appended: Appended[] = [];
    for (const group of groups) {
      const { tp, records, bytes } = group;
      const error = refused.get(tpKey(tp));
      if (error === undefined) continue;
      if (records.length === 1 || !isTooLarge(error)) throw toPipelineError(error, `produce to ${tpKey(tp)}`);
      const limit = Math.ceil(bytes / 2);
      for (const smaller of cut(records, () => limit)) appended.push(...(await this.#sendChunk(smaller)));
      this.#limits.set(tp.topic, Math.min(limit, this.#limits.get(tp.topic) ?? Infinity)); // all of them went: the next batches begin with it
    }
    return appended;
  }

  /**
   * Sends what is left to the leaders of now, and strikes off what was appended or is refused for its records. @throws the first other
   * failure, when all have answered.
   */
  async #attempt(left: Map<string, PreparedBatch>, appended: Appended[], refused: Map<string, BrokerError>): Promise<void> {
    const located = await Promise.all([...left.values()].map(async (batch) => ({ batch, leader: await this.#connections.leader(batch.tp) })));
    const results = await Promise.allSettled(
      [...Map.groupBy(located, ({ leader }) => leader)].map(async ([nodeId, group]) => {
        const node = await this.#connections.node(nodeId);
        const answers = await node.send(
          produce(
            this.#options.transactionalId,
            group.map(({ batch }) => batch),
          ),
        );
        let failure: BrokerError | undefined;
        for (const answer of answers) {
          if (answer.errorCode === 0 || answer.errorCode === DUPLICATE_SEQUENCE_NUMBER) {
            this.#accept(answer, left, appended);
            continue;
          }
          const error = new BrokerError(answer.errorCode);
          if (!isRefusedRecord(error)) {
            failure ??= error;
            continue;
          }
          refused.set(tpKey(answer.tp), error);
          left.delete(tpKey(answer.tp));
        }
        if (failure) throw failure;
      }),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0) throw failures.find((error) => !isMoved(error)) ?? failures[0];
  }

  #accept({ tp, baseOffset }: ProduceAnswer, left: Map<string, PreparedBatch>, appended: Appended[]): void {
    const key = tpKey(tp);
    const { count } = left.get(key)!;
    left.delete(key);
    appended.push({ tp, first: baseOffset, count });
    this.#sequences.set(key, nextSequence(this.#sequences.get(key) ?? 0, count));
  }
}

/** Sequence numbers go from 0 to 2^31 - 1 and then begin again. */
export const nextSequence = (sequence: number, count: number): number => (sequence + count) % 2 ** 31;

/** Records of one partition, in order. */
export interface Group {
  readonly tp: TopicPartition;
  readonly records: OutRecord[];
  bytes: number;
}

/**
 * In order, by partition. A record above the limit goes alone: whether it is too large for its topic is the broker's to say.
 *
 * @param limitOf Bytes of one batch for a topic, before compression, where it is less than usual.
 */
export function* cut(records: readonly OutRecord[], limitOf: (topic: string) => number | undefined = () => undefined): Generator<readonly Group[]> {
  let groups: Group[] = [];
  let byTopic = new Map<string, Group[]>(); // by partition
  let count = 0;
  let total = 0;
  for (const record of records) {
    const { topic, partition } = record;
    const size = sizeOf(record);
    let group = byTopic.get(topic)?.[partition];
    const isFull = group !== undefined && group.bytes + size > (limitOf(topic) ?? MAX_BATCH_BYTES);
    if (count === MAX_RECORDS || isFull || (count > 0 && total + size > MAX_REQUEST_BYTES)) {
      yield groups;
      groups = [];
      byTopic = new Map();
      count = 0;
      total = 0;
      group = undefined;
    }
    if (!group) {
      group = { tp: { topic, partition }, records: [], bytes: 0 };
      groups.push(group);
      const ofTopic = byTopic.get(topic);
      if (ofTopic) ofTopic[partition] = group;
      else byTopic.set(topic, Object.assign([], { [partition]: group }));
    }
    group.records.push(record);
    group.bytes += size;
    total += size;
    count++;
  }
  if (count > 0) yield groups;
}

function sizeOf({ key, value, headers }: OutRecord): number {
  let size = 20 + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers) for (const [name, bytes] of headers) size += 10 + name.length * 3 + bytes.length;
  return size;
}

export const isFenced = (error: unknown): boolean => error instanceof FencedError && error.code === 'PRODUCER_FENCED';
