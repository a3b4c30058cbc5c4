import { describe, expect, it } from 'vitest';
import { GUIDE_CASES, GUIDE_EVENTS } from './cases.ts';
import { checkEventTerm } from './event-check.ts';
import { GUIDE, GUIDE_OPENING } from './guide.ts';
import { FIELD_KINDS, KIND_WORDS, kindOfField, OPERATORS } from './operators.ts';
import type { FieldKind } from './operators.ts';
import { parseSearch } from './syntax.ts';
import type { Search } from './syntax.ts';

const examples = [
  GUIDE_OPENING,
  ...GUIDE.flatMap(({ rows }) => rows.flatMap((row) => row.examples)),
  ...OPERATORS.map(({ example }) => example),
  ...Object.values(KIND_WORDS).map(({ example }) => example),
];

describe('the guide of the language', () => {
  it('has no example that is not tried, and the cases have no other', () => {
    expect(new Set(GUIDE_CASES.map(([search]) => search))).toEqual(new Set(examples));
  });

  it('is tried on events that each of them is found by some, and not by others', () => {
    for (const name of Object.keys(GUIDE_EVENTS)) {
      const times = GUIDE_CASES.filter(([, found]) => found.includes(name)).length;
      expect([name, times > 0, times < GUIDE_CASES.length]).toEqual([name, true, true]);
    }
  });
});

const FIELD: Readonly<Record<FieldKind, readonly [field: string, value: string]>> = {
  text: ['host.name', 'web'],
  number: ['source.port', '5'],
  address: ['source.ip', '10.0.0.1'],
  severity: ['severity', 'high'],
  time: ['@timestamp', '2026-11-25'],
  open: ['process.pid', '5'],
};
const ask = (text: string): void => checkTerms(parseSearch(text));
function checkTerms(search: Search): void {
  if (search.kind === 'and' || search.kind === 'or') search.of.forEach(checkTerms);
  else if (search.kind === 'field') checkEventTerm(search);
}
const written = (write: string, [field, value]: readonly [string, string]): string => {
  const text = value === 'web' && /[<>[]/.test(write) ? '5' : value; // a word has no order at all
  return `${field}${write.replace('( or )', `(${text} or ${text})`).replace('[ to ]', `[${text} to ${text}]`)}${/[)\]*]$/.test(write) ? '' : text}`;
};

describe.each(FIELD_KINDS)('a field of the kind %s', (kind) => {
  it('is one', () => {
    expect(kindOfField(FIELD[kind][0])).toBe(kind);
  });
  it.each(OPERATORS)('goes with `$write` as the table says', ({ write, of }) => {
    const text = written(write, FIELD[kind]);
    if (of.includes(kind)) expect(() => ask(text)).not.toThrow();
    else expect(() => ask(text)).toThrow(expect.objectContaining({ code: 'INVALID_SEARCH' }) as Error);
  });
});
