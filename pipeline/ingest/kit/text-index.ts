// Many texts looked for in one pass over another: Aho and Corasick, "Efficient string matching" (1975).

export interface Pattern {
  /** Not empty. */
  readonly text: string;
  /** Whether it counts only at the beginning. */
  readonly isBeginning: boolean;
  /** What is marked where the text is found; several patterns may have the same. */
  readonly mark: number;
}

/** Looking for a hundred texts one by one would read a line a hundred times. */
export class TextIndex {
  /** Which of the patterns' UTF-16 units a unit is; 0 = none of them. */
  readonly #units = new Uint8Array(65_536);
  readonly #width: number;
  /** State that follows on a state and a unit. */
  readonly #next: Uint16Array;
  /** Patterns that end in a state. */
  readonly #ends: readonly (readonly Pattern[] | undefined)[];

  /** @throws RangeError for an empty text, for texts of 65,535 units or more together, or of more than 255 different ones. */
  constructor(patterns: readonly Pattern[]) {
    const units = new Set(patterns.flatMap(({ text }) => text.split('')));
    const states = 1 + patterns.reduce((sum, { text }) => sum + text.length, 0);
    if (units.size > 255 || states > 65_535 || patterns.some(({ text }) => text === '')) throw new RangeError('An empty text, or too many for one index');
    for (const [index, unit] of [...units].entries()) this.#units[unit.charCodeAt(0)] = index + 1;
    this.#width = units.size + 1;
    this.#next = new Uint16Array(states * this.#width);
    const ends: Pattern[][] = Array.from({ length: states }, () => []);
    this.#plant(patterns, ends);
    this.#link(ends);
    this.#ends = ends.map((found) => (found.length === 0 ? undefined : found));
  }

  /** Sets to 1 the marks of all patterns that the text has. */
  find(text: string, marks: Uint8Array): void {
    const units = this.#units;
    const next = this.#next;
    const ends = this.#ends;
    const width = this.#width;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      state = next[state * width + units[text.charCodeAt(at)]!]!;
      const found = ends[state];
      if (found === undefined) continue;
      for (const pattern of found) if (!pattern.isBeginning || at === pattern.text.length - 1) marks[pattern.mark] = 1;
    }
  }

  /** The patterns as a tree of states. */
  #plant(patterns: readonly Pattern[], ends: readonly Pattern[][]): void {
    let last = 0;
    for (const pattern of patterns) {
      let state = 0;
      for (let at = 0; at < pattern.text.length; at++) {
        const edge = state * this.#width + this.#units[pattern.text.charCodeAt(at)]!;
        if (this.#next[edge] === 0) this.#next[edge] = ++last;
        state = this.#next[edge]!;
      }
      ends[state]!.push(pattern);
    }
  }

  /** Where no pattern goes on, the longest ending of what was read that begins one does. Level by level: shorter endings are complete then. */
  #link(ends: readonly Pattern[][]): void {
    const next = this.#next;
    const width = this.#width;
    const fallbacks = new Uint16Array(ends.length);
    let level = Array.from(next.subarray(0, width)).filter((state) => state > 0);
    while (level.length > 0) {
      const below: number[] = [];
      for (const state of level) {
        const fallback = fallbacks[state]!;
        ends[state]!.push(...ends[fallback]!);
        for (let unit = 0; unit < width; unit++) {
          const child = next[state * width + unit]!;
          const other = next[fallback * width + unit]!;
          if (child === 0) next[state * width + unit] = other;
          else {
            fallbacks[child] = other;
            below.push(child);
          }
        }
      }
      level = below;
    }
  }
}
