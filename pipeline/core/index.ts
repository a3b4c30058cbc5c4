// The vocabulary: record, stage, store, topology, connector.
import type { z } from 'zod';

export type Micros = number; // since 1970, UTC; event time unless the name says `appended` or `wall`
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
/** N keeps two topics of one schema apart. `$type` and `input` below are never set: they carry a type. */
export interface Topic<V, N extends string = string> {
  readonly name: N;
  readonly schema: Schema<V> | 'bytes';
}
export interface Schema<V> {
  readonly fullName: string;
  readonly $type?: V;
}

/** Paths that are decoded, as a nested literal; `true` takes the whole field. The rest of the record stays bytes. */
export type Projection<V> = { readonly [K in keyof V]?: true | (NonNullable<V[K]> extends object ? Projection<NonNullable<V[K]>> : never) };
export type Projected<V, P> = P extends true
  ? V
  : V extends null | undefined
    ? V
    : V extends object
      ? { readonly [K in keyof P & keyof V]: Projected<V[K], P[K]> }
      : V;

export interface StreamRecord<V> {
  readonly key: string | null;
  readonly value: V;
  readonly headers: ReadonlyMap<string, Uint8Array>;
  readonly position: Position;
  readonly appendedAt: Micros; // when the broker took the raw record this one comes from: trusted, and the same in every replay
  /** It was a dead letter and was sent again. */
  readonly isRedriven?: boolean;
  /** Watermark of its source partition when it was read there, if its time was before that; absent where it came in time. The same in every replay. */
  readonly behind?: Micros | undefined;
}

/** `In` is what the input must be for its bytes to be reused. */
export interface Output<in In> {
  readonly to: Topic<unknown>;
  readonly kind: 'forward' | 'append' | 'send';
  readonly key?: string;
  readonly value?: unknown;
  readonly input?: (input: In) => void;
  /** Of a `send`: where the stage stood in event time, if that is beyond the time of the value; that of the input unless given. See `StreamRecord`. */
  readonly behind?: Micros;
  /** Of a `send`: what its record says besides the value. `appended` and `behind` are the runtime's. */
  readonly headers?: Headers;
  /** Of a `send` by a timer of a stage that reads bytes: what it tells was read before, and held back until now. */
  readonly held?: Held;
}
export type Headers = readonly (readonly [name: string, value: Buffer])[];
/** The input that something was read from, and the append time that it waited for, which is the output's. */
export interface Held extends Owned {
  readonly appendedAt: Micros;
}
/** Why a stage chose not to pass a record on. A closed set: it is a label of metrics. `merged`: it is told by the output of another record, or of a timer. */
export type DropReason = 'duplicate' | 'filtered' | 'late' | 'for-another-stage' | 'over-limit' | 'merged';
/** What a stage says of a record. Rejecting is throwing RecordError. The runtime counts all three for the ledger. */
export type Outcome<In> =
  | { readonly passed: readonly Output<In>[] } // also with none: looked at, nothing to add
  | { readonly dropped: DropReason; readonly outputs: readonly Output<In>[] };

export function pass<In = unknown>(...outputs: readonly Output<In>[]): Outcome<In> {
  return { passed: outputs };
}
export function drop<In = unknown>(reason: DropReason, ...outputs: readonly Output<In>[]): Outcome<In> {
  return { dropped: reason, outputs };
}
/** The input's own key, partition and bytes. */
export function forward<V>(to: Topic<V>): Output<V> {
  return { to, kind: 'forward' };
}
/** The input's bytes, then the context's: the target record is `{ event, context }`, in this order. Same partition. */
export function append<E, C>(to: Topic<{ readonly event: E; readonly context: C }>, context: NoInfer<C>): Output<E> {
  return { to, kind: 'append', value: context };
}
/** A new record, partitioned by its key. */
export function send<V>(to: Topic<V>, key: string, value: NoInfer<V>, behind?: Micros): Output<unknown> {
  return behind === undefined ? { to, kind: 'send', key, value } : { to, kind: 'send', key, value, behind };
}

/** The same with headers. */
export function withHeaders<In>(output: Output<In>, headers: Headers): Output<In> {
  return { ...output, headers };
}

/** Owned by one task, in memory, hence synchronous. Values are immutable. Writes show outside when the task commits. */
export interface Store<V> {
  readonly get: (key: string) => V | undefined;
  readonly put: (key: string, value: V) => void;
  readonly delete: (key: string) => void;
  readonly scan: (from: string, to: string) => Iterable<readonly [key: string, value: V]>; // [from, to), in key order
  readonly first: (from: string, to: string) => readonly [key: string, value: V] | undefined; // of what `scan` gives, without walking it
}
/** How a kind of store opens and comes back: from its changelog, or (a set of seen ids) from the stage's own output. */
export interface StoreSpec<S> {
  readonly restore: 'changelog' | 'output';
  readonly open: () => S;
}

/** A table of reference records, read whole by each process from its topic. */
export interface RefTable<R> {
  readonly name: string;
  readonly topic: Topic<R>;
}
export interface ReferenceTables {
  readonly get: <R>(table: RefTable<R>, key: string, asOf: Micros) => R | undefined;
  /** Built once per activated version of the table, then cached: the rule index, the prefix tree. */
  readonly derived: <R, D>(table: RefTable<R>, asOf: Micros, build: (rows: Iterable<R>, version: number) => D) => D;
}
/** In place of a dataset: the append time of raw records. `watermark(APPEND_CLOCK)`: nothing that was appended before is still expected. */
export const APPEND_CLOCK = '@append';
/**
 * In place of a dataset, for timers only: the append time of one input. They are called before the first record that was appended then or
 * later, so what they do follows from that input alone; where no more comes, soon after.
 */
export const appendClockOf = ({ topic, partition }: Owned): string => `${INPUT_CLOCK}${topic}/${partition}`;
export const isInputClock = (dataset: string): boolean => dataset.startsWith(INPUT_CLOCK);
const INPUT_CLOCK = `${APPEND_CLOCK}/`;
export interface Context<S> {
  readonly stores: { readonly [K in keyof S]: S[K] };
  readonly reference: ReferenceTables;
  /** No event older than this is still expected: of one dataset, or of any. -Infinity before anything is known. See also `APPEND_CLOCK`. */
  readonly watermark: (dataset?: string) => Micros;
  /**
   * onTimer(key) when that watermark reaches `at`, at once behind the record when it has; one a key, a later call replaces it, Infinity cancels.
   * See also `appendClockOf`.
   */
  readonly schedule: (key: string, at: Micros, dataset?: string) => void;
}

export interface Stage<In, S extends object = Record<never, never>> {
  readonly name: string; // kebab-case; the consumer group is `goshawk.<name>`
  readonly reads: Projection<In> | 'bytes';
  readonly stores: { readonly [K in keyof S]: StoreSpec<S[K]> };
  readonly process: (record: StreamRecord<In>, ctx: Context<S>) => Outcome<In>;
  readonly onTimer?: (key: string, ctx: Context<S>) => readonly Output<unknown>[];
}
/** The way to make one: `In` is given, the rest inferred; `process` sees exactly what `reads` names. */
export function defineStage<In>() {
  return <const P extends Projection<In> | 'bytes', S extends object = Record<never, never>>(s: {
    readonly name: string;
    readonly reads: P;
    readonly stores?: { readonly [K in keyof S]: StoreSpec<S[K]> };
    readonly process: (record: StreamRecord<P extends 'bytes' ? In : Projected<In, P>>, ctx: Context<S>) => Outcome<In>;
    readonly onTimer?: (key: string, ctx: Context<S>) => readonly Output<unknown>[];
  }): Stage<In, S> => ({ stores: {}, ...s }) as unknown as Stage<In, S>;
}

export interface Owned {
  readonly topic: string;
  readonly partition: number;
}
/** A record that could not be decoded, or a batch that could not be unpacked: its bytes as they lay on the topic, and why. */
export interface RefusedRecord {
  readonly position: Position;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
  readonly code: string;
  readonly message: string;
  /** How many it stands for; 1 unless given. */
  readonly records?: number;
}
export interface Batch<V> extends Owned {
  readonly from: number; // offsets [from, next)
  readonly next: number;
  readonly records: readonly StreamRecord<V>[];
  readonly refused?: readonly RefusedRecord[]; // of the same range; the loader sets them aside in its transaction
}
/** Stores a topic in a place that keeps the offsets itself: rows and next offset in one transaction there. */
export interface Loader<V> {
  readonly name: string;
  readonly reads: Projection<V>;
  /** Claims partitions for a generation of the group. One that nothing was stored of is absent from the answer: begin at the earliest. */
  readonly open: (owned: readonly Owned[], generation: number) => Promise<readonly (Owned & { readonly next: number })[]>;
  readonly load: (batches: readonly Batch<V>[]) => Promise<void>; // durable once it resolves; FencedError when another owns one
  readonly close: (owned: readonly Owned[]) => Promise<void>;
}

/** A zod object; see `config.ts`. */
export type ConfigSchema<Config> = z.ZodType<Config>;
