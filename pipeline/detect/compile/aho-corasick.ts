// Is one of many literals in a text? One pass over the text, whatever their number.

/**
 * A dense automaton over UTF-16 code units: one step is two array reads. It takes (states x different characters x 4) bytes,
 * about 3 MB for a thousand literals, and is built on first use. For the index over all rules see match/literal-index.ts.
 *
 * @see A. Aho, M. Corasick, "Efficient string matching" (1975); failure links are folded into the table here.
 */
export class AhoCorasick {
  readonly #literals: readonly string[];
  #classes: Uint16Array | undefined;
  #next: Int32Array = new Int32Array(0);

  /** @param literals Not empty texts. Compared as they are: fold both sides for matching without case. */
  constructor(literals: readonly string[]) {
    this.#literals = literals;
  }

  /** True when the text holds one of the literals. */
  test(text: string): boolean {
    const classes = this.#classes ?? this.#build();
    const next = this.#next;
    let state = 0;
    for (let i = 0; i < text.length; i += 1) {
      state = next[state + classes[text.charCodeAt(i)]!]!;
      if (state < 0) return true;
    }
    return false;
  }

  /** Class 0 is every character that no literal holds. A state is the offset of its row; -1 accepts and is final. */
  #build(): Uint16Array {
    const classes = new Uint16Array(65_536);
    let width = 1;
    for (const literal of this.#literals) {
      for (let i = 0; i < literal.length; i += 1) classes[literal.charCodeAt(i)] ||= width++;
    }
    const rows = 1 + this.#literals.reduce((sum, literal) => sum + literal.length, 0);
    const next = new Int32Array(rows * width);
    let used = width;
    for (const literal of this.#literals) {
      let state = 0;
      for (let i = 0; i < literal.length; i += 1) {
        const edge = state + classes[literal.charCodeAt(i)]!;
        if (next[edge]! < 0) break; // a shorter literal ends here already
        if (i === literal.length - 1) next[edge] = -1;
        else if (next[edge] === 0) {
          next[edge] = used;
          used += width;
        }
        state = next[edge]!;
      }
    }
    this.#close(next, width, used);
    this.#next = next.slice(0, used);
    this.#classes = classes;
    return classes;
  }

  /** Breadth first: an edge that is missing goes where the longest proper suffix of the state would go. */
  #close(next: Int32Array, width: number, used: number): void {
    const suffix = new Int32Array(used / width);
    const queue: number[] = [];
    for (let edge = 0; edge < width; edge += 1) if (next[edge]! > 0) queue.push(next[edge]!);
    for (let head = 0; head < queue.length; head += 1) {
      const state = queue[head]!;
      const fall = suffix[state / width]!;
      for (let edge = 0; edge < width; edge += 1) {
        const target = next[state + edge]!;
        const other = next[fall + edge]!;
        if (target === 0) next[state + edge] = other;
        else if (target > 0 && other < 0)
          next[state + edge] = -1; // a literal ends inside a longer one
        else if (target > 0) {
          suffix[target / width] = other;
          queue.push(target);
        }
      }
    }
  }
}
