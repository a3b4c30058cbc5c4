// What a set of conformance data says of this build.

export interface Wrong {
  readonly measure: string;
  readonly id: string;
  readonly expected: unknown;
  readonly got: unknown;
}
export interface Score {
  readonly right: number;
  readonly total: number;
}
export interface Result {
  readonly set: string;
  readonly measures: Readonly<Record<string, Score>>;
  readonly wrong: readonly Wrong[];
}

/** The default export of `conformance/<set>.ts`. The file's name is the set's. */
export interface ConformanceSet {
  readonly name: string;
  /** @param folder Has the layout that docs/conformance describes; nothing depends on the content of a particular folder. */
  readonly run: (folder: string) => Promise<Result>;
}

/** Collects cases by measure. */
export class Tally {
  readonly #set: string;
  readonly #measures = new Map<string, { right: number; total: number }>();
  readonly #wrong: Wrong[] = [];

  constructor(set: string) {
    this.#set = set;
  }

  /** Counts one case: right when both sides are equal as JSON. A case that throws is wrong, with what it threw. */
  case(measure: string, id: string, expected: unknown, get: () => unknown): void {
    let got: unknown;
    try {
      got = get();
    } catch (error) {
      got = { threw: error instanceof Error ? error.message : String(error) };
    }
    const score = this.#measures.get(measure) ?? { right: 0, total: 0 };
    this.#measures.set(measure, score);
    score.total += 1;
    if (JSON.stringify(got) === JSON.stringify(expected)) score.right += 1;
    else this.#wrong.push({ measure, id, expected, got });
  }

  result(): Result {
    return { set: this.#set, measures: Object.fromEntries(this.#measures), wrong: this.#wrong };
  }
}
