// Where a stage may write: topic by topic, how values become bytes and what the limits are.
import { ConfigError, RecordError } from '../core/errors.ts';
import type { Topic } from '../core/index.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { ourSchemas } from '../../schemas/avro/codec.ts';
import { fullNameOf, isRecord } from '../../schemas/avro/schema.ts';
import { EVENT_TIMES } from './event-time.ts';
import type { EventTime } from './event-time.ts';

/** Room that a record needs in its batch besides key, value and headers. */
const RECORD_OVERHEAD_BYTES = 256;
const DEFAULT_MAX_BYTES = 1_048_576;

export class Destination {
  /** Name of the topic on the broker. */
  readonly name: string;
  readonly partitions: number;
  /** Of the values, when they carry one. */
  readonly eventTime: EventTime | undefined;
  /** Only the partition of the input is written: the values are the input, or the input with a context. */
  readonly isSamePartition: boolean;
  readonly fromPartitions: number;
  readonly #schema: { readonly fullName: string } | null;
  readonly #parts: { readonly event: { readonly fullName: string }; readonly context: { readonly fullName: string } } | null;
  readonly #isForwardable: boolean;
  readonly #codec: Codec;
  readonly #maxBytes: number;

  constructor(codec: Codec, topic: Topic<unknown>, name: string, partitions: number, from: Topic<unknown>, fromPartitions: number) {
    this.#codec = codec;
    this.fromPartitions = fromPartitions;
    this.name = name;
    this.partitions = partitions;
    this.#schema = topic.schema === 'bytes' ? null : topic.schema;
    this.#maxBytes = (topic as { maxMessageBytes?: number }).maxMessageBytes ?? DEFAULT_MAX_BYTES;
    this.eventTime = this.#schema === null ? undefined : EVENT_TIMES.get(this.#schema.fullName);
    const fromName = from.schema === 'bytes' ? 'bytes' : from.schema.fullName;
    this.#isForwardable = fromName === (this.#schema?.fullName ?? 'bytes');
    this.#parts = this.#schema === null || this.#isForwardable ? null : partsOf(this.#schema.fullName, fromName);
    this.isSamePartition = this.#isForwardable || this.#parts !== null;
    if (this.#parts !== null && partitions !== fromPartitions) throw unequal(from.name, fromPartitions, name, partitions);
  }

  /** What a forward needs. At start where it is known to happen, else with the first. @throws ConfigError TOPIC_MISMATCH */
  checkForward(from: string): void {
    if (!this.#isForwardable) throw new TypeError(`The input cannot be forwarded to ${this.name}: another schema`);
    if (this.partitions !== this.fromPartitions) throw unequal(from, this.fromPartitions, this.name, this.partitions);
  }

  /** @param others Bytes of key and headers. @throws RecordError RECORD_TOO_LARGE; CodecError when the stage gives what the schema refuses */
  encode(value: unknown, others: number): Buffer {
    const bytes = this.#schema === null ? bufferOf(value as Uint8Array) : this.#codec.encode(this.#schema, value);
    this.checkSize(bytes.length + others);
    return bytes;
  }

  /** The input's bytes with the context's behind them. @throws as `encode` */
  append(input: Buffer, context: unknown, others: number): Buffer {
    if (this.#parts === null) throw new TypeError(`${this.name} holds no event with a context`);
    const bytes = this.#codec.append(this.#schema as never, this.#parts.event, input, this.#parts.context, context);
    this.checkSize(bytes.length + others);
    return bytes;
  }

  /** Bytes that key, value and headers of a record may have together. */
  get room(): number {
    return this.#maxBytes - RECORD_OVERHEAD_BYTES;
  }

  checkSize(bytes: number): void {
    if (bytes > this.room)
      throw new RecordError('RECORD_TOO_LARGE', `${bytes} bytes are too many for ${this.name}`, { bytes, maxBytes: this.#maxBytes, topic: this.name });
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
const unequal = (from: string, fromPartitions: number, to: string, partitions: number) =>
  new ConfigError(
    'TOPIC_MISMATCH',
    `${from} has ${fromPartitions} partitions and ${to} has ${partitions}; records keep their partition between them, so the counts must be equal`,
  );

/** The two fields of an appended record, when the first is what the input is. */
function partsOf(target: string, from: string): { readonly event: { readonly fullName: string }; readonly context: { readonly fullName: string } } | null {
  const schema = ourSchemas().get(target);
  if (schema === undefined || !isRecord(schema)) return null;
  const [event, context, ...rest] = schema.fields;
  if (event?.name !== 'event' || context?.name !== 'context' || rest.length > 0 || !isRecord(event.type) || !isRecord(context.type)) return null;
  return fullNameOf(event.type) === from ? { event: { fullName: from }, context: { fullName: fullNameOf(context.type) } } : null;
}
