import type { Logger } from 'pino';
import { isErrorHeader, LETTER_HEADERS } from '../../pipeline/core/dead-letter.ts';
import type { Topic } from '../../pipeline/core/index.ts';
import { redrivenOf } from '../../pipeline/core/redriven.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
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
  readonly codec: Codec;
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
        : {
            key: row.key,
            value: row.value,
            headers: (row.headers ?? []).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const),
            timestampMs: 0,
          };
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
      headers: [...(original?.headers ?? []).filter(([name]) => !isErrorHeader(name)), ...(await errorHeaders(row, original, deps.codec, deps.version ?? ''))],
    });
  }
  await deps.producer.send(records);
  await markDeadLettersSent(
    deps.pool,
    rows.map(({ id }) => id),
  );
  return rows.length;
}

const text = (value: string | number): Buffer => Buffer.from(String(value));
type Original = Awaited<ReturnType<typeof readRecord>>;

/** The names that the runtime writes for its own dead letters (KIP-1034, and ours). */
async function errorHeaders(row: DeadLetterRow, original: Original, codec: Codec, version: string): Promise<Headers> {
  const redriven = original === undefined ? undefined : redrivenOf(original.headers); // persist reads topics of our stages only
  const value = original?.value ?? row.value;
  return [
    [LETTER_HEADERS.exception, text('RecordError')],
    [LETTER_HEADERS.stacktrace, text('')],
    [LETTER_HEADERS.message, text(row.message)],
    [LETTER_HEADERS.topic, text(row.topic)],
    [LETTER_HEADERS.partition, text(row.partition)],
    [LETTER_HEADERS.offset, text(row.offset)],
    [LETTER_HEADERS.stage, text(row.stage)],
    [LETTER_HEADERS.app, text('goshawk')],
    [LETTER_HEADERS.version, text(version)],
    [LETTER_HEADERS.code, text(row.code)],
    [LETTER_HEADERS.attempt, text((redriven?.attempt ?? 0) + 1)],
    [LETTER_HEADERS.firstFailureMs, text(redriven?.firstFailureMs ?? Math.floor(row.failedAt / 1000))],
    [LETTER_HEADERS.schemaId, text(value !== null && value.length >= 5 && value[0] === 0 ? value.readInt32BE(1) : -1)],
    [LETTER_HEADERS.timestamp, text(original?.timestampMs ?? 0)],
    [LETTER_HEADERS.organization, text(await organizationOf(row.topic, original?.key ?? row.key, value, codec))],
    ...(original === undefined ? [[LETTER_HEADERS.without, text('The record was deleted from its topic before it could be set aside.')] as const] : []),
  ];
}

const HOLDERS = new Map<string, Topic<{ readonly organization: string }>>([
  [topics.findings.name, topics.findings],
  [topics.features.name, topics.features],
  [topics.alerts.name, topics.alerts],
]);

/** Keys of our topics begin with it, but for an alert's; empty when nobody can tell. */
async function organizationOf(topic: string, key: Buffer | null, value: Buffer | null, codec: Codec): Promise<string> {
  const bar = key?.indexOf('|') ?? -1;
  if (bar > 0) return key!.toString('utf8', 0, bar);
  const holder = HOLDERS.get(topic);
  if (holder === undefined || holder.schema === 'bytes' || value === null) return '';
  try {
    const missing = codec.missingWriter(value);
    if (missing !== undefined) await codec.load(missing);
    return codec.decode(holder.schema, value, { organization: true }).organization;
  } catch {
    return ''; // its bytes may be what it was refused for
  }
}
