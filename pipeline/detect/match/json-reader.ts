// Reads from a JSON text what rules ask for, without building objects: notes where values lie and hands texts to the index.
import { CODED_TEXT, fold, writeCodes } from '../compile/fold.ts';
import type { KeyEntry } from './key-tree.ts';
import { KeyNode } from './key-tree.ts';
import type { LiteralIndex } from './literal-index.ts';
import { HELD_AS, LEAF_END, numberText, OBJECT } from './view.ts';
import type { EventView, Leaf } from './view.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 64;
/** Where reading goes when the document is one that only JSON.parse gets right. */
const IRREGULAR = -1;
const NO_KEYS = new KeyNode();

/** Folded byte; 0 where a string needs a closer look: quote, backslash, controls, beyond ASCII. */
const FOLDED: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte > 0x7f || byte === QUOTE || byte === BACKSLASH) return 0;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
});
/** Character behind a backslash to its code; 0 for those that need a closer look. */
const ESCAPED = new Uint8Array(256);
for (const [name, code] of [['"', 0x22], ['\\', 0x5c], ['/', 0x2f], ['n', 0x0a], ['r', 0x0d], ['t', 0x09]] as const) ESCAPED[name.charCodeAt(0)] = code;
/** 1 for what ends a run of plain characters in a string. */
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) => (byte === QUOTE || byte === BACKSLASH ? 1 : 0));

const utf8 = Buffer.prototype.utf8Slice;
const latin1 = Buffer.prototype.latin1Slice;

/** By its first byte, the rest being left to whoever reads the value. */
const isScalar = (first: number | undefined, length: number): boolean =>
  (first === 0x6e || first === 0x74 ? length === 4 : first === 0x66 ? length === 5 : first === 0x2d || (first !== undefined && first >= 0x30 && first <= 0x39));

/** One for an engine. `keywordField` is the field under which the index knows keywords, or -1 when it knows none. */
export class JsonReader {
  readonly #view: EventView;
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #index!: LiteralIndex;
  #keywords = -1;
  #filled = 0; // of the arena
  #serial = 0; // of objects
  #valueEnd = 0; // set by readers of strings

  constructor(view: EventView) {
    this.#view = view;
  }

  /**
   * @returns false when the text is not read to its end this way: repeated keys, nesting beyond 64, a top that is no object, or no JSON.
   *   The view is then to be filled from JSON.parse, after another `begin`.
   */
  read(bytes: Uint8Array, root: KeyNode, index: LiteralIndex, keywordField: number): boolean {
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#index = index;
    this.#keywords = keywordField;
    this.#filled = 0;
    if (this.#view.arena.length < bytes.length * 2) this.#view.arena = new Uint8Array(bytes.length * 3);
    const start = this.#space(0);
    if (bytes[start] !== 0x7b) return false;
    this.#view.joinedEnd = keywordField < 0 ? -1 : 0;
    const end = this.#object(start + 1, root, 0, false);
    if (end === IRREGULAR || this.#space(end) !== this.#end) return false;
    if (keywordField >= 0) {
      if (this.#view.joinedEnd >= 0) this.#view.joinedEnd = this.#filled;
      index.scan(keywordField, this.#view.arena, 0, this.#filled); // no literal reaches over the end of a leaf
    }
    return true;
  }

  #space(from: number): number {
    let at = from;
    while (at < this.#end && this.#bytes[at]! <= 0x20) at += 1;
    return at;
  }

  /** Behind the brace. @returns the offset behind the closing one. */
  #object(from: number, node: KeyNode, depth: number, isRepeated: boolean): number {
    if (depth > MAX_DEPTH) return IRREGULAR;
    const bytes = this.#bytes;
    this.#serial += 1;
    const serial = this.#serial;
    let at = this.#space(from);
    if (bytes[at] === 0x7d) return at + 1;
    for (;;) {
      if (bytes[at] !== QUOTE) return IRREGULAR;
      const keyStart = at + 1;
      let keyEnd = keyStart;
      while (STOPS[bytes[keyEnd]!] === 0) keyEnd += 1;
      let entry: KeyEntry | undefined;
      if (bytes[keyEnd] === BACKSLASH) {
        keyEnd = this.#skipString(keyStart) - 1;
        if (keyEnd < 0) return IRREGULAR;
        entry = node.entries.get(this.#decode(keyStart, keyEnd));
      } else entry = node.find(bytes, keyStart, keyEnd);
      at = this.#space(keyEnd + 1);
      if (bytes[at] !== 0x3a) return IRREGULAR;
      at = this.#space(at + 1);
      if (entry !== undefined) {
        if (entry.seenIn === serial) return IRREGULAR;
        entry.seenIn = serial;
        at = this.#value(at, entry, depth, isRepeated);
      } else at = this.#keywords < 0 ? this.#skip(at) : this.#leaf(at, depth);
      if (at < 0) return IRREGULAR;
      at = this.#space(at);
      const next = bytes[at];
      if (next === 0x7d) return at + 1;
      if (next !== 0x2c) return IRREGULAR;
      at = this.#space(at + 1);
    }
  }

  /** A value that a rule asks for, or something below it. `isRepeated`: inside of an array, where a path may be met many times. */
  #value(at: number, entry: KeyEntry, depth: number, isRepeated: boolean): number {
    const first = this.#bytes[at];
    if (first === 0x7b) {
      if (entry.path >= 0) this.#add(entry, OBJECT, isRepeated);
      if (entry.child === undefined && this.#keywords < 0) return this.#skip(at);
      return this.#object(at + 1, entry.child ?? NO_KEYS, depth + 1, isRepeated);
    }
    if (first === 0x5b) return this.#array(at + 1, entry, depth + 1);
    if (entry.path < 0) return this.#keywords < 0 ? this.#skip(at) : this.#leaf(at, depth);
    if (first === QUOTE) return this.#string(at + 1, entry, isRepeated);
    const end = this.#scalarEnd(at);
    if (end === IRREGULAR || !isScalar(first, end - at)) return IRREGULAR;
    if (first === 0x6e) this.#add(entry, null, isRepeated);
    else if (first === 0x74 || first === 0x66) {
      this.#add(entry, first === 0x74, isRepeated);
      this.#scanText(entry, first === 0x74 ? 'true' : 'false');
    } else {
      const token = latin1.call(this.#bytes, at, end);
      if (isRepeated) this.#add(entry, numberText(token), true);
      else this.#note(entry, HELD_AS.number, at, end, -1, -1);
      if (entry.scanned.length > 0 || this.#keywords >= 0) this.#scanText(entry, numberText(token));
    }
    return end;
  }

  #array(from: number, entry: KeyEntry, depth: number): number {
    if (depth > MAX_DEPTH) return IRREGULAR;
    // An empty array is present, though it has no element.
    if (entry.path >= 0 && this.#view.stamps[entry.path] !== this.#view.now) this.#add(entry, [], false);
    let at = this.#space(from);
    if (this.#bytes[at] === 0x5d) return at + 1;
    for (;;) {
      at = this.#value(at, entry, depth, true);
      if (at < 0) return IRREGULAR;
      at = this.#space(at);
      const next = this.#bytes[at];
      if (next === 0x5d) return at + 1;
      if (next !== 0x2c) return IRREGULAR;
      at = this.#space(at + 1);
    }
  }

  /** Behind the quote. */
  #string(start: number, entry: KeyEntry, isRepeated: boolean): number {
    if (entry.scanned.length === 0 && this.#keywords < 0 && !isRepeated) {
      const end = this.#skipString(start);
      if (end !== IRREGULAR) this.#note(entry, HELD_AS.escaped, start, end - 1, -1, -1);
      return end;
    }
    const from = this.#filled;
    const isPlain = this.#foldString(start);
    const end = this.#valueEnd;
    if (end === IRREGULAR) return IRREGULAR;
    if (isRepeated) this.#add(entry, this.#decode(start, end - 1), true);
    else this.#note(entry, isPlain && this.#filled - from === end - 1 - start ? HELD_AS.plain : HELD_AS.escaped, start, end - 1, isPlain ? from : -1, this.#filled);
    this.#scan(entry.scanned, from, !isPlain);
    if (this.#keywords >= 0) this.#endLeaf(isPlain);
    return end;
  }

  /**
   * Puts the folded codes of the string that begins at `start` into the arena and sets `#valueEnd` behind its quote.
   * @returns false when some of the codes stand for other characters.
   */
  #foldString(start: number): boolean {
    const bytes = this.#bytes;
    const { arena } = this.#view;
    const from = this.#filled;
    let to = from;
    let at = start;
    for (;;) {
      const byte = bytes[at]!;
      const folded = FOLDED[byte]!;
      if (folded !== 0) {
        arena[to] = folded;
        to += 1;
        at += 1;
      } else if (byte === QUOTE) {
        this.#filled = to;
        this.#valueEnd = at + 1;
        return true;
      } else if (byte === BACKSLASH) {
        const code = ESCAPED[bytes[at + 1]!];
        if (code === undefined || code === 0) break;
        arena[to] = code;
        to += 1;
        at += 2;
      } else if (byte === 0xc2 || byte === 0xc3) {
        const next = bytes[at + 1]!;
        if ((next & 0xc0) !== 0x80) break;
        const code = ((byte & 0x03) << 6) | (next & 0x3f);
        arena[to] = code >= 0xc0 && code <= 0xde && code !== 0xd7 ? code + 0x20 : code;
        to += 1;
        at += 2;
      } else break;
    }
    this.#valueEnd = this.#skipString(at);
    if (this.#valueEnd === IRREGULAR) return false;
    const text = fold(this.#decode(start, this.#valueEnd - 1));
    this.#room(text.length);
    this.#filled = writeCodes(text, this.#view.arena, from);
    return CODED_TEXT.test(text);
  }

  /** A value that only keywords ask for. */
  #leaf(at: number, depth: number): number {
    const first = this.#bytes[at];
    if (first === 0x7b) return this.#object(at + 1, NO_KEYS, depth + 1, false);
    if (first === 0x5b) {
      if (depth > MAX_DEPTH) return IRREGULAR;
      let next = this.#space(at + 1);
      if (this.#bytes[next] === 0x5d) return next + 1;
      for (;;) {
        next = this.#leaf(next, depth + 1);
        if (next < 0) return IRREGULAR;
        next = this.#space(next);
        if (this.#bytes[next] === 0x5d) return next + 1;
        if (this.#bytes[next] !== 0x2c) return IRREGULAR;
        next = this.#space(next + 1);
      }
    }
    if (first === QUOTE) {
      const from = this.#filled;
      const isPlain = this.#foldString(at + 1);
      if (this.#valueEnd === IRREGULAR) return IRREGULAR;
      this.#scan([], from, !isPlain);
      this.#endLeaf(isPlain);
      return this.#valueEnd;
    }
    const end = this.#scalarEnd(at);
    if (end !== IRREGULAR && first !== 0x6e) this.#scanCodes([], first === 0x74 ? 'true' : first === 0x66 ? 'false' : numberText(latin1.call(this.#bytes, at, end)));
    return end;
  }

  #note(entry: KeyEntry, heldAs: number, start: number, end: number, foldStart: number, foldEnd: number): void {
    const view = this.#view;
    const { path } = entry;
    view.stamps[path] = view.now;
    view.heldAs[path] = heldAs;
    view.starts[path] = start;
    view.ends[path] = end;
    view.folds[path] = foldStart;
    view.foldEnds[path] = foldEnd;
    this.#present(entry);
  }

  /** Inside of arrays values of one path collect. */
  #add(entry: KeyEntry, leaf: Leaf | readonly Leaf[], isRepeated: boolean): void {
    const view = this.#view;
    const { path } = entry;
    const isFirst = view.stamps[path] !== view.now;
    if (!isRepeated) view.values[path] = leaf;
    else if (isFirst) view.values[path] = [leaf as Leaf];
    else (view.values[path] as Leaf[]).push(leaf as Leaf);
    view.stamps[path] = view.now;
    view.heldAs[path] = HELD_AS.value;
    view.folds[path] = -1;
    if (isFirst) this.#present(entry);
  }

  #present(entry: KeyEntry): void {
    for (const field of entry.noted) this.#index.present(field);
  }

  #scanText(entry: KeyEntry, text: string): void {
    if (entry.scanned.length > 0 || this.#keywords >= 0) this.#scanCodes(entry.scanned, text);
  }

  #scanCodes(fields: readonly number[], text: string): void {
    const from = this.#filled;
    this.#room(text.length);
    this.#filled = writeCodes(fold(text), this.#view.arena, from);
    this.#scan(fields, from, false);
    if (this.#keywords < 0) this.#filled = from; // nobody reads it again
    else this.#endLeaf(true);
  }

  /** With keywords all leaves stay in the arena, one after another. */
  #endLeaf(isPlain: boolean): void {
    if (!isPlain) this.#view.joinedEnd = -1;
    this.#room(1);
    this.#view.arena[this.#filled] = LEAF_END;
    this.#filled += 1;
  }

  /** The codes from `from` to the end of the arena are one text. */
  #scan(fields: readonly number[], from: number, hasOther: boolean): void {
    const { arena } = this.#view;
    for (let i = 0; i < fields.length; i += 1) {
      this.#index.scan(fields[i]!, arena, from, this.#filled);
      if (hasOther) this.#index.other(fields[i]!);
    }
    if (hasOther && this.#keywords >= 0) this.#index.other(this.#keywords);
  }

  /** Folding may lengthen a text. What is in the arena already stays, and the rest of the document fits behind. */
  #room(length: number): void {
    if (this.#view.arena.length - this.#filled >= length + this.#end) return;
    const larger = new Uint8Array((this.#filled + length + this.#end) * 2);
    larger.set(this.#view.arena.subarray(0, this.#filled));
    this.#view.arena = larger;
  }

  #decode(start: number, end: number): string {
    return JSON.parse(utf8.call(this.#bytes, start - 1, end + 1)) as string;
  }

  /** Behind the opening quote. @returns the offset behind the closing one. */
  #skipString(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      while (STOPS[bytes[at]!] === 0) at += 1;
      if (bytes[at] === QUOTE) return at + 1;
      if (at >= this.#end) return IRREGULAR;
      at += 2;
    }
  }

  #scalarEnd(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < this.#end && bytes[at] !== 0x2c && bytes[at] !== 0x7d && bytes[at] !== 0x5d && bytes[at]! > 0x20) at += 1;
    return at === from ? IRREGULAR : at;
  }

  /** Any value. @returns the offset behind it. */
  #skip(from: number): number {
    const bytes = this.#bytes;
    const first = bytes[from];
    if (first === QUOTE) return this.#skipString(from + 1);
    if (first !== 0x7b && first !== 0x5b) return this.#scalarEnd(from);
    let open = 0;
    for (let at = from; at < this.#end; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        at = this.#skipString(at + 1) - 1;
        if (at < 0) return IRREGULAR;
      } else if (byte === 0x7b || byte === 0x5b) open += 1;
      else if (byte === 0x7d || byte === 0x5d) {
        open -= 1;
        if (open === 0) return at + 1;
      }
    }
    return IRREGULAR;
  }
}
