// The event that is being matched. One object serves all events of an engine: its arrays are reused, so nothing is allocated per event.
import type { Predicate } from '../compile/predicate.ts';
import { fold } from '../compile/fold.ts';
import type { Field } from '../compile/field.ts';

/** What a field holds as text: undefined when it is missing or has no text (null, an object), several when it is an array. */
export type Texts = string | readonly string[] | undefined;
/** A value at the end of a path. `OBJECT` stands for a map where a rule expects a value: present, but without text. */
export const OBJECT = Symbol('object');
export type Leaf = string | number | boolean | null | typeof OBJECT;

/** How a slot holds its value. Ranges are of the document's bytes. */
export const HELD_AS = { value: 0, plain: 1, escaped: 2, number: 3 } as const;

/** Behind each leaf of `joinedLeaves`; in no leaf. */
export const LEAF_END = 0x01;

const latin1 = Buffer.prototype.latin1Slice;
const utf8 = Buffer.prototype.utf8Slice;
const NOTHING: readonly string[] = [];

/** State by number of path, field and predicate. What was not written since `begin` does not count. */
export class EventView {
  /** Number of the current event; state is valid where its stamp equals it. */
  now = 0;
  /** The document as bytes, when it came as bytes. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Codes of folded texts of the current event; see `folds`. Grows, never shrinks below what one event needed. */
  arena = new Uint8Array(4096);

  stamps = new Int32Array(0); // by path, as all of these up to `values`
  heldAs = new Uint8Array(0);
  starts = new Int32Array(0);
  ends = new Int32Array(0);
  /** Where the folded text lies in the arena; -1 when it does not. */
  folds = new Int32Array(0);
  foldEnds = new Int32Array(0);
  /** When heldAs is `value`: a leaf, or the leaves of an array. */
  values: (Leaf | readonly Leaf[])[] = [];

  #texts: Texts[] = [];
  #textStamps = new Int32Array(0);
  #folded: Texts[] = [];
  #foldedStamps = new Int32Array(0);
  #answers = new Int32Array(0); // by predicate: twice the event's number, plus one when it holds
  #readLeaves: () => readonly string[] = () => NOTHING;
  /** End of the folded texts of all leaves, which then begin the arena, each with LEAF_END behind it; -1 when they are not all there. */
  joinedEnd = -1;
  #joined: string | undefined;
  #leaves: readonly string[] | undefined;
  #foldedLeaves: readonly string[] | undefined;
  readonly #fields: readonly Field[];

  /** @param fields Grows while rules are compiled; call `resize` afterwards. */
  constructor(fields: readonly Field[]) {
    this.#fields = fields;
  }

  resize(paths: number, predicates: number): void {
    this.stamps = new Int32Array(paths);
    this.heldAs = new Uint8Array(paths);
    this.starts = new Int32Array(paths);
    this.ends = new Int32Array(paths);
    this.folds = new Int32Array(paths);
    this.foldEnds = new Int32Array(paths);
    this.values = Array.from<Leaf>({ length: paths }).fill(null);
    this.#texts = Array.from<Texts>({ length: this.#fields.length }).fill(undefined);
    this.#textStamps = new Int32Array(this.#fields.length);
    this.#folded = Array.from<Texts>({ length: this.#fields.length }).fill(undefined);
    this.#foldedStamps = new Int32Array(this.#fields.length);
    this.#answers = new Int32Array(predicates);
    this.now = 0;
  }

  /** @param readLeaves Texts of all leaves, for keywords; called at most once and only if a keyword is asked for. */
  begin(bytes: Uint8Array, readLeaves: () => readonly string[]): void {
    this.bytes = bytes;
    this.#readLeaves = readLeaves;
    this.joinedEnd = -1;
    this.#joined = undefined;
    this.#leaves = undefined;
    this.#foldedLeaves = undefined;
    this.now += 1;
    if (this.now < 0x3fff_ffff) return;
    // Stamps would meet their past after a billion events.
    for (const array of [this.stamps, this.#textStamps, this.#foldedStamps, this.#answers]) array.fill(0);
    this.now = 1;
  }

  holds(predicate: Predicate): boolean {
    const answer = this.#answers[predicate.id]!;
    if (answer >> 1 === this.now) return (answer & 1) === 1;
    const holds = predicate.check(this);
    this.#answers[predicate.id] = (this.now << 1) | (holds ? 1 : 0);
    return holds;
  }

  /** As the event has it. */
  text(field: number): Texts {
    if (this.#textStamps[field] === this.now) return this.#texts[field];
    const path = this.#path(field);
    const texts = path < 0 ? undefined : this.#textAt(path);
    this.#texts[field] = texts;
    this.#textStamps[field] = this.now;
    return texts;
  }

  /** Without case; see `fold`. */
  folded(field: number): Texts {
    if (this.#foldedStamps[field] === this.now) return this.#folded[field];
    const path = this.#path(field);
    let texts: Texts;
    if (path >= 0 && this.folds[path]! >= 0) texts = latin1.call(this.arena, this.folds[path]!, this.foldEnds[path]!);
    else {
      const raw = this.text(field);
      texts = typeof raw === 'string' ? fold(raw) : raw?.map(fold);
    }
    this.#folded[field] = texts;
    this.#foldedStamps[field] = this.now;
    return texts;
  }

  exists(field: number): boolean {
    return this.#path(field) >= 0;
  }

  /** Missing, null, or an array that holds null. */
  isNull(field: number): boolean {
    const path = this.#path(field);
    if (path < 0) return true;
    if (this.heldAs[path] !== HELD_AS.value) return false;
    const value = this.values[path]!;
    return value === null || (Array.isArray(value) && value.includes(null));
  }

  /** Texts of all leaves of the record, for keywords. */
  leaves(): readonly string[] {
    return (this.#leaves ??= this.#readLeaves());
  }
  foldedLeaves(): readonly string[] {
    return (this.#foldedLeaves ??= this.joinedLeaves()?.split(String.fromCharCode(LEAF_END)).slice(0, -1) ?? this.leaves().map(fold));
  }
  /** The same as one text, LEAF_END behind each; undefined when a leaf holds a character without a code, or they are not at hand. */
  joinedLeaves(): string | undefined {
    if (this.joinedEnd < 0) return undefined;
    return (this.#joined ??= latin1.call(this.arena, 0, this.joinedEnd));
  }

  /** The first path of the field that the event has, or -1. */
  #path(field: number): number {
    const { paths } = this.#fields[field]!;
    for (let i = 0; i < paths.length; i += 1) if (this.stamps[paths[i]!] === this.now) return paths[i]!;
    return -1;
  }

  #textAt(path: number): Texts {
    const start = this.starts[path]!;
    const end = this.ends[path]!;
    switch (this.heldAs[path]) {
      case HELD_AS.plain:
        return latin1.call(this.bytes, start, end);
      case HELD_AS.escaped:
        return JSON.parse(utf8.call(this.bytes, start - 1, end + 1)) as string;
      case HELD_AS.number:
        return numberText(latin1.call(this.bytes, start, end));
      default:
        return textOf(this.values[path]!);
    }
  }
}

/** Integers keep all their digits, however many; other numbers are written as JavaScript does. */
export const numberText = (token: string): string => (/^(?:0|-?[1-9]\d*)$/.test(token) ? token : String(Number(token)));

const leafText = (leaf: Leaf): string | undefined => (typeof leaf === 'string' ? leaf : leaf === null || leaf === OBJECT ? undefined : String(leaf));
function textOf(value: Leaf | readonly Leaf[]): Texts {
  if (!Array.isArray(value)) return leafText(value as Leaf);
  return (value as readonly Leaf[]).map(leafText).filter((text) => text !== undefined);
}
