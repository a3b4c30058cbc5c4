// Sends dead letters again, each once: the records and a marker of which they were are one transaction, and whoever begins fences who came before.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DeadLetter, DeadLetterFilter } from '../../core/dead-letter.ts';
import { FencedError, RetryableError } from '../../core/errors.ts';
import { redrivenOrganization } from '../../core/redriven.ts';
import { settingsOf } from '../../core/topic-settings.ts';
import type { Codec } from '../../../schemas/avro/codec.ts';
import { schemas } from '../../../schemas/avro/types.gen.ts';
import { redrivable, redrivenTopic, topics } from '../../../topologies/topics.ts';
import type { Admin, Appended, Broker, Offsets, OutRecord, PartitionReader, TopicPartition, TxnProducer } from '../port.ts';
import { lettersEnd, readLetters } from './letters.ts';
import { encodeMarker, MARKERS, RedrivenLetters } from './markers.ts';
import { redrivenRecord, sizeOf, targetOf } from './target.ts';
import type { Obstacle } from './target.ts';

export const TRANSACTIONAL_ID = 'goshawk.redrive';
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 << 20;
const ATTEMPTS = 5;
const DAY_MS = 86_400_000;
const LEDGER = { topic: topics.ledger.name, partition: 0 } as const;

export interface RedriveOptions {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly filter: DeadLetterFilter;
  /** Where dead letters end; those behind are not meant. Absent = where they end now. */
  readonly ends?: Offsets;
  /** False: count only. */
  readonly isExecuted: boolean;
  /** Who asked. */
  readonly by: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly replicationFactor: number;
  /** Called after every transaction, and now and then while reading. */
  readonly progress?: (sums: RedriveSums) => void;
  readonly wallMs?: () => number;
}
export interface RedriveSums {
  readonly matched: number;
  /** Sent again now; without execution, those that would be. */
  readonly redriven: number;
  /** Sent again before: left alone. */
  readonly already: number;
  /** Cannot be sent again, by why. */
  readonly obstacles: Readonly<Partial<Record<Obstacle, number>>>;
  readonly bytes: number;
  /** Records by the topic they go to. */
  readonly to: Readonly<Record<string, number>>;
}

/**
 * @throws FencedError PRODUCER_FENCED when another redrive began meanwhile; RetryableError while the broker is away. What was sent again
 *   until then stays so, and the same call again goes on from there.
 */
export async function redrive(options: RedriveOptions): Promise<RedriveSums> {
  const run = new Redrive(options);
  try {
    return await run.run();
  } finally {
    await run.close();
  }
}

interface Batch {
  readonly letters: DeadLetter[];
  readonly records: OutRecord[];
  bytes: number;
}
const emptyBatch = (): Batch => ({ letters: [], records: [], bytes: 0 });

class Redrive {
  readonly #options: RedriveOptions;
  readonly #admin: Admin;
  readonly #reader: PartitionReader;
  readonly #done = new RedrivenLetters();
  readonly #id = randomUUID();
  readonly #wallMs: () => number;
  readonly #limits = new Map<string, number>();
  #partitions = new Map<string, number>();
  #producer: TxnProducer | null = null;
  #batch = emptyBatch();
  readonly #sums = { matched: 0, redriven: 0, already: 0, bytes: 0, obstacles: {} as Partial<Record<Obstacle, number>>, to: {} as Record<string, number> };

  constructor(options: RedriveOptions) {
    this.#options = options;
    this.#admin = options.broker.admin();
    this.#reader = options.broker.reader();
    this.#wallMs = options.wallMs ?? Date.now;
  }

  async run(): Promise<RedriveSums> {
    const { broker, filter, isExecuted, signal, progress } = this.#options;
    const ends = this.#options.ends ?? (await lettersEnd(this.#admin));
    this.#partitions = new Map(await this.#admin.topics());
    if (isExecuted) {
      await this.#create(topics.redrives.name, settingsOf(topics.redrives, 1));
      await this.#open();
    } else if (this.#partitions.has(MARKERS.topic)) await this.#done.catchUp(this.#admin, this.#reader, signal);
    const oldestMs = await this.#oldestMs();
    for await (const { letter, record } of readLetters(broker, filter, ends, signal)) {
      if (++this.#sums.matched % 10_000 === 0) progress?.(this.#sums);
      if (this.#done.has(letter)) {
        this.#sums.already++;
        continue;
      }
      const target = letter.at / 1000 < oldestMs ? 'too old' : targetOf(letter, this.#partitions);
      if (typeof target === 'string') {
        this.#refuse(target);
        continue;
      }
      const out = redrivenRecord(letter, record, target);
      const size = sizeOf(out);
      if (size > (await this.#limitOf(target.topic))) {
        this.#refuse('too large');
        continue;
      }
      if (isExecuted && !this.#partitions.has(target.topic)) await this.#createRaw(target.topic, letter.position.topic);
      if (this.#batch.records.length >= BATCH_RECORDS || this.#batch.bytes + size > BATCH_BYTES) await this.#flush();
      this.#batch.letters.push(letter);
      this.#batch.records.push(out);
      this.#batch.bytes += size;
    }
    if (!signal.aborted) await this.#flush();
    return this.#sums;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#producer?.close(), this.#reader.close(), this.#admin.close()]);
  }

  #refuse(obstacle: Obstacle): void {
    this.#sums.obstacles[obstacle] = (this.#sums.obstacles[obstacle] ?? 0) + 1;
  }

  /** Markers are kept for so long; of what is older nobody could say whether it was sent again. */
  async #oldestMs(): Promise<number> {
    if (!this.#partitions.has(MARKERS.topic)) return 0;
    const retentionMs = Number((await this.#admin.configs(MARKERS.topic))['retention.ms'] ?? -1);
    return retentionMs < 0 ? 0 : this.#wallMs() - retentionMs + DAY_MS;
  }

  async #limitOf(topic: string): Promise<number> {
    let limit = this.#limits.get(topic);
    if (limit === undefined) {
      const organization = redrivenOrganization(topic);
      const declared = organization === undefined ? undefined : redrivenTopic(organization).maxMessageBytes;
      const found = this.#partitions.has(topic) ? Number((await this.#admin.configs(topic))['max.message.bytes']) : (declared ?? Infinity);
      this.#limits.set(topic, (limit = found > 0 ? found : Infinity));
    }
    return limit;
  }

  async #create(name: string, settings: ReturnType<typeof settingsOf>): Promise<void> {
    if (this.#partitions.has(name)) return;
    await this.#admin.createTopics([settings], this.#options.replicationFactor);
    this.#partitions.set(name, settings.partitions);
  }

  async #createRaw(name: string, original: string): Promise<void> {
    const declaration = redrivenTopic(redrivenOrganization(name)!);
    await this.#create(name, settingsOf(declaration, this.#partitions.get(original) ?? 1));
  }

  /** A producer of our own, which fences whoever had the id, and then all that is known to have been sent again. */
  async #open(): Promise<void> {
    await this.#producer?.close().catch(() => {});
    this.#producer = this.#options.broker.txnProducer({ transactionalId: TRANSACTIONAL_ID });
    const names = [MARKERS.topic, LEDGER.topic, ...redrivable.map(({ name }) => name), ...[...this.#partitions.keys()].filter(redrivenOrganization)];
    const outputs = names.flatMap((topic): TopicPartition[] =>
      Array.from({ length: this.#partitions.get(topic) ?? 0 }, (_unused, partition) => ({ topic, partition })),
    );
    await this.#producer.init({ outputs, groupId: null });
    await this.#done.catchUp(this.#admin, this.#reader, this.#options.signal);
  }

  async #flush(): Promise<void> {
    let batch = this.#batch;
    this.#batch = emptyBatch();
    const { isExecuted, log, progress } = this.#options;
    if (!isExecuted) {
      this.#count(batch.records);
      batch = emptyBatch();
    }
    for (let attempt = 1; batch.records.length > 0; attempt++) {
      try {
        await this.#transact(batch);
        break;
      } catch (error) {
        if (error instanceof FencedError)
          throw new FencedError(
            'PRODUCER_FENCED',
            'Another redrive began, and this one has ended. What it sent again stays so; nothing is sent twice.',
            { ...this.#sums },
            { cause: error },
          );
        if (!(error instanceof RetryableError) || attempt === ATTEMPTS) throw error;
        log.warn({ err: error, attempt }, 'A transaction of the redrive failed; what became of it is looked up, and the rest is sent again.');
        await delay(100 * 2 ** attempt);
        await this.#open();
        batch = this.#without(batch);
      }
    }
    progress?.(this.#sums);
  }

  async #transact({ letters, records }: Batch): Promise<void> {
    const { by } = this.#options;
    const wallMs = this.#wallMs();
    const marker: OutRecord = { ...MARKERS, key: Buffer.from(this.#id), value: encodeMarker(this.#id, by, wallMs, letters) };
    let end = 0;
    await this.#producer!.transact(async (txn) => {
      const appended = await txn.send([...records, marker]);
      const at = appended.find(({ tp }) => tp.topic === MARKERS.topic)!.first;
      end = at + 1;
      await txn.send([this.#ledgerEntry(records.length, this.#done.end ?? at, end, appended, wallMs)]);
    });
    this.#done.end = end;
    for (const letter of letters) this.#done.add(letter);
    this.#count(records);
  }

  #count(records: readonly OutRecord[]): void {
    this.#sums.redriven += records.length;
    for (const record of records) {
      this.#sums.bytes += sizeOf(record);
      this.#sums.to[record.topic] = (this.#sums.to[record.topic] ?? 0) + 1;
    }
  }

  /** What a redrive puts into topics has no input of the ledger's: the record was counted as rejected when it was set aside. Like a timer's. */
  #ledgerEntry(emitted: number, from: number, to: number, appended: readonly Appended[], wallMs: number): OutRecord {
    const out = [
      ...Map.groupBy(
        appended.filter(({ tp }) => tp.topic !== MARKERS.topic),
        ({ tp }) => `${tp.topic}/${tp.partition}`,
      ).values(),
    ].map((spans) => ({
      ...spans[0]!.tp,
      count: spans.reduce((sum, { count }) => sum + count, 0),
      first: Math.min(...spans.map(({ first }) => first)),
      last: Math.max(...spans.map(({ first, count }) => first + count - 1)),
    }));
    const entry = { app: 'goshawk', stage: 'redrive', ...MARKERS, from, to, in: 0, passed: 0, dropped: [], rejected: [], emitted, out };
    const value = this.#options.codec.encode(schemas.ledgerEntry, {
      ...entry,
      watermark: null,
      watermarks: [],
      throttledMs: 0,
      begins: false,
      wallFrom: wallMs * 1000,
      wallTo: wallMs * 1000,
    });
    return { ...LEDGER, key: Buffer.from(`redrive|${MARKERS.topic}/0`), value };
  }

  /** After a lost answer: what did commit is counted, and the rest remains. */
  #without(batch: Batch): Batch {
    const rest = emptyBatch();
    const committed: OutRecord[] = [];
    for (const [index, letter] of batch.letters.entries()) {
      const record = batch.records[index]!;
      if (this.#done.has(letter)) committed.push(record);
      else {
        rest.letters.push(letter);
        rest.records.push(record);
        rest.bytes += sizeOf(record);
      }
    }
    this.#count(committed);
    return rest;
  }
}
