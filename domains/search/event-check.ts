// What cannot be asked of events: a word for an address, `<` on text. The same for all who read a search, in SQL and in memory.
import { SearchError } from './error.ts';
import { COLUMNS, ecsNameOf, TIME_FIELD } from './fields.ts';
import type { Column } from './fields.ts';
import type { FieldTerm, FieldTest } from './syntax.ts';
import { isAddressOrNetwork, levelOf, timeSpan } from './values.ts';

/** @throws SearchError that says what to write instead */
export function checkEventTerm(term: FieldTerm): void {
  const field = ecsNameOf(term.field);
  const column = COLUMNS.get(field);
  const message = column !== undefined ? columnProblem(column, term) : field === TIME_FIELD ? timeProblem(term) : isLevel(term.test) ? noSeverity(term) : null;
  if (message !== null) throw new SearchError(message, term.at, term.length);
}

const isLevel = (test: FieldTest): boolean => test.op === 'within' && test.of === 'level';
const noSeverity = ({ field }: FieldTerm) => `\`${field}\` is no severity; \`event.severity\` is. To look for the word, write \`${field}:word\`.`;

function columnProblem({ kind, name }: Column, { field, test }: FieldTerm): string | null {
  if (test.op === 'within') {
    if (kind !== 'number') return `\`${field}\` is no number, so \`${test.bounds[0].op}\` says nothing about it.`;
    if (test.of === 'time') return `\`${field}\` is a number, no time.`;
    return test.of === 'level' && name !== 'severity' ? `\`${field}\` is a number: write \`${field}>=10\`.` : null;
  }
  if (test.op !== 'is' || test.pieces.length > 1) return null;
  const [value] = test.pieces;
  if (kind === 'number' && !/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) {
    if (name !== 'severity') return `\`${field}\` is a number: write \`${field}:443\` or \`${field}>1024\`.`;
    if (levelOf(value) === null) return `Severities are informational, low, medium, high, critical, or numbers up to 100: write \`${field}>=high\`.`;
  }
  if (kind === 'address' && !isAddressOrNetwork(value))
    return `\`${field}\` is an address: write \`${field}:10.0.0.1\`, \`${field}:10.0.0.0/8\` or \`${field}:10.0.*\`.`;
  return null;
}

function timeProblem({ field, test }: FieldTerm): string | null {
  if (test.op === 'exists' || (test.op === 'within' && test.of === 'time')) return null;
  return test.op === 'is' && test.pieces.length === 1 && timeSpan(test.pieces[0]) !== null
    ? null
    : `\`${field}\` is a time: write \`${field}>=2026-11-25T12:00Z\`, or \`${field}:2026-11-25\` for a day.`;
}
