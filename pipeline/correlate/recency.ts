// Keys from the one that was touched longest ago to the newest. A Set would do, but a key that is deleted and added again and again, as that of
// a busy group among many, gets slower to find in it each time until the set grows.
interface Link {
  readonly key: string;
  before: Link | null;
  after: Link | null;
}

export class Recency {
  readonly #links = new Map<string, Link>();
  #oldest: Link | null = null;
  #newest: Link | null = null;

  /** @param keys Oldest first. */
  constructor(keys: Iterable<string>) {
    for (const key of keys) this.touch(key);
  }

  get size(): number {
    return this.#links.size;
  }

  touch(key: string): void {
    const known = this.#links.get(key);
    if (known !== undefined && known === this.#newest) return;
    const link = known ?? { key, before: null, after: null };
    if (known === undefined) this.#links.set(key, link);
    else this.#takeOut(link);
    link.before = this.#newest;
    link.after = null;
    if (this.#newest === null) this.#oldest = link;
    else this.#newest.after = link;
    this.#newest = link;
  }

  delete(key: string): void {
    const link = this.#links.get(key);
    if (link === undefined) return;
    this.#links.delete(key);
    this.#takeOut(link);
  }

  /** Touched longest ago, other than this one. */
  oldestBeside(key: string): string | undefined {
    return (this.#oldest?.key === key ? this.#oldest.after : this.#oldest)?.key;
  }

  #takeOut({ before, after }: Link): void {
    if (before === null) this.#oldest = after;
    else before.after = after;
    if (after === null) this.#newest = before;
    else after.before = before;
  }
}
