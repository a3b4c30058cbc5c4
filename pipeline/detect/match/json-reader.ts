// Reads from a JSON text what rules ask for, without building objects: notes where values lie and hands texts to the index.
import { KEYWORDS } from '../compile/field.ts';
import { ASCII_TEXT, CODED_TEXT, fold, writeCodes } from '../compile/fold.ts';
import type { KeyEntry } from './key-tree.ts';
import { KeyNode } from './key-tree.ts';
import { END, spread, START_WINDOW } from './literal-index.ts';
import type { LiteralIndex } from './literal-index.ts';
import { BACKSLASH, IRREGULAR, isScalar, QUOTE, scalarEnd, skipBlanks, skipString, skipValue, STOPS } from './json-skip.ts';
import { HELD_AS, LEAF_END, numberText, OBJECT } from './view.ts';
import type { EventView, Leaf } from './view.ts';

const MAX_DEPTH = 64;
const NO_KEYS = new KeyNode();
const NO_FIELDS: readonly number[] = [];
const KEYWORD_FIELDS: readonly number[] = [KEYWORDS];
/** Windows of one text that are looked up once the text is whole; a text with more is gone through again. */
const MAX_PENDING = 64;

/** Folded byte; 0 where a string needs a closer look: quote, backslash, controls, beyond ASCII. */
const FOLDED: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte > 0x7f || byte === QUOTE || byte === BACKSLASH) return 0;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
});
/** Character behind a backslash to its code; 0 for those that need a closer look. */
const ESCAPED = new Uint8Array(256);
for (const [name, code] of [
  ['"', 0x22],
  ['\\', 0x5c],
  ['/', 0x2f],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
] as const)
  ESCAPED[name.charCodeAt(0)] = code;
const utf8 = Buffer.prototype.utf8Slice;
const latin1 = Buffer.prototype.latin1Slice;

/** One for an engine. `keywordField` is the field under which the index knows keywords, or -1 when it knows none. */
export class JsonReader {
  readonly #view: EventView;
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #index!: LiteralIndex;
  #keywords = -1;
  #leafFields = NO_FIELDS; // of leaves that only keywords ask for
  #filled = 0; // of the arena
  #serial = 0; // of objects
  #valueEnd = 0; // set by readers of strings
  readonly #pendingAt = new Int32Array(MAX_PENDING);
  readonly #pendingWindows = new Int32Array(MAX_PENDING);

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
    this.#leafFields = keywordField < 0 ? NO_FIELDS : KEYWORD_FIELDS;
    this.#filled = 0;
    if (this.#view.arena.length < bytes.length * 2) this.#view.arena = new Uint8Array(bytes.length * 3);
    const start = skipBlanks(this.#bytes, 0);
    if (bytes[start] !== 0x7b) return false;
    this.#view.joinedEnd = keywordField < 0 ? -1 : 0;
    const end = this.#object(start + 1, root, 0, false);
    if (end === IRREGULAR || skipBlanks(this.#bytes, end) !== this.#end) return false;
    if (this.#view.joinedEnd >= 0) this.#view.joinedEnd = this.#filled;
    return true;
  }

  /** Behind the brace. @returns the offset behind the closing one. */
  #object(from: number, node: KeyNode, depth: number, isRepeated: boolean): number {
    if (depth > MAX_DEPTH) return IRREGULAR;
    const bytes = this.#bytes;
    this.#serial += 1;
    const serial = this.#serial;
    let at = skipBlanks(this.#bytes, from);
    if (bytes[at] === 0x7d) return at + 1;
    for (;;) {
      if (bytes[at] !== QUOTE) return IRREGULAR;
      const keyStart = at + 1;
      let keyEnd = keyStart;
      while (STOPS[bytes[keyEnd]!] === 0) keyEnd += 1;
      let entry: KeyEntry | undefined;
      if (bytes[keyEnd] === BACKSLASH) {
        keyEnd = skipString(this.#bytes, keyStart) - 1;
        if (keyEnd < 0) return IRREGULAR;
        entry = node.entries.get(this.#decode(keyStart, keyEnd));
      } else entry = node.find(bytes, keyStart, keyEnd);
      at = skipBlanks(this.#bytes, keyEnd + 1);
      if (bytes[at] !== 0x3a) return IRREGULAR;
      at = skipBlanks(this.#bytes, at + 1);
      if (entry !== undefined) {
        if (entry.seenIn === serial) return IRREGULAR;
        entry.seenIn = serial;
        at = this.#value(at, entry, depth, isRepeated);
      } else at = this.#keywords < 0 ? skipValue(this.#bytes, at) : this.#leaf(at, depth);
      if (at < 0) return IRREGULAR;
      at = skipBlanks(this.#bytes, at);
      const next = bytes[at];
      if (next === 0x7d) return at + 1;
      if (next !== 0x2c) return IRREGULAR;
      at = skipBlanks(this.#bytes, at + 1);
    }
  }

  /** A value that a rule asks for, or something below it. `isRepeated`: inside of an array, where a path may be met many times. */
  #value(at: number, entry: KeyEntry, depth: number, isRepeated: boolean): number {
    const first = this.#bytes[at];
    if (first === 0x7b) {
      if (entry.path >= 0) this.#add(entry, OBJECT, isRepeated);
      if (entry.child === undefined && this.#keywords < 0) return skipValue(this.#bytes, at);
      return this.#object(at + 1, entry.child ?? NO_KEYS, depth + 1, isRepeated);
    }
    if (first === 0x5b) return this.#array(at + 1, entry, depth + 1);
    if (entry.path < 0) return this.#keywords < 0 ? skipValue(this.#bytes, at) : this.#leaf(at, depth);
    if (first === QUOTE) return this.#string(at + 1, entry, isRepeated);
    const end = scalarEnd(this.#bytes, at);
    if (end === IRREGULAR || !isScalar(first, end - at)) return IRREGULAR;
    if (first === 0x6e) this.#add(entry, null, isRepeated);
    else if (first === 0x74 || first === 0x66) {
      this.#add(entry, first === 0x74, isRepeated);
      this.#scanText(entry, first === 0x74 ? 'true' : 'false');
    } else {
      if (isRepeated) this.#add(entry, numberText(latin1.call(this.#bytes, at, end)), true);
      else this.#note(entry, HELD_AS.number, at, end, -1, -1);
      if (entry.scanned.length > 0) this.#scanNumber(entry.scanned, at, end);
    }
    return end;
  }

  #array(from: number, entry: KeyEntry, depth: number): number {
    if (depth > MAX_DEPTH) return IRREGULAR;
    // An empty array is present, though it has no element.
    if (entry.path >= 0 && this.#view.stamps[entry.path] !== this.#view.now) this.#add(entry, [], false);
    let at = skipBlanks(this.#bytes, from);
    if (this.#bytes[at] === 0x5d) return at + 1;
    for (;;) {
      at = this.#value(at, entry, depth, true);
      if (at < 0) return IRREGULAR;
      at = skipBlanks(this.#bytes, at);
      const next = this.#bytes[at];
      if (next === 0x5d) return at + 1;
      if (next !== 0x2c) return IRREGULAR;
      at = skipBlanks(this.#bytes, at + 1);
    }
  }

  /** Behind the quote. */
  #string(start: number, entry: KeyEntry, isRepeated: boolean): number {
    if (entry.scanned.length === 0 && !isRepeated) {
      const end = skipString(this.#bytes, start);
      if (end !== IRREGULAR) this.#note(entry, HELD_AS.escaped, start, end - 1, -1, -1);
      return end;
    }
    const from = this.#filled;
    const isPlain = this.#foldString(start, entry.scanned);
    const end = this.#valueEnd;
    if (end === IRREGULAR) return IRREGULAR;
    if (isRepeated) this.#add(entry, this.#decode(start, end - 1), true);
    else
      this.#note(
        entry,
        isPlain && this.#filled - from === end - 1 - start ? HELD_AS.plain : HELD_AS.escaped,
        start,
        end - 1,
        isPlain ? from : -1,
        this.#filled,
      );
    if (this.#keywords >= 0) this.#endLeaf(isPlain);
    return end;
  }

  /**
   * Puts the folded codes of the string that begins at `start` into the arena, sets `#valueEnd` behind its quote, and has the index look
   * for literals of the fields.
   * @returns false when some of the codes stand for other characters.
   */
  #foldString(start: number, fields: readonly number[]): boolean {
    const bytes = this.#bytes;
    const { arena } = this.#view;
    const { bits, bitShift } = this.#index;
    const pendingAt = this.#pendingAt;
    const pendingWindows = this.#pendingWindows;
    const from = this.#filled;
    let to = from;
    let at = start;
    let window = START_WINDOW;
    let pending = 0;
    let isAscii = true;
    for (;;) {
      let code = FOLDED[bytes[at]!]!;
      if (!(code > 0)) {
        const byte = bytes[at]!; // undefined behind the end of a document that was cut off, as its code
        if (byte === QUOTE) break;
        if (byte === BACKSLASH) {
          code = ESCAPED[bytes[at + 1]!] ?? 0;
          if (code === 0) return this.#foldSlowly(start, at, fields);
        } else {
          const next = bytes[at + 1]!;
          if ((byte !== 0xc2 && byte !== 0xc3) || (next & 0xc0) !== 0x80) return this.#foldSlowly(start, at, fields);
          code = ((byte & 0x03) << 6) | (next & 0x3f);
          if (code >= 0xc0 && code <= 0xde && code !== 0xd7) code += 0x20;
          isAscii = false;
        }
        at += 1; // it takes two bytes
      }
      // Characters of one byte follow each other for most of a text: a loop of their own, with nothing else in it.
      do {
        at += 1;
        arena[to] = code;
        window = (window << 8) | code;
        const bit = spread(window) >>> bitShift;
        if ((bits[bit >>> 5]! >>> (bit & 31)) & 1 && pending < MAX_PENDING) {
          pendingAt[pending] = to;
          pendingWindows[pending] = window;
          pending += 1;
        }
        to += 1;
        code = FOLDED[bytes[at]!]!;
      } while (code > 0);
    }
    this.#filled = to;
    this.#valueEnd = at + 1;
    if (fields.length === 0) return true;
    if (!isAscii) for (const field of fields) this.#index.beyondAscii(field);
    if (pending === MAX_PENDING) {
      this.#index.scan(fields, arena, from, to);
      return true;
    }
    for (let i = 0; i < pending; i += 1) this.#index.lookUp(fields, pendingWindows[i]!, arena, from, to, pendingAt[i]!);
    this.#index.lookUp(fields, (window << 8) | END, arena, from, to, to);
    return true;
  }

  /** A string with characters that have no code, or are written as one of the rarer escapes. */
  #foldSlowly(start: number, at: number, fields: readonly number[]): boolean {
    this.#valueEnd = skipString(this.#bytes, at);
    if (this.#valueEnd === IRREGULAR) return false;
    const from = this.#filled;
    const text = fold(this.#decode(start, this.#valueEnd - 1));
    this.#room(text.length);
    this.#filled = writeCodes(text, this.#view.arena, from);
    this.#scan(fields, from, ASCII_TEXT.test(text));
    return CODED_TEXT.test(text);
  }

  /** A value that only keywords ask for. */
  #leaf(at: number, depth: number): number {
    const first = this.#bytes[at];
    if (first === 0x7b) return this.#object(at + 1, NO_KEYS, depth + 1, false);
    if (first === 0x5b) {
      if (depth > MAX_DEPTH) return IRREGULAR;
      let next = skipBlanks(this.#bytes, at + 1);
      if (this.#bytes[next] === 0x5d) return next + 1;
      for (;;) {
        next = this.#leaf(next, depth + 1);
        if (next < 0) return IRREGULAR;
        next = skipBlanks(this.#bytes, next);
        if (this.#bytes[next] === 0x5d) return next + 1;
        if (this.#bytes[next] !== 0x2c) return IRREGULAR;
        next = skipBlanks(this.#bytes, next + 1);
      }
    }
    if (first === QUOTE) {
      const isPlain = this.#foldString(at + 1, this.#leafFields);
      if (this.#valueEnd === IRREGULAR) return IRREGULAR;
      this.#endLeaf(isPlain);
      return this.#valueEnd;
    }
    const end = scalarEnd(this.#bytes, at);
    if (end === IRREGULAR || first === 0x6e) return end;
    if (first === 0x74 || first === 0x66) this.#scanCodes(this.#leafFields, first === 0x74 ? 'true' : 'false');
    else this.#scanNumber(this.#leafFields, at, end);
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
    if (entry.scanned.length > 0) this.#scanCodes(entry.scanned, text);
  }

  /** Integers are their own text unless they begin with a zero or a minus. */
  #scanNumber(fields: readonly number[], start: number, end: number): void {
    const bytes = this.#bytes;
    const { arena } = this.#view;
    const from = this.#filled;
    let isText = bytes[start] !== 0x30 || end - start === 1;
    for (let at = start, to = from; at < end; at += 1, to += 1) {
      const byte = bytes[at]!;
      if (byte < 0x30 || byte > 0x39) isText = false;
      arena[to] = byte;
    }
    if (!isText) return this.#scanCodes(fields, numberText(latin1.call(bytes, start, end)));
    this.#filled = from + end - start;
    this.#scan(fields, from, true);
    if (this.#keywords < 0) this.#filled = from;
    else this.#endLeaf(true);
  }

  #scanCodes(fields: readonly number[], text: string): void {
    const from = this.#filled;
    this.#room(text.length);
    this.#filled = writeCodes(fold(text), this.#view.arena, from);
    this.#scan(fields, from, true);
    if (this.#keywords < 0)
      this.#filled = from; // nobody reads it again
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
  #scan(fields: readonly number[], from: number, isAscii: boolean): void {
    if (fields.length === 0) return;
    this.#index.scan(fields, this.#view.arena, from, this.#filled);
    if (!isAscii) for (const field of fields) this.#index.beyondAscii(field);
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
}
