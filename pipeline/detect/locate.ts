// Which part of a text makes a test of a rule true: what the engine answers with yes or no, answered with a place.
import { compileRegex } from '../../domains/sigma/index.ts';
import type { Expression, Test } from '../../domains/sigma/index.ts';
import { fold } from './compile/fold.ts';
import { locateGlob } from './compile/glob.ts';
import type { Range } from './compile/glob.ts';
import { compileItem, foldPattern } from './compile/predicate.ts';

/** Undefined where the text does not meet. */
export type Locate = (text: string) => Range | undefined;

/** @param textsOf Of another field, for what compares two. @returns For what asks for a text; undefined for what asks only whether there is one. */
export function locateIn(expression: Expression, textsOf: (field: string) => readonly string[]): Locate | undefined {
  if (expression.kind === 'not') return undefined;
  const parts = (
    expression.kind === 'item' ? expression.tests.map((test) => locateTest(test, textsOf)) : expression.of.map((of) => locateIn(of, textsOf))
  ).filter((locate) => locate !== undefined);
  return parts.length === 0 ? undefined : firstOf(parts);
}

const firstOf =
  (parts: readonly Locate[]): Locate =>
  (text) => {
    for (const locate of parts) {
      const range = locate(text);
      if (range !== undefined) return range;
    }
    return undefined;
  };

function locateTest(test: Test, textsOf: (field: string) => readonly string[]): Locate | undefined {
  switch (test.kind) {
    case 'pattern':
      return test.cased ? locateGlob(test.pattern) : onFolded(locateGlob(foldPattern(test.pattern)));
    case 'regex': {
      const regex = compileRegex(test.source, test.flags);
      return (text) => regex.find(text);
    }
    case 'fieldref':
      return locateOther(test, textsOf);
    case 'null':
    case 'exists':
      return undefined;
    default: {
      // An address, a number or a time is asked as a whole.
      const { meets } = compileItem({ kind: 'item', field: '', tests: [test] }, 0, () => 0);
      return (text) => (meets(text) ? [0, text.length] : undefined);
    }
  }
}

type FieldRef = Extract<Test, { readonly kind: 'fieldref' }>;

function locateOther({ field, place, cased }: FieldRef, textsOf: (field: string) => readonly string[]): Locate {
  const within = (part: string): Locate => {
    const find: Locate = (text) => {
      if (place === 'equals') return text === part ? [0, text.length] : undefined;
      const from = place === 'contains' ? text.indexOf(part) : place === 'startswith' ? 0 : text.length - part.length;
      return from >= 0 && text.startsWith(part, from) ? [from, from + part.length] : undefined;
    };
    return find;
  };
  return (text) => firstOf(textsOf(field).map((part) => (cased ? within(part) : onFolded(within(fold(part))))))(text);
}

/** Places in a folded text are those of the text, unless a character folds to several. */
const onFolded =
  (locate: Locate): Locate =>
  (text) => {
    const folded = fold(text);
    const range = locate(folded);
    return range === undefined || folded.length === text.length ? range : placesBefore(text, range);
  };

function placesBefore(text: string, [from, to]: Range): Range {
  let at = 0;
  let behind = 0; // of the folded text
  let start = 0;
  for (const char of text) {
    if (behind >= to && behind > from) break;
    if (behind <= from) start = at;
    behind += fold(char).length;
    at += char.length;
  }
  return from === to ? [start, start] : [start, at];
}
