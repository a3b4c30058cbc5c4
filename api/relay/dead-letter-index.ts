// Notes in the database what lies on dead-letters.v1, without the bytes, and what of it was sent again.
import { parseDeadLetter } from '../../pipeline/core/dead-letter.ts';
import type { DeadLetter, LetterRecord } from '../../pipeline/core/dead-letter.ts';
import type { Position } from '../../pipeline/core/index.ts';
import type { Admin, PartitionReader, RawBatch, TopicPartition } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { schemaIdOf } from '../../schemas/avro/codec.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Pool } from '../../store/connect.ts';
import { forgetLetters, notedPositions, noteLetters, noteRedriven } from '../../store/dead-letters.ts';
import type { Advance, NotedLetter, Redriven } from '../../store/dead-letters.ts';
import { topics } from '../../topologies/topics.ts';

export interface IndexDeps {
  readonly pool: Pool;
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly codec: Codec;
  /** By partition, up to where rows were forgotten already. Kept by the caller from call to call. */
  readonly forgotten: Map<number, number>;
  readonly signal: AbortSignal;
}

/**
 * Reads what came since the last time, one fetch in memory.
 * @returns Records noted.
 * @throws RetryableError while broker or database are away
 */
export async function indexDeadLetters(deps: IndexDeps): Promise<number> {
  const letters = await follow(deps, topics.deadLetters.name, async ({ tp: { partition }, records }, advance) => {
    const noted: NotedLetter[] = [];
    for (const record of records) noted.push(await withSource(parseDeadLetter(partition, record), record, deps.codec));
    return noteLetters(deps.pool, noted, advance);
  });
  // Behind them, so that what a marker names is there.
  const markers = await follow(deps, topics.redrives.name, ({ records }, advance) => noteRedriven(deps.pool, records.flatMap(redrivenBy), advance));
  return letters + markers;
}

async function follow(
  { pool, admin, reader, forgotten, signal }: IndexDeps,
  topic: string,
  note: (batch: RawBatch, advance: Advance) => Promise<boolean>,
): Promise<number> {
  const count = (await admin.topics()).get(topic) ?? 0;
  const partitions = Array.from({ length: count }, (_unused, partition): TopicPartition => ({ topic, partition }));
  const [earliest, stable, noted] = await Promise.all([
    admin.offsets(partitions, 'earliest'),
    admin.offsets(partitions, 'stable'),
    notedPositions(pool, topic),
  ]);
  let records = 0;
  for (const tp of partitions) {
    const first = earliest.get(tpKey(tp)) ?? 0;
    const end = stable.get(tpKey(tp)) ?? 0;
    let from = noted.get(tp.partition) ?? 0;
    if (topic === topics.deadLetters.name && first > (forgotten.get(tp.partition) ?? 0)) {
      await forgetLetters(pool, tp.partition, first);
      forgotten.set(tp.partition, first);
    }
    if (Math.max(from, first) >= end) continue;
    for await (const batch of reader.read(tp, Math.max(from, first), end, signal)) {
      if (!(await note(batch, { topic, partition: tp.partition, from, to: batch.nextOffset }))) break; // another process was quicker
      records += batch.records.length;
      from = batch.nextOffset;
    }
    if (signal.aborted) break;
  }
  return records;
}

const EVENT_ORIGIN = { sensor: true, provenance: { topic: true, partition: true, offset: true } } as const;
const ENRICHED_ORIGIN = { event: EVENT_ORIGIN } as const;
type Origin = Pick<NotedLetter, 'source' | 'sensor'>;

async function withSource(letter: DeadLetter, { value, headers }: LetterRecord, codec: Codec): Promise<NotedLetter> {
  const { position } = letter;
  if (position.topic.startsWith('raw.')) return { ...letter, source: position, sensor: sensorOfRaw(position.topic, headers) };
  return { ...letter, ...(await originOf(position.topic, value, codec)) };
}

/** As ingest tells it: by the topic, and on topics of the gateway by the header that only the gateway can have written. */
function sensorOfRaw(topic: string, headers: LetterRecord['headers']): string | null {
  const source = topic.split('.').slice(2).join('.');
  if (!source.startsWith('gateway-')) return source === '' ? null : source;
  const named = headers.findLast(([name]) => name === 'sensor')?.[1].toString('utf8') ?? '';
  return named === '' ? source.slice('gateway-'.length) : named;
}

async function originOf(topic: string, value: Buffer | null, codec: Codec): Promise<Origin> {
  if (value === null) return NOT_KNOWN;
  try {
    const missing = codec.missingWriter(value);
    if (missing !== undefined) await codec.load(schemaIdOf(value));
    if (topic === topics.parsed.name || topic === topics.valid.name) return known(codec.decode(schemas.event, value, EVENT_ORIGIN));
    if (topic === topics.enriched.name) return known(codec.decode(schemas.enriched, value, ENRICHED_ORIGIN).event);
  } catch {
    /* Its bytes may be what it was refused for. */
  }
  return NOT_KNOWN;
}
const NOT_KNOWN: Origin = { source: null, sensor: null };
const known = ({ provenance, sensor }: { readonly provenance: Position; readonly sensor: string }): Origin => ({ source: provenance, sensor });

/** As a redrive writes them beside what it sends. */
function redrivenBy({ value }: LetterRecord): readonly Redriven[] {
  const { by, wallMs, letters } = JSON.parse(value?.toString('utf8') ?? '') as {
    readonly by: string;
    readonly wallMs: number;
    readonly letters: readonly (readonly [number, Redriven['ranges']])[];
  };
  return letters.map(([partition, ranges]) => ({ partition, ranges, at: wallMs * 1000, by }));
}
