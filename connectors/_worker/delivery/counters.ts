// What a task tells of itself.
import type { TaskProgress } from '../task.ts';
import type { Settlement } from './entry.ts';

export class Counters {
  readonly #nowMs: () => number;
  readonly #mask: (text: string) => string;
  #delivered = 0;
  #present = 0;
  #rejected = 0;
  #filtered = 0;
  #duplicates = 0;
  #lastError: TaskProgress['lastError'] = null;
  #lastProgressAt: number | null = null;
  #hasMoved = false;

  /** @param mask Takes secrets out of what is told. */
  constructor(nowMs: () => number, mask: (text: string) => string) {
    this.#nowMs = nowMs;
    this.#mask = mask;
  }

  settled({ kind }: Settlement, records: number): void {
    if (kind === 'delivered') this.#delivered += records;
    else if (kind === 'present') this.#present += records;
    else if (kind === 'rejected') this.#rejected += records;
    else this.#filtered += records;
    this.#hasMoved = true;
  }
  /** After a call: what was settled since the last one, was settled now. */
  progressed(): void {
    if (this.#hasMoved) this.#lastProgressAt = this.#nowMs();
    this.#hasMoved = false;
  }
  retried(message: string, isAmbiguous: boolean): void {
    if (isAmbiguous) this.#duplicates++;
    this.error(message);
  }
  error(message: string): void {
    this.#lastError = { at: this.#nowMs(), message: this.#mask(message) };
  }
  counts(): Pick<TaskProgress, 'delivered' | 'present' | 'rejected' | 'filtered' | 'duplicates' | 'lastError' | 'lastProgressAt'> {
    return {
      delivered: this.#delivered,
      present: this.#present,
      rejected: this.#rejected,
      filtered: this.#filtered,
      duplicates: this.#duplicates,
      lastError: this.#lastError,
      lastProgressAt: this.#lastProgressAt,
    };
  }
}
