// Transactions that a killed member left open. They hold positions, and hide what is written behind them, until they time out: a minute or more.
import { RetryableError } from '../core/errors.ts';
import { fromMetadata } from './ledger.ts';
import type { StageInstanceOptions } from './instance-options.ts';
import type { TopicPartition } from './port.ts';
import { tpKey } from './port.ts';
import { outputsOf } from './stage-plan.ts';
import { sleep } from '../core/wall-clock.ts';

/** A member that left in order committed before; the markers of that commit may take this long. */
const GRACE_MS = 1000;
const LOOK_EVERY_MS = 250;

/**
 * Ends what stands in the way of partitions that are ours now, by taking over the transactional id of whoever committed there last. That member
 * does not own them any more: if it is alive after all, its transaction cannot commit, and it goes on with a new producer.
 */
export class Orphans {
  readonly #options: StageInstanceOptions;
  readonly #groupId: string;
  readonly #ending = new Map<string, Promise<void>>(); // by instance
  #looking: Promise<boolean> | null = null;

  constructor(options: StageInstanceOptions) {
    this.#options = options;
    this.#groupId = `${options.app}.${options.plan.wire.name}`;
  }

  /** Returns when no transaction of an earlier owner is in the way, or when all has been done that can be. @throws RetryableError while the broker is away */
  async end(tps: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const { admin, instanceId } = this.#options;
    const held = await admin.pending(this.#groupId, tps);
    const settled = tps.filter((tp) => !held.has(tpKey(tp)));
    const committed = settled.length === 0 ? [] : [...(await admin.positions(this.#groupId, settled)).values()].map(({ metadata }) => metadata);
    const others = (metadata: Iterable<string>): string[] =>
      [...metadata].map((each) => fromMetadata(each)?.by).filter((by) => by !== undefined && by !== instanceId) as string[];
    const owners = others(committed);
    const [pending, isBlocked] = await Promise.all([
      this.#stillPending(tps, held, signal),
      owners.length > 0 && (this.#looking ??= this.#isBlocked().finally(() => (this.#looking = null))),
    ]);
    const instances = new Set([...others(pending.values()), ...(isBlocked ? owners : [])]);
    if (signal.aborted) return;
    await Promise.all([...instances].map((instance) => this.#endOf(instance, tps)));
  }

  async #stillPending(tps: readonly TopicPartition[], held: ReadonlyMap<string, string>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    let pending = held;
    for (let waitedMs = 0; pending.size > 0 && waitedMs < GRACE_MS && !signal.aborted; waitedMs += LOOK_EVERY_MS) {
      await sleep(this.#options.clock, LOOK_EVERY_MS, signal);
      pending = await this.#options.admin.pending(this.#groupId, tps);
    }
    return pending;
  }

  /**
   * A member that died between what it sent and its offsets holds no position, but hides from readers all that is written behind it. Then the
   * last stable offset of a partition stands still; a transaction of a living member moves it within milliseconds.
   */
  async #isBlocked(): Promise<boolean> {
    const { admin, plan, tasks, clock } = this.#options;
    const outputs = outputsOf(plan, tasks());
    const [first, ends] = await Promise.all([admin.offsets(outputs, 'stable'), admin.offsets(outputs, 'latest')]);
    let standing = outputs.filter((tp) => first.get(tpKey(tp))! < ends.get(tpKey(tp))!);
    for (let waitedMs = 0; standing.length > 0 && waitedMs < GRACE_MS; waitedMs += LOOK_EVERY_MS) {
      await sleep(clock, LOOK_EVERY_MS);
      const now = await admin.offsets(standing, 'stable');
      standing = standing.filter((tp) => now.get(tpKey(tp)) === first.get(tpKey(tp)));
    }
    return standing.length > 0;
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
    const { broker, plan, limits, tasks, log } = this.#options;
    const transactionalId = `${this.#groupId}.${instance}`;
    log.warn({ transactionalId, partitions: tps.map(tpKey) }, 'A transaction of a member that is gone stands in the way; it is ended.');
    const producer = broker.txnProducer({ transactionalId, transactionTimeoutMs: limits.transactionTimeoutMs });
    try {
      await producer.init({ outputs: outputsOf(plan, tasks()), groupId: this.#groupId });
    } catch (error) {
      if (error instanceof RetryableError) throw error;
      // Another survivor was quicker, or we may not: then the broker ends it when its time is over, as it would have without us.
      log.warn({ err: error, transactionalId }, 'The transaction could not be ended; it is waited for.');
    } finally {
      await producer.close();
    }
  }
}
