// Many patterns over one text, as one test.
import { ANY } from '../../../domains/sigma/index.ts';
import type { Pattern } from '../../../domains/sigma/index.ts';
import { compileGlob } from './glob.ts';
import type { TextTest } from './glob.ts';
import { AhoCorasick } from './aho-corasick.ts';

/** More literals than this are searched together rather than one by one. */
const MANY = 24;

/** True when one of the patterns meets the whole text. Patterns and text must be folded alike, or not at all. */
export function compilePatterns(patterns: readonly Pattern[]): { readonly test: TextTest; readonly cost: number } {
  const equal = new Set<string>();
  const prefixes: string[] = [];
  const suffixes: string[] = [];
  const parts: string[] = [];
  const globs: Pattern[] = [];
  for (const pattern of patterns) {
    const [a, b, c] = pattern;
    if (pattern.length === 0) equal.add('');
    else if (pattern.length === 1 && a === ANY) return { test: () => true, cost: 0 };
    else if (pattern.length === 1 && typeof a === 'string') equal.add(a);
    else if (pattern.length === 2 && typeof a === 'string' && b === ANY) prefixes.push(a);
    else if (pattern.length === 2 && a === ANY && typeof b === 'string') suffixes.push(b);
    else if (pattern.length === 3 && a === ANY && typeof b === 'string' && c === ANY) parts.push(b);
    else globs.push(pattern);
  }
  const tests: TextTest[] = [];
  if (equal.size === 1) {
    const [only] = equal;
    tests.push((text) => text === only);
  } else if (equal.size > 1) tests.push((text) => equal.has(text));
  tests.push(...prefixTests(prefixes), ...suffixTests(suffixes), ...partTests(parts), ...globs.map(compileGlob));
  const cost = (equal.size > 0 ? 1 : 0) + prefixes.length + Math.min(suffixes.length, 4) + 3 * Math.min(parts.length, MANY) + 8 * globs.length;
  return { test: anyTest(tests), cost };
}

function anyTest(tests: readonly TextTest[]): TextTest {
  const [a, b] = tests;
  if (tests.length === 1) return a!;
  if (tests.length === 2) return (text) => a!(text) || b!(text);
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}

function prefixTests(prefixes: readonly string[]): readonly TextTest[] {
  const [only] = prefixes;
  if (prefixes.length === 0) return [];
  if (prefixes.length === 1) return [(text) => text.startsWith(only!)];
  return [
    (text) => {
      for (const prefix of prefixes) if (text.startsWith(prefix)) return true;
      return false;
    },
  ];
}

/** `\name.exe` is looked up by the last part of a path; the rest is tried one by one. */
function suffixTests(suffixes: readonly string[]): readonly TextTest[] {
  const isLastPart = (suffix: string) => suffix.lastIndexOf('\\') === 0;
  const names = new Set(suffixes.filter(isLastPart));
  const others = suffixes.filter((suffix) => names.size < 4 || !isLastPart(suffix));
  const tests: TextTest[] = [];
  if (names.size >= 4) tests.push((text) => names.has(text.slice(Math.max(0, text.lastIndexOf('\\')))));
  const [only] = others;
  if (others.length === 1) tests.push((text) => text.endsWith(only!));
  else if (others.length > 1) {
    tests.push((text) => {
      for (const suffix of others) if (text.endsWith(suffix)) return true;
      return false;
    });
  }
  return tests;
}

function partTests(parts: readonly string[]): readonly TextTest[] {
  const [only] = parts;
  if (parts.length === 0) return [];
  if (parts.length === 1) return [(text) => text.includes(only!)];
  if (parts.length > MANY) {
    const automaton = new AhoCorasick(parts);
    return [(text) => automaton.test(text)];
  }
  return [
    (text) => {
      for (const part of parts) if (text.includes(part)) return true;
      return false;
    },
  ];
}
