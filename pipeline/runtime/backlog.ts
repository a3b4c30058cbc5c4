import { tpKey } from './port.ts';
import type { Offsets, TopicPartition } from './port.ts';

const MERGED_MS = 100;

/** How long written records have waited for the stage of this process that reads them. One per topic between two stages. */
export class Backlog {
  readonly #written = new Map<string, { end: number; readonly wallMs: number }[]>();
  readonly #reading = new Map<string, number>();

  /** @param end Offset after the last record that a commit wrote. */
  wrote(tp: TopicPartition, end: number, wallMs: number): void {
    const key = tpKey(tp);
    if (!this.#reading.has(key)) return; // read in another process: its lag is not ours to know
    let queue = this.#written.get(key);
    if (queue === undefined) this.#written.set(key, (queue = []));
    const last = queue.at(-1);
    if (last !== undefined && wallMs - last.wallMs < MERGED_MS) last.end = end;
    else if (end > this.#reading.get(key)!) queue.push({ end, wallMs });
  }

  /** What this process reads of the topic, and from where. */
  assigned(positions: Offsets): void {
    this.#reading.clear();
    this.#written.clear();
    for (const [key, position] of positions) this.#reading.set(key, position);
  }

  read(key: string, position: number): void {
    this.#reading.set(key, position);
    const queue = this.#written.get(key);
    if (queue === undefined) return;
    let done = 0;
    while (done < queue.length && queue[done]!.end <= position) done++;
    if (done > 0) queue.splice(0, done);
  }

  behindMs(nowMs: number): number {
    let behind = 0;
    for (const queue of this.#written.values()) if (queue.length > 0) behind = Math.max(behind, nowMs - queue[0]!.wallMs);
    return behind;
  }
}
