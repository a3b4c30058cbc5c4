// Three languages of patterns become tests of Sigma: OSMatch (texts, `|`, `^`, `$`), OSRegex, PCRE2.
import { cannotSay } from './rule.ts';

export type Language = 'osmatch' | 'osregex' | 'pcre2';
/** One of the values must meet; `how` is the modifier. Values of all but `re` are plain Sigma strings, wildcards escaped. */
export interface Test {
  readonly how: 'equals' | 'contains' | 'startswith' | 'endswith' | 're';
  readonly values: readonly string[];
}
/** One of the tests must hold; `isNegated`: none. */
export interface Pattern {
  readonly tests: readonly Test[];
  readonly isNegated: boolean;
}

/**
 * OSMatch and OSRegex ignore case, as Sigma does; PCRE2 does not, as Sigma's `re`.
 * @throws CannotSay
 */
export function readPattern(language: Language, text: string): Pattern {
  if (text === '') return cannotSay('a pattern is empty');
  if (language === 'pcre2') return { tests: [{ how: 're', values: [text] }], isNegated: false };
  const isNegated = language === 'osmatch' && text.startsWith('!');
  const body = isNegated ? text.slice(1) : text;
  const plain = language === 'osmatch' || !/[\\()]/.test(body);
  return { tests: plain ? anchored(body.split('|')) : [{ how: 're', values: [`(?is)${translated(body)}`] }], isNegated };
}

/** Texts, each maybe with `^` before and `$` behind it. */
function anchored(alternatives: readonly string[]): readonly Test[] {
  const tests = alternatives.map((one) => {
    const isStart = one.startsWith('^');
    const isEnd = one.endsWith('$');
    const text = one.slice(isStart ? 1 : 0, isEnd ? -1 : undefined);
    if (text === '') cannotSay('an alternative of a pattern is empty');
    return { how: isStart && isEnd ? 'equals' : isStart ? 'startswith' : isEnd ? 'endswith' : 'contains', text } as const;
  });
  return [...Map.groupBy(tests, ({ how }) => how)].map(([how, all]) => ({ how, values: all.map(({ text }) => sigmaText(text)) }));
}

/** A plain Sigma string in which nothing is a wildcard. */
export const sigmaText = (text: string): string => text.replaceAll(/[\\*?]/g, (char) => `\\${char}`);
export const regexText = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, (char) => `\\${char}`);

/** Classes of OSRegex; these alone take `+` and `*`. */
const CLASSES: Readonly<Record<string, string>> = {
  w: '[A-Za-z0-9@_-]',
  W: '[^A-Za-z0-9@_-]',
  d: '[0-9]',
  D: '[^0-9]',
  s: ' ',
  S: '[^ ]',
  p: '[()*+,.:;<=>?\\[\\]!"\'#$%&|{}-]',
  t: '\\t',
  '.': '.',
};

/** @see https://documentation.wazuh.com/current/user-manual/ruleset/ruleset-xml-syntax/regex.html */
function translated(text: string): string {
  let regex = '';
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    const next = text[at + 1];
    if (char === '\\') {
      if (next === undefined) return cannotSay('a pattern ends with a backslash');
      at += 1;
      const known = Object.hasOwn(CLASSES, next) ? CLASSES[next] : undefined;
      if (known === undefined) {
        if (/[A-Za-z0-9]/.test(next)) return cannotSay(`"\\${next}" is no expression of OSRegex`);
        regex += regexText(next);
        continue;
      }
      regex += known;
      const times = text[at + 1];
      if (times === '+' || times === '*') {
        regex += times;
        at += 1;
      }
    } else if (char === '(') {
      depth += 1;
      regex += '(?:';
    } else if (char === ')') {
      depth -= 1;
      if (depth < 0) return cannotSay('a parenthesis of a pattern is not opened');
      regex += ')';
    } else if (char === '|') {
      if (depth > 0) return cannotSay('a pattern has an alternative inside of parentheses, which OSRegex reads in a way of its own');
      regex += '|';
    } else if (char === '^' && (at === 0 || text[at - 1] === '|')) regex += '^';
    else if (char === '$' && (next === undefined || next === '|')) regex += '$';
    else regex += regexText(char);
  }
  return depth === 0 ? regex : cannotSay('a parenthesis of a pattern is not closed');
}
