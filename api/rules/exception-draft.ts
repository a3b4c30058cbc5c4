// Conditions of an exception out of what rules met and what the event says.
import type { MatchedField } from '../../schemas/avro/types.gen.ts';
import { ApiProblem } from '../gate/problem.ts';

export interface ExceptionDraft {
  readonly ruleIds: readonly string[];
  readonly conditions: Readonly<Record<string, string | readonly string[]>>;
  /** That can be picked: those that the rules met, then those of the event. */
  readonly fields: readonly MatchedField[];
}
const SHORTENED = 256; // findings shorten values to so many characters, the last of which is an ellipsis
const MOST_FIELDS = 200;
const LONGEST = 512;

/** @param picked Names; null: all that the rules met. @throws ApiProblem INVALID_REQUEST for a name that there is not */
export function draftOf(ruleIds: readonly string[], met: readonly MatchedField[], native: string, picked: readonly string[] | null): ExceptionDraft {
  const of = (all: readonly MatchedField[]) => new Map(all.map((field) => [`${field.name} ${field.value}`, field]));
  const ofRules = [...of(met.filter(({ name, value }) => name !== 'keyword' && value !== '')).values()];
  const named = new Set(ofRules.map(({ name }) => name));
  const fields = [...ofRules, ...leavesOf(native).filter(({ name }) => !named.has(name))].slice(0, MOST_FIELDS);
  const wanted = picked ?? [...named];
  const unknown = wanted.filter((name) => !fields.some((field) => field.name === name));
  if (unknown.length > 0)
    throw new ApiProblem(
      'INVALID_REQUEST',
      `The alert has no ${unknown.length === 1 ? 'field' : 'fields'} ${unknown.join(', ')}. It has ${fields.map(({ name }) => name).join(', ')}.`,
      { errors: unknown.map((name) => ({ pointer: '/body/fields', detail: `There is no ${name}.` })) },
    );
  return { ruleIds, conditions: Object.fromEntries([...new Set(wanted)].flatMap((name) => conditionOf(name, fields))), fields };
}

/** Values of several findings are alternatives. */
function conditionOf(name: string, fields: readonly MatchedField[]): (readonly [string, string | readonly string[]])[] {
  const values = fields.filter((field) => field.name === name).map(({ value }) => value);
  const isCut = (value: string): boolean => value.length === SHORTENED && value.endsWith('…');
  // One key cannot be both: where one is shortened, all are compared by how they begin.
  const hasCut = values.some(isCut);
  const texts = values.map((value) => plainPattern(isCut(value) ? value.slice(0, -1) : value));
  return [[hasCut ? `${name}|startswith` : name, texts.length === 1 ? texts[0]! : texts]];
}

/** The text as a plain value of Sigma, which takes `*` and `?` for wildcards and some backslashes for escapes. */
export const plainPattern = (value: string): string => value.replaceAll(/\\+(?=[*?]|$)|\\{2,}/g, (run) => run + run).replaceAll(/[*?]/g, String.raw`\$&`);

/** Scalars of the sensor's document with their dotted names, short ones only. */
function leavesOf(native: string): readonly MatchedField[] {
  let document: unknown;
  try {
    document = JSON.parse(native);
  } catch {
    return [];
  }
  const found: MatchedField[] = [];
  const walk = (value: unknown, name: string, depth: number): void => {
    if (value === null || value === undefined || value === '' || depth > 6 || found.length >= MOST_FIELDS) return;
    if (typeof value === 'object') {
      if (!Array.isArray(value)) for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`, depth + 1);
      return;
    }
    const text = `${value as string | number | boolean}`;
    if (text.length <= LONGEST && !name.includes('|')) found.push({ name, value: text });
  };
  walk(document, '', 0);
  return found;
}
