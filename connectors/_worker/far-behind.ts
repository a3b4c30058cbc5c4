// Says so before a topic forgets what a connector owes: whoever runs it learns of it as an alert, while nothing is lost.
import type { Logger } from 'pino';
import { rawTopic } from '../../topologies/topics.ts';
import { OWN_SOURCE } from '../../pipeline/core/sensor.ts';
import type { Admin, OutRecord, PartitionReader, TopicPartition } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';

/** A record that a connector owes, of which the topic may soon know nothing any more. Milliseconds since 1970. */
export interface FarBehind extends TopicPartition {
  readonly offset: number;
  readonly appendedAt: number;
  /** How long the topic keeps records: as it is set, or less where its size has made it forget. */
  readonly keptMs: number;
}

/** A topic that is deleted by size may keep a few minutes only: below that nobody can act on an alarm. */
const SHORTEST_MS = 60_000;

/**
 * The oldest record that a group owes, if it is older than half of what its topic keeps. A committed offset that the topic has lost already counts
 * as owed since its oldest record.
 */
export async function farBehind(
  { admin, reader }: { readonly admin: Admin; readonly reader: PartitionReader },
  group: string,
  partitions: readonly TopicPartition[],
  nowMs: number,
): Promise<FarBehind | null> {
  if (partitions.length === 0) return null;
  const [committed, earliest, stable] = await Promise.all([
    admin.committed(group, partitions),
    admin.offsets(partitions, 'earliest'),
    admin.offsets(partitions, 'stable'),
  ]);
  let worst: FarBehind | null = null;
  for (const tp of partitions) {
    const [at, first, end] = [committed, earliest, stable].map((of) => of.get(tpKey(tp)));
    if (at === undefined || first === undefined || end === undefined || at >= end) continue;
    const owed = await firstRecord(reader, tp, Math.max(at, first), end);
    if (owed === null) continue;
    const keptMs = await keptBy(admin, reader, tp, first, end, nowMs);
    const ageMs = nowMs - owed.timestampMs;
    if (ageMs < SHORTEST_MS || ageMs * 2 < keptMs || (worst !== null && worst.appendedAt <= owed.timestampMs)) continue;
    worst = { ...tp, offset: owed.offset, appendedAt: owed.timestampMs, keptMs };
  }
  return worst;
}

/** What the topic is set to keep; what it has in fact, once its beginning is gone. */
async function keptBy(admin: Admin, reader: PartitionReader, tp: TopicPartition, first: number, end: number, nowMs: number): Promise<number> {
  const set = Number((await admin.configs(tp.topic))['retention.ms'] ?? -1);
  const limit = set < 0 ? Infinity : set;
  if (first === 0) return limit;
  const oldest = await firstRecord(reader, tp, first, end);
  return oldest === null ? limit : Math.min(limit, nowMs - oldest.timestampMs);
}

async function firstRecord(
  reader: PartitionReader,
  tp: TopicPartition,
  from: number,
  to: number,
): Promise<{ readonly offset: number; readonly timestampMs: number } | null> {
  const enough = new AbortController();
  for await (const { records } of reader.read(tp, from, to, enough.signal)) {
    const [record] = records;
    if (record === undefined) continue;
    enough.abort();
    return { offset: record.offset, timestampMs: record.timestampMs };
  }
  return null;
}

interface Watched {
  readonly name: string;
  readonly organization: string;
  readonly group: string;
  readonly partitions: readonly TopicPartition[];
}
export interface AlarmDeps {
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly send: (records: readonly OutRecord[]) => Promise<unknown>;
  /** Makes it where it is not there. */
  readonly createRawTopic: (name: string) => Promise<void>;
  /** Sink connectors that this worker speaks for, whatever their state. */
  readonly watched: () => Promise<readonly Watched[]>;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** A function to be called every minute: tells once that a connector is far behind, and once that it is so no more. */
export function openAlarm({ admin, reader, send, createRawTopic, watched, nowMs, log }: AlarmDeps): () => Promise<void> {
  const told = new Map<string, FarBehind>();
  const tell = async (kind: 'connector-far-behind' | 'connector-caught-up', { name, organization }: Watched, found: FarBehind, sentence: string) => {
    const topic = rawTopic(organization, OWN_SOURCE);
    await createRawTopic(topic);
    const iso = (ms: number) => new Date(ms).toISOString();
    const goshawk = {
      kind,
      id: `${name}|${tpKey(found)}@${found.offset}`,
      at: iso(nowMs()),
      connector: name,
      host: `connector:${name}`,
      topic: found.topic,
      since: iso(found.appendedAt),
      keptSeconds: Math.round(found.keptMs / 1_000),
      message: sentence,
    };
    await send([{ topic, partition: 0, key: Buffer.from(name), value: Buffer.from(JSON.stringify({ goshawk })) }]);
    log.warn({ code: kind === 'connector-far-behind' ? 'CONNECTOR_FAR_BEHIND' : 'CONNECTOR_CAUGHT_UP', connector: name, organization }, sentence);
  };
  return async () => {
    for (const connector of await watched()) {
      const { name, group, partitions } = connector;
      const found = await farBehind({ admin, reader }, group, partitions, nowMs());
      const before = told.get(name);
      if (found !== null && before === undefined) {
        const hours = (ms: number) => (ms / 3_600_000).toFixed(1);
        await tell(
          'connector-far-behind',
          connector,
          found,
          `Connector ${name} owes documents that are ${hours(nowMs() - found.appendedAt)} h old, and ${found.topic} keeps them for ${hours(found.keptMs)} h: see what holds it up, or have the topic keep more, before they are deleted.`,
        );
        told.set(name, found);
      } else if (found === null && before !== undefined) {
        await tell('connector-caught-up', connector, before, `Connector ${name} has delivered what it owed.`);
        told.delete(name);
      }
    }
  };
}
