const BLOCK = 512; // keys; a block is split at twice this

/** Strings in code-unit order, in blocks, so that adding one among 100,000 moves a few hundred, not all. */
export class SortedKeys {
  readonly #blocks: string[][] = [];

  constructor(keys: Iterable<string>) {
    const sorted = [...keys].sort();
    for (let from = 0; from < sorted.length; from += BLOCK) this.#blocks.push(sorted.slice(from, from + BLOCK));
  }

  /** The key must not be there yet. */
  add(key: string): void {
    const index = Math.max(0, this.#blockOf(key));
    const block = this.#blocks[index];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(lowerBound(block, key), 0, key);
    if (block.length >= 2 * BLOCK) this.#blocks.splice(index + 1, 0, block.splice(BLOCK));
  }

  /** The key must be there. */
  remove(key: string): void {
    const index = this.#blockOf(key);
    const block = this.#blocks[index];
    if (block === undefined) return;
    block.splice(lowerBound(block, key), 1);
    if (block.length === 0) this.#blocks.splice(index, 1);
  }

  /** Keys of [from, to), copied: the caller may add and remove while it walks them. */
  range(from: string, to: string): string[] {
    const found: string[] = [];
    for (let index = Math.max(0, this.#blockOf(from)); index < this.#blocks.length; index++) {
      const block = this.#blocks[index]!;
      if (block[0]! >= to) break;
      for (let at = lowerBound(block, from); at < block.length && block[at]! < to; at++) found.push(block[at]!);
    }
    return found;
  }

  /** The first key of [from, to). */
  first(from: string, to: string): string | undefined {
    for (let index = Math.max(0, this.#blockOf(from)); index < this.#blocks.length; index++) {
      const block = this.#blocks[index]!;
      const key = block[lowerBound(block, from)];
      if (key !== undefined) return key < to ? key : undefined;
    }
    return undefined;
  }

  /** Index of the last block that begins at or before `key`, -1 when there is none. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#blocks[middle]![0]! <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function lowerBound(block: readonly string[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
