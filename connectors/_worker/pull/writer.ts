// What a source brought, and where it stands after that: one transaction (KIP-618). Records go to a gateway topic, where what their headers say is believed.
import { crc32 } from 'node:zlib';
import { MAX_RECORD_BYTES } from '../../../pipeline/core/connector.ts';
import { RetryableError } from '../../../pipeline/core/errors.ts';
import type { Admin, Broker, Headers, OutRecord, Transaction, TxnProducer } from '../../../pipeline/runtime/port.ts';
import { rawTopic, topics } from '../../../topologies/topics.ts';
import type { Pulled, PulledRecord, RawTarget, RefusedRecord } from '../../_source/index.ts';
import type { KeptPositions } from '../../_source/positions.ts';
import { errorHeaders } from '../error-headers.ts';
import { positionRecords, readPositions } from './positions-topic.ts';

export interface WriterOptions {
  readonly broker: Broker;
  readonly admin: Admin;
  readonly connector: string;
  readonly task: number;
  readonly organization: string;
  /** `connector.class`, for dead letters. */
  readonly className: string;
  readonly target: RawTarget;
  /** Makes a raw topic that is missing. */
  readonly createRawTopic: (name: string) => Promise<void>;
  readonly deadLetters: { readonly topic: string; readonly hasHeaders: boolean };
  readonly signal: AbortSignal;
}

/** Uncompressed, well below the topic's limit for a batch. */
const CHUNK_BYTES = Math.floor(topics.raw.maxMessageBytes * 0.75);
/** Of what cannot be a record. */
const MAX_LETTER_BYTES = 1_000_000;
const FRAMING_BYTES = 100;

export class PulledWriter {
  readonly #options: WriterOptions;
  readonly #topic: string;
  readonly #headers: Headers;
  #open: { readonly producer: TxnProducer; readonly positions: KeptPositions; readonly partitions: number; readonly letterPartitions: number } | null = null;
  #turn = 0;

  constructor(options: WriterOptions) {
    const { organization, connector, target } = options;
    this.#options = options;
    this.#topic = rawTopic(organization, `gateway-${target.source}`);
    this.#headers = [
      ['sensor', Buffer.from(target.sensor === '' ? connector : target.sensor)],
      ...(target.format === '' ? [] : [['format', Buffer.from(target.format)] as const]),
    ];
  }

  /**
   * Fences whoever had the task before, then reads where it stands: afterwards nobody else moves that.
   * @throws RetryableError while the broker is away; FencedError.
   */
  async positions(): Promise<KeptPositions> {
    this.#open ??= await this.#begin();
    return this.#open.positions;
  }

  /**
   * Keeps all of it, or nothing; `positions` then says so.
   * @throws RetryableError, FencedError: whether it is kept is to be seen from `positions`, which is read again.
   */
  async write({ records, refused = [], positions: changes }: Pulled): Promise<{ readonly delivered: number; readonly rejected: number }> {
    if (records.length + refused.length > 0 && changes.length === 0)
      throw new Error('A source gave records without a position: after a restart it would give them again.');
    await this.positions();
    const { producer, positions, partitions, letterPartitions } = this.#open!;
    const fitting = records.filter(({ value }) => value.length <= MAX_RECORD_BYTES);
    const letters = [...refused, ...records.filter(({ value }) => value.length > MAX_RECORD_BYTES).map(tooLarge)];
    if (changes.length === 0) return { delivered: 0, rejected: 0 };
    try {
      await producer.transact(async (txn) => {
        await sendInChunks(txn, this.#rawRecords(fitting, partitions));
        await sendInChunks(
          txn,
          letters.map((letter) => this.#letter(letter, letterPartitions)),
        );
        await sendInChunks(txn, positionRecords(this.#options.connector, changes));
      });
    } catch (error) {
      // Aborted by itself and still usable, it may go on; else only the next producer's init says what became of it.
      if (!producer.isUsable() || !(error instanceof RetryableError)) await this.close();
      throw error;
    }
    positions.apply(changes);
    return { delivered: fitting.length, rejected: letters.length };
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.producer.close();
  }

  async #begin() {
    const { broker, admin, connector, task, signal, deadLetters } = this.#options;
    const partitions = await this.#partitions();
    const letterPartitions = (await admin.topics()).get(deadLetters.topic) ?? 0;
    if (letterPartitions === 0) throw new RetryableError('TOPIC_MISSING', `The topic ${deadLetters.topic} for dead letters does not exist yet.`);
    const producer = broker.txnProducer({ transactionalId: `goshawk-connect-${connector}-${task}` });
    try {
      const all = (topic: string, count: number) => Array.from({ length: count }, (_none, partition) => ({ topic, partition }));
      await producer.init({
        outputs: [...all(this.#topic, partitions), ...all(deadLetters.topic, letterPartitions), ...all(topics.connectOffsets.name, 1)],
        groupId: null,
      });
      return { producer, positions: await readPositions({ broker, admin }, connector, signal), partitions, letterPartitions };
    } catch (error) {
      await producer.close();
      throw error;
    }
  }

  async #partitions(): Promise<number> {
    const { admin, createRawTopic } = this.#options;
    const known = (await admin.topics()).get(this.#topic);
    if (known !== undefined) return known;
    await createRawTopic(this.#topic);
    const count = (await admin.topics()).get(this.#topic);
    if (count === undefined) throw new RetryableError('TOPIC_MISSING', `The topic ${this.#topic} is not ready yet.`);
    return count;
  }

  #rawRecords(records: readonly PulledRecord[], partitions: number): readonly OutRecord[] {
    const own = this.#turn++ % partitions;
    return records.map(({ value, key, told }) => ({
      topic: this.#topic,
      partition: key === undefined ? own : crc32(key) % partitions,
      key: key === undefined ? null : Buffer.from(key),
      value,
      headers: told === undefined ? this.#headers : [...this.#headers, ['told', Buffer.from(JSON.stringify(told))]],
    }));
  }

  #letter({ value, reason, message }: RefusedRecord, partitions: number): OutRecord {
    const { connector, task, className, deadLetters } = this.#options;
    const error = { name: 'RecordError', message: `${reason}: ${message}` };
    const why = () => errorHeaders({ connector, task, place: { topic: this.#topic }, stage: 'TASK_POLL', className, error });
    return {
      topic: deadLetters.topic,
      partition: crc32(connector) % partitions,
      key: null,
      value: value.subarray(0, MAX_LETTER_BYTES),
      headers: deadLetters.hasHeaders ? why() : [],
    };
  }
}

const tooLarge = ({ value }: PulledRecord): RefusedRecord => ({
  value,
  reason: 'too-large',
  message: `A record of ${value.length} bytes; ${MAX_RECORD_BYTES} are taken.`,
});

async function sendInChunks(txn: Transaction, records: readonly OutRecord[]): Promise<void> {
  let chunk: OutRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = FRAMING_BYTES + (record.value?.length ?? 0) + (record.headers ?? []).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    if (chunk.length > 0 && bytes + size > CHUNK_BYTES) {
      await txn.send(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) await txn.send(chunk);
}
