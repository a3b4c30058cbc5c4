// One loader of a group: what waits for it, one load at a time, retried in place.
import type { Logger } from 'pino';
import { FencedError, RetryableError } from '../core/errors.ts';
import type { RecordError } from '../core/errors.ts';
import type { Batch, Loader, RefusedRecord, StreamRecord } from '../core/index.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { appendedAtOf, InputRecord } from './input.ts';
import type { Decoder } from './input.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { Headers, RawBatch, TopicPartition } from './port.ts';
import { CUT_HEADER, errorOf, recordOf } from './set-aside.ts';
import type { UnreadableBatch } from './set-aside.ts';
import { backoffMs, sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

const MAX_BATCH_BYTES = 4 * 1024 * 1024 - 65_536; // of a batch set aside: what fits into a dead letter with its headers

export interface LaneOptions {
  readonly codec: Codec;
  readonly everyMs: number;
  readonly loadRecords: number;
  readonly clock: WallClock;
  readonly log: Logger;
  readonly metrics: RuntimeMetrics;
}
interface Waiting {
  readonly from: number;
  next: number;
  readonly records: StreamRecord<unknown>[];
  readonly refused: RefusedRecord[];
}
/** `position`: next to read; `loaded`: next that the loader expects; `durable`: next that it has. */
export interface LoaderInput {
  readonly tp: TopicPartition;
  readonly lane: LoaderLane;
  isReady: boolean;
  position: number;
  loaded: number;
  durable: number;
  end: number;
  soughtFor: number;
}
/** Null before it is known where to go on. */
export const lagOfInput = ({ end, durable }: Pick<LoaderInput, 'end' | 'durable'>): number | null => (durable < 0 ? null : Math.max(0, end - durable));

export interface LaneEvents {
  readonly loaded: () => void;
  readonly fenced: (error: FencedError) => void;
  readonly failed: (error: Error) => void;
  readonly setPaused: (lane: LoaderLane, isPaused: boolean) => void;
}

/** Of records that wait while a load is under way: as many again may be in it. */
const WAITING_BYTES = 32 << 20;

/** One loader of the group: what waits for it, one load at a time. */
export class LoaderLane {
  readonly loader: Loader<unknown>;
  readonly topic: string;
  /** Since this process started. */
  readonly totals = { in: 0, passed: 0, dropped: 0, rejected: 0, out: 0 };
  readonly #decoder: Decoder;
  readonly #options: LaneOptions;
  readonly #events: LaneEvents;
  #waiting = new Map<LoaderInput, Waiting>();
  #count = 0;
  #bytes = 0;
  #inFlight: Promise<void> | null = null;
  #lastBeganMs = -Infinity;
  #cancel: (() => void) | null = null;
  #generation = new AbortController();
  #isRetrying = false;
  #isDraining = false;

  constructor(loader: Loader<unknown>, topic: string, decoder: Decoder, options: LaneOptions, events: LaneEvents) {
    this.loader = loader;
    this.topic = topic;
    this.#decoder = decoder;
    this.#options = options;
    this.#events = events;
  }

  get isQuiet(): boolean {
    return this.#inFlight === null && this.#count === 0;
  }
  get isRetrying(): boolean {
    return this.#isRetrying;
  }

  get #isFull(): boolean {
    return this.#count >= this.#options.loadRecords || this.#bytes >= WAITING_BYTES;
  }

  async room(control: { readonly beat: () => Promise<void> }): Promise<void> {
    while (this.#inFlight !== null && this.#isFull) {
      await Promise.race([this.#inFlight, sleep(this.#options.clock, 1000)]);
      await control.beat();
    }
  }

  async loadSchemas(values: readonly Buffer[], control: { readonly beat: () => Promise<void> }): Promise<void> {
    for (const value of values) {
      const id = this.#decoder.missing(value);
      if (id === undefined) continue;
      for (let attempt = 0; ; attempt++) {
        try {
          await this.#options.codec.load(id);
          break;
        } catch (error) {
          if ((error as { code?: unknown }).code === 'UNKNOWN_SCHEMA') break; // the record is then refused
          await sleep(this.#options.clock, backoffMs(attempt));
          await control.beat();
        }
      }
    }
  }

  /** A batch that cannot be read: one refused record, with the raw batch as its value. */
  setAside(input: LoaderInput, batch: UnreadableBatch): void {
    const { position, raw } = recordOf(batch);
    const { code, message } = errorOf(batch);
    const { key, headers } = raw;
    const value = batch.unreadable.bytes.subarray(0, MAX_BATCH_BYTES);
    const cut: Headers = value.length < batch.unreadable.bytes.length ? [[CUT_HEADER, Buffer.from(String(batch.unreadable.bytes.length))]] : [];
    const waiting = this.#waitingOf(input, batch.nextOffset);
    waiting.refused.push({ position, key, value, headers: [...headers, ...cut], code, message, records: batch.unreadable.records });
    waiting.next = batch.nextOffset;
    this.#count += batch.unreadable.records;
    this.#options.log.error(
      { code, ...batch.tp, from: batch.from, to: batch.nextOffset, reason: batch.unreadable.reason },
      'A batch cannot be read; it is a dead letter.',
    );
    this.#wanted();
  }

  #waitingOf(input: LoaderInput, next: number): Waiting {
    let waiting = this.#waiting.get(input);
    if (waiting === undefined) this.#waiting.set(input, (waiting = { from: input.loaded, next, records: [], refused: [] }));
    return waiting;
  }

  take(input: LoaderInput, raws: RawBatch['records'], next: number): void {
    const waiting = this.#waitingOf(input, next);
    for (const raw of raws) {
      const record = new InputRecord<unknown>(raw, input.tp, appendedAtOf(raw, !this.#decoder.isBytes), undefined);
      try {
        record.value = this.#decoder.decode(raw.value);
        waiting.records.push(record);
      } catch (error) {
        const { code, message } = error as RecordError;
        waiting.refused.push({ position: record.position, key: raw.key, value: raw.value, headers: raw.headers, code, message });
      }
    }
    waiting.next = next;
    this.#count += raws.length;
    for (const { value } of raws) this.#bytes += value?.length ?? 0;
    this.#wanted();
  }

  /** Markers and holes behind the last record. */
  extend(input: LoaderInput, next: number): void {
    const waiting = this.#waiting.get(input);
    if (waiting !== undefined) waiting.next = next;
  }

  /** Loads what waits, once. A place that is away is not waited for: the records are read again. */
  async drain(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    this.#isDraining = true;
    if (this.#isRetrying) this.#generation.abort();
    await this.#inFlight;
    if (!this.#generation.signal.aborted) this.#begin();
    await this.#inFlight;
    this.#isDraining = false;
  }

  drop(): void {
    this.#generation.abort();
    this.#generation = new AbortController();
    this.#waiting.clear();
    this.#count = this.#bytes = 0;
    this.#cancel?.();
    this.#cancel = null;
  }

  #wanted(): void {
    if (this.#inFlight !== null || this.#count === 0 || this.#isDraining) return;
    const { clock, everyMs } = this.#options;
    const waitMs = this.#isFull ? 0 : Math.max(0, this.#lastBeganMs + everyMs - clock.nowMs());
    if (this.#cancel !== null) {
      if (waitMs > 0) return;
      this.#cancel();
    }
    this.#cancel = clock.after(waitMs, () => {
      this.#cancel = null;
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#inFlight !== null || this.#waiting.size === 0) return;
    const work = this.#waiting;
    const count = this.#count;
    this.#waiting = new Map();
    this.#count = this.#bytes = 0;
    for (const [input, { next }] of work) input.loaded = next;
    this.#lastBeganMs = this.#options.clock.nowMs();
    this.#inFlight = this.#load(work, count, this.#generation.signal).finally(() => {
      this.#inFlight = null;
      this.#wanted();
    });
  }

  async #load(work: ReadonlyMap<LoaderInput, Waiting>, count: number, signal: AbortSignal): Promise<void> {
    const { clock, log, metrics } = this.#options;
    const loader = this.loader.name;
    const batches = [...work].map(([{ tp }, { from, next, records, refused }]): Batch<unknown> => ({
      ...tp,
      from,
      next,
      records,
      ...(refused.length > 0 ? { refused } : {}),
    }));
    for (let attempt = 0; ; attempt++) {
      const beganMs = clock.nowMs();
      try {
        await this.loader.load(batches);
        this.#isRetrying = false;
        if (attempt > 0 && !signal.aborted) this.#events.setPaused(this, false);
        metrics.loads.inc({ loader, outcome: 'loaded' });
        metrics.loadSeconds.observe({ loader }, (clock.nowMs() - beganMs) / 1000);
        const refused = batches.reduce((sum, batch) => sum + (batch.refused ?? []).reduce((all, { records = 1 }) => all + records, 0), 0);
        metrics.loaded.inc({ loader }, count - refused);
        this.totals.in += count;
        this.totals.passed += count - refused;
        this.totals.rejected += refused;
        if (refused > 0) metrics.refused.inc({ loader }, refused);
        for (const [input, { next }] of work) input.durable = next;
        if (!signal.aborted) this.#events.loaded();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof FencedError) {
          metrics.loads.inc({ loader, outcome: 'fenced' });
          this.#events.fenced(error);
          return;
        }
        if (!(error instanceof RetryableError)) {
          this.#events.failed(error as Error);
          return;
        }
        metrics.loads.inc({ loader, outcome: 'retried' });
        log.warn({ err: error, loader, code: error.code, records: count, attempt }, 'A load failed for now; it is tried again.');
        if (this.#isDraining) this.#generation.abort();
        if (signal.aborted) return;
        this.#isRetrying = true;
        this.#events.setPaused(this, true);
        await sleep(clock, backoffMs(attempt), signal);
        this.#isRetrying = false;
        if (signal.aborted) return;
      }
    }
  }
}
