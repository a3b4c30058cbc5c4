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
  /** Where fields are scored: of the wrong ones, those without a value and those with another; and fields that nothing was expected of. */
  readonly fields?: { readonly missing: number; readonly different: number; readonly extra: number };
  /** Expected values that were left out, by a rule of the set that its page tells; absent = none. */
  readonly unasked?: number;
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

interface Counts {
  missing: number;
  different: number;
  extra: number;
}
type Writable = { right: number; total: number; fields?: Counts; unasked?: number };

/** Collects cases by measure. */
export class Tally {
  readonly #set: string;
  readonly #measures = new Map<string, Writable>();
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
    const score = this.#score(measure);
    score.total += 1;
    if (JSON.stringify(got) === JSON.stringify(expected)) score.right += 1;
    else this.#wrong.push({ measure, id, expected, got });
  }

  /** As `case`, for one field of several: a wrong one is counted as missing (null) or different. */
  field(measure: string, id: string, expected: unknown, get: () => unknown): void {
    const before = this.#wrong.length;
    this.case(measure, id, expected, get);
    const fields = this.#fields(measure);
    const wrong = this.#wrong[before];
    if (wrong !== undefined) fields[wrong.got === null || wrong.got === undefined ? 'missing' : 'different'] += 1;
  }
  /** Fields that are there and that nothing was expected of: told, not scored. */
  extra(measure: string, count: number): void {
    this.#fields(measure).extra += count;
  }
  unasked(measure: string, count: number): void {
    if (count === 0) return;
    const score = this.#score(measure);
    score.unasked = (score.unasked ?? 0) + count;
  }
  #fields(measure: string): Counts {
    return (this.#score(measure).fields ??= { missing: 0, different: 0, extra: 0 });
  }
  #score(measure: string): Writable {
    const score = this.#measures.get(measure) ?? { right: 0, total: 0 };
    this.#measures.set(measure, score);
    return score;
  }

  result(): Result {
    return { set: this.#set, measures: Object.fromEntries(this.#measures), wrong: this.#wrong };
  }
}
