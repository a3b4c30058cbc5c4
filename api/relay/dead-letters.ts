import type { Logger } from 'pino';
import type { Admin, Headers, OutRecord, PartitionReader, Producer } from '../../pipeline/runtime/port.ts';
import type { Pool } from '../../store/connect.ts';
import type { DeadLetterRow } from '../../store/outbox.ts';
import { markDeadLettersSent, unsentDeadLetters } from '../../store/outbox.ts';
import { topics } from '../../topologies/topics.ts';
import { readRecord } from './read-record.ts';

export interface DeadLettersDeps {
  readonly pool: Pool;
  readonly producer: Producer;
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly partitionFor: (key: Uint8Array | string, count: number) => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly version?: string;
}

/**
 * Publishes records that persist could not store, with the bytes that lie at their position; where retention was quicker than the
 * relay, the value is null and the error in the headers is all that is left.
 * @returns Rows dealt with; 0 = nothing waits.
 * @throws RetryableError when broker or database are away: nothing is lost, rows may be sent again.
 */
export async function relayDeadLetters(deps: DeadLettersDeps, limit: number): Promise<number> {
  const rows = await unsentDeadLetters(deps.pool, limit);
  if (rows.length === 0) return 0;
  const count = (await deps.admin.topics()).get(topics.deadLetters.name) ?? 1;
  const records: OutRecord[] = [];
  for (const row of rows) {
    const original =
      row.value === null
        ? await readRecord(deps.reader, deps.admin, row, deps.signal)
        : { key: row.key, value: row.value, headers: (row.headers ?? []).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const) };
    if (original === undefined)
      deps.log.warn(
        { topic: row.topic, partition: row.partition, offset: row.offset },
        'A refused record was deleted from its topic before it could be set aside.',
      );
    const key = original?.key ?? Buffer.from(`${row.topic}/${row.partition}/${row.offset}`); // every record of ours has a key
    records.push({
      topic: topics.deadLetters.name,
      partition: deps.partitionFor(key, count),
      key,
      value: original?.value ?? null,
      headers: [...(original?.headers ?? []).filter(([name]) => !isErrorHeader(name)), ...errorHeaders(row, original?.headers ?? [], deps.version ?? '')],
    });
  }
  await deps.producer.send(records);
  await markDeadLettersSent(
    deps.pool,
    rows.map(({ id }) => id),
  );
  return rows.length;
}

const isErrorHeader = (name: string) => name.startsWith('__streams.errors.') || name.startsWith('__goshawk.errors.');
const text = (value: string | number): Buffer => Buffer.from(String(value));

/** The names that the runtime writes for its own dead letters (KIP-1034, and ours). */
function errorHeaders(row: DeadLetterRow, before: Headers, version: string): Headers {
  const known = new Map(before);
  const attempt = Number(known.get('__goshawk.errors.attempt')?.toString() ?? 0) + 1;
  return [
    ['__streams.errors.exception', text('RecordError')],
    ['__streams.errors.message', text(row.message)],
    ['__streams.errors.topic', text(row.topic)],
    ['__streams.errors.partition', text(row.partition)],
    ['__streams.errors.offset', text(row.offset)],
    ['__goshawk.errors.stage', text(row.stage)],
    ['__goshawk.errors.app', text('goshawk')],
    ['__goshawk.errors.version', text(version)],
    ['__goshawk.errors.code', text(row.code)],
    ['__goshawk.errors.attempt', text(attempt)],
    ['__goshawk.errors.first.failure.ms', known.get('__goshawk.errors.first.failure.ms') ?? text(Math.floor(row.failedAt / 1000))],
  ];
}
