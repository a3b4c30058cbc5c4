import { RetryableError } from '../../core/errors.ts';

export type Operation = 'init' | 'send' | 'offsets' | 'commit' | 'abort';
/**
 * `request-lost`: the broker never saw it. `answer-lost`: it was done, but the client does not know. `coordinator-moved`: refused
 * with 16, as by a broker that no longer leads the group or the transaction; the client finds the new one and tries again.
 */
export type Fault = 'request-lost' | 'answer-lost' | 'coordinator-moved';
interface Queued {
  readonly operation: Operation;
  readonly act: Fault | Promise<void> | ((apply: () => unknown) => void);
}

/** Faults for the next requests of a kind, in the order in which they were asked for. */
export class Faults {
  readonly #queued: Queued[] = [];

  inject(operation: Operation, fault: Fault): void {
    this.#queued.push({ operation, act: fault });
  }

  /** Holds the next such request, before the broker sees it, until the returned function is called. */
  hold(operation: Operation): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queued.push({ operation, act: promise });
    return resolve;
  }

  /** Takes the next such request away from its caller, who gets no answer. The returned function lets the broker have it. */
  delay(operation: Operation): () => void {
    let late: () => unknown = () => {};
    const act = (apply: () => unknown) => {
      late = apply;
    };
    this.#queued.push({ operation, act });
    return () => {
      try {
        late();
      } catch {
        // What the broker says is for nobody.
      }
    };
  }

  /** Runs a request under the faults that wait for it. */
  async run<T>(operation: Operation, apply: () => T): Promise<T> {
    const index = this.#queued.findIndex((fault) => fault.operation === operation);
    if (index < 0) return apply();
    const { act } = this.#queued[index]!;
    this.#queued.splice(index, 1);
    if (act === 'request-lost') throw unanswered(operation);
    if (act === 'coordinator-moved') return this.run(operation, apply);
    if (typeof act === 'function') {
      act(apply);
      throw unanswered(operation);
    }
    if (act !== 'answer-lost') {
      await act;
      return this.run(operation, apply);
    }
    apply();
    throw unanswered(operation);
  }
}

const unanswered = (operation: Operation) =>
  new RetryableError('BROKER_UNAVAILABLE', `The broker did not answer ${operation}`, { operation, unanswered: true });
