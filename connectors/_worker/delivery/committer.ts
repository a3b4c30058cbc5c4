// One transaction a commit: dead letters, the ledger's entries and the offsets, all or none.
import { FencedError, RetryableError } from '../../../pipeline/core/errors.ts';
import type { Admin, Broker, GroupMetadata, OutRecord, TxnProducer } from '../../../pipeline/runtime/port.ts';
import { tpKey } from '../../../pipeline/runtime/port.ts';
import { settingsOf } from '../../../pipeline/core/topic-settings.ts';
import type { LedgerEntry } from '../../../schemas/avro/types.gen.ts';
import { topics } from '../../../topologies/topics.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { Stretch } from './window.ts';

export interface CommitterOptions {
  readonly connector: string;
  readonly task: number;
  readonly groupId: string;
  readonly broker: Broker;
  readonly admin: Admin;
  /** `topic`: empty = none. It is made when it is not there. */
  readonly deadLetters: { readonly topic: string; readonly replication: number; readonly hasHeaders: boolean };
  /** Bytes of an entry for ledger.v1. */
  readonly encodeEntry: (entry: LedgerEntry) => Buffer;
  readonly nowMs: () => number;
}

/** `app` of its ledger entries, as domains/ledger knows it. */
export const LEDGER_APP = 'connect';
/** Text beside a committed offset. One without it was set by a person: the chain of ledger entries begins anew there. */
export const COMMITTED = 'delivery';

export class Committer {
  readonly #options: CommitterOptions;
  #producer: TxnProducer | null = null;
  #letterPartitions = 0;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Ready to commit: what is delivered before could not be noted for as long as that takes. @throws as `commit`. */
  async open(): Promise<void> {
    this.#producer ??= await this.#open();
  }

  /**
   * @returns Whether it is committed: an answer that was lost is looked up.
   * @throws FencedError when another has the task or the partitions; RetryableError when the broker is away: the same call may be made again.
   */
  async commit(stretches: readonly Stretch[], group: GroupMetadata): Promise<void> {
    const producer = (this.#producer ??= await this.#open());
    const letters = stretches.flatMap((stretch) => stretch.entries.filter(({ refusal }) => refusal !== null).map((entry) => deadLetterOf(entry, this.#letter)));
    const entries = stretches.map((stretch): OutRecord => this.#ledgerRecord(stretch));
    try {
      await producer.transact(async (txn) => {
        await txn.send([...letters, ...entries]);
        const keys = stretches.map(({ tp }) => tpKey(tp));
        await txn.offsets(new Map(stretches.map(({ to }, at) => [keys[at]!, to])), group, new Map(keys.map((key) => [key, COMMITTED])));
      });
    } catch (error) {
      if (!producer.isUsable() || error instanceof FencedError) await this.close();
      if (error instanceof RetryableError && error.details.outcome === 'unknown' && (await this.#isDone(stretches))) return;
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    await producer?.close();
  }

  get #letter() {
    const { connector, task, deadLetters } = this.#options;
    return { connector, task, ...deadLetters, partitions: this.#letterPartitions };
  }

  /** Its id fences a worker that had the task before and does not know that it is over. */
  async #open(): Promise<TxnProducer> {
    const { broker, connector, task, groupId, deadLetters } = this.#options;
    this.#letterPartitions = deadLetters.topic === '' ? 0 : await this.#letterTopic();
    const producer = broker.txnProducer({ transactionalId: `goshawk-connect-${connector}-${task}` });
    const outputs = Array.from({ length: this.#letterPartitions }, (_none, partition) => ({ topic: deadLetters.topic, partition }));
    try {
      await producer.init({ outputs: [...outputs, { topic: topics.ledger.name, partition: 0 }], groupId });
    } catch (error) {
      await producer.close();
      throw error;
    }
    return producer;
  }

  /** @returns Its partitions. */
  async #letterTopic(): Promise<number> {
    const { admin, deadLetters } = this.#options;
    const { topic, replication } = deadLetters;
    const there = (await admin.topics()).get(topic);
    if (there !== undefined) return there;
    await admin.createTopics([{ ...settingsOf(topics.connectDeadLetters, 1), name: topic }], replication);
    return 1;
  }

  /** The next producer with the same id ends the transaction of the last one, one way or the other. */
  async #isDone(stretches: readonly Stretch[]): Promise<boolean> {
    this.#producer = await this.#open();
    const committed = await this.#options.admin.committed(
      this.#options.groupId,
      stretches.map(({ tp }) => tp),
    );
    return stretches.every(({ tp, to }) => (committed.get(tpKey(tp)) ?? 0) >= to);
  }

  #ledgerRecord({ tp, from, to, entries, begins }: Stretch): OutRecord {
    const { groupId, encodeEntry, nowMs } = this.#options;
    const counts = { in: 0, passed: 0 };
    const dropped = new Map<string, number>();
    const rejected = new Map<string, number>();
    const count = (into: Map<string, number>, reason: string, by: number) => into.set(reason, (into.get(reason) ?? 0) + by);
    for (const { settled, records } of entries) {
      counts.in += records;
      if (settled!.kind === 'left') count(dropped, settled!.reason, records);
      else if (settled!.kind === 'rejected') count(rejected, settled!.reason, records);
      else counts.passed += records;
    }
    const reasons = (of: ReadonlyMap<string, number>) => [...of].map(([reason, each]) => ({ reason, count: each }));
    const wall = nowMs() * 1_000;
    return {
      topic: topics.ledger.name,
      partition: 0,
      key: Buffer.from(`${groupId}|${tpKey(tp)}`),
      value: encodeEntry({
        app: LEDGER_APP,
        stage: groupId,
        topic: tp.topic,
        partition: tp.partition,
        from,
        to,
        ...counts,
        dropped: reasons(dropped),
        rejected: reasons(rejected),
        emitted: 0,
        out: [],
        watermark: null,
        wallFrom: wall,
        wallTo: wall,
        watermarks: [],
        throttledMs: 0,
        begins,
      }),
    };
  }
}
