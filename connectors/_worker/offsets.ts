// How far connectors have come, shown and changed in the shapes of KIP-875: of sinks the offsets of their group, of sources what they keep.
import { setTimeout as delay } from 'node:timers/promises';
import { FatalError } from '../../pipeline/core/errors.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Admin, Broker, TopicPartition } from '../../pipeline/runtime/port.ts';
import { rawTopic } from '../../topologies/topics.ts';
import type { JsonObject, PositionChange } from '../_source/positions.ts';
import type { Catalogue } from './catalogue.ts';
import type { ConnectorEntry } from './config-state.ts';
import { positionRecords, readPositions } from './pull/positions-topic.ts';
import { badRequest, conflict } from './refusal.ts';
import { groupOf } from './group.ts';
import { partitionsOf } from './start.ts';

export interface OffsetRow {
  readonly partition: JsonObject;
  /** Null, when it is changed: from the beginning again. */
  readonly offset: JsonObject | null;
}
/** As it comes in a request. */
export type GivenRow = { readonly partition?: unknown; readonly offset?: unknown } | null;

export interface OffsetsDeps {
  readonly broker: Broker;
  readonly admin: Admin;
  readonly catalogue: Catalogue;
  /** Of the task of a source: who gets it fences a task that was thought to have ended. */
  readonly transactionalIdOf: (connector: string, task: number) => string;
  /** How long tasks may take to end after their connector was stopped. */
  readonly patienceMs: number;
}
const AGAIN_MS = 200;

export interface ConnectorOffsets {
  /** Topics that a sink has a place in, or a source writes to. Sorted. */
  readonly topics: (connector: ConnectorEntry) => Promise<readonly string[]>;
  readonly list: (connector: ConnectorEntry) => Promise<readonly OffsetRow[]>;
  /** Of a connector that is stopped. @throws Refusal 400 for what cannot be read, 409 while tasks still end. */
  readonly alter: (connector: ConnectorEntry, rows: readonly GivenRow[]) => Promise<void>;
  /** All of them, from the beginning again. */
  readonly reset: (connector: ConnectorEntry) => Promise<void>;
}

export function openOffsets({ broker, admin, catalogue, transactionalIdOf, patienceMs }: OffsetsDeps): ConnectorOffsets {
  const partitionsRead = (connector: ConnectorEntry): Promise<readonly TopicPartition[]> =>
    partitionsOf(admin, { common: catalogue.common(connector.config), organization: connector.organization });
  const positions = (connector: ConnectorEntry) => readPositions({ broker, admin }, connector.name, new AbortController().signal);

  async function setSink(connector: ConnectorEntry, offsets: ReadonlyMap<string, number>): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += AGAIN_MS) {
      try {
        return await admin.setCommitted(groupOf(connector.name), offsets);
      } catch (error) {
        if (!(error instanceof FatalError) || error.code !== 'BROKER_REFUSED') throw error;
        if (waitedMs >= patienceMs)
          throw conflict(
            `The offsets of ${connector.name} cannot be set yet: its tasks have not ended, or the broker refuses them (${error.message}). Ask again.`,
          );
        await delay(AGAIN_MS);
      }
    }
  }

  async function alterSink(connector: ConnectorEntry, rows: readonly GivenRow[]): Promise<void> {
    const wanted = rows.map(sinkRow);
    const readable = new Set((await partitionsRead(connector)).map(tpKey));
    const foreign = wanted.find(({ tp }) => !readable.has(tpKey(tp)));
    if (foreign !== undefined) throw badRequest(`Connector ${connector.name} reads no partition ${foreign.tp.partition} of topic ${foreign.tp.topic}`);
    const [first, end] = await Promise.all(
      (['earliest', 'latest'] as const).map((at) =>
        admin.offsets(
          wanted.map(({ tp }) => tp),
          at,
        ),
      ),
    );
    const offsets = new Map(wanted.map(({ tp, offset }) => [tpKey(tp), offset ?? first!.get(tpKey(tp)) ?? 0]));
    for (const [key, offset] of offsets) {
      const [least = 0, most = 0] = [first!.get(key), end!.get(key)];
      if (offset < least || offset > most) throw badRequest(`Offset ${offset} is outside of ${key}, which has records from ${least} to before ${most}`);
    }
    await setSink(connector, offsets);
  }

  async function writePositions(connector: ConnectorEntry, changes: readonly PositionChange[]): Promise<void> {
    if (changes.length === 0) return;
    const records = positionRecords(connector.name, changes);
    const producer = broker.txnProducer({ transactionalId: transactionalIdOf(connector.name, 0) });
    try {
      await producer.init({ outputs: records.slice(0, 1).map(({ topic, partition }) => ({ topic, partition })), groupId: null });
      await producer.transact(async (transaction) => void (await transaction.send(records)));
    } finally {
      await producer.close();
    }
  }

  async function placesOf(connector: ConnectorEntry): Promise<readonly { readonly tp: TopicPartition; readonly offset: number }[]> {
    const partitions = await partitionsRead(connector);
    const committed = await admin.committed(groupOf(connector.name), partitions);
    return partitions.flatMap((tp) => {
      const offset = committed.get(tpKey(tp));
      return offset === undefined ? [] : [{ tp, offset }];
    });
  }

  return {
    async topics(connector) {
      const source = catalogue.sourceOf(connector.config);
      if (source !== null) return [rawTopic(connector.organization, `gateway-${source}`)];
      return [...new Set((await placesOf(connector)).map(({ tp }) => tp.topic))].sort();
    },
    async list(connector) {
      if (connector.type === 'source') return [...(await positions(connector)).all()].map(({ partition, position }) => ({ partition, offset: position }));
      const places = await placesOf(connector);
      return places.map(({ tp, offset }) => ({ partition: { kafka_topic: tp.topic, kafka_partition: tp.partition }, offset: { kafka_offset: offset } }));
    },
    async alter(connector, rows) {
      if (rows.length === 0) throw badRequest('Partitions / offsets need to be provided for an alter offsets request');
      if (connector.type === 'sink') return alterSink(connector, rows);
      const changes = rows.map(sourceRow);
      for (const { partition, position } of changes) {
        const wrong = position === null ? null : catalogue.checkPosition(connector.config, partition, position);
        if (wrong !== null) throw badRequest(wrong);
      }
      await writePositions(connector, changes);
    },
    async reset(connector) {
      if (connector.type === 'sink') {
        const first = await admin.offsets(await partitionsRead(connector), 'earliest');
        return first.size === 0 ? undefined : setSink(connector, first);
      }
      await writePositions(
        connector,
        [...(await positions(connector)).all()].map(({ partition }) => ({ partition, position: null })),
      );
    },
  };
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Numbers may come as text. */
const wholeNumber = (value: unknown): number | null =>
  (typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value))) && Number.isSafeInteger(Number(value)) ? Number(value) : null;

function sinkRow(row: GivenRow): { readonly tp: TopicPartition; readonly offset: number | null } {
  const { partition, offset } = row ?? {};
  if (!isObject(partition)) throw badRequest('The partition for a sink connector offset cannot be null or missing');
  const { kafka_topic: topic, kafka_partition: number } = partition;
  if (topic === undefined || number === undefined)
    throw badRequest("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'");
  if (typeof topic !== 'string' || topic === '')
    throw badRequest("Kafka topic names must be valid strings and may not be null. Please provide a value for 'kafka_topic'");
  const at = wholeNumber(number);
  if (at === null || at < 0)
    throw badRequest(
      `Failed to parse the following Kafka partition value in the provided offsets: '${text(number)}'. Partition values for sink connectors need to be integers.`,
    );
  const tp = { topic, partition: at };
  if (offset === null || offset === undefined) return { tp, offset: null };
  if (!isObject(offset) || offset['kafka_offset'] === undefined)
    throw badRequest("The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  const found = wholeNumber(offset['kafka_offset']);
  if (found === null)
    throw badRequest(
      `Failed to parse the following Kafka offset value in the provided offsets: '${text(offset['kafka_offset'])}'. Offset values for sink connectors need to be integers.`,
    );
  return { tp, offset: found };
}

function sourceRow(row: GivenRow): PositionChange {
  const { partition, offset } = row ?? {};
  if (!isObject(partition)) throw badRequest('The partition for a source connector offset cannot be null or missing');
  if (offset !== null && offset !== undefined && !isObject(offset)) throw badRequest('The offset for a source connector should either be null or an object');
  return { partition, position: offset ?? null };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);
