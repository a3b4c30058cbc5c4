// Regular expressions of rules, in linear time: patterns and input both come from outside.
import { RE2JS } from 're2js';
import type { RegexFlags } from './expression.ts';

/** Searches anywhere in a text. Stateless to callers. */
export interface Regex {
  readonly test: (text: string) => boolean;
  /** The first match in UTF-16 units, half-open; undefined where there is none. */
  readonly find: (text: string) => readonly [from: number, to: number] | undefined;
}

/** @throws Error with the fault when the source is not in RE2's syntax; look-around and back-references are not */
export function compileRegex(source: string, { ignoreCase, multiline, dotAll }: RegexFlags): Regex {
  const regex = RE2JS.compile(source, (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0));
  return {
    test: (text) => regex.test(text),
    find(text) {
      const matcher = regex.matcher(text);
      return matcher.find() ? [matcher.start(), matcher.end()] : undefined;
    },
  };
}
