// The gateway writes what comes in over HTTP to `raw.<org>.gateway-<source>`, where only it may write.
import type { Micros } from '../../../pipeline/core/index.ts';
import type { Broker, Headers, OutRecord, Producer } from '../../../pipeline/runtime/port.ts';
import { rawTopic, topics } from '../../../topologies/topics.ts';
import { RETRY_SOON } from '../../gate/as-problem.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { receiptOf } from './receipt.ts';

export interface Delivery {
  readonly organization: string;
  readonly source: string;
  /** Who sends: goes into the sensor header, which ingest believes on gateway topics. */
  readonly sensor: string;
  /** Name of a decoder; undefined = ingest finds out. */
  readonly format: string | undefined;
}

export const SOURCE_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const GATEWAY = 'gateway-';
/** A topic costs the cluster something, and any producer can name one. */
const MAX_SOURCES = 32;
/** Uncompressed, well below the topic's limit for a batch. */
const CHUNK_BYTES = Math.floor(topics.raw.maxMessageBytes * 0.75);
/** Of one event: what is left of the topic's limit for key, headers and framing. */
export const MAX_EVENT_BYTES = topics.raw.maxMessageBytes - 4_096;

const ANSWER_MS = 15_000;

export interface Gateway {
  /**
   * Resolves when the broker has all of them; receipts are in the order of the values.
   * @throws ApiProblem BROKER_UNAVAILABLE (what was written before the failure stays written), CONFLICT when the organization has too many sources.
   */
  readonly deliver: (values: readonly Buffer[], delivery: Delivery) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export function openGateway({
  broker,
  createRawTopic,
  wallMicros,
}: {
  readonly broker: Broker;
  readonly createRawTopic: (name: string) => Promise<void>;
  readonly wallMicros: () => Micros;
}): Gateway {
  let producer: Producer | undefined;
  const partitionsOf = new Map<string, number>();
  let turn = 0;

  /** Makes the topic when it is missing. Two requests may both try: creating what is there changes nothing. */
  async function partitions(topic: string, organization: string): Promise<number> {
    const known = partitionsOf.get(topic);
    if (known !== undefined) return known;
    const admin = broker.admin();
    try {
      const existing = await admin.topics();
      let count = existing.get(topic);
      if (count === undefined) {
        const prefix = rawTopic(organization, GATEWAY);
        const sources = [...existing.keys()].filter((name) => name.startsWith(prefix)).length;
        if (sources >= MAX_SOURCES) throw new ApiProblem('CONFLICT', `An organization has at most ${MAX_SOURCES} gateway sources; send to one that is there.`);
        await createRawTopic(topic);
        count = (await admin.topics()).get(topic);
      }
      if (count === undefined) throw new ApiProblem('BROKER_UNAVAILABLE', 'The topic of this source is not ready yet. Try again in a few seconds.');
      partitionsOf.set(topic, count);
      return count;
    } finally {
      await admin.close();
    }
  }

  return {
    async deliver(values, { organization, source, sensor, format }) {
      const topic = rawTopic(organization, `${GATEWAY}${source}`);
      const count = await answered(partitions(topic, organization));
      const partition = turn++ % count; // one request stays in order
      const headers: Headers = [['sensor', Buffer.from(sensor)], ...(format === undefined ? [] : [['format', Buffer.from(format)] as const])];
      const takenAt = wallMicros();
      const receipts: string[] = [];
      for (const chunk of chunks(values)) {
        producer ??= broker.producer();
        const records = chunk.map((value): OutRecord => ({ topic, partition, key: null, value, headers }));
        for (const { first, count: written } of await answered(producer.send(records))) {
          for (let offset = first; offset < first + written; offset += 1) receipts.push(receiptOf({ topic, partition, offset, takenAt }));
        }
      }
      return receipts;
    },
    close: async () => {
      await producer?.close();
    },
  };
}

/** A broker that has stopped answering must not hold the sender for minutes. */
async function answered<T>(sending: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new ApiProblem(
          'BROKER_UNAVAILABLE',
          'The broker has not answered in time. Whether it has the events is not known: send them again if they may be stored twice.',
          { headers: RETRY_SOON },
        ),
      ),
    ANSWER_MS,
  );
  try {
    return await Promise.race([sending, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function* chunks(values: readonly Buffer[]): Generator<readonly Buffer[]> {
  let chunk: Buffer[] = [];
  let bytes = 0;
  for (const value of values) {
    if (chunk.length > 0 && bytes + value.length > CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(value);
    bytes += value.length;
  }
  if (chunk.length > 0) yield chunk;
}
