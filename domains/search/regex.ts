// Regular expressions of searches: the part of the common syntax that PostgreSQL and RE2 read alike, and that neither can be slowed down with.

export const REGEX_LIMITS = { characters: 200, repeat: 100, repeatProduct: 1_000, depth: 10 } as const;

/** What is wrong with an expression; `at` counts from its first character. */
export class RegexError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'RegexError';
    this.at = at;
  }
}

const CLASSES: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: ' \\t\\n\\r\\f\\v' };
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/**
 * Literals, `.`, `[a-z]`, `[^a-z]`, `\d \w \s` and their opposites, `^`, `$`, groups, `|`, and `* + ? {2} {2,} {2,5}`. No look-around, no back-references.
 * @returns The same expression with the short classes written out, for `~*` of PostgreSQL and for RE2 alike.
 * @throws RegexError
 */
export function readRegex(source: string): string {
  if (source.length > REGEX_LIMITS.characters)
    throw new RegexError(`A regular expression has at most ${REGEX_LIMITS.characters} characters.`, REGEX_LIMITS.characters);
  const reader = new Reader(source);
  const { text } = reader.alternatives(0);
  return text;
}

interface Part {
  readonly text: string;
  /** How many times what is in it may be written out. */
  readonly size: number;
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(depth: number): Part {
    if (depth > REGEX_LIMITS.depth) throw new RegexError(`Groups go at most ${REGEX_LIMITS.depth} deep.`, this.#at);
    const parts = [this.#sequence(depth)];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      parts.push(this.#sequence(depth));
    }
    if (depth === 0 && this.#at < this.#source.length) throw new RegexError('This parenthesis closes nothing.', this.#at);
    return { text: parts.map(({ text }) => text).join('|'), size: Math.max(...parts.map(({ size }) => size)) };
  }

  #sequence(depth: number): Part {
    let text = '';
    let size = 1;
    const start = this.#at;
    for (let char = this.#source[this.#at]; char !== undefined && char !== '|' && char !== ')'; char = this.#source[this.#at]) {
      const from = this.#at;
      const atom = this.#atom(depth);
      const repeat = this.#repeat();
      if (repeat !== null && (atom.text === '^' || atom.text === '$')) throw new RegexError('There is nothing to repeat before this.', this.#at - 1);
      const product = atom.size * (repeat?.most ?? 1);
      if (product > REGEX_LIMITS.repeatProduct)
        throw new RegexError(`Repetitions within each other come to more than ${REGEX_LIMITS.repeatProduct}: use \`*\` or \`+\`.`, from);
      text += atom.text + (repeat?.text ?? '');
      size = Math.max(size, product);
    }
    if (this.#at === start) throw new RegexError('Something to look for is missing here.', this.#at);
    return { text, size };
  }

  #atom(depth: number): Part {
    const at = this.#at;
    const char = this.#source[at] as string;
    this.#at += 1;
    switch (char) {
      case '(': {
        if (this.#source[this.#at] === '?') {
          if (this.#source[this.#at + 1] !== ':')
            throw new RegexError('Only plain groups are read: no look-around, no flags, no names. Case does not matter anyway.', at);
          this.#at += 2;
        }
        const inner = this.alternatives(depth + 1);
        if (this.#source[this.#at] !== ')') throw new RegexError('This parenthesis is not closed.', at);
        this.#at += 1;
        return { text: `(?:${inner.text})`, size: inner.size };
      }
      case '[':
        return { text: this.#set(at), size: 1 };
      case '\\':
        return { text: this.#escape(at, false), size: 1 };
      case '*':
      case '+':
      case '?':
      case '{':
        throw new RegexError(`There is nothing to repeat before this. For the character itself, write \`\\${char}\`.`, at);
      case ']':
      case '}':
        return { text: `\\${char}`, size: 1 };
      default:
        return { text: char, size: 1 };
    }
  }

  #repeat(): { readonly text: string; readonly most: number } | null {
    const rest = /^(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(this.#source.slice(this.#at));
    if (rest === null) {
      if (this.#source[this.#at] === '{') throw new RegexError('Write `{2}`, `{2,}` or `{2,5}`; for the character itself, `\\{`.', this.#at);
      return null;
    }
    const [text, least, comma, most] = rest;
    const at = this.#at;
    this.#at += text.length;
    if (/^[*+?{]/.test(this.#source.slice(this.#at))) throw new RegexError('One repetition follows another here.', this.#at);
    if (least === undefined) return { text, most: 1 };
    const bound = most === '' || most === undefined ? Number(least) : Number(most);
    if (bound > REGEX_LIMITS.repeat) throw new RegexError(`A repetition goes up to ${REGEX_LIMITS.repeat}: use \`*\` or \`+\`.`, at);
    if (comma === '' && most !== '') throw new RegexError('Write `{2}`, `{2,}` or `{2,5}`.', at);
    if (bound < Number(least)) throw new RegexError('This repetition ends before it begins.', at);
    return { text, most: Math.max(1, bound) };
  }

  /** Behind the opening bracket. */
  #set(open: number): string {
    let text = '[';
    if (this.#source[this.#at] === '^') {
      text += '^';
      this.#at += 1;
    }
    let last: number | null = null; // the character that a range could begin with
    let isEmpty = true;
    for (let char = this.#source[this.#at]; char !== ']'; char = this.#source[this.#at]) {
      if (char === undefined) throw new RegexError('This bracket is not closed.', open);
      const at = this.#at;
      this.#at += 1;
      const isRange = char === '-' && last !== null && this.#source[this.#at] !== ']' && this.#source[this.#at] !== undefined;
      if (isRange) {
        const end = this.#member(this.#at);
        if (end.point === null || end.point < (last as number)) throw new RegexError('This range ends before it begins.', at);
        text += `-${end.text}`;
        last = null;
      } else {
        this.#at = at;
        const member = this.#member(at);
        text += member.text;
        last = member.point;
      }
      isEmpty = false;
    }
    if (isEmpty) throw new RegexError('Nothing stands between these brackets.', open);
    this.#at += 1;
    return `${text}]`;
  }

  /** One member of a set, and its number where it is one character. */
  #member(at: number): { readonly text: string; readonly point: number | null } {
    const char = this.#source[at] as string;
    this.#at = at + 1;
    if (char === '[') throw new RegexError('For the character itself, write `\\[`.', at);
    if (/[\ud800-\udfff]/.test(char)) throw new RegexError('Between brackets, characters go up to U+FFFF.', at);
    if (char === '-' || char === '^') return { text: `\\${char}`, point: char.charCodeAt(0) };
    if (char !== '\\') return { text: char, point: char.charCodeAt(0) };
    const text = this.#escape(at, true);
    return { text, point: text.length === 2 ? (ESCAPED[text[1] as string] ?? text).charCodeAt(ESCAPED[text[1] as string] === undefined ? 1 : 0) : null };
  }

  #escape(at: number, isInSet: boolean): string {
    const char = this.#source[at + 1];
    this.#at = at + 2;
    if (char === undefined) throw new RegexError('A backslash at the end: write `\\\\` for the character itself.', at);
    if (PUNCTUATION.test(char)) return `\\${char}`;
    if (char === 't' || char === 'n' || char === 'r') return `\\${char}`;
    const set = CLASSES[char];
    if (set !== undefined) return isInSet ? set : `[${set}]`;
    const opposite = CLASSES[char.toLowerCase()];
    if (opposite !== undefined && !isInSet) return `[^${opposite}]`;
    throw new RegexError(`\`\\${char}\` is not known here. Known are \\d \\w \\s \\D \\W \\S \\t \\n \\r and punctuation, such as \`\\.\`.`, at);
  }
}

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };
