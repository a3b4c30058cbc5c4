// Events whose parts come as records of their own: what is open of them, until the last part has come or nothing more is to be expected.
import type { Held as HeldBack, Micros, Position, Store } from '../core/index.ts';
import { appendClockOf } from '../core/index.ts';
import type { Part } from './kit.ts';
import type { Source } from './source.ts';
import { sourceOf } from './source.ts';

/** Append time that an event waits for its next parts, from its first on. */
export const HOLD: Micros = 2_000_000;
const MAX_PARTS = 256;
/** Of one event, in characters. A part that is longer is not held. */
const MAX_CHARS = 65_536;
/** Of all that is open: of one stream and of a task, in characters and `PART_CHARS` a part. */
const MAX_STREAM_CHARS = 2 << 20;
const MAX_TASK_CHARS = 4 << 20;
const PART_CHARS = 200;
const TASK = '#';

/** How an event was closed: by its last part, by a part that shows it was over, by time, or because too much was held. */
export type Closing = 'last' | 'later' | 'time' | 'limit';
/** A part as it is kept: its text, and the record where that is more, as of a syslog record. */
export type Piece = readonly [text: string, raw?: string];
/** An open event: immutable JSON. Place and append time are those of its first part. */
export interface Group extends Position {
  readonly index: number;
  readonly appendedAt: Micros;
  /** Name of the format. */
  readonly format: string;
  readonly stream: string;
  /** The shipper's document around the first part; absent where it came alone. */
  readonly carrier?: string;
  /** What a gateway vouched for; absent elsewhere. */
  readonly source?: Pick<Source, 'sensor' | 'told'>;
  readonly pieces: readonly Piece[];
  readonly chars: number;
  /** Offsets of the further records in it. */
  readonly others: readonly number[];
}
export interface Closed extends Group {
  readonly closing: Closing;
}
/** The record that parts are of. */
export interface Arrival {
  readonly position: Position;
  readonly appendedAt: Micros;
  readonly source: Source;
  /** Of `openStream`: parts of one event come in one stream, in order. */
  readonly stream: string;
  readonly format: string;
  /** The shipper's document around the part. */
  readonly carrier: string | undefined;
}

/** What timers put out of it. */
export const heldBack = ({ topic, partition, appendedAt }: Group): HeldBack => ({ topic, partition, appendedAt: appendedAt + HOLD });
export const sourceOfGroup = ({ topic, source }: Group): Source => ({ ...sourceOf(topic, new Map()), ...source });
export const openStream = ({ topic, partition }: Position, key: string | null): string => JSON.stringify([topic, partition, key]);
/** Other parts may lie in other partitions. */
export const isKeyless = ({ stream }: Group): boolean => stream.endsWith(',null]');

export class Groups {
  readonly #store: Store<unknown>;
  readonly #schedule: (key: string, at: Micros, clock: string) => void;
  readonly #counted: (closing: Closing, parts: number) => void;
  /** Parts that are told by no event yet, and their format. */
  held = 0;
  format: string | undefined;

  /** @param schedule Calls `close(key, 'time')` when the append time of the input is `at`; Infinity = no more. */
  constructor(
    store: Store<unknown>,
    schedule: (key: string, at: Micros, clock: string) => void = () => {},
    counted: (closing: Closing, parts: number) => void = () => {},
  ) {
    this.#store = store;
    this.#schedule = schedule;
    this.#counted = counted;
  }

  /**
   * Takes a part in.
   * @param nextIndex Called when the part begins an event: its number in the record.
   * @returns Events that are closed by it, its own among them.
   */
  add(part: Part & { readonly event: string }, piece: Piece, arrival: Arrival, nextIndex: () => number): readonly Closed[] {
    const { stream } = arrival;
    this.format = arrival.format;
    const closed: Closed[] = [];
    for (let open = this.#firstOver(part, stream); open !== undefined; open = this.#firstOver(part, stream)) closed.push(this.close(open, 'later')!);
    const key = stream + part.event;
    if (part.text === '') {
      const own = part.isLast === true ? this.close(key, 'last') : undefined;
      this.held++;
      return own === undefined ? closed : [...closed, own];
    }
    const before = this.#get(key);
    const chars = part.text.length + (piece[1]?.length ?? 0) + (before === undefined ? (arrival.carrier?.length ?? 0) : 0) + PART_CHARS;
    const isFull = before !== undefined && (before.pieces.length >= MAX_PARTS || before.chars + chars > MAX_CHARS);
    if (isFull) closed.push(this.close(key, 'limit')!);
    this.#put(key, before === undefined || isFull ? begun(piece, arrival, nextIndex(), chars) : grown(before, piece, arrival, chars));
    this.held++;
    if (part.isLast === true || chars > MAX_CHARS) closed.push(this.close(key, part.isLast === true ? 'last' : 'limit')!);
    for (let oldest = this.#tooMuch(stream); oldest !== undefined; oldest = this.#tooMuch(stream)) closed.push(this.close(oldest, 'limit')!);
    return closed;
  }

  /** @returns Undefined when there is none of that key. */
  close(key: string, closing: Closing): Closed | undefined {
    const group = this.#get(key);
    if (group === undefined) return undefined;
    this.#store.delete(key);
    this.#schedule(key, Infinity, '');
    this.#weigh(group.stream, -group.chars);
    this.#counted(closing, group.pieces.length);
    return { ...group, closing };
  }

  /** All that is open, for readers whose records have an end. */
  closeAll(): readonly Closed[] {
    const keys = [...this.#store.scan('[', '\\')].map(([key]) => key);
    return keys.flatMap((key) => this.close(key, 'time') ?? []).toSorted((a, b) => a.offset - b.offset || a.index - b.index);
  }

  #put(key: string, group: Group): void {
    this.#weigh(group.stream, group.chars - (this.#get(key)?.chars ?? 0));
    if (group.pieces.length === 1) this.#schedule(key, group.appendedAt + HOLD, appendClockOf(group));
    this.#store.put(key, group);
  }

  #get(key: string): Group | undefined {
    return this.#store.get(key) as Group | undefined;
  }

  #firstOver({ completes }: Part, stream: string): string | undefined {
    return completes === undefined ? undefined : this.#store.first(stream + completes[0], stream + completes[1])?.[0];
  }

  /** An event of the stream that is to be given up: each pays for itself. */
  #tooMuch(stream: string): string | undefined {
    if (this.#weight(stream) <= MAX_STREAM_CHARS && this.#weight('') <= MAX_TASK_CHARS) return undefined;
    return this.#store.first(stream, `${stream}\uffff`)?.[0];
  }

  #weight(stream: string): number {
    return (this.#store.get(TASK + stream) as number | undefined) ?? 0;
  }

  #weigh(stream: string, chars: number): void {
    for (const name of [stream, '']) {
      const weight = this.#weight(name) + chars;
      if (weight > 0) this.#store.put(TASK + name, weight);
      else this.#store.delete(TASK + name);
    }
  }
}

function begun(piece: Piece, { position, appendedAt, source, stream, format, carrier }: Arrival, index: number, chars: number): Group {
  const plain = sourceOf(position.topic, new Map());
  const isVouchedFor = source.sensor !== plain.sensor || source.told !== undefined;
  const vouched = { sensor: source.sensor, ...(source.told === undefined ? {} : { told: source.told }) };
  const told = { ...(isVouchedFor ? { source: vouched } : {}), ...(carrier === undefined ? {} : { carrier }) };
  return { ...position, index, appendedAt, format, stream, pieces: [piece], chars, others: [], ...told };
}

function grown(group: Group, piece: Piece, { position: { offset } }: Arrival, chars: number): Group {
  const last = group.others.at(-1) ?? group.offset;
  return { ...group, pieces: [...group.pieces, piece], chars: group.chars + chars, others: offset === last ? group.others : [...group.others, offset] };
}
