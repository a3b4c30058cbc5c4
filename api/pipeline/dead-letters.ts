// What dead-letters.v1 holds, by organization: the newest ones to list, all of them counted, each to be found by where its record lay.
import type { Micros, Position } from '../../pipeline/core/index.ts';
import type { RawBatch, RawRecord } from '../../pipeline/runtime/port.ts';
import { schemaIdOf } from '../../schemas/avro/codec.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';

export interface DeadLetter {
  /** `partition:offset` on dead-letters.v1. */
  readonly id: string;
  readonly at: Micros;
  readonly organization: string;
  readonly stage: string;
  readonly code: string;
  readonly message: string;
  /** Where the refused record lay. */
  readonly position: Position;
  /** Where the sensor's record lay that it came from; null when the bytes do not tell. */
  readonly source: Position | null;
  readonly bytes: number;
}

const MAX_LISTED = 50_000;
const EVENT_PROVENANCE = { provenance: { topic: true, partition: true, offset: true } } as const;
const ENRICHED_PROVENANCE = { event: EVENT_PROVENANCE } as const;

export class DeadLetterIndex {
  readonly #codec: Codec;
  /** Oldest first. */
  #listed: DeadLetter[] = [];
  readonly #bySource = new Map<string, DeadLetter>();
  /** By partition, what is still in the topic: offset and kind, in offset order. */
  readonly #counted = new Map<number, { offsets: number[]; kinds: string[] }>();

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  async takeBatch({ tp, records }: RawBatch): Promise<void> {
    for (const record of records) {
      const letter = await this.#read(tp.partition, record);
      this.#listed.push(letter);
      if (letter.source !== null) this.#bySource.set(keyOf(letter.source), letter);
      let counted = this.#counted.get(tp.partition);
      if (counted === undefined) this.#counted.set(tp.partition, (counted = { offsets: [], kinds: [] }));
      counted.offsets.push(record.offset);
      counted.kinds.push(`${letter.organization} ${letter.code}`);
    }
    if (this.#listed.length > MAX_LISTED * 1.1) {
      this.#listed.sort((a, b) => a.at - b.at);
      for (const { source } of this.#listed.splice(0, this.#listed.length - MAX_LISTED)) if (source !== null) this.#bySource.delete(keyOf(source));
    }
  }

  /** Forgets what the topic no longer holds. */
  dropBefore(partition: number, offset: number): void {
    const counted = this.#counted.get(partition);
    if (counted === undefined) return;
    const keep = counted.offsets.findIndex((each) => each >= offset);
    const gone = keep < 0 ? counted.offsets.length : keep;
    if (gone === 0) return;
    counted.offsets = counted.offsets.slice(gone);
    counted.kinds = counted.kinds.slice(gone);
    this.#listed = this.#listed.filter((letter) => {
      const [letterPartition, letterOffset] = parseLetterId(letter.id) as readonly [number, number];
      const isKept = letterPartition !== partition || letterOffset >= offset;
      if (!isKept && letter.source !== null) this.#bySource.delete(keyOf(letter.source));
      return isKept;
    });
  }

  /** Newest first, beginning after `after`. */
  page(organization: string, code: string | null, after: { readonly at: Micros; readonly id: string } | null, limit: number): readonly DeadLetter[] {
    return this.#listed
      .filter((letter) => letter.organization === organization && (code === null || letter.code === code) && (after === null || isAfter(letter, after)))
      .sort((a, b) => b.at - a.at || compareText(b.id, a.id))
      .slice(0, limit);
  }

  /** By code, most first. */
  counts(organization: string): readonly { readonly name: string; readonly count: number }[] {
    const byCode = new Map<string, number>();
    for (const { kinds } of this.#counted.values()) {
      for (const kind of kinds) {
        const cut = kind.indexOf(' ');
        if (kind.slice(0, cut) !== organization) continue;
        const code = kind.slice(cut + 1);
        byCode.set(code, (byCode.get(code) ?? 0) + 1);
      }
    }
    return [...byCode].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || compareText(a.name, b.name));
  }

  /** The dead letter that became of a sensor's record, at whatever stage. */
  bySource(position: Position): DeadLetter | undefined {
    return this.#bySource.get(keyOf(position));
  }

  async #read(partition: number, record: RawRecord): Promise<DeadLetter> {
    const headers = new Map(record.headers.map(([name, value]) => [name, value.toString('utf8')]));
    const text = (name: string) => headers.get(name) ?? '';
    const position: Position = {
      topic: text('__streams.errors.topic'),
      partition: Number(text('__streams.errors.partition') || 0),
      offset: Number(text('__streams.errors.offset') || 0),
    };
    return {
      id: `${partition}:${record.offset}`,
      at: record.timestampMs * 1_000,
      organization: text('__goshawk.errors.organization'),
      stage: text('__goshawk.errors.stage'),
      code: text('__goshawk.errors.code') || 'UNEXPECTED',
      message: text('__streams.errors.message'),
      position,
      source: position.topic.startsWith('raw.') ? position : await this.#provenance(position.topic, record.value),
      bytes: record.value?.length ?? 0,
    };
  }

  async #provenance(topic: string, value: Buffer | null): Promise<Position | null> {
    if (value === null) return null;
    try {
      const missing = this.#codec.missingWriter(value);
      if (missing !== undefined) await this.#codec.load(schemaIdOf(value));
      if (topic === topics.parsed.name || topic === topics.valid.name) return this.#codec.decode(schemas.event, value, EVENT_PROVENANCE).provenance;
      if (topic === topics.enriched.name) return this.#codec.decode(schemas.enriched, value, ENRICHED_PROVENANCE).event.provenance;
    } catch {
      /* Its bytes may be what it was refused for. */
    }
    return null;
  }
}

export const LETTER_ID = /^(\d{1,9}):(\d{1,15})$/;

/** Null for anything that is no id of a dead letter. */
export function parseLetterId(id: string): readonly [partition: number, offset: number] | null {
  const match = LETTER_ID.exec(id);
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

const keyOf = ({ topic, partition, offset }: Position): string => `${topic}/${partition}/${offset}`;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isAfter = ({ at, id }: DeadLetter, after: { readonly at: Micros; readonly id: string }): boolean => at < after.at || (at === after.at && id < after.id);
