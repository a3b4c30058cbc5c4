import type { RecordError } from '../core/errors.ts';
import type { InputLike, Work } from './outbox.ts';

/**
 * Finds the input record whose outputs or state the broker refuses. An answer names a partition at best, so transactions are halved until one
 * record is alone in one; it is a dead letter from then on, and transactions grow again. The others commit on the way.
 */
export class Suspicion {
  #most = Infinity;
  #apartFor = 0; // transactions
  readonly #refused = new Map<string, RecordError>();

  /** Input records that a transaction may hold for now. */
  get most(): number {
    return this.#most;
  }
  /** Timers and records do not share a transaction: one of them is to blame. */
  get isApart(): boolean {
    return this.#apartFor > 0;
  }

  /** What the broker said of this record when it was alone. */
  errorOf(key: string, offset: number): RecordError | undefined {
    return this.#refused.size === 0 ? undefined : this.#refused.get(`${key}@${offset}`);
  }

  /**
   * The broker refused the transaction for a record in it.
   * @returns Whether doing its work again will help. False when what is to blame is no input record: a timer, or what the runtime adds.
   */
  note(work: Work<InputLike>, error: RecordError): boolean {
    if (work.count > 1) {
      this.#most = Math.floor(work.count / 2);
      return true;
    }
    if (work.count === 1 && hasTimers(work) && !this.isApart) {
      this.#most = 1;
      this.#apartFor = 2; // the record's, then the timers'
      return true;
    }
    if (work.count !== 1 || work.last === null) return false;
    const place = `${work.last.key}@${work.lastOffset}`;
    if (this.#refused.has(place)) return false; // not even its dead letter is taken
    if (this.#refused.size >= MAX_REMEMBERED) this.#refused.delete(this.#refused.keys().next().value!);
    this.#refused.set(place, error);
    this.#apartFor = 0;
    return true;
  }

  /** A transaction went through. */
  committed(work: Work<InputLike>): void {
    if (this.#most === Infinity) return;
    this.#apartFor = hasTimers(work) ? 0 : Math.max(0, this.#apartFor - 1);
    if (this.#apartFor === 0) this.#most = this.#most >= LARGE ? Infinity : this.#most * 2;
  }
}
const hasTimers = (work: Work<InputLike>): boolean => [...work.parts.values()].some(({ counts }) => counts.emitted > 0);
const LARGE = 4096; // beyond any limit of a transaction that matters
const MAX_REMEMBERED = 1000; // one that is forgotten is found again
