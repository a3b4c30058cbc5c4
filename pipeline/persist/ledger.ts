import type { Owned } from '../core/index.ts';
import { partitionKey } from './position.ts';

/** What became of the records of one range: records = stored + dropped + rejected. */
export interface Tally extends Owned {
  readonly from: number;
  readonly next: number;
  readonly records: number;
  readonly stored: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
}
/** A row of goshawk.stage_ledger, written whole with each load: it grows until its span of time is over. */
export interface Entry extends Tally {
  readonly beganMs: number;
}

/** The entries that are being written, one per partition. */
export class Ledger {
  readonly #open = new Map<string, Entry>();
  readonly #spanMs: number;
  readonly #now: () => number;

  constructor(spanMs: number, now: () => number) {
    this.#spanMs = spanMs;
    this.#now = now;
  }

  /** The entry with `tally` in it: the open one continued, or a new one. Nothing is kept until `commit`. */
  entryWith(tally: Tally): Entry {
    const open = this.#open.get(partitionKey(tally));
    const now = this.#now();
    if (open === undefined || open.next !== tally.from || now - open.beganMs >= this.#spanMs) return { ...tally, beganMs: now };
    return {
      ...open,
      next: tally.next,
      records: open.records + tally.records,
      stored: open.stored + tally.stored,
      dropped: sum(open.dropped, tally.dropped),
      rejected: sum(open.rejected, tally.rejected),
    };
  }

  /** To be called when the transaction that wrote them is durable. */
  commit(entries: readonly Entry[]): void {
    for (const entry of entries) this.#open.set(partitionKey(entry), entry);
  }

  /** The next entries of these begin anew. */
  close(partitions: readonly Owned[]): void {
    for (const tp of partitions) this.#open.delete(partitionKey(tp));
  }
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const total = { ...a };
  for (const [reason, count] of Object.entries(b)) total[reason] = (total[reason] ?? 0) + count;
  return total;
}
