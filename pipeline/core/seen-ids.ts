import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Micros, Projection, StoreSpec } from './index.ts';
import { journal } from './stores.ts';
import type { Journaled, OutputJournal, OutputMarks } from './stores.ts';

/** Ids seen lately, each with the hash of what came under it. */
export interface SeenIds {
  /** @returns The content hash that was put last, undefined when the id was not seen in the window that ends at `appendedAt` or later. */
  readonly get: (id: string, appendedAt: Micros) => string | undefined;
  /**
   * Goes with a `forward` of the event; see `OutputJournal`.
   * @param id At least 16 hex digits, of which the first 16 count.
   * @param appendedAt The record's own: it alone moves the window, since a sensor cannot set it.
   * @param contentHash 16 hex digits.
   * @returns False when as many ids are kept as may be: this one is not, and its repeat will not be known.
   */
  readonly put: (id: string, appendedAt: Micros, contentHash: string) => boolean;
}

const PARTS = 5; // per window; one more is kept, so an id lives for the window at least and 1.2 windows at most
const reads = { id: true, idSource: true, contentHash: true } as const satisfies Projection<Event>;
type Read = Pick<Event, keyof typeof reads>;

/**
 * A set of the ids that sensors gave, for the last `minutes` of append time. Only events with `idSource: 'sensor'` belong in it.
 * @param options.maxIds Most that a task keeps, 32 to 64 bytes each.
 */
export const seenIds = ({ minutes, maxIds = Infinity }: { readonly minutes: number; readonly maxIds?: number }): StoreSpec<SeenIds> => ({
  restore: 'output',
  open: () => new SeenIdSet(minutes * 60_000_000, maxIds),
});

interface Undo {
  readonly part: Part;
  readonly hi: number;
  readonly lo: number;
  readonly before: readonly [hi: number, lo: number] | undefined;
  readonly highest: Micros;
}

class SeenIdSet implements SeenIds, Journaled {
  readonly #partMicros: number;
  readonly #maxIds: number;
  #parts: Part[] = []; // newest first
  #highest: Micros = -1;
  readonly #log: Undo[] = [];
  #sealed = 0;
  #sealedHighest: Micros = -1; // at the last seal, and at the one before
  #beforeSeal: Micros = -1;

  constructor(windowMicros: number, maxIds: number) {
    this.#maxIds = maxIds;
    this.#partMicros = Math.ceil(windowMicros / PARTS);
  }

  get(id: string, appendedAt: Micros): string | undefined {
    const hi = word(id, 0);
    const lo = word(id, 8);
    const oldest = this.#numberOf(Math.max(appendedAt, this.#highest)) - PARTS;
    for (const part of this.#parts) {
      if (part.number < oldest) break;
      const slot = part.find(hi, lo);
      if (slot >= 0) return hex(part.slots[slot + 2]!) + hex(part.slots[slot + 3]!);
    }
    return undefined;
  }

  put(id: string, appendedAt: Micros, contentHash: string): boolean {
    const hi = word(id, 0);
    const lo = word(id, 8);
    const highest = this.#highest;
    const part = this.#partAt(appendedAt);
    const slot = part.find(hi, lo);
    this.#log.push({ part, hi, lo, highest, before: slot < 0 ? undefined : [part.slots[slot + 2]!, part.slots[slot + 3]!] });
    if (slot < 0 && this.#isFull()) return false; // time has moved all the same, so that parts come to their end
    part.set(hi, lo, word(contentHash, 0), word(contentHash, 8));
    return true;
  }

  readonly [journal]: OutputJournal<Read> = {
    reads,
    mark: () => this.#log.length,
    undo: (mark) => {
      while (this.#log.length > mark) {
        const { part, hi, lo, before, highest } = this.#log.pop()!;
        if (before) part.set(hi, lo, ...before);
        else part.remove(hi, lo);
        this.#highest = highest;
      }
      while (this.#parts[0] !== undefined && this.#parts[0].number > this.#numberOf(this.#highest)) this.#parts.shift();
      if (this.#sealed > mark) {
        this.#sealed = mark;
        this.#sealedHighest = this.#beforeSeal;
      }
    },
    seal: () => {
      this.#beforeSeal = this.#sealedHighest;
      this.#sealed = this.#log.length;
      this.#sealedHighest = this.#highest;
      return [];
    },
    settle: () => {
      this.#log.splice(0, this.#sealed);
      this.#sealed = 0;
      const oldest = this.#numberOf(this.#log[0]?.highest ?? this.#highest) - PARTS;
      this.#parts = this.#parts.filter(({ number }) => number >= oldest);
    },
    marks: (end) => {
      for (const part of this.#parts) {
        if (part.mark === undefined && part.number <= this.#numberOf(this.#sealedHighest)) part.mark = [end, this.#beforeSeal];
      }
      return this.#parts.flatMap(({ number, mark }) =>
        mark !== undefined && number >= this.#numberOf(this.#sealedHighest) - PARTS ? [[number, ...mark] as const] : [],
      );
    },
    begin: (marks) => {
      this.#marks = marks ?? [];
      const [, offset, highest] = this.#marks.at(-1) ?? [0, 0, -1];
      this.#highest = highest;
      return offset;
    },
    replay: ({ id, idSource, contentHash }, appendedAt) => {
      if (idSource !== 'sensor') return;
      const part = this.#partAt(appendedAt);
      part.mark ??= this.#marks.find(([number]) => number === part.number)?.slice(1) as [number, number] | undefined;
      if (!this.#isFull() || part.find(word(id, 0), word(id, 8)) >= 0) part.set(word(id, 0), word(id, 8), word(contentHash, 0), word(contentHash, 8));
      this.#sealedHighest = this.#beforeSeal = this.#highest;
      this.#parts = this.#parts.length > PARTS + 1 ? this.#parts.slice(0, PARTS + 1) : this.#parts;
    },
    restore: () => undefined,
    entries: () => this.#parts.filter(({ number }) => number >= this.#numberOf(this.#highest) - PARTS).flatMap((part) => part.entries()),
  };
  #marks: OutputMarks = [];

  #isFull(): boolean {
    let count = 0;
    for (const { size } of this.#parts) count += size;
    return count >= this.#maxIds;
  }

  #numberOf(time: Micros): number {
    return Math.floor(time / this.#partMicros);
  }

  /** The part that is written to: that of the highest append time so far, whatever the record's own. */
  #partAt(appendedAt: Micros): Part {
    if (appendedAt > this.#highest) this.#highest = appendedAt;
    const number = this.#numberOf(this.#highest);
    let newest = this.#parts[0];
    if (newest?.number !== number) {
      newest = new Part(number, newest?.size ?? 0);
      this.#parts.unshift(newest);
    }
    return newest;
  }
}

const word = (digits: string, at: number): number => Number.parseInt(digits.slice(at, at + 8), 16) >>> 0;
const hex = (value: number): string => value.toString(16).padStart(8, '0');
const SEED = (Math.random() * 2 ** 32) >>> 0; // decides places only, never answers: nobody outside can aim at one slot

/** Open addressing, four words a slot: two of the id, two of the content. The id 0 is kept as 1: it marks a free slot. */
class Part {
  readonly number: number;
  mark: readonly [offset: number, highest: Micros] | undefined;
  size = 0;
  slots: Uint32Array;
  #mask: number;

  constructor(number: number, expected: number) {
    this.number = number;
    const capacity = 2 ** Math.max(10, Math.ceil(Math.log2(expected * 2 + 1)));
    this.slots = new Uint32Array(capacity * 4);
    this.#mask = capacity - 1;
  }

  /** @returns Index of the slot's first word, -1 when it is not there. */
  find(hi: number, lo: number): number {
    const low = hi === 0 && lo === 0 ? 1 : lo;
    for (let at = this.#home(hi, low); ; at = (at + 1) & this.#mask) {
      const slot = at * 4;
      if (this.slots[slot] === hi && this.slots[slot + 1] === low) return slot;
      if (this.slots[slot] === 0 && this.slots[slot + 1] === 0) return -1;
    }
  }

  set(hi: number, lo: number, contentHi: number, contentLo: number): void {
    let slot = this.find(hi, lo);
    if (slot < 0) {
      if ((this.size + 1) * 2 > this.#mask) this.#grow();
      slot = this.#insert(hi, hi === 0 && lo === 0 ? 1 : lo);
      this.size++;
    }
    this.slots[slot + 2] = contentHi;
    this.slots[slot + 3] = contentLo;
  }

  /** Moves followers back, so that no search ends too early. */
  remove(hi: number, lo: number): void {
    let hole = this.find(hi, lo) / 4;
    if (hole < 0) return;
    this.size--;
    for (let at = (hole + 1) & this.#mask; ; at = (at + 1) & this.#mask) {
      const slot = at * 4;
      if (this.slots[slot] === 0 && this.slots[slot + 1] === 0) break;
      const home = this.#home(this.slots[slot]!, this.slots[slot + 1]!);
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue;
      this.slots.copyWithin(hole * 4, slot, slot + 4);
      hole = at;
    }
    this.slots.fill(0, hole * 4, hole * 4 + 4);
  }

  entries(): [id: string, content: string][] {
    const found: [string, string][] = [];
    for (let slot = 0; slot < this.slots.length; slot += 4) {
      const [hi, lo, contentHi, contentLo] = this.slots.subarray(slot, slot + 4) as unknown as [number, number, number, number];
      if (hi !== 0 || lo !== 0) found.push([hex(hi) + hex(lo), hex(contentHi) + hex(contentLo)]);
    }
    return found;
  }

  #home(hi: number, lo: number): number {
    return ((Math.imul(hi ^ SEED, 0x9e3779b1) ^ Math.imul(lo, 0x85ebca6b)) >>> 7) & this.#mask;
  }

  #insert(hi: number, lo: number): number {
    let at = this.#home(hi, lo);
    while (this.slots[at * 4] !== 0 || this.slots[at * 4 + 1] !== 0) at = (at + 1) & this.#mask;
    this.slots[at * 4] = hi;
    this.slots[at * 4 + 1] = lo;
    return at * 4;
  }

  #grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let slot = 0; slot < old.length; slot += 4) {
      if (old[slot] === 0 && old[slot + 1] === 0) continue;
      const to = this.#insert(old[slot]!, old[slot + 1]!);
      this.slots[to + 2] = old[slot + 2]!;
      this.slots[to + 3] = old[slot + 3]!;
    }
  }
}
