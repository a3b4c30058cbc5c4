// What a stage instance has done since its last commit: the content of the next transaction.
import { ConfigError, FatalError } from '../core/errors.ts';
import type { RecordError } from '../core/errors.ts';
import { isErrorHeader, LETTER_HEADERS } from '../core/dead-letter.ts';
import type { DropReason, Held, Micros, Output, Topic } from '../core/index.ts';
import { deadLetterHeaders } from './dead-letter.ts';
import type { DeadLetterOrigin } from './dead-letter.ts';
import type { Destination } from './destination.ts';
import { APPENDED_HEADER, BEHIND_HEADER, microsHeader, NO_BYTES } from './input.ts';
import type { InputRecord } from './input.ts';
import { Counts } from './ledger.ts';
import { partitionFor } from './partition.ts';
import type { GroupMetadata, Headers, OutRecord } from './port.ts';
import { fitted, headerBytes } from './set-aside.ts';
import type { Sink } from './task.ts';

/** An input partition as the outbox knows it; see `Input` of stage-instance.ts. */
export interface InputLike {
  readonly key: string;
  position: number;
}
/** What one transaction does for one input partition. */
export interface Part<I extends InputLike> {
  readonly input: I;
  readonly counts: Counts;
  next: number;
}

const OUTPUTS_PER_INPUT = 4;
/** Of outputs that wait for the commit; records may have megabytes each. */
const TRANSACTION_BYTES = 32 << 20;
const OWN_LETTER_HEADERS = Object.keys(LETTER_HEADERS).length; // of them `without` is the place of `appended`
/** One transaction. `records` are outputs and dead letters in the order in which they were made; what the commit adds comes behind. */
export class Work<I extends InputLike> {
  /** The generation in which its first record was read. */
  readonly group: GroupMetadata;
  readonly records: OutRecord[] = [];
  /** Whose counts each record belongs to; null: nobody's. */
  readonly owners: (Counts | null)[] = [];
  readonly parts = new Map<string, Part<I>>();
  /** Input records in it. */
  count = 0;
  /** Of them rejected for a bug of ours. */
  unexpected = 0;
  /** The latest input record in it; null when there is none, or when it was a watermark. */
  last: I | null = null;
  lastOffset = -1;
  /** Nothing may join it any more. */
  isClosed = false;
  /** What is to be committed beside the offsets, by `tpKey`, once it is known. */
  metadata: ReadonlyMap<string, string> | undefined;

  constructor(group: GroupMetadata) {
    this.group = group;
  }

  #measured = 0;
  #bytes = 0;

  /** Enough for a transaction: of input records, or of what came of them. Asked between records, of which only the last is taken back. */
  isFull(limit: number): boolean {
    return this.isClosed || this.count >= limit || this.records.length >= OUTPUTS_PER_INPUT * limit || this.#bytesNow() >= TRANSACTION_BYTES;
  }

  #bytesNow(): number {
    const { records } = this;
    if (this.#measured > records.length) this.#measured = this.#bytes = 0;
    for (; this.#measured < records.length; this.#measured++) this.#bytes += records[this.#measured]!.value?.length ?? 0;
    return this.#bytes;
  }

  part(input: I): Part<I> {
    let part = this.parts.get(input.key);
    if (part === undefined) this.parts.set(input.key, (part = { input, counts: new Counts(), next: input.position }));
    return part;
  }
}

export interface OutboxOptions {
  /** By the name that the stage knows. */
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly deadLetters: Destination;
  readonly origin: DeadLetterOrigin;
  /** The input's own name, for messages. */
  readonly from: string;
  /** Whether the headers of the input are our own; a sensor's header is not carried on under our name. */
  readonly isTrusted: boolean;
  /** Told the event time of each output that carries one, once its record has passed, or its timer; only for sources that read bytes. */
  readonly observe: ((told: Observed) => void) | null;
  /** Of those: the watermark of the partition that it is from, if the output is behind it. */
  readonly behind: (told: Observed) => Micros | undefined;
  /** The stage is where watermarks begin: what its input says of them does not count. */
  readonly isSource: boolean;
  /** A topic that a pattern of the wiring stands for, but nobody has asked for yet. @throws RetryableError TOPIC_MISSING */
  readonly onMissing: (to: Topic<unknown>) => Destination;
  readonly onRejected: (record: InputRecord<unknown>, error: RecordError) => void;
  readonly wallMs: () => number;
}

/** What an output of a source says of time. */
export interface Observed {
  readonly dataset: string;
  readonly time: Micros;
  readonly appendedAt: Micros;
  /** Where it is from, when that is not the record at hand. */
  readonly held: Held | undefined;
}

/** Takes what tasks give and adds it to the work at hand. */
export class Outbox<I extends InputLike> implements Sink<InputRecord<unknown>> {
  /** Set before each slice of a batch. */
  work!: Work<I>;
  part!: Part<I>;
  /** Records rejected for what they are; whoever reads it sets it back. */
  refused = 0;
  /** Partition and append time of what a timer puts out. */
  timerAppendedAt: Micros = 0;
  readonly #options: OutboxOptions;
  #lastTo: Topic<unknown> | undefined;
  #lastDestination!: Destination;
  #lastAppendedAt = -1;
  #lastHeaders: Headers = [];
  readonly #times: Observed[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  mark(): number {
    this.#times.length = 0;
    return this.work.records.length;
  }

  rollback(mark: number): void {
    this.work.records.length = mark;
    this.work.owners.length = mark;
    this.#times.length = 0;
  }

  output(output: Output<never>, record: InputRecord<unknown> | null): void {
    const { to } = output;
    const destination = to === this.#lastTo ? this.#lastDestination : this.#destinationOf(to);
    if (output.kind === 'send') {
      const key = Buffer.from(output.key!);
      const own = output.headers;
      const value = destination.encode(output.value, key.length + (own === undefined ? 0 : headerBytes(own)));
      let behind = output.behind ?? record?.behind;
      const { held } = output;
      const appendedAt = held?.appendedAt ?? (record === null ? this.timerAppendedAt : record.appendedAt);
      if ((record !== null || held !== undefined) && this.#options.observe !== null && destination.eventTime !== undefined) {
        const { time, dataset } = destination.eventTime.of(output.value as never);
        const told = { dataset, time, appendedAt, held };
        behind = this.#options.behind(told);
        this.#times.push(told);
      }
      const headers = withBehind(this.#appended(appendedAt), behind);
      this.#push(destination.name, partitionFor(key, destination.partitions), key, value, own === undefined ? headers : [...headers, ...own]);
      return;
    }
    if (record === null) throw new TypeError('A timer has no input to forward');
    const { raw, tp } = record;
    if (output.kind === 'forward') {
      destination.checkForward(this.#options.from);
      const headers = this.#carried(record);
      destination.checkSize((raw.value?.length ?? 0) + (raw.key?.length ?? 0) + headerBytes(headers));
      this.#push(destination.name, tp.partition, raw.key, raw.value, headers);
    } else {
      const headers = this.#carried(record);
      const value = destination.append(raw.value ?? NO_BYTES, output.value, (raw.key?.length ?? 0) + headerBytes(headers));
      this.#push(destination.name, tp.partition, raw.key, value, headers);
    }
  }

  passed(): void {
    this.part.counts.passed++;
    this.#observe();
  }

  dropped(_record: InputRecord<unknown>, reason: DropReason): void {
    const { dropped } = this.part.counts;
    dropped[reason] = (dropped[reason] ?? 0) + 1;
    this.#observe();
  }

  /** @param count How many records it stands for. */
  rejected(record: InputRecord<unknown>, error: RecordError, count = 1): void {
    const { rejected } = this.part.counts;
    rejected[error.code] = (rejected[error.code] ?? 0) + count;
    if (error.code === 'UNEXPECTED') {
      if (error.cause instanceof ConfigError) throw new FatalError('TOPIC_MISMATCH', error.cause.message, {}, { cause: error.cause });
      this.work.unexpected++;
    } else this.refused++;
    const { deadLetters, origin, wallMs, onRejected } = this.#options;
    const { raw, tp } = record;
    const partition = raw.key === null ? tp.partition % deadLetters.partitions : partitionFor(raw.key, deadLetters.partitions);
    const all = deadLetterHeaders(record, error, origin, wallMs());
    const { key, value, headers } = fitted({ key: raw.key, value: raw.value, headers: all }, OWN_LETTER_HEADERS, deadLetters.room);
    this.#push(deadLetters.name, partition, key, value, headers);
    onRejected(record, error);
  }

  emitted(count: number): void {
    this.part.counts.emitted += count;
    this.#observe();
  }

  #push(topic: string, partition: number, key: Buffer | null, value: Buffer | null, headers: Headers): void {
    this.work.records.push({ topic, partition, key, value, headers });
    this.work.owners.push(this.part.counts);
  }

  #destinationOf(to: Topic<unknown>): Destination {
    const destination = this.#options.destinations.get(to.name) ?? this.#options.onMissing(to);
    this.#lastTo = to;
    return (this.#lastDestination = destination);
  }

  /** The input's headers, with ours where it has none. */
  #carried(record: InputRecord<unknown>): Headers {
    const { raw, redriven } = record;
    let headers = redriven === undefined ? raw.headers : raw.headers.filter(([name]) => !isErrorHeader(name)); // it was meant for this stage
    if (this.#options.isSource && headers.length > 0) headers = withBehind(headers, record.behind);
    if (headers.length === 0) return this.#appended(record.appendedAt);
    if (this.#options.isTrusted) for (let i = 0; i < headers.length; i++) if (headers[i]![0] === APPENDED_HEADER) return headers;
    return [...headers.filter(([name]) => name !== APPENDED_HEADER), ...this.#appended(record.appendedAt)];
  }

  /** Records of one batch often have one append time. */
  #appended(appendedAt: Micros): Headers {
    if (appendedAt !== this.#lastAppendedAt) {
      this.#lastAppendedAt = appendedAt;
      this.#lastHeaders = [[APPENDED_HEADER, microsHeader(appendedAt)]];
    }
    return this.#lastHeaders;
  }

  #observe(): void {
    for (let i = 0; i < this.#times.length; i++) this.#options.observe!(this.#times[i]!);
  }
}

function withBehind(headers: Headers, behind: Micros | undefined): Headers {
  const others = headers.some(([name]) => name === BEHIND_HEADER) ? headers.filter(([name]) => name !== BEHIND_HEADER) : headers;
  return behind === undefined ? others : [...others, [BEHIND_HEADER, microsHeader(behind)]];
}
