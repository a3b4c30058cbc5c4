// One task of a source connector: asks it for what comes next, and keeps that together with where it stands.
import type { Logger } from 'pino';
import { ConfigError, FencedError, PipelineError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { Admin, Broker } from '../../../pipeline/runtime/port.ts';
import type { PulledSource, RawTarget } from '../../_source/index.ts';
import { sleep } from '../../../pipeline/core/wall-clock.ts';
import type { WallClock } from '../../../pipeline/core/wall-clock.ts';
import { Counters } from '../delivery/counters.ts';
import type { RunningTask, TaskProgress } from '../task.ts';
import { PulledWriter } from './writer.ts';

export interface SourceTaskOptions {
  readonly connector: string;
  readonly task: number;
  readonly organization: string;
  /** `connector.class`, for dead letters. */
  readonly className: string;
  readonly target: RawTarget;
  readonly broker: Broker;
  /** Makes a raw topic that is missing. */
  readonly createRawTopic: (name: string) => Promise<void>;
  readonly openSource: (signal: AbortSignal) => Promise<PulledSource>;
  /** `none`: the first record that is refused fails the task. */
  readonly tolerance: 'none' | 'all';
  readonly deadLetters: { readonly topic: string; readonly hasHeaders: boolean };
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  /** Takes secrets out of what leaves the task. */
  readonly mask: (text: string) => string;
  readonly isPaused: boolean;
  readonly clock: WallClock;
  /** 0 to 1: spreads retries. */
  readonly random: () => number;
  readonly log: Logger;
}

const DRAIN_MS = 30_000;

export class SourceTask implements RunningTask {
  readonly failed: Promise<Error>;
  readonly #options: SourceTaskOptions;
  readonly #log: Logger;
  readonly #admin: Admin;
  readonly #writer: PulledWriter;
  readonly #counters: Counters;
  readonly #ending = new AbortController();
  readonly #fail: (error: Error) => void;
  #source: PulledSource | null = null;
  /** While it is paused: resolves when it goes on. */
  #paused: PromiseWithResolvers<void> | null = null;
  /** Ends a poll or a wait, for a pause. */
  #round = new AbortController();
  #idle: Promise<void> = Promise.resolve();
  #running: Promise<void> | null = null;
  #failures = 0;

  constructor(options: SourceTaskOptions) {
    const { broker, connector, task, log, clock, isPaused } = options;
    this.#options = options;
    this.#log = log.child({ connector, task });
    this.#admin = broker.admin();
    this.#writer = new PulledWriter({ ...options, admin: this.#admin, signal: this.#ending.signal });
    this.#counters = new Counters(clock.nowMs, options.mask);
    if (isPaused) this.#paused = Promise.withResolvers();
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
  }

  /** In the background: what is away is waited for. */
  start(): void {
    this.#running ??= this.#run().catch(async (error: unknown) => {
      if (this.#ending.signal.aborted) return;
      const { mask } = this.#options;
      const reason = error instanceof Error ? error : new Error(String(error));
      Object.assign(reason, { message: mask(reason.message), stack: mask(reason.stack ?? '') });
      this.#counters.error(reason.message);
      this.#fail(reason);
      this.#ending.abort();
      await this.#close();
    });
  }

  async pause(): Promise<void> {
    this.#paused ??= Promise.withResolvers();
    this.#round.abort();
    await this.#idle;
  }

  async resume(): Promise<void> {
    this.#paused?.resolve();
    this.#paused = null;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.#round.abort();
    this.#paused?.resolve();
    // A broker that is away must not hold up whoever stops the task: what is under way is fenced by the next.
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(DRAIN_MS, late.resolve);
    await Promise.race([this.#running, late.promise]);
    cancel();
    await this.#close();
  }

  progress(): TaskProgress {
    return { ...this.#counters.counts(), owed: 0, owedBytes: 0, lag: null, oldestOwedAt: null };
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.#paused?.promise;
      if (signal.aborted) return;
      const idle = Promise.withResolvers<void>();
      this.#idle = idle.promise;
      this.#round = new AbortController();
      if (this.#paused !== null) this.#round.abort();
      const round = AbortSignal.any([signal, this.#round.signal]);
      try {
        const waitMs = await this.#once(round);
        this.#failures = 0;
        if (waitMs > 0) {
          idle.resolve();
          await sleep(clock, waitMs, round);
        }
      } catch (error) {
        if (round.aborted) {
          // It was told to leave off; what was under way is not kept, and asked for again. What only a person can mend shows itself then.
        } else if (error instanceof RetryableError || error instanceof FencedError) {
          this.#failures++;
          this.#counters.error(error.message);
          this.#log.warn({ err: error }, 'A source is asked again later.');
          idle.resolve();
          const { afterMs } = error.details as { readonly afterMs?: number };
          await sleep(clock, afterMs ?? this.#backoffMs(), round);
        } else throw error;
      } finally {
        idle.resolve();
      }
    }
  }

  /** @returns How long to wait before the next. */
  async #once(signal: AbortSignal): Promise<number> {
    if (signal.aborted) return 0;
    const positions = await this.#writer.positions();
    this.#source ??= await this.#options.openSource(this.#ending.signal);
    const pulled = await this.#source.poll(positions, signal);
    const { refused = [], records, waitMs = 0 } = pulled;
    if (refused.length > 0 && this.#options.tolerance === 'none')
      throw new ConfigError('SOURCE_MISCONFIGURED', `A record cannot be taken, and errors.tolerance is none: ${refused[0]!.message}`);
    const { delivered, rejected } = await this.#writer.write(pulled);
    if (delivered > 0) this.#counters.settled({ kind: 'delivered' }, delivered);
    if (rejected > 0) {
      const { reason, message } = refused[0] ?? { reason: 'too-large', message: `${records.length - delivered} records are too large.` };
      this.#counters.settled({ kind: 'rejected', reason, message }, rejected);
      this.#counters.error(`${reason}: ${message}`);
    }
    await this.#tellKept(pulled.kept);
    return waitMs;
  }

  async #tellKept(kept: ((signal: AbortSignal) => Promise<void>) | undefined): Promise<void> {
    try {
      await kept?.(this.#ending.signal);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      this.#counters.error(error.message);
      this.#log.warn({ err: error }, 'The far side could not be told what is kept; it is told again when it offers it again.');
    }
  }

  #backoffMs(): number {
    const { retry, random } = this.#options;
    const whole = Math.min(retry.maxMs, retry.initialMs * 2 ** Math.min(this.#failures - 1, 20));
    return Math.ceil(whole / 2 + (whole / 2) * random());
  }

  async #close(): Promise<void> {
    const source = this.#source;
    this.#source = null;
    const closed = await Promise.allSettled([source?.close(), this.#writer.close()]);
    for (const result of closed)
      if (result.status === 'rejected' && !(result.reason instanceof PipelineError)) this.#log.warn({ err: result.reason }, 'A source did not close.');
    await this.#admin.close().catch(() => {});
  }
}
