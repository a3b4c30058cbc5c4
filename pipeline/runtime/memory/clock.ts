/** The broker's time. Stands still until it is moved, so that tests decide when sessions and transactions expire. */
export class ManualClock {
  #nowMs: number;
  readonly #listeners: (() => void)[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Moves time on; what expired is dealt with before this returns, though members notice it only in their next turn. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const listener of this.#listeners) listener();
  }

  onAdvance(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

/** Wakes everyone who waits for the cluster to change. Look at the state first, then wait, with no await in between. */
export class Signal {
  #waiting: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
