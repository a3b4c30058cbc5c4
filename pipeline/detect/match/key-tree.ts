// The keys of documents that rules ask for, as a tree: everything else in a document is passed over.
import type { Path } from '../compile/field.ts';

/** One key of one object. */
export class KeyEntry {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Number of the path that ends here, or -1. */
  path = -1;
  /** Fields of which the index wants the texts at this path; KEYWORDS among them where it wants all texts. */
  scanned: readonly number[] = [];
  /** Fields of which the index wants to know that they are there. */
  noted: readonly number[] = [];
  /** What is asked for below this key. */
  child: KeyNode | undefined;
  /** Serial number of the object in which the key was last seen: the same again means that the object repeats a key. */
  seenIn = 0;

  constructor(key: string) {
    this.key = key;
    this.bytes = Buffer.from(key, 'utf8');
  }
}

/** The keys of interest of one object. */
export class KeyNode {
  readonly entries = new Map<string, KeyEntry>();
  #mask = 0;
  #slots: (KeyEntry | undefined)[] = [undefined];

  entry(key: string): KeyEntry {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = new KeyEntry(key);
      this.entries.set(key, entry);
    }
    return entry;
  }

  /** @returns the entry at the end of the path, made where missing. Call `build` on the root afterwards. */
  place(path: Path): KeyEntry {
    let entry = this.entry(path[0]!);
    for (const key of path.slice(1)) entry = (entry.child ??= new KeyNode()).entry(key);
    return entry;
  }

  /** @param everywhere Fields of which the index wants the texts at every path. */
  build(everywhere: readonly number[]): void {
    this.#mask = 2 ** Math.ceil(Math.log2(this.entries.size * 2 + 1)) - 1;
    this.#slots = Array.from({ length: this.#mask + 1 });
    for (const entry of this.entries.values()) {
      entry.child?.build(everywhere);
      entry.scanned = [...entry.scanned, ...everywhere];
      let slot = hash(entry.bytes, 0, entry.bytes.length) & this.#mask;
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = entry;
    }
  }

  /** The entry whose key is bytes [from, to), which hold no escapes. */
  find(bytes: Uint8Array, from: number, to: number): KeyEntry | undefined {
    let slot = hash(bytes, from, to) & this.#mask;
    for (let entry = this.#slots[slot]; entry !== undefined; entry = this.#slots[slot]) {
      if (isEqual(entry.bytes, bytes, from, to)) return entry;
      slot = (slot + 1) & this.#mask;
    }
    return undefined;
  }
}

/** Length and three characters tell keys of real documents apart; the comparison decides. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length === 0) return 0;
  const product = Math.imul(bytes[from]! | (bytes[from + (length >> 1)]! << 8) | (bytes[to - 1]! << 16) | (length << 24), 0x9e37_79b1);
  return product ^ (product >>> 15);
}

function isEqual(key: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (key.length !== to - from) return false;
  for (let i = 0; i < key.length; i += 1) if (key[i] !== bytes[from + i]) return false;
  return true;
}
