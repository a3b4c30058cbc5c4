// Records to topics of another cluster: key, value and headers as they are.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { DOCUMENT_HEADERS } from '../../pipeline/core/document-headers.ts';
import type { OutRecord } from '../../pipeline/runtime/port.ts';
import { partitionFor } from '../../pipeline/runtime/partition.ts';
import type { Cluster } from '../_sink/cluster.ts';
import { DELIVERED } from '../_sink/index.ts';
import type { BatchLimits, Outcome, Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { sendTogether } from '../_sink/together.ts';
import { failedCall, refusedRecord, unknownTopic } from './outcome.ts';

export interface KafkaSinkOptions {
  readonly topicOf: (record: SinkRecord) => string;
  readonly limits: BatchLimits;
}
/** What is known of a topic of the far cluster. */
interface FarTopic {
  readonly partitions: number;
  /** Of one record, less what a batch adds to it. */
  readonly maxBytes: number;
}

/** The broker's default, where it does not say (describe-configs is a permission of its own). */
const USUAL_MAX_BYTES = 1_048_588;
/** A batch of one record adds this at most: its own head, and what compression adds to what it cannot compress. */
const batchBytes = (bytes: number): number => Math.ceil(bytes * 1.02) + 200;
/** Partitions may have been added since. */
const LOOK_AGAIN_MS = 60_000;

export function openKafkaSink(cluster: Cluster, { topicOf, limits }: KafkaSinkOptions, deps: Pick<SinkDeps, 'now'>): Sink {
  const admin = cluster.broker.admin();
  const producer = cluster.broker.producer();
  let topics = new Map<string, FarTopic>();
  let lookedMs = -Infinity;
  let turn = 0;

  /** @throws what the client throws; ConfigError SINK_MISCONFIGURED for a topic that is not there. */
  const learn = async (names: ReadonlySet<string>): Promise<void> => {
    const isOld = deps.now() - lookedMs >= LOOK_AGAIN_MS;
    if (!isOld && [...names].every((name) => topics.has(name))) return;
    const counts = await admin.topics();
    const learnt = new Map<string, FarTopic>();
    for (const name of new Set([...names, ...topics.keys()])) {
      const partitions = counts.get(name);
      if (partitions !== undefined) learnt.set(name, { partitions, maxBytes: topics.get(name)?.maxBytes ?? (await maxBytesOf(name)) });
      else if (names.has(name)) throw unknownTopic(name);
    }
    topics = learnt;
    lookedMs = deps.now();
  };
  const maxBytesOf = async (name: string): Promise<number> => {
    try {
      return Number((await admin.configs(name))['max.message.bytes'] ?? USUAL_MAX_BYTES);
    } catch (error) {
      if (error instanceof RetryableError) throw error;
      return USUAL_MAX_BYTES;
    }
  };

  const outRecord = (record: SinkRecord): OutRecord => {
    const topic = topicOf(record);
    const { partitions } = topics.get(topic)!;
    const { key, value, headers, id } = record;
    const hasId = headers.some(([name]) => name === DOCUMENT_HEADERS.id);
    return {
      topic,
      // Without a key those of one call share a partition: larger batches.
      partition: key === null ? turn % partitions : partitionFor(key, partitions),
      key,
      value,
      headers: hasId ? headers : [...headers, [DOCUMENT_HEADERS.id, Buffer.from(id)]],
    };
  };
  const sendAll = (records: readonly SinkRecord[]): Promise<readonly Outcome[]> =>
    sendTogether(records, async (part) => {
      try {
        await producer.send(part.map(outRecord));
        return DELIVERED;
      } catch (error) {
        const refused = refusedRecord(error);
        if (refused === null) throw failedCall(error, true);
        return part.length === 1 ? refused : 'apart';
      }
    });

  const send = async (records: readonly SinkRecord[]): Promise<readonly Outcome[]> => {
    try {
      await learn(new Set(records.map(topicOf)));
    } catch (error) {
      throw failedCall(error, false);
    }
    turn += 1;
    // What the broker may refuse for its size goes alone: of a batch that is refused nobody says what was appended.
    const isLarge = (record: SinkRecord) => batchBytes(sizeOf(record)) > topics.get(topicOf(record))!.maxBytes;
    const outcomes = new Map<SinkRecord, Outcome>();
    const note = async (part: readonly SinkRecord[]) => {
      const said = await sendAll(part);
      part.forEach((record, n) => outcomes.set(record, said[n]!));
    };
    await note(records.filter((record) => !isLarge(record)));
    for (const record of records.filter(isLarge)) await note([record]);
    return records.map((record) => outcomes.get(record)!);
  };

  let refusal: Error | null = null;
  /** Calls that are open: the client tries for long what cannot succeed. */
  const open = new Set<(error: Error) => void>();
  cluster.refused.catch((error: unknown) => {
    refusal = failedCall(error, true);
    for (const reject of open) reject(refusal);
  });

  return {
    limits,
    async send(records, signal) {
      if (refusal !== null) throw refusal;
      const over = Promise.withResolvers<never>();
      const aborted = () => over.reject(new RetryableError('SINK_UNAVAILABLE', 'It was given up.', { isAmbiguous: true }));
      open.add(over.reject);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
      try {
        return await Promise.race([over.promise, send(records)]);
      } finally {
        open.delete(over.reject);
        signal.removeEventListener('abort', aborted);
      }
    },
    close: () => cluster.broker.close(),
  };
}

/** Whether the far cluster answers, and has the topic. @param topic Null when its name follows from each record. @returns Problems by option. */
export async function checkCluster(cluster: Cluster, topic: string | null): Promise<readonly { readonly option: string; readonly message: string }[]> {
  try {
    const counts = await Promise.race([cluster.broker.admin().topics(), cluster.refused]);
    return topic === null || counts.has(topic) ? [] : [{ option: 'topic', message: unknownTopic(topic).message }];
  } catch (error) {
    const failure = failedCall(error, false);
    if (!(failure instanceof ConfigError || failure instanceof RetryableError)) throw error;
    return [{ option: 'brokers', message: failure.message }];
  } finally {
    await cluster.broker.close();
  }
}

function sizeOf({ key, value, headers, id }: SinkRecord): number {
  let bytes = (key?.length ?? 0) + value.length + id.length + DOCUMENT_HEADERS.id.length + 20;
  for (const [name, text] of headers) bytes += Buffer.byteLength(name) + text.length + 10;
  return bytes;
}
