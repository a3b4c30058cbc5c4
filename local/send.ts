// Sends files of native records to a raw topic, as a shipper would.
import { setTimeout as delay } from 'node:timers/promises';
import type { OutRecord, Producer } from '../pipeline/runtime/port.ts';
import { partitionFor } from '../pipeline/runtime/partition.ts';
import { fileKey, nativeRecords } from './native-files.ts';
import { openRebaser } from './rebase.ts';
import { openSalter } from './salt.ts';
import { sensorKey } from './sensor-key.ts';

export interface SendOptions {
  readonly files: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly producer: Producer;
  /** Records a second; undefined = as fast as the broker takes them. */
  readonly rate: number | undefined;
  /** Moves times so that each recording ends now. */
  readonly rebase: boolean;
  /** Text that gives sensor-made ids other values; undefined leaves them. */
  readonly salt: string | undefined;
  /** Records of more bytes are refused. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
  readonly wallMs: () => number;
  readonly onProgress: (sent: number) => void;
}
/** `refused` names records that are larger than the topic takes, by file and number from 1. */
export interface Sent {
  readonly records: number;
  readonly bytes: number;
  readonly refused: readonly string[];
}

const BATCH_RECORDS = 500;
const BATCH_BYTES = 900_000;
const TURN_MS = 100;
const DAY_MICROS = 86_400_000_000;

/** Stops between two batches when the signal aborts; what was counted is on the broker. */
export async function sendFiles(options: SendOptions): Promise<Sent> {
  const { files, topic, partitions, producer, rate, signal, wallMs, onProgress, mostBytes } = options;
  const deltas = options.rebase ? await deltasFor(files, mostBytes, wallMs() * 1000) : new Map<string, number>();
  const startMs = wallMs();
  const refused: string[] = [];
  let records = 0;
  let bytes = 0;
  let turn = 0;
  let batch: OutRecord[] = [];
  let batchBytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await producer.send(batch);
    records += batch.length;
    bytes += batchBytes;
    batch = [];
    batchBytes = 0;
    onProgress(records);
  };
  for (const file of files) {
    const rebaser = openRebaser();
    const salter = options.salt === undefined ? null : openSalter(options.salt);
    const delta = deltas.get(file) ?? null;
    let number = 0;
    let isTabbed = false; // Zeek TSV: rows are read by the header before them, so all of a file goes to one partition
    for await (const native of nativeRecords(file, mostBytes)) {
      if (signal.aborted) return { records, bytes, refused };
      number++;
      isTabbed ||= native.startsWith('#separator');
      const moved = delta === null ? native : rebaser.shift(native, delta);
      const value = Buffer.from(salter === null ? moved : salter.salt(moved));
      if (value.length > mostBytes) {
        refused.push(`${file}, record ${number}: ${value.length} bytes`);
        continue;
      }
      const key = isTabbed ? fileKey(file) : sensorKey(native);
      if (batch.length >= BATCH_RECORDS || batchBytes + value.length > BATCH_BYTES) await flush();
      batch.push({
        topic,
        partition: key === undefined ? turn++ % partitions : partitionFor(key, partitions),
        key: key === undefined ? null : Buffer.from(key),
        value,
      });
      batchBytes += value.length;
      if (rate !== undefined) {
        const dueMs = startMs + ((records + batch.length) / rate) * 1000;
        if (dueMs - wallMs() > TURN_MS) {
          await flush();
          await delay(Math.max(0, dueMs - wallMs()), undefined, { signal }).catch(() => {}); // the loop sees the signal
        }
      }
    }
  }
  await flush();
  return { records, bytes, refused };
}

/** How far the times of each file move. Recordings less than a day apart belong together and keep their distance; the last record of a group is now. */
async function deltasFor(files: readonly string[], mostBytes: number, nowMicros: number): Promise<ReadonlyMap<string, number>> {
  const spans: { readonly file: string; readonly from: number; readonly to: number }[] = [];
  for (const file of new Set(files)) {
    const rebaser = openRebaser();
    let [from, to] = [Infinity, -Infinity];
    for await (const record of nativeRecords(file, mostBytes)) {
      const time = rebaser.timeOf(record);
      if (time === null) continue;
      from = Math.min(from, time);
      to = Math.max(to, time);
    }
    if (to > -Infinity) spans.push({ file, from, to });
  }
  spans.sort((a, b) => a.from - b.from);
  const deltas = new Map<string, number>();
  let group: string[] = [];
  let end = -Infinity;
  const close = () => group.forEach((file) => deltas.set(file, Math.floor(nowMicros - end)));
  for (const { file, from, to } of spans) {
    if (from - end > DAY_MICROS) {
      close();
      group = [];
      end = to;
    }
    group.push(file);
    end = Math.max(end, to);
  }
  close();
  return deltas;
}
