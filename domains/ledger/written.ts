// What was written to one partition, by all stages together. Entries tell it in overlapping ranges, so below an offset it is known as bounds.

/** A part of an entry: `count` records between the offsets `first` and `last`, both inclusive; -1 = not known. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Detail beyond this is given up, oldest first: a break is then named by a wider range, never missed. */
const MAX_STRETCHES = 10_000;

export class Written {
  /** Records of stretches whose detail was given up; all of them lie below `floor`. */
  #base: number;
  #floor: number;
  #stretches: Stretch[] = [];

  constructor(base = 0, floor = 0) {
    this.#base = base;
    this.#floor = floor;
  }

  get total(): number {
    return this.#stretches.reduce((total, { count }) => total + count, this.#base);
  }
  get floor(): number {
    return this.#floor;
  }

  add(stretch: Stretch): void {
    this.#stretches.push(stretch);
    if (this.#stretches.length > MAX_STRETCHES) this.#giveUpHalf();
  }

  /** Gives up all detail: what is known lies below `floor`. */
  fold(floor: number): void {
    this.#base = this.total;
    this.#floor = Math.max(this.#floor, floor);
    this.#stretches = [];
  }

  /** Records below each of `offsets` (ascending, none below `floor`): at least `low`, at most `high`. `extra` is counted too. */
  bounds(offsets: readonly number[], extra: readonly Stretch[]): readonly { readonly low: number; readonly high: number }[] {
    const all = [...this.#stretches, ...extra];
    const unknown = all.filter(({ last }) => last < 0).reduce((total, { count }) => total + count, 0);
    const known = all.filter(({ last }) => last >= 0);
    const byLast = known.toSorted((a, b) => a.last - b.last);
    const byFirst = known.toSorted((a, b) => a.first - b.first);
    let [low, high, l, f] = [this.#base, this.#base + unknown, 0, 0];
    return offsets.map((offset) => {
      for (; l < byLast.length && byLast[l]!.last < offset; l++) low += byLast[l]!.count;
      for (; f < byFirst.length && byFirst[f]!.first < offset; f++) high += byFirst[f]!.count;
      return { low, high };
    });
  }

  #giveUpHalf(): void {
    const sorted = this.#stretches.toSorted((a, b) => a.last - b.last);
    const kept = sorted.splice(sorted.length >>> 1);
    for (const { count, last } of sorted) {
      this.#base += count;
      this.#floor = Math.max(this.#floor, last + 1);
    }
    this.#stretches = kept;
  }
}
