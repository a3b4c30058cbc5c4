// Patterns in linear time (RE2 syntax): who writes one cannot stop ingest with it.
import { RE2JS } from 're2js';
import type { Fields } from '../kit/tokens.ts';
import { newFields } from '../kit/tokens.ts';

/** The named groups of the first match; undefined when there is none. Groups that took no part are left out. */
export type Pattern = (text: string) => Fields | undefined;

/** @returns Whether a text holds it; or what is wrong with the source, as text. */
export function testOf(source: string): ((text: string) => boolean) | string {
  const compiled = compile(source);
  return typeof compiled === 'string' ? compiled : (text) => compiled.matcher(text).find();
}

function compile(source: string): RE2JS | string {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    return `is no pattern of RE2 (no look-around, no back-references): ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** @returns What is wrong with the source, as text. */
export function patternOf(source: string): Pattern | string {
  const compiled = compile(source);
  if (typeof compiled === 'string') return compiled;
  const names = Object.keys(compiled.namedGroups());
  if (names.length === 0) return 'names no group: (?<name>..)';
  return (text) => {
    const matcher = compiled.matcher(text);
    if (!matcher.find()) return undefined;
    const fields = newFields();
    for (const name of names) {
      const value = matcher.group(name);
      if (value !== null) fields[name] = value;
    }
    return fields;
  };
}
