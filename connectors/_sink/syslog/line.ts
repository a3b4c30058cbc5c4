// A connection to a collector while it stands, and the tail of what was written to it: nobody confirms it, so it is safe only once the connection has outlived it.
import type { Socket } from 'node:net';
import { DELIVERED } from '../index.ts';
import type { Outcome } from '../index.ts';
import { lost } from './outcome.ts';
import { unacknowledgedBytes } from './unacknowledged.ts';

/** What becomes of a write, once it can be told: `delivered`, or `retry` when the connection ended too soon. */
export type Settling = Promise<Exclude<Outcome, { readonly kind: 'accepted' }>>;

export interface LineOptions {
  readonly url: string;
  readonly settleMs: number;
  /** Called once. @param error Null when the far side ended it in order. @param unsettled Writes that are not safe. */
  readonly onEnd: (error: Error | null, unsettled: number) => void;
}

export class Line {
  readonly #socket: Socket;
  readonly #options: LineOptions;
  readonly #tail = new Set<(isSafe: boolean) => void>();
  /** Bytes that the system has taken. */
  #taken = 0;
  #error: Error | null = null;
  #isOver = false;
  #isLeaving = false;

  constructor(socket: Socket, options: LineOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', () => {}); // collectors say nothing: it is read for its end
    // At once: `close` comes a turn of the event loop later.
    socket.on('error', (error: Error) => {
      this.#error ??= error;
      this.#over(false);
    });
    // One that ends its half after we ended ours has read everything: a system that closes with bytes unread resets the connection instead.
    socket.on('end', () => this.#over(this.#isLeaving && this.#error === null));
    socket.on('close', () => this.#over(false));
  }

  /** It ended already: nothing more can be written. */
  get isOver(): boolean {
    return this.#isOver || this.#socket.destroyed;
  }

  /** Resolves when the system has taken all bytes. @throws Error of the socket, when it ends before. */
  write(bytes: Buffer): Promise<{ readonly settling: Settling }> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error !== null && error !== undefined) return reject(this.#error ?? error);
        this.#taken += bytes.length;
        resolve({ settling: this.#settle() });
      });
    });
  }

  /** At once; what was not taken is lost. */
  end(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy(error);
  }

  /** Says that nothing more comes, and waits for the far side to say the same. @param graceMs How long. */
  async close(graceMs: number): Promise<void> {
    this.#isLeaving = true;
    if (this.#socket.destroyed) return;
    const closed = Promise.withResolvers<void>();
    const late = setTimeout(() => this.#socket.destroy(), graceMs);
    this.#socket.once('close', () => {
      clearTimeout(late);
      closed.resolve();
    });
    this.#socket.end();
    await closed.promise;
  }

  #settle(): Settling {
    const { settleMs, url } = this.#options;
    if (this.#isOver) return Promise.resolve(lost(this.#error, url));
    if (settleMs === 0) return Promise.resolve(DELIVERED);
    const { promise, resolve } = Promise.withResolvers<Awaited<Settling>>();
    const end = this.#taken;
    // Timers come before sockets in a turn of the event loop: after a long turn an end may wait to be read. To ask takes more than a turn.
    const look = async () => {
      const taken = this.#taken;
      const unacknowledged = (await unacknowledgedBytes(this.#socket)) ?? 0;
      // Each byte that was taken since is one on the wire at least. What is left was not all taken since: a part of this may be in it.
      if (unacknowledged <= taken - end) settle(true);
      else if (this.#tail.has(settle)) timer = setTimeout(look, settleMs);
    };
    let timer = setTimeout(look, settleMs);
    const settle = (isSafe: boolean) => {
      clearTimeout(timer);
      if (this.#tail.delete(settle)) resolve(isSafe ? DELIVERED : lost(this.#error, url));
    };
    this.#tail.add(settle);
    return promise;
  }

  #over(isRead: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd(this.#error, isRead ? 0 : this.#tail.size);
    for (const settle of this.#tail) settle(isRead);
    this.#socket.destroy();
  }
}
