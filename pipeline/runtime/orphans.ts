// Transactions that a killed member left open. They hold the positions of its partitions until they time out, for a minute or more.
import { RetryableError } from '../core/errors.ts';
import { fromMetadata } from './ledger.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { outputsOf } from './stage-plan.ts';
import { sleep } from './wall-clock.ts';

/** A member that left in order committed before; the markers of that commit may take this long. */
const GRACE_MS = 1000;
const LOOK_EVERY_MS = 250;

/**
 * Ends what stands in the way of partitions that are ours now, by taking over the transactional id of whoever committed there last. That member
 * does not own them any more: if it is alive after all, its transaction cannot commit, and it goes on with a new producer.
 */
export class Orphans {
  readonly #options: StageInstanceOptions;
  readonly #ending = new Map<string, Promise<void>>(); // by instance

  constructor(options: StageInstanceOptions) {
    this.#options = options;
  }

  /** Returns when no transaction holds the partitions, or when all has been done that can be. @throws RetryableError while the broker is away */
  async end(tps: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const { admin, app, plan, clock, instanceId } = this.#options;
    const groupId = `${app}.${plan.wire.name}`;
    let pending = await admin.pending(groupId, tps);
    for (let waitedMs = 0; pending.size > 0 && waitedMs < GRACE_MS && !signal.aborted; waitedMs += LOOK_EVERY_MS) {
      await sleep(clock, LOOK_EVERY_MS, signal);
      pending = await admin.pending(groupId, tps);
    }
    if (pending.size === 0 || signal.aborted) return;
    const instances = new Set([...pending.values()].map((metadata) => fromMetadata(metadata)?.by));
    await Promise.all([...instances].map((instance) => (instance === undefined || instance === instanceId ? undefined : this.#endOf(instance, tps))));
  }

  #endOf(instance: string, tps: readonly TopicPartition[]): Promise<void> {
    let ending = this.#ending.get(instance);
    if (ending === undefined) {
      ending = this.#takeOver(instance, tps).finally(() => this.#ending.delete(instance));
      this.#ending.set(instance, ending);
    }
    return ending;
  }

  async #takeOver(instance: string, tps: readonly TopicPartition[]): Promise<void> {
    const { broker, app, plan, limits, tasks, log } = this.#options;
    const groupId = `${app}.${plan.wire.name}`;
    const transactionalId = `${groupId}.${instance}`;
    log.warn({ transactionalId, partitions: tps.map(tpKey) }, 'A transaction of a member that is gone holds partitions; it is ended.');
    const producer = broker.txnProducer({ transactionalId, transactionTimeoutMs: limits.transactionTimeoutMs });
    try {
      await producer.init({ outputs: outputsOf(plan, tasks()), groupId });
    } catch (error) {
      if (error instanceof RetryableError) throw error;
      // Another survivor was quicker, or we may not: then the broker ends it when its time is over, as it would have without us.
      log.warn({ err: error, transactionalId }, 'The transaction could not be ended; it is waited for.');
    } finally {
      await producer.close();
    }
  }
}
