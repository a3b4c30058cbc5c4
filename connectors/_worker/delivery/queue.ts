// What waits to be sent, and which of it may go into the next call.
import { tpKey } from '../../../pipeline/runtime/port.ts';
import type { BatchLimits } from '../../_sink/index.ts';
import type { Entry } from './entry.ts';

const sizeOf = (entry: Entry): number => entry.record.value.length;

/** Entries in the order in which they were read, and those that are offered again. Taking from the front is constant in time. */
class Line {
  #items: Entry[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }
  first(): Entry | undefined {
    return this.#items[this.#head];
  }
  push(entry: Entry): void {
    this.#items.push(entry);
  }
  shift(): Entry {
    const entry = this.#items[this.#head++]!;
    if (this.#head > 512 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }
  /** Back to the front, in order of offsets. */
  unshift(entries: readonly Entry[]): void {
    this.#items = [...entries, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }
  remove(isGone: (entry: Entry) => boolean): void {
    this.#items = this.#items.slice(this.#head).filter((entry) => !isGone(entry));
    this.#head = 0;
  }
  *[Symbol.iterator](): Iterator<Entry> {
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at]!;
  }
}

export interface SendQueue {
  readonly length: number;
  readonly push: (entry: Entry) => void;
  /** Offered again, not before its `dueMs`. */
  readonly again: (entries: readonly Entry[]) => void;
  /** The call that had these is over: records of their keys or partition may follow. To be called before `again`; also with what settles later. */
  readonly release: (entries: readonly Entry[]) => void;
  /**
   * What the next call takes; null when nothing may go yet. `wakeMs`: when to look again, if nothing else happens.
   * @param isPressed Nothing more is read before something is settled: what waits for more waits in vain, so nothing lingers.
   */
  readonly take: (nowMs: number, isPressed?: boolean) => { readonly batch: readonly Entry[] | null; readonly wakeMs: number };
  /** Forgets entries of partitions that are gone. */
  readonly forget: (isGone: (entry: Entry) => boolean) => void;
}

export function openQueue(limits: BatchLimits): SendQueue {
  if (limits.perPartition === true) return new ByPartition(limits);
  return limits.orderedByKey === true ? new ByKey(limits) : new Unordered(limits);
}

const isFull = ({ maxRecords, maxBytes }: BatchLimits, count: number, bytes: number) => count >= maxRecords || bytes >= maxBytes;
/** Whether `entry` still fits behind what is there. The first always does. */
const fits = ({ maxRecords, maxBytes }: BatchLimits, count: number, bytes: number, entry: Entry) =>
  count === 0 || (count < maxRecords && bytes + sizeOf(entry) <= maxBytes);

class Unordered implements SendQueue {
  protected readonly limits: BatchLimits;
  protected readonly fresh = new Line();
  /** By `dueMs`, earliest first. */
  protected retries: Entry[] = [];
  #bytes = 0;

  constructor(limits: BatchLimits) {
    this.limits = limits;
  }
  get length(): number {
    return this.fresh.length + this.retries.length;
  }
  push(entry: Entry): void {
    this.fresh.push(entry);
    this.#bytes += sizeOf(entry);
  }
  again(entries: readonly Entry[]): void {
    this.retries = [...this.retries, ...entries].sort((a, b) => a.dueMs - b.dueMs || a.offset - b.offset);
  }
  release(_entries: readonly Entry[]): void {}

  take(nowMs: number, isPressed = false): { readonly batch: readonly Entry[] | null; readonly wakeMs: number } {
    const { limits } = this;
    const dueCount = this.retries.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = dueCount === -1 ? this.retries.length : dueCount;
    const nextDueMs = this.retries[due]?.dueMs ?? Infinity;
    const oldest = this.fresh.first();
    const lingersTo = oldest === undefined ? Infinity : isPressed ? nowMs : oldest.sinceMs + limits.lingerMs;
    const isWorthIt = due > 0 || lingersTo <= nowMs || isFull(limits, this.fresh.length, this.#bytes);
    if (!isWorthIt) return { batch: null, wakeMs: Math.min(lingersTo, nextDueMs) };
    const batch: Entry[] = [];
    let bytes = 0;
    while (batch.length < due && fits(limits, batch.length, bytes, this.retries[batch.length]!)) {
      const entry = this.retries[batch.length]!;
      batch.push(entry);
      bytes += sizeOf(entry);
    }
    this.retries.splice(0, batch.length);
    for (let entry = this.fresh.first(); entry !== undefined && fits(limits, batch.length, bytes, entry); entry = this.fresh.first()) {
      batch.push(this.fresh.shift());
      bytes += sizeOf(entry);
      this.#bytes -= sizeOf(entry);
    }
    return { batch, wakeMs: nowMs };
  }

  forget(isGone: (entry: Entry) => boolean): void {
    this.retries = this.retries.filter((entry) => !isGone(entry));
    this.fresh.remove(isGone);
    this.#bytes = 0;
    for (const entry of this.fresh) this.#bytes += sizeOf(entry);
  }
}

/** Null without a key: such records are in nobody's way. */
function orderKeyOf(entry: Entry): string | null {
  const { key } = entry.record;
  return key === null ? null : `${tpKey(entry.tp)}:${key.toString('latin1')}`;
}

/** One record of a key at a time; those behind it wait, in order. Keys of different partitions are different keys. */
class ByKey implements SendQueue {
  /** The first of each key, which may be sent, in order of arrival. */
  readonly #ready: Unordered;
  /** By key: the one that is ready, open or waits to be sent again, then those behind it. */
  readonly #lines = new Map<string, Entry[]>();
  readonly #keys = new Map<Entry, string>();
  #behind = 0;

  constructor(limits: BatchLimits) {
    this.#ready = new Unordered(limits);
  }
  get length(): number {
    return this.#ready.length + this.#behind;
  }
  push(entry: Entry): void {
    const key = orderKeyOf(entry);
    if (key !== null) this.#keys.set(entry, key);
    const line = key === null ? undefined : this.#lines.get(key);
    if (line !== undefined) {
      line.push(entry);
      this.#behind++;
      return;
    }
    if (key !== null) this.#lines.set(key, [entry]);
    this.#ready.push(entry);
  }
  again(entries: readonly Entry[]): void {
    this.#ready.again(entries);
  }
  release(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = this.#keys.get(entry); // its record is gone
      const line = key === undefined ? undefined : this.#lines.get(key);
      if (line?.[0] !== entry || entry.settled === null) continue; // what is offered again keeps its place
      line.shift();
      this.#keys.delete(entry);
      if (line.length === 0) {
        this.#lines.delete(key!);
        continue;
      }
      this.#behind--;
      this.#ready.push(line[0]);
    }
  }
  take(nowMs: number, isPressed?: boolean): ReturnType<SendQueue['take']> {
    return this.#ready.take(nowMs, isPressed);
  }
  forget(isGone: (entry: Entry) => boolean): void {
    this.#ready.forget(isGone);
    for (const [key, line] of this.#lines) {
      const rest = line.filter((entry) => !isGone(entry));
      if (rest.length === line.length) continue;
      for (const entry of line) if (isGone(entry)) this.#keys.delete(entry);
      this.#behind -= line.length - 1 - Math.max(0, rest.length - 1);
      if (rest.length === 0) this.#lines.delete(key);
      else this.#lines.set(key, rest);
      if (rest.length > 0 && isGone(line[0]!)) this.#ready.push(rest[0]!);
    }
  }
}

/** Each partition in order, one call at a time. */
class ByPartition implements SendQueue {
  readonly #limits: BatchLimits;
  /** `open`: the first of what is in a call. */
  readonly #lines = new Map<string, { readonly line: Line; bytes: number; open: Entry | null }>();

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }
  get length(): number {
    let length = 0;
    for (const { line } of this.#lines.values()) length += line.length;
    return length;
  }
  push(entry: Entry): void {
    const at = this.#lineOf(entry);
    at.line.push(entry);
    at.bytes += sizeOf(entry);
  }
  again(entries: readonly Entry[]): void {
    for (const [, of] of Map.groupBy(entries, ({ tp }) => tpKey(tp))) {
      const at = this.#lineOf(of[0]!);
      at.line.unshift(of.toSorted((a, b) => a.offset - b.offset));
      for (const entry of of) at.bytes += sizeOf(entry);
    }
  }
  release(entries: readonly Entry[]): void {
    const first = entries[0]!;
    const at = this.#lines.get(tpKey(first.tp));
    if (at?.open === first) at.open = null;
  }
  take(nowMs: number, isPressed = false): ReturnType<SendQueue['take']> {
    let wakeMs = Infinity;
    const lines = [...this.#lines.values()];
    // The most first: that makes room, and the largest files.
    for (const at of isPressed ? lines.sort((a, b) => b.bytes - a.bytes) : lines) {
      const first = at.line.first();
      if (at.open !== null || first === undefined) continue;
      const readyMs = Math.max(
        first.dueMs,
        isPressed || first.attempts > 0 || isFull(this.#limits, at.line.length, at.bytes) ? 0 : first.sinceMs + this.#limits.lingerMs,
      );
      if (readyMs > nowMs) {
        wakeMs = Math.min(wakeMs, readyMs);
        continue;
      }
      const batch: Entry[] = [];
      let bytes = 0;
      for (let entry = at.line.first(); entry !== undefined && fits(this.#limits, batch.length, bytes, entry); entry = at.line.first()) {
        batch.push(at.line.shift());
        bytes += sizeOf(entry);
      }
      at.bytes -= bytes;
      at.open = first;
      return { batch, wakeMs: nowMs };
    }
    return { batch: null, wakeMs };
  }
  forget(isGone: (entry: Entry) => boolean): void {
    for (const [key, at] of this.#lines) {
      at.line.remove(isGone);
      at.bytes = 0;
      for (const entry of at.line) at.bytes += sizeOf(entry);
      if (at.line.length === 0 && (at.open === null || isGone(at.open))) this.#lines.delete(key);
    }
  }
  #lineOf(entry: Entry) {
    const key = tpKey(entry.tp);
    let at = this.#lines.get(key);
    if (at === undefined) this.#lines.set(key, (at = { line: new Line(), bytes: 0, open: null }));
    return at;
  }
}
