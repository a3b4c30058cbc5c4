// When a stage takes no records although it owns their partitions.
import type { StageInstanceOptions } from './instance-options.ts';
import type { InstanceState } from './instance-state.ts';
import { tpKey } from './port.ts';
import type { GroupConsumer, TopicPartition } from './port.ts';

export type PauseReason = 'behind' | 'reference';

/** Pauses all input for a reason, or one topic for a time. What a partition waits for by itself (its state) is the ownership's business. */
export class Intake {
  readonly #options: StageInstanceOptions;
  readonly #state: InstanceState;
  readonly #consumer: GroupConsumer;
  readonly #pauses = new Set<PauseReason>();
  readonly #slowed = new Set<string>(); // topics

  constructor(options: StageInstanceOptions, state: InstanceState, consumer: GroupConsumer) {
    this.#options = options;
    this.#state = state;
    this.#consumer = consumer;
  }

  get pausedFor(): readonly PauseReason[] {
    return [...this.#pauses];
  }
  get isPaused(): boolean {
    return this.#pauses.size > 0;
  }

  /** Stops taking records for a reason, or goes on when none is left. */
  setPaused(reason: PauseReason, isPaused: boolean): void {
    if (this.#pauses.has(reason) === isPaused) return;
    const { metrics, log, plan } = this.#options;
    if (isPaused) {
      this.#pauses.add(reason);
      metrics.pauses.inc({ stage: plan.wire.name, reason });
    } else this.#pauses.delete(reason);
    log.debug({ reason, isPaused }, 'The stage pauses its input, or goes on.');
    const ready = this.#state.readyInputs.map(({ tp }) => tp);
    if (this.isPaused) this.#consumer.pause(ready);
    else this.resume(ready);
  }

  /** Partitions that are ready, unless something else holds them up. */
  resume(partitions: readonly TopicPartition[]): void {
    if (!this.isPaused) this.#consumer.resume(partitions.filter(({ topic }) => !this.#slowed.has(topic)));
  }

  /** After a rebalance, which ends all pauses: holds up what is not ready or must wait. */
  renew(owned: readonly TopicPartition[]): void {
    const ready = new Set(this.#state.readyInputs.map(({ key }) => key));
    this.#consumer.pause(owned.filter((tp) => this.isPaused || this.#slowed.has(tp.topic) || !ready.has(tpKey(tp))));
  }

  /** A topic whose records are mostly refused waits; the others go on. */
  pauseTopic(topic: string, ms: number): void {
    if (this.#slowed.has(topic)) return;
    const { clock, log, metrics, plan } = this.#options;
    const inputs = () => this.#state.readyInputs.filter(({ tp }) => tp.topic === topic);
    const partitions = () => inputs().map(({ tp }) => tp);
    this.#slowed.add(topic);
    this.#consumer.pause(partitions());
    for (const input of inputs()) input.throttledMs += ms;
    metrics.pauses.inc({ stage: plan.wire.name, reason: 'rejects' });
    log.warn({ topic, ms }, 'A source sends records that are refused; it is read more slowly.');
    clock.after(ms, () => {
      this.#slowed.delete(topic);
      this.resume(partitions());
    });
  }
}
