// How much a group has not read, in records: transactions leave markers in the offsets, and watermarks travel beside records. A group
// without input does not move over them, so the difference of two offsets would show work where there is none.
import type { Broker, PartitionReader, TopicPartition } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { schemaIdOf } from '../../schemas/avro/codec.ts';

interface Measured {
  readonly next: number;
  readonly scannedTo: number;
  readonly records: number;
}
export interface Position {
  readonly group: string;
  readonly tp: TopicPartition;
  readonly next: number;
  readonly end: number;
}

/** Offsets looked at in one partition at one time; the rest at the next. */
const MAX_SCANNED = 5_000;
/** Whoever is that far behind really is: markers do not matter then. */
const MAX_RECORDS = 5_000;
const TIMEOUT_MS = 2_000;

export class LagMeter {
  readonly #broker: Broker;
  readonly #watermarkId: () => number;
  readonly #measured = new Map<string, Measured>();

  /** @param watermarkId Schema id of watermark records. */
  constructor(broker: Broker, watermarkId: () => number) {
    this.#broker = broker;
    this.#watermarkId = watermarkId;
  }

  /**
   * Lag of each position, in their order. Looks into a partition only where the group has stood still since it was asked last, and only
   * at what is new there; everywhere else the offsets are good enough, and an upper bound.
   */
  async measure(positions: readonly Position[]): Promise<readonly number[]> {
    let reader: PartitionReader | undefined;
    try {
      return await Promise.all(
        positions.map(async ({ group, tp, next, end }) => {
          const key = `${group} ${tpKey(tp)}`;
          const before = this.#measured.get(key);
          if (before === undefined || before.next !== next || end <= next) {
            this.#measured.set(key, { next, scannedTo: next, records: 0 });
            return Math.max(0, end - next);
          }
          const to = before.records > MAX_RECORDS ? before.scannedTo : Math.min(end, before.scannedTo + MAX_SCANNED);
          if (to === before.scannedTo) return before.records + end - to;
          reader ??= this.#broker.reader();
          const found = await this.#records(reader, tp, before.scannedTo, to);
          if (found === null) return before.records + end - before.scannedTo;
          this.#measured.set(key, { next, scannedTo: to, records: before.records + found });
          return before.records + found + end - to;
        }),
      );
    } finally {
      await reader?.close();
    }
  }

  /** Null when it takes too long. */
  async #records(reader: PartitionReader, tp: TopicPartition, from: number, to: number): Promise<number | null> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let count = 0;
    let reached = from;
    for await (const batch of reader.read(tp, from, to, signal)) {
      for (const { value } of batch.records) if (value === null || !this.#isWatermark(value)) count += 1;
      reached = batch.nextOffset;
    }
    return reached >= to ? count : null;
  }

  #isWatermark(value: Buffer): boolean {
    try {
      return schemaIdOf(value) === this.#watermarkId();
    } catch {
      return false; // raw bytes carry no schema id
    }
  }
}
