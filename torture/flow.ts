// Watches what comes out while the run goes on: how long after a fault records that were appended since have come all the way, in every partition.
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';
import { APPENDED_HEADER } from '../pipeline/runtime/input.ts';
import { partitionFor } from '../pipeline/runtime/partition.ts';
import type { RawRecord } from '../pipeline/runtime/port.ts';
import { schemaIdOf } from '../schemas/avro/codec.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import type { Alert } from '../schemas/avro/types.gen.ts';
import { schemas } from '../schemas/avro/types.gen.ts';
import { openPool } from '../store/connect.ts';
import { topics } from '../topologies/topics.ts';

/** Milliseconds from the fault until records appended since were there, in every partition. */
export interface Recovery {
  /** Through ingest, validate and enrich. */
  readonly enrichedMs: number;
  /** Through detect and alert too. */
  readonly alertsMs: number;
  /** Through persist. */
  readonly storedMs: number;
}
export interface Flow {
  /** Null when it takes longer than `withinMs`. */
  readonly recovered: (sinceMs: number, withinMs: number) => Promise<Recovery | null>;
  readonly close: () => Promise<void>;
}
export interface FlowOptions {
  readonly addresses: string;
  readonly databaseUrl: string;
  readonly codec: Codec;
  readonly partitions: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

interface Wait {
  readonly sinceMs: number;
  /** First offset of a record appended since, by partition of the enriched topic; absent = none yet. */
  readonly firstOffset: Map<number, number>;
  readonly alerted: Set<number>;
  readonly stored: Set<number>;
  enrichedMs: number | null;
  alertsMs: number | null;
  storedMs: number | null;
  readonly done: (found: Recovery) => void;
}
const POLL_MS = 200;

export function watchFlow({ addresses, databaseUrl, codec, partitions, log, signal }: FlowOptions): Flow {
  const closing = new AbortController();
  const ended = AbortSignal.any([closing.signal, signal]);
  const waits = new Set<Wait>();
  const pool = openPool({ databaseUrl, max: 1, connectTimeoutMs: 1000, applicationName: 'torture-flow' });

  const onEnriched = (partition: number, offset: number, appendedMs: number) => {
    for (const wait of waits) {
      if (appendedMs < wait.sinceMs || wait.firstOffset.has(partition)) continue;
      wait.firstOffset.set(partition, offset);
      if (wait.firstOffset.size === partitions) wait.enrichedMs = Date.now() - wait.sinceMs;
      settle(wait);
    }
  };
  const onAlert = (partition: number, appendedMs: number) => {
    for (const wait of waits) {
      if (appendedMs < wait.sinceMs || wait.alerted.has(partition)) continue;
      wait.alerted.add(partition);
      if (wait.alerted.size === partitions) wait.alertsMs = Date.now() - wait.sinceMs;
      settle(wait);
    }
  };
  const settle = (wait: Wait) => {
    const { enrichedMs, alertsMs, storedMs } = wait;
    if (enrichedMs !== null && alertsMs !== null && storedMs !== null) wait.done({ enrichedMs, alertsMs, storedMs });
  };

  const broker = kafkaBroker({ brokers: addresses.split(','), clientId: 'torture-flow', log });
  let reader = broker.reader();

  /** Follows one partition for ever; with a new reader from where it was, should the old one give up. */
  async function follow(topic: string, partition: number, onRecord: (raw: RawRecord) => void): Promise<void> {
    let from = 0;
    while (!ended.aborted) {
      const current = reader;
      try {
        for await (const batch of current.read({ topic, partition }, from, 'follow', ended)) {
          for (const raw of batch.records) if (raw.value !== null) onRecord(raw);
          from = batch.nextOffset;
        }
      } catch {
        if (reader === current) reader = broker.reader();
        await delay(POLL_MS);
      }
    }
  }
  const watermark = codec.idOf(schemas.watermark);
  const appendedMs = ({ headers }: RawRecord) => Number(headers.find(([name]) => name === APPENDED_HEADER)?.[1].readBigInt64BE() ?? 0n) / 1000;
  const reads = { organization: true, groupKey: true } as const;
  const following = Array.from({ length: partitions }, (_unused, partition) => [
    follow(topics.enriched.name, partition, (raw) => {
      if (schemaIdOf(raw.value!) !== watermark) onEnriched(partition, raw.offset, appendedMs(raw));
    }),
    follow(topics.alerts.name, partition, (raw) => {
      if (schemaIdOf(raw.value!) === watermark) return;
      const alert = codec.decode(schemas.alert, Buffer.from(raw.value!), reads) as Pick<Alert, 'organization' | 'groupKey'>;
      onAlert(partitionFor(`${alert.organization}|${alert.groupKey}`, partitions), appendedMs(raw)); // the partition of its findings
    }),
  ]).flat();

  async function watchStore(): Promise<void> {
    while (!ended.aborted) {
      await delay(POLL_MS);
      if (waits.size === 0) continue;
      const { rows } = await pool
        .query<{ partition: number; next: number }>(
          'SELECT partition, coalesce(max(next_offset), 0) AS next FROM goshawk.stage_offset WHERE topic = $1 GROUP BY partition',
          [topics.enriched.name],
        )
        .catch(() => ({ rows: [] }));
      for (const wait of waits) {
        for (const { partition, next } of rows) if (next > (wait.firstOffset.get(partition) ?? Number.POSITIVE_INFINITY)) wait.stored.add(partition);
        if (wait.stored.size === partitions) wait.storedMs ??= Date.now() - wait.sinceMs;
        settle(wait);
      }
    }
  }
  const storing = watchStore();

  return {
    recovered(sinceMs, withinMs) {
      return new Promise((resolve) => {
        const end = (found: Recovery | null) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          waits.delete(wait);
          resolve(found);
        };
        const onAbort = () => end(null);
        const wait: Wait = {
          sinceMs,
          firstOffset: new Map(),
          alerted: new Set(),
          stored: new Set(),
          enrichedMs: null,
          alertsMs: null,
          storedMs: null,
          done: end,
        };
        const timer = setTimeout(() => end(null), withinMs);
        signal.addEventListener('abort', onAbort, { once: true });
        waits.add(wait);
      });
    },
    async close() {
      closing.abort();
      await Promise.all([...following, storing]);
      await broker.close().catch(() => {});
      await pool.end();
    },
  };
}
