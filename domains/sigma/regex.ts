// Regular expressions of rules, in linear time: patterns and input both come from outside.
import { RE2JS } from 're2js';
import type { RegexFlags } from './expression.ts';

/** Searches anywhere in a text. Stateless to callers. */
export interface Regex {
  readonly test: (text: string) => boolean;
}

/** @throws Error with the fault when the source is not in RE2's syntax; look-around and back-references are not */
export function compileRegex(source: string, { ignoreCase, multiline, dotAll }: RegexFlags): Regex {
  return RE2JS.compile(source, (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0));
}
