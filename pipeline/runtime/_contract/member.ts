import type { Broker, ConsumeHandlers, ConsumeOptions, ConsumerOptions, GroupConsumer, GroupMetadata, Offsets, RawBatch, TopicPartition } from '../port.ts';
import { tpKey } from '../port.ts';

export interface MemberOptions {
  readonly topics: readonly string[];
  readonly start?: ConsumeOptions['start'];
  readonly isolation?: ConsumeOptions['isolation'];
  readonly assigned?: (owned: readonly TopicPartition[], member: Member) => Promise<Offsets | undefined>;
  readonly revoked?: (owned: readonly TopicPartition[], member: Member) => Promise<void>;
  readonly batch?: (batch: RawBatch, control: Parameters<ConsumeHandlers['batch']>[1], member: Member) => Promise<void>;
}

/** A consumer that writes down what happens to it, for tests. */
export class Member {
  readonly consumer: GroupConsumer;
  /** `assigned t/0 t/1`, `revoked ...`, `lost ...`, in order. */
  readonly hooks: string[] = [];
  readonly batches: RawBatch[] = [];
  readonly generations: number[] = [];
  group: GroupMetadata | null = null;
  owned: readonly TopicPartition[] = [];
  #waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];
  readonly #options: MemberOptions;

  constructor(broker: Broker, consumer: ConsumerOptions, options: MemberOptions) {
    this.consumer = broker.consumer(consumer);
    this.#options = options;
  }

  get values(): string[] {
    return this.batches.flatMap(({ records }) => records.map(({ value }) => String(value)));
  }
  /** Next offset by partition, as the last batch of each said. */
  get positions(): Record<string, number> {
    return Object.fromEntries(this.batches.map(({ tp, nextOffset }) => [tpKey(tp), nextOffset]));
  }

  async run(): Promise<this> {
    const { topics, start = 'earliest', isolation = 'committed', assigned, revoked, batch } = this.#options;
    await this.consumer.run(
      { topics, start, isolation },
      {
        assigned: async (owned, group) => {
          this.owned = owned;
          this.group = group;
          this.generations.push(group.generationId);
          const starts = await assigned?.(owned, this);
          this.#note('assigned', owned);
          return starts;
        },
        revoked: async (owned) => {
          await revoked?.(owned, this);
          this.owned = [];
          this.#note('revoked', owned);
        },
        lost: (owned) => {
          this.owned = [];
          this.#note('lost', owned);
        },
        batch: async (received, control) => {
          this.batches.push(received);
          this.#look();
          await batch?.(received, control, this);
          this.#look();
        },
      },
    );
    return this;
  }

  /** Resolves when it holds, looked at after each hook and batch. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ isTrue, resolve });
    });
  }

  #note(what: string, partitions: readonly TopicPartition[]): void {
    this.hooks.push([what, ...partitions.map(tpKey).sort()].join(' '));
    this.#look();
  }

  #look(): void {
    const due = this.#waiting.filter(({ isTrue }) => isTrue());
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { resolve } of due) resolve();
  }
}
