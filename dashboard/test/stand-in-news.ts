// What happens to alerts, told to subscribers from where they were; and who looks at which alert.
import type { StandInAlert } from './stand-in-alerts.ts';

interface Item {
  readonly alert: StandInAlert | null;
  readonly isReset: boolean;
  readonly cursor: string;
}

export class News {
  /** Cursors that subscribers came back with, each once. */
  readonly resumedFrom: string[] = [];
  readonly #told: StandInAlert[] = [];
  readonly #wakes = new Set<() => void>();
  readonly #viewers = new Map<string, string[]>();

  tell(alert: StandInAlert): void {
    this.#told.push({ ...alert });
    this.#wake();
  }

  /** A colleague comes to look at an alert, or goes. */
  setViewers(alertId: string, users: readonly string[]): void {
    this.#viewers.set(alertId, [...users]);
    this.#wake();
  }

  async *items(after: string | null | undefined): AsyncGenerator<Item> {
    let at = after === null || after === undefined ? this.#told.length : Number(after);
    if (after === null || after === undefined) yield { alert: null, isReset: false, cursor: String(at) };
    else this.resumedFrom.push(after);
    for await (const length of this.#looks(() => this.#told.length)) {
      while (at < length) {
        const alert = this.#told[at] as StandInAlert;
        at += 1;
        yield { alert, isReset: false, cursor: String(at) };
      }
    }
  }

  /** The caller is among them, as in the API. */
  async *viewers(alertId: string): AsyncGenerator<{ readonly user: string; readonly since: string }[]> {
    let before = '';
    for await (const users of this.#looks(() => this.#viewers.get(alertId) ?? [])) {
      const now = [...users, 'admin'].map((user) => ({ user, since: '2026-03-01T12:00:00.000000Z' }));
      if (JSON.stringify(now) === before) continue;
      before = JSON.stringify(now);
      yield now;
    }
  }

  /** What there is at once, and whenever something was said. */
  async *#looks<T>(look: () => T): AsyncGenerator<T> {
    let isAsleep = Promise.withResolvers<void>();
    const wake = () => isAsleep.resolve();
    this.#wakes.add(wake);
    try {
      for (;;) {
        yield look();
        await isAsleep.promise;
        isAsleep = Promise.withResolvers<void>();
      }
    } finally {
      this.#wakes.delete(wake);
    }
  }

  #wake(): void {
    for (const wake of this.#wakes) wake();
  }
}
