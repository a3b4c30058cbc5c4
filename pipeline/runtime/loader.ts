// A consumer group of loaders: no Kafka transaction, the place that is loaded keeps the offsets itself.
import type { Logger } from 'pino';
import { FencedError, RetryableError } from '../core/errors.ts';
import type { Codec } from '../../schemas/avro/codec.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { Decoder, frameId, NO_BYTES } from './input.ts';
import { lagOfInput, LoaderLane } from './loader-lane.ts';
import type { LoaderInput } from './loader-lane.ts';
import type { RuntimeMetrics } from './metrics.ts';
import type { Admin, Broker, GroupConsumer, GroupMetadata, Offsets, RawBatch, TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { isUnreadable } from './set-aside.ts';
import { sumOfLags } from './slot.ts';
import type { LoaderWire, TopicTable } from './stage-plan.ts';
import { backoffMs, sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

export interface LoaderGroupOptions {
  readonly app: string;
  readonly group: string;
  readonly wires: readonly LoaderWire[];
  readonly topics: TopicTable;
  readonly broker: Broker;
  readonly admin: Admin;
  readonly codec: Codec;
  readonly everyMs: number;
  /** Records at which a load does not wait for its time, and no more are taken while one is under way. */
  readonly loadRecords: number;
  readonly turnRecords: number;
  readonly maxBytesPerPartition: number;
  readonly clock: WallClock;
  readonly log: Logger;
  readonly metrics: RuntimeMetrics;
}
const HINT_EVERY_MS = 5000;

export class LoaderGroup {
  readonly name: string;
  readonly failed: Promise<Error>;
  readonly inputs = new Map<string, LoaderInput>();
  readonly lanes: readonly LoaderLane[];
  readonly ready: Promise<void>;
  readonly #setReady: () => void;
  readonly #fail: (error: Error) => void;
  readonly #options: LoaderGroupOptions;
  readonly #consumer: GroupConsumer;
  readonly #byTopic: ReadonlyMap<string, LoaderLane>;
  readonly #watermarkId: number;
  readonly #closing = new AbortController();
  #generation = new AbortController();
  #group: GroupMetadata | null = null;
  #hintedMs = -Infinity;
  #handlers = 0;

  constructor(options: LoaderGroupOptions) {
    const { app, group, wires, topics, broker, codec } = options;
    this.name = group;
    this.#options = options;
    const failed = Promise.withResolvers<Error>();
    this.failed = failed.promise;
    this.#fail = failed.resolve;
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#setReady = ready.resolve;
    this.#consumer = broker.consumer({ groupId: `${app}.${group}` });
    void this.#consumer.failed.then(this.#fail);
    this.#watermarkId = codec.idOf(schemas.watermark);
    this.lanes = wires.map(
      (wire) =>
        new LoaderLane(wire.loader, topics.nameOf(wire.from.name), new Decoder(codec, wire.from, wire.loader.reads), options, {
          loaded: () => this.#hint(),
          fenced: (error) => this.#loseTo(error),
          failed: this.#fail,
          setPaused: (lane, isPaused) => this.#setPaused(lane, isPaused),
        }),
    );
    this.#byTopic = new Map(this.lanes.map((lane) => [lane.topic, lane]));
  }

  get isQuiet(): boolean {
    return this.isReady && this.lanes.every(({ isQuiet }) => isQuiet) && this.#handlers === 0;
  }
  get isReady(): boolean {
    return this.#group !== null && [...this.inputs.values()].every(({ isReady }) => isReady);
  }

  /** Lag, as it is now. */
  gauge(): void {
    for (const lane of this.lanes) {
      const lag = this.lagOf(lane);
      if (lag !== null) this.#options.metrics.loaderLag.set({ loader: lane.loader.name }, lag);
    }
  }

  /** What is not loaded yet; null when it is not known: see `StageStatus`. */
  lagOf(lane: LoaderLane): number | null {
    return this.#group === null ? null : sumOfLags([...this.inputs.values()].filter((input) => input.lane === lane).map(lagOfInput));
  }

  async start(): Promise<void> {
    await this.#consumer.run(
      { topics: [...this.#byTopic.keys()], isolation: 'committed', start: 'earliest', maxBytesPerPartition: this.#options.maxBytesPerPartition },
      {
        assigned: (owned, group) => this.#assigned(owned, group),
        revoked: () => this.#revoked(),
        lost: () => this.#drop(),
        batch: async (batch, control) => {
          this.#handlers++;
          await this.#batch(batch, control).finally(() => {
            this.#handlers--;
          });
        },
      },
    );
  }

  /** Loads what has been read, leaves the group. A database that is away is not waited for: the records are read again. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#consumer.stop();
  }

  async #assigned(owned: readonly TopicPartition[], group: GroupMetadata): Promise<undefined> {
    this.#drop();
    this.#group = group;
    this.#consumer.pause(owned);
    for (const lane of this.lanes) {
      const inputs = owned
        .filter(({ topic }) => topic === lane.topic)
        .map((tp): LoaderInput => ({ tp, lane, isReady: false, position: -1, loaded: -1, durable: -1, end: -1, soughtFor: -1 }));
      for (const input of inputs) this.inputs.set(tpKey(input.tp), input);
      if (inputs.length > 0) void this.#open(lane, inputs, group);
    }
    if (this.isReady) this.#setReady();
    this.#options.log.info({ loaders: this.name, generation: group.generationId, partitions: owned.length }, 'The loaders have their partitions.');
    return undefined;
  }

  /** Claims the partitions at the place that is loaded, in the background: they stay paused until then. */
  async #open(lane: LoaderLane, inputs: readonly LoaderInput[], group: GroupMetadata): Promise<void> {
    const { admin, clock, log } = this.#options;
    const signal = AbortSignal.any([this.#generation.signal, this.#closing.signal]);
    const tps = inputs.map(({ tp }) => tp);
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const opened = new Map((await lane.loader.open(tps, group.generationId)).map((owned) => [tpKey(owned), owned.next]));
        const [earliest, stable] = await Promise.all([admin.offsets(tps, 'earliest'), admin.offsets(tps, 'stable')]);
        if (signal.aborted) return;
        for (const input of inputs) {
          const key = tpKey(input.tp);
          input.position = input.loaded = input.durable = opened.get(key) ?? earliest.get(key) ?? 0;
          input.end = stable.get(key) ?? input.position;
          input.isReady = true;
          this.#consumer.seek(input.tp, input.position);
        }
        this.#consumer.resume(tps);
        if (this.isReady) this.#setReady();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof FencedError) return this.#loseTo(error);
        if (!(error instanceof RetryableError)) return this.#fail(error as Error);
        log.warn({ err: error, loader: lane.loader.name }, 'A loader cannot begin for now.');
        await sleep(clock, backoffMs(attempt), signal);
      }
    }
  }

  async #revoked(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.drain()));
    const open = this.#opened();
    await this.#commitHint();
    this.#drop();
    await Promise.all(
      open.map(([lane, tps]) =>
        lane.loader.close(tps).catch((error: unknown) => this.#options.log.warn({ err: error, loader: lane.loader.name }, 'A loader did not close in order.')),
      ),
    );
  }

  #opened(): (readonly [LoaderLane, readonly TopicPartition[]])[] {
    return this.lanes
      .map((lane) => [lane, [...this.inputs.values()].filter((input) => input.lane === lane && input.isReady).map(({ tp }) => tp)] as const)
      .filter(([, tps]) => tps.length > 0);
  }

  #drop(): void {
    this.#generation.abort();
    this.#generation = new AbortController();
    this.#group = null;
    this.inputs.clear();
    for (const lane of this.lanes) lane.drop();
  }

  #loseTo(error: FencedError): void {
    this.#options.log.warn({ err: error, loaders: this.name }, 'Another owner has the partitions; the loaders join again.');
    this.#drop();
    this.#consumer.rejoin();
  }

  #setPaused(lane: LoaderLane, isPaused: boolean): void {
    const tps = [...this.inputs.values()].filter((input) => input.lane === lane && input.isReady).map(({ tp }) => tp);
    if (tps.length === 0) return;
    if (isPaused) this.#consumer.pause(tps);
    else this.#consumer.resume(tps);
  }

  async #batch(batch: RawBatch, control: { readonly beat: () => Promise<void>; readonly isStale: () => boolean }): Promise<void> {
    const input = this.inputs.get(tpKey(batch.tp));
    if (!input?.isReady) return;
    if (batch.from > input.position && input.soughtFor !== input.position) {
      input.soughtFor = input.position;
      this.#consumer.seek(input.tp, input.position);
      return;
    }
    const { turnRecords } = this.#options;
    const { lane } = input;
    const { records } = batch;
    const generation = this.#generation;
    input.end = Math.max(batch.lastStableOffset, batch.nextOffset);
    if (isUnreadable(batch) && batch.nextOffset > input.position) {
      await lane.room(control);
      if (generation !== this.#generation || control.isStale()) return;
      lane.setAside(input, batch);
    }
    for (let at = 0; at < records.length; at += turnRecords) {
      if (at > 0)
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      await lane.room(control);
      const slice = records
        .slice(at, at + turnRecords)
        .filter((raw) => raw.offset >= input.position && !(raw.value !== null && frameId(raw.value) === this.#watermarkId));
      await lane.loadSchemas(
        slice.map(({ value }) => value ?? NO_BYTES),
        control,
      );
      if (generation !== this.#generation || control.isStale()) return;
      const next = records[Math.min(records.length, at + turnRecords) - 1]!.offset + 1;
      if (slice.length > 0) lane.take(input, slice, next);
      input.position = Math.max(input.position, next);
      await control.beat();
    }
    input.position = Math.max(input.position, batch.nextOffset);
    lane.extend(input, input.position);
  }

  /** Kafka's committed offset only helps lag tools. */
  #hint(): void {
    this.gauge();
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#hintedMs < HINT_EVERY_MS) return;
    this.#hintedMs = nowMs;
    void this.#commitHint();
  }

  async #commitHint(): Promise<void> {
    const offsets: Offsets = new Map([...this.inputs].filter(([, { isReady }]) => isReady).map(([key, { durable }]) => [key, durable]));
    if (this.#group === null || offsets.size === 0) return;
    await this.#consumer
      .commit(offsets, this.#group)
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'The position for lag tools was not committed.'));
  }
}
