// Records as they come from the broker, and the values in them.
import { RecordError } from '../core/errors.ts';
import type { Micros, Position, StreamRecord, Topic } from '../core/index.ts';
import { redrivenOf, redrivenOrganization } from '../core/redriven.ts';
import type { Redriven } from '../core/redriven.ts';
import { CodecError } from '../../schemas/avro/codec.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import type { RawRecord, TopicPartition } from './port.ts';

/** Header with the append time of the raw record that this one comes from: int64, big-endian, microseconds. */
export const APPENDED_HEADER = 'appended';
/** Header of records that came behind the watermark of their source: that watermark, in the same form. Absent on nearly all. */
export const BEHIND_HEADER = 'behind';
export const NO_BYTES = Buffer.alloc(0);
const NOTHING: unknown = Object.freeze({}); // what a stage sees that reads no field

/** Key, headers and position are made only when the stage asks for them. */
export class InputRecord<V> implements StreamRecord<V> {
  readonly raw: RawRecord;
  readonly tp: TopicPartition;
  readonly appendedAt: Micros;
  value: V;
  /** Set where its headers are believed: the record was a dead letter and was sent again. */
  redriven: Redriven | undefined = undefined;
  behind: Micros | undefined = undefined;
  #origin: Position | undefined;

  constructor(raw: RawRecord, tp: TopicPartition, appendedAt: Micros, value: V) {
    this.raw = raw;
    this.tp = tp;
    this.appendedAt = appendedAt;
    this.value = value;
  }

  /**
   * A raw record that was set aside and sent again: where and when it was appended first is what it is known by, so it becomes the same event.
   * @param tp Of `raw.<organization>.redriven`, which sensors cannot write.
   */
  static ofRedriven(raw: RawRecord, tp: TopicPartition): InputRecord<unknown> {
    const record = new InputRecord<unknown>(raw, tp, appendedAtOf(raw, true), undefined);
    record.redriven = redrivenOf(raw.headers);
    const topic = record.redriven?.position.topic.split('.') ?? [];
    if (topic[0] === 'raw' && topic[1] === redrivenOrganization(tp.topic)) record.#origin = record.redriven!.position;
    return record;
  }

  get key(): string | null {
    return this.raw.key === null ? null : this.raw.key.toString();
  }
  get isRedriven(): boolean {
    return this.redriven !== undefined;
  }
  get headers(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.raw.headers);
  }
  /** Where the record lay first. */
  get position(): Position {
    if (this.#origin !== undefined) return this.#origin;
    return { topic: this.tp.topic, partition: this.tp.partition, offset: this.raw.offset };
  }
}

/** Our header where our own stages wrote the topic; else, as on raw topics, what the broker says: a sensor's header is not believed. */
export function appendedAtOf(raw: RawRecord, isTrusted: boolean): Micros {
  if (isTrusted) {
    const { headers } = raw;
    for (let i = 0; i < headers.length; i++) {
      const header = headers[i]!; // no destructuring: it goes through an iterator, for every record
      if (header[0] === APPENDED_HEADER && header[1].length === 8) return readMicros(header[1]);
    }
  }
  return raw.timestampMs * 1000;
}

/** Of a record that a stage of ours wrote. */
export function behindOf({ headers }: RawRecord): Micros | undefined {
  if (headers.length < 2) return undefined; // there is always the append time
  const bytes = headers.find(([name]) => name === BEHIND_HEADER)?.[1];
  return bytes?.length === 8 ? readMicros(bytes) : undefined;
}

const readMicros = (bytes: Buffer): Micros => bytes.readInt32BE(0) * 4_294_967_296 + bytes.readUInt32BE(4);

/** A time as a header has it. */
export function microsHeader(micros: Micros): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32BE(Math.floor(micros / 4_294_967_296), 0);
  bytes.writeUInt32BE(micros % 4_294_967_296, 4);
  return bytes;
}

/** Schema id of a framed value without the check; -1 when it cannot be one. */
export const frameId = (value: Buffer): number => (value.length >= 5 && value[0] === 0 ? value.readInt32BE(1) : -1);

/** Reads one topic under one projection. */
export class Decoder {
  readonly isBytes: boolean;
  readonly #codec: Codec;
  readonly #schema: { readonly fullName: string };
  readonly #paths: object | true;
  readonly #isNothing: boolean;
  #knownId = -1;

  constructor(codec: Codec, topic: Topic<unknown>, reads: object | true | 'bytes') {
    this.#codec = codec;
    this.isBytes = topic.schema === 'bytes' || reads === 'bytes';
    this.#schema = topic.schema === 'bytes' ? { fullName: '' } : topic.schema;
    this.#paths = reads === 'bytes' ? true : reads;
    this.#isNothing = typeof this.#paths === 'object' && Object.keys(this.#paths).length === 0;
  }

  /** Id of a writer's schema that is to be loaded before `value`; undefined nearly always. */
  missing(value: Buffer | null): number | undefined {
    if (this.isBytes || value === null) return undefined;
    const id = frameId(value);
    if (id === this.#knownId || id < 0) return undefined;
    if (this.#codec.missingWriter(value) !== undefined) return id;
    this.#knownId = id;
    return undefined;
  }

  /** @throws RecordError DECODE_FAILED, or SCHEMA_UNKNOWN when the registry does not have the writer's schema */
  decode(value: Buffer | null): unknown {
    if (this.isBytes) return value ?? NO_BYTES;
    if (this.#isNothing) return NOTHING;
    if (value === null) throw new RecordError('DECODE_FAILED', 'Record has no value');
    try {
      return this.#codec.decode(this.#schema, value, this.#paths as never);
    } catch (cause) {
      if (!(cause instanceof CodecError)) throw cause;
      throw new RecordError(cause.code === 'UNKNOWN_SCHEMA' ? 'SCHEMA_UNKNOWN' : 'DECODE_FAILED', cause.message, { schemaId: frameId(value) }, { cause });
    }
  }
}
