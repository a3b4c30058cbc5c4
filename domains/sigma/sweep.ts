// Rules that say nothing: conditions that hold whatever an event has.
import { items } from './expression.ts';
import type { Expression, Item, Test } from './expression.ts';
import { ANY } from './pattern.ts';

/** `all`: every event. `present`: every event in which all fields that the rule names have a value. Null: neither, or too much to tell. */
export type Sweep = 'all' | 'present' | null;

type Presence = 'missing' | 'null' | 'value';
/** What is settled of an event; a test that is not is open. */
interface Assumption {
  readonly presence: ReadonlyMap<string, Presence>;
  readonly tests: ReadonlyMap<Test, boolean>;
  /** Of tests that are not settled. */
  readonly others: Truth;
}
/** Undefined: open. */
type Truth = boolean | undefined;
const ALL_PRESENT = { presence: new Map<string, Presence>(), tests: new Map<Test, boolean>(), others: undefined };
const MOST_STEPS = 2_000;

/**
 * What values are compared with is not looked at: `x < 5 or x >= 5` is open. Never says that a rule sweeps when it does not.
 */
export function sweepOf(expression: Expression): Sweep {
  const all = [...items(expression)];
  const fields = [...new Set(all.map(({ field }) => field).filter((field) => field !== null))];
  const having = (presence: Presence) => ({ ...ALL_PRESENT, presence: new Map(fields.map((field) => [field, presence])) });
  // Nearly every rule fails here, at once.
  if ([false, true].some((others) => truthOf(expression, { ...having('value'), others }) === false)) return null;
  const steps = { left: MOST_STEPS };
  if (!isAlways(expression, having('value'), [], steps)) return null;
  return isAlways(expression, having('missing'), [], steps) && isAlways(expression, ALL_PRESENT, fields, steps) ? 'all' : 'present';
}

/** @param fields Whose presence is still open. */
function isAlways(expression: Expression, assumed: Assumption, fields: readonly string[], steps: { left: number }): boolean {
  steps.left -= 1;
  if (steps.left < 0) return false;
  const truth = truthOf(expression, assumed);
  if (truth !== undefined) return truth;
  const [field, ...others] = fields;
  if (field !== undefined) {
    const having = (presence: Presence) => ({ ...assumed, presence: new Map(assumed.presence).set(field, presence) });
    return (['missing', 'null', 'value'] as const).every((presence) => isAlways(expression, having(presence), others, steps));
  }
  const open = openTest(expression, assumed);
  if (open === undefined) return false;
  return [false, true].every((holds) => isAlways(expression, { ...assumed, tests: new Map(assumed.tests).set(open, holds) }, fields, steps));
}

function truthOf(expression: Expression, assumed: Assumption): Truth {
  if (expression.kind === 'item') return some(expression.tests.map((test) => testTruth(expression, test, assumed)));
  if (expression.kind === 'not') {
    const of = truthOf(expression.of, assumed);
    return of === undefined ? undefined : !of;
  }
  const of = expression.of.map((one) => truthOf(one, assumed));
  if (expression.kind === 'or') return some(of);
  return of.includes(false) ? false : of.includes(undefined) ? undefined : true;
}
const some = (of: readonly Truth[]): Truth => (of.includes(true) ? true : of.includes(undefined) ? undefined : false);

function testTruth({ field }: Item, test: Test, { presence, tests, others }: Assumption): Truth {
  if (field === null) return tests.get(test) ?? others;
  const has = presence.get(field);
  if (has === undefined) return undefined;
  if (test.kind === 'exists') return has !== 'missing';
  if (test.kind === 'null') return has !== 'value';
  if (has !== 'value') return false;
  return isAnything(test) ? true : (tests.get(test) ?? others);
}
const isAnything = (test: Test): boolean =>
  (test.kind === 'pattern' && test.pattern.length === 1 && test.pattern[0] === ANY) || (test.kind === 'regex' && /^\^?(?:\.\*)+\$?$/.test(test.source));

function openTest(expression: Expression, assumed: Assumption): Test | undefined {
  for (const item of items(expression)) for (const test of item.tests) if (testTruth(item, test, assumed) === undefined) return test;
  return undefined;
}
