// The kinds of store that a stage can ask for, and what the runtime asks of them in return.
import { FatalError } from './errors.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { Micros, Store, StoreSpec } from './index.ts';

/** Where the runtime finds the `Journal` of an opened store. Stages leave it alone. */
export const journal: unique symbol = Symbol('goshawk.journal');
/** A value of the changelog; null when the key is gone. */
export type Change = readonly [key: string, value: Buffer | null];
/**
 * How writes become permanent. They show in the store at once and are noted: a record that fails takes its own back, an abort takes back
 * all that has not committed. That is an overlay whose reads cost nothing.
 */
export interface Journal {
  /** Where the notes end now. */
  readonly mark: () => number;
  /** Takes back what was written since `mark`; 0 takes back everything uncommitted, sealed or not. */
  readonly undo: (mark: number) => void;
  /**
   * What changed since the last seal, once per key, in the order of first change; a key that came and went meanwhile is no change. Those writes
   * now belong to a commit that is under way.
   */
  readonly seal: () => readonly Change[];
  /** The sealed writes have committed. */
  readonly settle: () => void;
  /** One record of the changelog, in its order, before anything else is done with the store. Nothing is noted. */
  readonly restore: (key: string, value: Buffer | null) => void;
  /** Everything in it, for tests. */
  readonly entries: () => Iterable<readonly [key: string, value: unknown]>;
}
export interface Journaled {
  readonly [journal]: Journal;
}
export const journalOf = (store: unknown): Journal => (store as Journaled)[journal];

/** How values travel in the changelog. */
export interface ValueFormat<V> {
  readonly encode: (value: V) => Buffer;
  readonly decode: (bytes: Buffer) => V;
  /** Where the bytes are UTF-8 text: what a restore brings back stays text until it is first asked for, which spares most of a restore's work. */
  readonly parse?: (text: string) => V;
}
const json: ValueFormat<unknown> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString()) as unknown,
  parse: (text) => JSON.parse(text) as unknown,
};

/**
 * Values by key, kept in memory, rebuilt from a changelog.
 * @param format JSON unless given: then values must be what JSON gives back (no undefined, Map, NaN or typed array inside).
 */
export const keyValue = <V>(format: ValueFormat<V> = json as ValueFormat<V>): StoreSpec<Store<V>> => ({
  restore: 'changelog',
  open: () => new KeyValueStore(format),
});

/** A key with its value, for as long as it has one or a write to it has not committed. Whoever writes looks it up once. */
interface Slot<V> {
  readonly key: string;
  /** Undefined: deleted, and the delete has not committed. */
  value: V | undefined;
  /** Writes to it that have not committed. */
  notes: number;
  /** Number of the seal that last saw it. */
  seal: number;
}

export class KeyValueStore<V> implements Store<V>, Journaled {
  readonly #format: ValueFormat<V>;
  /**
   * What is deleted is not taken out until that has committed: V8 keeps a key that is deleted and set again, as timers are, as one more link in the
   * chain of its bucket until the map grows, so that finding it came to cost more than all else.
   */
  readonly #slots = new Map<string, Slot<V>>();
  #live = 0; // of these that have a value
  /** Restored and not asked for yet; a key is in one of the two. */
  readonly #texts = new Map<string, string>();
  #sorted: SortedKeys | undefined; // made by the first scan
  // Each write since the last commit, with what was there before; the first `#sealed` belong to the commit under way.
  readonly #written: Slot<V>[] = [];
  readonly #before: (V | undefined)[] = [];
  #sealed = 0;
  #seals = 0;
  #isFreezing = false;
  readonly #undone: ((key: string) => void) | undefined;

  /** @param undone Told of each key whose value was taken back. */
  constructor(format: ValueFormat<V> = json as ValueFormat<V>, undone?: (key: string) => void) {
    this.#format = format;
    this.#undone = undone;
  }

  get(key: string): V | undefined {
    return this.#find(key)?.value;
  }

  put(key: string, value: V): void {
    if (this.#isFreezing) freeze(value);
    this.#write(this.#find(key) ?? this.#add(key), value);
  }

  delete(key: string): void {
    const slot = this.#find(key);
    if (slot?.value !== undefined) this.#write(slot, undefined);
  }

  /** Keys are those at the time of the call; one that is deleted meanwhile is left out. */
  *scan(from: string, to: string): Iterable<readonly [key: string, value: V]> {
    for (const key of this.#inOrder().range(from, to)) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  first(from: string, to: string): readonly [key: string, value: V] | undefined {
    const key = this.#inOrder().first(from, to);
    return key === undefined ? undefined : [key, this.get(key)!];
  }

  #inOrder(): SortedKeys {
    return (this.#sorted ??= new SortedKeys([...[...this.#entries()].map(([key]) => key), ...this.#texts.keys()]));
  }

  get size(): number {
    return this.#live + this.#texts.size;
  }

  /** From now on a value that is changed in place throws. For tests: it costs more than the stage. */
  freezeValues(): void {
    this.#isFreezing = true;
  }

  readonly [journal]: Journal = {
    mark: () => this.#written.length,
    undo: (mark) => {
      for (let i = this.#written.length - 1; i >= mark; i--) {
        const slot = this.#written[i]!;
        this.#set(slot, this.#before[i]);
        this.#forget(slot);
        this.#undone?.(slot.key);
      }
      this.#written.length = mark;
      this.#before.length = mark;
      if (this.#sealed > mark) this.#sealed = mark;
    },
    seal: () => {
      const changes: Change[] = [];
      this.#seals++;
      for (let i = this.#sealed; i < this.#written.length; i++) {
        const slot = this.#written[i]!;
        if (slot.seal === this.#seals) continue;
        slot.seal = this.#seals;
        if (slot.value !== undefined) changes.push([slot.key, this.#format.encode(slot.value)]);
        else if (this.#before[i] !== undefined) changes.push([slot.key, null]);
      }
      this.#sealed = this.#written.length;
      return changes;
    },
    settle: () => {
      for (let i = 0; i < this.#sealed; i++) this.#forget(this.#written[i]!);
      this.#written.splice(0, this.#sealed);
      this.#before.splice(0, this.#sealed);
      this.#sealed = 0;
    },
    restore: (key, value) => {
      if (this.#format.parse !== undefined) {
        if (value === null) this.#texts.delete(key);
        else this.#texts.set(key, value.toString());
      } else if (value !== null) this.#set(this.#find(key) ?? this.#add(key), this.#format.decode(value));
      else {
        const slot = this.#find(key);
        if (slot === undefined) return;
        this.#set(slot, undefined);
        this.#slots.delete(key);
      }
    },
    entries: () => {
      for (const key of this.#texts.keys()) this.#parse(key);
      return this.#entries();
    },
  };

  #find(key: string): Slot<V> | undefined {
    return this.#slots.get(key) ?? (this.#texts.size === 0 ? undefined : this.#parse(key));
  }

  /** The key must not be there. */
  #add(key: string): Slot<V> {
    const slot = { key, value: undefined, notes: 0, seal: 0 };
    this.#slots.set(key, slot);
    return slot;
  }

  /** @throws FatalError CHANGELOG_GAP when the changelog had no value of this format */
  #parse(key: string): Slot<V> | undefined {
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    let value: V;
    try {
      value = this.#format.parse!(text);
    } catch (cause) {
      throw new FatalError(
        'CHANGELOG_GAP',
        'A value that came back from the changelog cannot be read. Restore the changelog from a backup.',
        { key },
        { cause },
      );
    }
    if (this.#isFreezing) freeze(value);
    this.#texts.delete(key);
    const slot = this.#add(key);
    slot.value = value; // its place among the sorted keys it has already
    this.#live++;
    return slot;
  }

  #write(slot: Slot<V>, value: V | undefined): void {
    slot.notes++;
    this.#written.push(slot);
    this.#before.push(slot.value);
    this.#set(slot, value);
  }

  #set(slot: Slot<V>, value: V | undefined): void {
    if ((slot.value !== undefined) !== (value !== undefined)) {
      if (value === undefined) this.#sorted?.remove(slot.key);
      else this.#sorted?.add(slot.key);
      this.#live += value === undefined ? -1 : 1;
    }
    slot.value = value;
  }

  /** One of its writes has committed, or was taken back. */
  #forget(slot: Slot<V>): void {
    if (--slot.notes === 0 && slot.value === undefined) this.#slots.delete(slot.key);
  }

  *#entries(): Iterable<readonly [key: string, value: V]> {
    for (const { key, value } of this.#slots.values()) if (value !== undefined) yield [key, value];
  }
}

/** With all that is in it. Contents of buffers cannot be frozen. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/**
 * A store that comes back from the stage's own output: each of its writes goes with a `forward` of the same record, so the output has
 * all that is needed. `marks` say from which offset on; they are committed with each position of the input.
 */
export interface OutputJournal<V = unknown> extends Journal {
  /** Fields of the output that `replay` needs. */
  readonly reads: object;
  /** One record of the output, in its order. */
  readonly replay: (value: V, appendedAt: Micros) => void;
  /** Before the output is replayed. @returns The offset at which to begin; 0 when the marks are lost. */
  readonly begin: (marks: OutputMarks | undefined) => number;
  /** After a seal. @param end Offset below which all output of earlier commits lies; what this commit writes is at or behind it. */
  readonly marks: (end: number) => OutputMarks;
}
/** Per part of the store that is still needed: where its output begins, and the highest append time noted before that. */
export type OutputMarks = readonly (readonly [part: number, offset: number, highest: Micros])[];
export const isOutputJournal = (candidate: Journal): candidate is OutputJournal => 'replay' in candidate;
