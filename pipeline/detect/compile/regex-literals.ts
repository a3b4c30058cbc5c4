// What every match of a regular expression must contain. Right or silent: a construct that is not understood yields nothing.
import { fold } from './fold.ts';

/** Alternatives kept of one expression; beyond this it is too loose to be worth a look-up. */
const MAX_LITERALS = 32;
const MAX_CLASS = 8;
/** A literal below this says too little. */
const MIN_LENGTH = 3;

/** What a part of the expression matches. `exact`: one of these and nothing else. `required`: it contains one of these. */
interface Facts {
  readonly exact: readonly string[] | null;
  readonly required: readonly string[] | null;
}
const UNKNOWN: Facts = { exact: null, required: null };
const EMPTY: Facts = { exact: [''], required: null };

/**
 * Folded literals of which every match holds at least one, case apart; undefined when there is no such set.
 *
 * @param source In RE2's syntax, already checked.
 */
export function requiredLiterals(source: string): readonly string[] | undefined {
  try {
    const { exact, required } = new Parser(source).parse();
    return better(usable(exact), usable(required)) ?? undefined;
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

const usable = (literals: readonly string[] | null): readonly string[] | null =>
  literals !== null && literals.length > 0 && literals.length <= MAX_LITERALS && literals.every((literal) => literal.length >= MIN_LENGTH) ? literals : null;
const shortest = (literals: readonly string[]) => Math.min(...literals.map((literal) => literal.length));
/** Of two sets that both must be met, the one that says more. */
function better(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return shortest(b) - Math.log2(b.length) > shortest(a) - Math.log2(a.length) ? b : a;
}

function product(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null || a.length * b.length > MAX_LITERALS) return null;
  return [...new Set(a.flatMap((left) => b.map((right) => left + right)))];
}

/** Both after one another. */
function sequence(parts: readonly Facts[]): Facts {
  let exact: readonly string[] | null = [''];
  let run: readonly string[] = ['']; // exact texts since the last part that is not known
  let required: readonly string[] | null = null;
  for (const part of parts) {
    exact = product(exact, part.exact);
    const longer = product(run, part.exact);
    if (longer === null) {
      required = better(better(required, usable(run)), usable(part.exact ?? part.required));
      run = part.exact ?? [''];
    } else run = longer;
  }
  return { exact, required: better(required, usable(run)) };
}

/** One of them. */
function alternatives(parts: readonly Facts[]): Facts {
  const exact = parts.every((part) => part.exact !== null) ? [...new Set(parts.flatMap((part) => part.exact!))] : null;
  const sets = parts.map((part) => better(usable(part.exact), usable(part.required)));
  const required = sets.every((set) => set !== null) ? [...new Set(sets.flatMap((set) => set))] : null;
  return { exact: exact !== null && exact.length <= MAX_LITERALS ? exact : null, required: usable(required) };
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Facts {
    const facts = this.#either();
    if (this.#at < this.#source.length) throw new NotUnderstood();
    return facts;
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  #either(): Facts {
    const parts = [this.#run()];
    while (this.#peek() === '|') {
      this.#at += 1;
      parts.push(this.#run());
    }
    return parts.length === 1 ? parts[0]! : alternatives(parts);
  }

  #run(): Facts {
    const parts: Facts[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) parts.push(...this.#repeated(this.#atom()));
    return sequence(parts);
  }

  /** A quantifier behind an atom: with at least one turn there is the atom, and then anything. */
  #repeated(atom: Facts): readonly Facts[] {
    let parts: readonly Facts[] = [atom];
    for (let turns = 0; ; turns += 1) {
      const [quantifier, from] = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.#source.slice(this.#at, this.#at + 16)) ?? [];
      if (quantifier === undefined) return parts;
      this.#at += quantifier.length;
      if (turns > 0 || quantifier[0] === '*' || from === '0') parts = [UNKNOWN];
      else if (quantifier[0] === '?') parts = [atom.exact === null ? UNKNOWN : { exact: [...new Set(['', ...atom.exact])], required: null }];
      else if (!quantifier.startsWith('{1}')) parts = [atom, UNKNOWN];
    }
  }

  #atom(): Facts {
    const char = this.#source[this.#at]!;
    this.#at += 1;
    if (char === '(') return this.#group();
    if (char === '[') return this.#class();
    if (char === '\\') return this.#escape();
    if (char === '^' || char === '$') return EMPTY;
    if (char === '.') return UNKNOWN;
    if (char === '*' || char === '+' || char === '?') throw new NotUnderstood();
    return text(char);
  }

  #group(): Facts {
    const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#source.slice(this.#at, this.#at + 16));
    if (flags !== null) {
      this.#at += flags[0].length;
      if (flags[3] === ')') return EMPTY; // case does not matter here, nor do lines
    } else if (this.#peek() === '?') {
      const name = /^\?P?<[A-Za-z_]\w*>/.exec(this.#source.slice(this.#at, this.#at + 80));
      if (name === null) throw new NotUnderstood();
      this.#at += name[0].length;
    }
    const facts = this.#either();
    if (this.#peek() !== ')') throw new NotUnderstood();
    this.#at += 1;
    return facts;
  }

  #escape(): Facts {
    const char = this.#source[this.#at];
    if (char === undefined) throw new NotUnderstood();
    this.#at += 1;
    if (/[^A-Za-z0-9]/.test(char)) return text(char);
    if ('bBAz'.includes(char)) return EMPTY;
    if ('dDsSwW'.includes(char)) return UNKNOWN;
    if ('nrtfv'.includes(char)) return UNKNOWN;
    throw new NotUnderstood(); // \x41, \pL, \Q..\E, octal: rare, and not worth a mistake
  }

  /** A class of few single characters is a set of texts, everything else is one unknown character. */
  #class(): Facts {
    let chars: string[] | null = [];
    if (this.#peek() === '^') {
      chars = null;
      this.#at += 1;
    }
    for (let first = true; ; first = false) {
      const char = this.#source[this.#at];
      if (char === undefined) throw new NotUnderstood();
      this.#at += 1;
      if (char === ']' && !first) break;
      if (char === '[' && this.#peek() === ':') {
        const end = this.#source.indexOf(':]', this.#at);
        if (end < 0) throw new NotUnderstood();
        this.#at = end + 2;
        chars = null;
      } else if (char === '\\') {
        const escaped = this.#source[this.#at];
        if (escaped === undefined || /[A-Za-z0-9]/.test(escaped)) {
          if (escaped === undefined || !'dDsSwWnrtfv'.includes(escaped)) throw new NotUnderstood();
          chars = null;
        } else chars?.push(escaped);
        this.#at += 1;
      } else if (this.#peek() === '-' && this.#source[this.#at + 1] !== ']') {
        chars = null;
        this.#at += 1; // the other end is read as a character of its own, which does no harm once chars is null
      } else chars?.push(char);
    }
    if (chars === null) return UNKNOWN;
    const folded = [...new Set(chars.map((char) => fold(char)))];
    return folded.length > 0 && folded.length <= MAX_CLASS && folded.every((char) => isAscii(char)) ? { exact: folded, required: null } : UNKNOWN;
  }
}

// Beyond ASCII a case-insensitive expression takes more letters for equal than folding does.
const isAscii = (char: string) => char.charCodeAt(0) < 0x80;
const text = (char: string): Facts => (isAscii(char) ? { exact: [fold(char)], required: null } : UNKNOWN);
