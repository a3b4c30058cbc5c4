// Which dead letters were sent again: records of redrives.v1, each written in the transaction that sent them.
import { topics } from '../../../topologies/topics.ts';
import type { Admin, PartitionReader, RawRecord } from '../port.ts';
import { tpKey } from '../port.ts';
import { OffsetSet, rangesOf } from './offset-set.ts';

export const MARKERS = { topic: topics.redrives.name, partition: 0 } as const;

/** One transaction of a redrive. */
export interface Marker {
  /** The redrive; many markers share it. */
  readonly run: string;
  readonly by: string;
  readonly wallMs: number;
  /** By partition of dead-letters.v1: half-open ranges of offsets. */
  readonly letters: readonly (readonly [partition: number, ranges: readonly (readonly [from: number, to: number])[]])[];
}

export function encodeMarker(run: string, by: string, wallMs: number, letters: readonly { readonly partition: number; readonly offset: number }[]): Buffer {
  const byPartition = Map.groupBy(letters, ({ partition }) => partition);
  const marker: Marker = {
    run,
    by,
    wallMs,
    letters: [...byPartition].map(([partition, list]) => [partition, rangesOf(list.map(({ offset }) => offset).sort((a, b) => a - b))]),
  };
  return Buffer.from(JSON.stringify(marker));
}
export const decodeMarker = ({ value }: Pick<RawRecord, 'value'>): Marker => JSON.parse(value?.toString('utf8') ?? '') as Marker;

/** What was sent again, as far as the markers were read. A bit for each dead letter. */
export class RedrivenLetters {
  readonly #byPartition = new Map<number, OffsetSet>();
  /** Offset behind the last marker; undefined before the first. */
  end: number | undefined;
  #next = 0;

  has({ partition, offset }: { readonly partition: number; readonly offset: number }): boolean {
    return this.#byPartition.get(partition)?.has(offset) ?? false;
  }

  add({ partition, offset }: { readonly partition: number; readonly offset: number }): void {
    let set = this.#byPartition.get(partition);
    if (set === undefined) this.#byPartition.set(partition, (set = new OffsetSet()));
    set.add(offset);
  }

  /** Reads the markers that came since the last time. Nothing may be under way: `init` of the producer has seen to that. */
  async catchUp(admin: Admin, reader: PartitionReader, signal: AbortSignal): Promise<void> {
    const [earliest, stable] = await Promise.all([admin.offsets([MARKERS], 'earliest'), admin.offsets([MARKERS], 'stable')]);
    const from = Math.max(this.#next, earliest.get(tpKey(MARKERS)) ?? 0);
    const to = stable.get(tpKey(MARKERS)) ?? 0;
    if (from >= to) return;
    for await (const { records } of reader.read(MARKERS, from, to, signal)) {
      for (const record of records) {
        if (record.offset < from || record.offset >= to) continue;
        for (const [partition, ranges] of decodeMarker(record).letters) {
          for (const [first, end] of ranges) for (let offset = first; offset < end; offset++) this.add({ partition, offset });
        }
        this.end = record.offset + 1;
      }
    }
    this.#next = to;
  }
}
