// What cannot be asked of alerts and findings: fields that they do not have, `<` on text. The same in SQL and in memory.
import { SearchError } from './error.ts';
import type { FieldTerm } from './syntax.ts';
import { levelOf } from './values.ts';

/** Names that people write, by what is there; what they stand for is the business of who reads the search. */
export interface RecordNames {
  /** For messages: `Alerts`. */
  readonly noun: string;
  readonly texts: ReadonlyMap<string, unknown>;
  readonly sets: ReadonlyMap<string, unknown>;
  readonly numbers: ReadonlyMap<string, unknown>;
  readonly times: ReadonlyMap<string, unknown>;
}
/** Field to the type of the entities that it stands for. */
export const ENTITY_TYPES: ReadonlyMap<string, string> = new Map([
  ['host', 'host'],
  ['host.name', 'host'],
  ['user', 'user'],
  ['user.name', 'user'],
  ['address', 'address'],
  ['source.ip', 'address'],
  ['destination.ip', 'address'],
  ['hash', 'hash'],
  ['domain', 'domain'],
]);

/** @throws SearchError that says what to write instead */
export function checkRecordTerm(term: FieldTerm, names: RecordNames): void {
  const message = problem(term, names);
  if (message !== null) throw new SearchError(message, term.at, term.length);
}

function problem({ field, test }: FieldTerm, { noun, texts, sets, numbers, times }: RecordNames): string | null {
  if (times.has(field))
    return test.op === 'exists' || (test.op === 'within' && test.of === 'time') ? null : `\`${field}\` is a time: write \`${field}>=2026-11-25T12:00Z\`.`;
  if (field === 'severity') {
    const isLevel = test.op === 'is' && test.pieces.length === 1 && levelOf(test.pieces[0]) !== null;
    return test.op === 'exists' || (test.op === 'within' && test.of === 'level') || isLevel
      ? null
      : `Severities are informational, low, medium, high and critical: write \`${field}>=high\`.`;
  }
  if (numbers.has(field))
    return test.op === 'matches' || (test.op === 'within' && test.of !== 'number') ? `\`${field}\` is a number: write \`${field}>=10\`.` : null;
  if (!texts.has(field) && !sets.has(field) && !ENTITY_TYPES.has(field)) {
    const known = new Set([...texts.keys(), ...sets.keys(), ...numbers.keys(), 'severity', ...times.keys(), ...ENTITY_TYPES.keys()]);
    return `${noun} have no field \`${field}\`. They have ${[...known].join(', ')}; other words are looked for in title, tags and entities.`;
  }
  return test.op === 'within' ? `\`${field}\` is no number, so \`${test.bounds[0].op}\` says nothing about it.` : null;
}
