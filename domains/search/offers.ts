// What the language itself may go on with at the caret: operators behind a name, and its words.
import { COLUMNS, ecsNameOf, isTypedField } from './fields.ts';
import { kindOfField, OPERATORS, WORDS } from './operators.ts';
import type { Typing } from './typing.ts';

/** Put in for [from, to) of the search. */
export interface LanguageOffer {
  readonly kind: 'operator' | 'word';
  /** As people read it. */
  readonly text: string;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly about: string;
}

/** None in the middle of a value. */
export function languageOffers(typing: Typing): readonly LanguageOffer[] {
  const { field, operator, operatorAt, typed, from, to } = typing;
  if (field === null) return [...operatorsOf(typed, from, to), ...wordsAt(typing)];
  if (operatorAt === null) return wordsAt(typing);
  if (operator !== ':' || typed !== '') return [];
  return operatorsBehind(field).filter(({ insert }) => insert !== ':').map((words) => operatorOffer(field, words, operatorAt, to)); // prettier-ignore
}

/** Behind a name that is written out. */
const operatorsOf = (name: string, from: number, to: number): readonly LanguageOffer[] =>
  isKnown(name) ? operatorsBehind(name).map((words) => ({ ...operatorOffer(name, words, from, to), insert: `${name}${words.insert}` })) : [];

const isKnown = (name: string): boolean => COLUMNS.has(ecsNameOf(name)) || isTypedField(ecsNameOf(name));
const operatorsBehind = (name: string) => OPERATORS.filter(({ of }) => of.includes(kindOfField(name)));
const operatorOffer = (name: string, { write, insert, means }: (typeof OPERATORS)[number], from: number, to: number): LanguageOffer => ({
  kind: 'operator',
  text: `${name}${write}`,
  insert,
  from,
  to,
  about: means,
});

function wordsAt({ typed, from, to, isAfterTerm }: Typing): readonly LanguageOffer[] {
  const begun = typed.toLowerCase();
  return WORDS.filter(({ write }) => write.startsWith(begun) && (isAfterTerm || (write === 'not' && begun !== ''))).map(({ write, means }) => ({
    kind: 'word',
    text: write,
    insert: `${write} `,
    from,
    to,
    about: means,
  }));
}
