const SPAN = 65_536;

/** Offsets of one partition: a bit each, in blocks of 8 kB for every 65,536 offsets of which one is in the set. */
export class OffsetSet {
  readonly #blocks = new Map<number, Uint8Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(offset: number): boolean {
    const block = this.#blocks.get(Math.floor(offset / SPAN));
    return block !== undefined && (block[(offset % SPAN) >>> 3]! & (1 << (offset & 7))) !== 0;
  }

  add(offset: number): void {
    const number = Math.floor(offset / SPAN);
    let block = this.#blocks.get(number);
    if (block === undefined) this.#blocks.set(number, (block = new Uint8Array(SPAN / 8)));
    const at = (offset % SPAN) >>> 3;
    const bit = 1 << (offset & 7);
    if ((block[at]! & bit) !== 0) return;
    block[at]! |= bit;
    this.#size++;
  }
}

/** Half-open ranges of sorted offsets. */
export function rangesOf(offsets: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const ranges: [number, number][] = [];
  for (const offset of offsets) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === offset) last[1] = offset + 1;
    else ranges.push([offset, offset + 1]);
  }
  return ranges;
}
