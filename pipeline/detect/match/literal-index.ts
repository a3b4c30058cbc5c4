// Which literals are in these texts? Millions of texts, ten thousands of literals, few hits.
//
// Each literal is known by its rarest four characters, which make a number; a bit table says whether any literal has that number.
// Going through a text costs some cycles a character whatever the number of literals and fields, and only a set bit leads to a
// look-up and a comparison. An Aho-Corasick automaton is as fast, but takes megabytes for each field
// (docs/adr/0004-literals-by-window.md has the figures).
import { fold, hasCode, OTHER, writeCodes } from '../compile/fold.ts';
import { rarityOf } from '../compile/rarity.ts';
import type { Literal } from '../compile/witness.ts';

/** Stands before and behind a text, so that a window can say "at the start". Not a code of any character. */
const START = 0x01;
export const END = 0x02;
export const START_WINDOW = (START << 24) | (START << 16) | (START << 8) | START;
const WINDOW = 4;
/** All codes that folded texts are made of, and the start of a text. */
const CODES_AND_START = [
  START,
  OTHER,
  ...Array.from({ length: 256 }, (_, unit) => unit).filter((unit) => hasCode(unit) && fold(String.fromCharCode(unit)) === String.fromCharCode(unit)),
];

interface Entry {
  readonly key: number;
  readonly field: number;
  readonly codes: Uint8Array;
  readonly windowEnd: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  readonly targets: Set<number>;
}
/** Four codes as a number, and where in its literal the last of them stands. */
interface Window {
  readonly window: number;
  readonly end: number;
}
/** An entry is a row of numbers, so that a look-up touches one line of the cache: see `build`. */
const ROW = 8;
const [KEY, FIELD, CODES, LENGTH, BACK, ANCHORS, TARGETS, TARGETS_END] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const AT_START = 1;
const AT_END = 2;

/** Numbers that were woken in the current round, each once, in order of waking. */
export class Awake {
  readonly #rounds: Int32Array;
  readonly list: Int32Array;
  count = 0;
  #round = 0;

  /** @param size Numbers are below it. */
  constructor(size: number) {
    this.#rounds = new Int32Array(size);
    this.list = new Int32Array(size);
  }

  reset(): void {
    this.count = 0;
    this.#round += 1;
    if (this.#round < 0x7fff_ffff) return;
    this.#rounds.fill(0);
    this.#round = 1;
  }

  /** The numbers at [from, to) of `targets`. */
  add(targets: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i += 1) {
      const target = targets[i]!;
      if (this.#rounds[target] === this.#round) continue;
      this.#rounds[target] = this.#round;
      this.list[this.count] = target;
      this.count += 1;
    }
  }
}

export const spread = (key: number): number => Math.imul(key, 0x9e37_79b1);
const slotOf = (key: number): number => spread(key) ^ (spread(key) >>> 15); // low bits of a product know little

export class LiteralIndex {
  readonly #byLiteral = new Map<string, Entry>();
  /** By field: who wants to know that the field is there, or that it holds a character beyond ASCII. */
  readonly #present = new Wanted();
  readonly #beyondAscii = new Wanted();
  readonly #popularity = new Map<number, number>();
  readonly #scanned: boolean[] = [];
  readonly #found = new Int32Array(1024);

  #bits = new Int32Array(1);
  #bitShift = 31;
  #slots = new Int32Array(0); // open addressing: first entry of the key, plus one
  #slotMask = 0;
  #rows = new Int32Array(0); // those of one key stand together; a row of zeros ends them
  #codes = new Uint8Array(0);
  #targets = new Int32Array(0);

  readonly #awake: Awake;

  /** @param awake Told of every literal that is found, by the numbers that it was added with. */
  constructor(awake: Awake) {
    this.#awake = awake;
  }

  /** @param field 0 or more. */
  add(field: number, literal: Omit<Literal, 'field'>, target: number): void {
    const codes = new Uint8Array(literal.text.length);
    writeCodes(literal.text, codes, 0);
    const window = this.#chooseWindow(codes, literal);
    if (window !== undefined) this.#enterLiteral(field, codes, literal, window, target);
    else if (codes.length + (literal.isEnd ? 1 : 0) === WINDOW - 1) {
      // One code short of a window: it has one with each code that may stand before it.
      const last = literal.isEnd ? END : codes[2]!;
      for (const before of CODES_AND_START)
        this.#enterLiteral(field, codes, literal, { window: (before << 24) | (codes[0]! << 16) | (codes[1]! << 8) | last, end: 2 }, target);
    } else (codes.some((code) => code > 0x7f || code === OTHER) ? this.#beyondAscii : this.#present).add(field, target);
  }

  #enterLiteral(field: number, codes: Uint8Array, { isStart, isEnd }: Omit<Literal, 'field'>, { window, end }: Window, target: number): void {
    const name = `${field} ${isStart ? 1 : 0}${isEnd ? 1 : 0} ${window} ${Buffer.from(codes).toString('latin1')}`;
    const known = this.#byLiteral.get(name);
    if (known === undefined) this.#byLiteral.set(name, { key: window, field, codes, windowEnd: end, isStart, isEnd, targets: new Set([target]) });
    else known.targets.add(target);
  }

  /** After the last `add`, before the first scan. */
  build(): void {
    const entries = [...this.#byLiteral.values()].sort((a, b) => a.key - b.key || a.field - b.field);
    this.#byLiteral.clear();
    this.#rows = new Int32Array((entries.length + 1) * ROW);
    this.#codes = Uint8Array.from(entries.flatMap(({ codes }) => [...codes]));
    this.#targets = Int32Array.from(entries.flatMap(({ targets }) => [...targets]));
    const log2 = Math.min(22, Math.max(13, Math.ceil(Math.log2(entries.length * 64 + 1))));
    this.#bits = new Int32Array(2 ** (log2 - 5));
    this.#bitShift = 32 - log2;
    this.#slotMask = 2 ** Math.ceil(Math.log2(entries.length * 2 + 2)) - 1;
    this.#slots = new Int32Array(this.#slotMask + 1);
    let codesAt = 0;
    let targetsAt = 0;
    for (const [index, { key, field, codes, windowEnd, isStart, isEnd, targets }] of entries.entries()) {
      this.#rows.set(
        [key, field, codesAt, codes.length, windowEnd, (isStart ? AT_START : 0) | (isEnd ? AT_END : 0), targetsAt, targetsAt + targets.size],
        index * ROW,
      );
      codesAt += codes.length;
      targetsAt += targets.size;
      this.#scanned[field] = true;
      if (index === 0 || entries[index - 1]!.key !== key) this.#enter(key, index * ROW);
    }
    this.#present.build();
    this.#beyondAscii.build();
  }

  #enter(key: number, row: number): void {
    const bit = spread(key) >>> this.#bitShift;
    this.#bits[bit >>> 5]! |= 1 << (bit & 31);
    let slot = slotOf(key) & this.#slotMask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#slotMask;
    this.#slots[slot] = row + 1;
  }

  /** Whether anyone wants to know that the field is there. */
  notes(field: number): boolean {
    return this.#present.of(field) !== undefined;
  }
  /** Whether anyone wants to know what is in it. */
  scans(field: number): boolean {
    return this.#scanned[field] === true || this.#beyondAscii.of(field) !== undefined;
  }

  /** The field is there, whatever it holds. */
  present(field: number): void {
    const targets = this.#present.of(field);
    if (targets !== undefined) this.#awake.add(targets, 0, targets.length);
  }

  /** The field holds a text with characters beyond ASCII. */
  beyondAscii(field: number): void {
    const targets = this.#beyondAscii.of(field);
    if (targets !== undefined) this.#awake.add(targets, 0, targets.length);
  }

  /** Whether bit `spread(window) >>> bitShift` is set: some literal may have this window. For who goes through codes in a loop of his own. */
  get bits(): Int32Array {
    return this.#bits;
  }
  get bitShift(): number {
    return this.#bitShift;
  }

  /** Goes through the codes [from, to), which are one whole text of these fields. */
  scan(fields: readonly number[], codes: Uint8Array, from: number, to: number): void {
    // Bits first, look-ups afterwards: a call inside of the loop would make every round of it slower.
    const found = this.#found;
    for (let at = from; at < to;) {
      const end = Math.min(to, at + found.length);
      const count = this.#windowsIn(codes, from, at, end);
      for (let i = 0; i < count; i += 1) this.lookUp(fields, windowAt(codes, from, found[i]!), codes, from, to, found[i]!);
      at = end;
    }
    this.lookUp(fields, (windowAt(codes, from, to - 1) << 8) | END, codes, from, to, to);
  }

  /** Where in [at, end) windows end that some literal may have, into `#found`. @param from Start of the text. @returns how many */
  #windowsIn(codes: Uint8Array, from: number, at: number, end: number): number {
    const found = this.#found;
    const bits = this.#bits;
    const shift = this.#bitShift;
    let window = windowAt(codes, from, at - 1);
    let count = 0;
    for (let i = at; i < end; i += 1) {
      window = (window << 8) | codes[i]!;
      const bit = spread(window) >>> shift;
      if ((bits[bit >>> 5]! >>> (bit & 31)) & 1) {
        found[count] = i;
        count += 1;
      }
    }
    return count;
  }

  /** The window that ends at `at` may belong to a literal; `to` stands for the end of the text. */
  lookUp(fields: readonly number[], window: number, codes: Uint8Array, from: number, to: number, at: number): void {
    const rows = this.#rows;
    let slot = slotOf(window) & this.#slotMask;
    for (let row = this.#slots[slot]! - 1; row >= 0; row = this.#slots[slot]! - 1) {
      if (rows[row + KEY] === window) {
        for (; rows[row + KEY] === window && rows[row + TARGETS_END] !== 0; row += ROW) {
          if (fields.includes(rows[row + FIELD]!) && this.#stands(row, codes, from, to, at - rows[row + BACK]!))
            this.#awake.add(this.#targets, rows[row + TARGETS]!, rows[row + TARGETS_END]!);
        }
        return;
      }
      slot = (slot + 1) & this.#slotMask;
    }
  }

  /** Whether the literal of the row is in the text [from, to) at `start`. */
  #stands(row: number, text: Uint8Array, from: number, to: number, start: number): boolean {
    const rows = this.#rows;
    const end = start + rows[row + LENGTH]!;
    const anchors = rows[row + ANCHORS]!;
    if (start < from || end > to || ((anchors & AT_START) !== 0 && start !== from) || ((anchors & AT_END) !== 0 && end !== to)) return false;
    for (let i = start, code = rows[row + CODES]!; i < end; i += 1, code += 1) if (this.#codes[code] !== text[i]) return false;
    return true;
  }

  /** The four codes that say most; undefined when there are less than four. Windows that other literals have taken say less. */
  #chooseWindow(codes: Uint8Array, { isStart, isEnd }: Omit<Literal, 'field'>): Window | undefined {
    const lead = isStart ? WINDOW - 1 : 0;
    const at = (index: number) => (index < 0 ? START : index < codes.length ? codes[index]! : END);
    let best: (Window & { readonly score: number }) | undefined;
    for (let end = WINDOW - 1 - lead; end < codes.length + (isEnd ? 1 : 0); end += 1) {
      const four = [at(end - 3), at(end - 2), at(end - 1), at(end)] as const;
      const window = (four[0] << 24) | (four[1] << 16) | (four[2] << 8) | four[3];
      const score = rarityOf(four) - 2 * Math.log2(1 + (this.#popularity.get(window) ?? 0));
      if (best === undefined || score > best.score) best = { window, end, score };
    }
    if (best !== undefined) this.#popularity.set(best.window, (this.#popularity.get(best.window) ?? 0) + 1);
    return best;
  }
}

/** The four codes that end at `at` in a text that begins at `from`. */
function windowAt(codes: Uint8Array, from: number, at: number): number {
  let window = START_WINDOW;
  for (let i = Math.max(from, at - WINDOW + 1); i <= at; i += 1) window = (window << 8) | codes[i]!;
  return window;
}

/** Numbers by field. */
class Wanted {
  readonly #targets: Set<number>[] = [];
  #built: (Int32Array | undefined)[] = [];

  add(field: number, target: number): void {
    (this.#targets[field] ??= new Set()).add(target);
  }
  build(): void {
    this.#built = Array.from(this.#targets, (targets: Set<number> | undefined) => (targets === undefined ? undefined : Int32Array.from(targets)));
  }
  of(field: number): Int32Array | undefined {
    return this.#built[field];
  }
}
