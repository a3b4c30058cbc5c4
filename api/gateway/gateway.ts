// The gateway writes what comes in by other ways than Kafka to `raw.<org>.gateway-<source>`, where only it may write.
import { crc32 } from 'node:zlib';
import type { Deliver, Delivery, Taken, Told } from '../../pipeline/core/connector.ts';
import { RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import { OWN_SOURCE } from '../../pipeline/core/sensor.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Appended, Broker, Headers, OutRecord, Producer } from '../../pipeline/runtime/port.ts';
import { mayNeedOrder } from '../../domains/sensors/ordered-formats.ts';
import { rawTopic, topics } from '../../topologies/topics.ts';

export const SOURCE_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const GATEWAY = 'gateway-';
/** A topic costs the cluster something, and any producer can name one. */
const MAX_SOURCES = 32;
/** Uncompressed, well below the topic's limit for a batch. */
const CHUNK_BYTES = Math.floor(topics.raw.maxMessageBytes * 0.75);
export { MAX_RECORD_BYTES as MAX_EVENT_BYTES } from '../../pipeline/core/connector.ts';

const ANSWER_MS = 15_000;
/** What may wait for the broker at the same time, of all senders. */
const MAX_WAITING_BYTES = 64 << 20;

export interface Gateway {
  readonly deliver: Deliver;
  /** Whether more would be refused now. */
  readonly isBusy: () => boolean;
  readonly close: () => Promise<void>;
}
export interface GatewayOptions {
  readonly broker: Broker;
  /** Makes the topic of a gateway source where it is missing. */
  readonly createRawTopic: (name: string) => Promise<void>;
  readonly wallMicros: () => Micros;
  readonly maxWaitingBytes?: number;
}

/** Opens its producer with the first delivery. The caller closes it before the broker. */
export function openGateway({ broker, createRawTopic, wallMicros, maxWaitingBytes = MAX_WAITING_BYTES }: GatewayOptions): Gateway {
  let producer: Producer | undefined;
  let waitingBytes = 0;
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
        if (sources >= MAX_SOURCES)
          throw new RecordError('SOURCE_REFUSED', `An organization has at most ${MAX_SOURCES} gateway sources; send to one that is there.`);
        await createRawTopic(topic);
        count = (await admin.topics()).get(topic);
      }
      if (count === undefined)
        throw new RetryableError('BROKER_UNAVAILABLE', 'The topic of this source is not ready yet. Try again in a few seconds.', { isOursToSay: true });
      partitionsOf.set(topic, count);
      return count;
    } finally {
      await admin.close();
    }
  }

  async function send(
    values: readonly Buffer[],
    told: readonly (Told | undefined)[],
    { organization, source, sensor, format, key, requestId }: Delivery,
  ): Promise<readonly Taken[]> {
    const topic = rawTopic(organization, `${GATEWAY}${source}`);
    const count = await partitions(topic, organization);
    const own = turn++ % count;
    const isOrdered = mayNeedOrder(format);
    // What one host of a sensor tells stays in order where that may matter; the rest is spread.
    const keyOf = (host: string | undefined): string | undefined => key ?? (isOrdered ? (host === undefined ? sensor : `${sensor} ${host}`) : undefined);
    const headers: Headers = [
      ['sensor', Buffer.from(sensor)],
      ...(format === undefined ? [] : [['format', Buffer.from(format)] as const]),
      ...(requestId === undefined ? [] : [['request', Buffer.from(requestId)] as const]),
    ];
    const takenAt = wallMicros();
    const taken: Taken[] = [];
    for (const chunk of chunks(values, told)) {
      producer ??= broker.producer();
      const records = chunk.map(({ value, host, beside }): OutRecord => {
        const one = keyOf(host);
        return {
          topic,
          partition: one === undefined ? own : crc32(one) % count,
          key: one === undefined ? null : Buffer.from(one),
          value,
          headers: beside === null ? headers : [...headers, ['told', beside]],
        };
      });
      // A partition may give several ranges: another process wrote in between.
      const ranges = Map.groupBy(await producer.send(records), ({ tp }) => tp.partition);
      const offsets = new Map([...ranges].map(([partition, appended]) => [partition, offsetsIn(appended)]));
      for (const { partition } of records) taken.push({ topic, partition, offset: offsets.get(partition)!.next().value!, takenAt });
    }
    return taken;
  }

  return {
    async deliver(values, delivery, told = []) {
      if (!SOURCE_NAME.test(delivery.source)) throw new RecordError('SOURCE_REFUSED', `"${delivery.source}" is no name of a source.`);
      if (`${GATEWAY}${delivery.source}` === OWN_SOURCE)
        throw new RecordError('SOURCE_REFUSED', `"${delivery.source}" is no name for a source: what the platform tells of itself goes by it.`);
      if (values.length === 0) return [];
      const bytes = values.reduce((sum, value) => sum + value.length, 0);
      // One delivery alone always fits, however large: else it would never be taken.
      if (waitingBytes > 0 && waitingBytes + bytes > maxWaitingBytes)
        throw new RetryableError('GATEWAY_BUSY', 'More is waiting for the broker than may. Send it again in a few seconds.');
      waitingBytes += bytes;
      // Counted until the broker has answered, also when nobody waits for that any more.
      const sending = send(values, told, delivery).finally(() => (waitingBytes -= bytes));
      return answered(sending);
    },
    isBusy: () => waitingBytes >= maxWaitingBytes,
    close: async () => {
      await producer?.close();
    },
  };
}

function* offsetsIn(ranges: readonly Appended[]): Generator<number, undefined> {
  for (const { first, count } of ranges) for (let offset = first; offset < first + count; offset += 1) yield offset;
}

/** A broker that has stopped answering must not hold the sender for minutes. */
async function answered<T>(sending: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new RetryableError(
          'BROKER_UNAVAILABLE',
          'The broker has not answered in time. Whether it has the events is not known: send them again if they may be stored twice.',
          { isOursToSay: true },
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

interface Piece {
  readonly value: Buffer;
  readonly host: string | undefined;
  /** What was told, as the header has it. */
  readonly beside: Buffer | null;
}
/** What was told is in each record, and counts: it may be more than the value. It is written when its chunk's turn comes, not before. */
function* chunks(values: readonly Buffer[], told: readonly (Told | undefined)[]): Generator<readonly Piece[]> {
  let chunk: Piece[] = [];
  let bytes = 0;
  let last: readonly [Told | undefined, Buffer | null] = [undefined, null]; // a request may tell the same of all
  for (const [index, value] of values.entries()) {
    const one = told[index];
    if (one !== last[0]) last = [one, one === undefined || Object.keys(one).length === 0 ? null : Buffer.from(JSON.stringify(one))];
    const beside = last[1];
    const size = value.length + (beside?.length ?? 0);
    if (chunk.length > 0 && bytes + size > CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push({ value, host: one?.host, beside });
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
