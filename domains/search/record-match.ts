// A search on an alert or a finding in memory, with the answers that it has in SQL.
import { compare, containsPieces, equalsPieces, lowerPieces, regexTest } from './matches.ts';
import { checkRecordTerm, ENTITY_TYPES } from './record-check.ts';
import type { RecordNames } from './record-check.ts';
import type { FieldTerm, FieldTest, Search } from './syntax.ts';
import { levelOf } from './values.ts';

/** Where the values of a record are, by the name that people write. */
export interface RecordFields<R> extends RecordNames {
  readonly title: (record: R) => string;
  /** Words are looked for in these, and in title and entities. */
  readonly words: (record: R) => readonly string[];
  readonly entities: (record: R) => readonly { readonly type: string; readonly value: string }[];
  /** 0 to 4. */
  readonly severity: (record: R) => number;
  readonly texts: ReadonlyMap<string, (record: R) => string | null>;
  readonly sets: ReadonlyMap<string, (record: R) => readonly string[]>;
  readonly numbers: ReadonlyMap<string, (record: R) => number>;
  readonly times: ReadonlyMap<string, (record: R) => number>;
}
export type RecordTest<R> = (record: R) => boolean;

/** @throws SearchError for a field that such records do not have */
export function compileRecordSearch<R>(search: Search, fields: RecordFields<R>): RecordTest<R> {
  switch (search.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = search.of.map((part) => compileRecordSearch(part, fields));
      return (record) => parts.every((part) => part(record));
    }
    case 'or': {
      const parts = search.of.map((part) => compileRecordSearch(part, fields));
      return (record) => parts.some((part) => part(record));
    }
    case 'not': {
      const part = compileRecordSearch(search.of, fields);
      return (record) => !part(record);
    }
    case 'text': {
      const pieces = lowerPieces(search.pieces);
      const has = (text: string) => containsPieces(text.toLowerCase(), pieces);
      return (record) => has(fields.title(record)) || fields.words(record).some(has) || fields.entities(record).some(({ value }) => has(value));
    }
    case 'field':
      checkRecordTerm(search, fields);
      return compileTerm(search, fields);
  }
}

function compileTerm<R>({ field, test }: FieldTerm, { severity, texts, sets, numbers, times, entities }: RecordFields<R>): RecordTest<R> {
  const rank = times.get(field) ?? (field === 'severity' ? severity : undefined);
  if (rank !== undefined) return rankTest(test, rank);
  const number = numbers.get(field);
  if (number !== undefined)
    return test.op === 'within'
      ? rankTest(test, number)
      : (
          (fits) => (record: R) =>
            fits(String(number(record)))
        )(textTest(test));
  const fits = textTest(test);
  const text = texts.get(field);
  if (text !== undefined)
    return (record) => {
      const value = text(record);
      return value !== null && fits(value);
    };
  const set = sets.get(field);
  if (set !== undefined) return (record) => set(record).some(fits);
  const wanted = ENTITY_TYPES.get(field)!;
  return (record) => entities(record).some(({ type, value }) => type === wanted && fits(value));
}

function rankTest<R>(test: FieldTest, rank: (record: R) => number): RecordTest<R> {
  if (test.op === 'within')
    return (record) => {
      const value = rank(record);
      return test.bounds.every((bound) => bound === undefined || compare(value, bound.op, bound.value));
    };
  if (test.op !== 'is') return () => true;
  const level = levelOf(test.pieces[0]);
  return (record) => rank(record) === level;
}

/** Of a text that is there. */
function textTest(test: FieldTest): (text: string) => boolean {
  if (test.op === 'matches') return regexTest(test);
  if (test.op !== 'is') return () => true;
  const pieces = lowerPieces(test.pieces);
  return (text) => equalsPieces(text.toLowerCase(), pieces);
}
