// One item of a rule, compiled: a question to one field of an event.
import { ANY, compileRegex, isInNetwork, parseAddress } from '../../../domains/sigma/index.ts';
import type { CompareOperator, Item, Pattern, Test, TimePart } from '../../../domains/sigma/index.ts';
import type { EventView, Texts } from '../match/view.ts';
import { CODED_TEXT, fold } from './fold.ts';
import type { TextTest } from './glob.ts';
import { requiredLiterals } from './regex-literals.ts';
import { compilePatterns } from './text-test.ts';

export type Check = (view: EventView) => boolean;
export interface Predicate {
  /** Its place in the memory of the view. */
  readonly id: number;
  readonly check: Check;
  /** Whether this text of the field would do. For explanations. */
  readonly meets: (text: string) => boolean;
  /** Relative price of `check`; 1 is one comparison of texts. */
  readonly cost: number;
}

type Kind<K extends Test['kind']> = Extract<Test, { readonly kind: K }>;

/**
 * @param field Number of the item's field; ignored for keywords.
 * @param fieldOf Number of the field that a fieldref names.
 */
export function compileItem(item: Item, field: number, fieldOf: (name: string) => number): Omit<Predicate, 'id'> {
  const of = <K extends Test['kind']>(kind: K) => item.tests.filter((test): test is Kind<K> => test.kind === kind);
  const parts: { readonly check: Check; readonly cost: number }[] = [];
  const onText: TextTest[] = [];
  const addText = (test: TextTest, cost: number, isFolded: boolean) => {
    onText.push(isFolded ? (text) => test(fold(text)) : test);
    if (item.field === null) parts.push({ check: isFolded ? (view) => view.foldedLeaves().some(test) : (view) => view.leaves().some(test), cost: cost * 20 });
    else parts.push({ check: isFolded ? (view) => meets(view.folded(field), test) : (view) => meets(view.text(field), test), cost });
  };

  if (of('null').length > 0) parts.push({ check: (view) => view.isNull(field), cost: 1 });
  if (of('exists').length > 0) parts.push({ check: (view) => view.exists(field), cost: 1 });
  for (const isCased of [false, true]) {
    const patterns = of('pattern')
      .filter((test) => test.cased === isCased)
      .map((test) => (isCased ? test.pattern : foldPattern(test.pattern)));
    if (patterns.length === 0) continue;
    const { test, cost } = compilePatterns(patterns);
    if (item.field === null && !isCased) {
      const joined = joinedTest(patterns);
      parts.push({
        cost: cost * 5,
        check: (view) => {
          const leaves = joined === undefined ? undefined : view.joinedLeaves();
          return leaves === undefined ? view.foldedLeaves().some(test) : joined!(leaves);
        },
      });
      onText.push((text) => test(fold(text)));
    } else addText(test, cost, !isCased);
  }
  for (const regex of of('regex')) addText(regexTest(regex), 50, false);
  const networks = of('cidr').map(({ network }) => network);
  if (networks.length > 0) {
    addText(
      (text) => {
        const address = parseAddress(text);
        return address !== undefined && networks.some((network) => isInNetwork(network, address));
      },
      5,
      false,
    );
  }
  for (const { operator, number } of of('compare')) addText((text) => compares(operator, numberOf(text), number), 2, false);
  for (const { part, operator, number } of of('time')) addText((text) => compares(operator, timePart(part, text), number), 10, false);
  for (const { field: name, place, cased } of of('fieldref')) {
    const other = fieldOf(name);
    const test = PLACES[place];
    parts.push({
      check: (view) =>
        meets(cased ? view.text(field) : view.folded(field), (text) => meets(cased ? view.text(other) : view.folded(other), (part) => test(text, part))),
      cost: 4,
    });
  }
  const [first] = parts;
  const cost = parts.reduce((sum, part) => sum + part.cost, 0);
  return {
    cost,
    meets: (text) => onText.some((test) => test(text)),
    check: parts.length === 1 ? first!.check : (view) => parts.some((part) => part.check(view)),
  };
}

const meets = (texts: Texts, test: TextTest): boolean => (typeof texts === 'string' ? test(texts) : texts !== undefined && texts.some(test));

/** Keywords without inner wildcards, searched in all leaves at once. Only leaves come so whose characters all have codes. */
function joinedTest(patterns: readonly Pattern[]): TextTest | undefined {
  const texts = patterns.map((pattern) =>
    pattern.length === 3 && pattern[0] === ANY && pattern[2] === ANY && typeof pattern[1] === 'string' ? pattern[1] : undefined,
  );
  if (texts.includes(undefined)) return undefined;
  const { test } = compilePatterns(patterns.filter((_, index) => CODED_TEXT.test(texts[index]!)));
  return test;
}

export const foldPattern = (pattern: Pattern): Pattern => pattern.map((part) => (typeof part === 'string' ? fold(part) : part));

const PLACES: Readonly<Record<Kind<'fieldref'>['place'], (text: string, part: string) => boolean>> = {
  equals: (text, part) => text === part,
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
};

/** The engine only runs where a literal that the expression needs is there. */
function regexTest({ source, flags }: Kind<'regex'>): TextTest {
  const regex = compileRegex(source, flags);
  const literals = requiredLiterals(source);
  if (literals === undefined) return (text) => regex.test(text);
  return (text) => {
    const folded = fold(text);
    return literals.some((literal) => folded.includes(literal)) && regex.test(text);
  };
}

/** NaN for text that is no decimal number; every comparison with it is false. */
const numberOf = (text: string): number => (/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN);

function compares(operator: CompareOperator | 'eq', left: number, right: number): boolean {
  switch (operator) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'eq':
      return left === right;
  }
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** In UTC; a time without zone is taken as UTC. Weeks are those of ISO 8601. NaN for text that is no ISO 8601 time. */
function timePart(part: TimePart, text: string): number {
  if (!ISO_TIME.test(text)) return Number.NaN;
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) && text.length > 10;
  const time = new Date(
    `${text
      .replace(' ', 'T')
      .replace(',', '.')
      .replace(/([+-]\d{2})(\d{2})$/, '$1:$2')}${hasZone || text.length === 10 ? '' : 'Z'}`,
  );
  switch (part) {
    case 'minute':
      return time.getUTCMinutes();
    case 'hour':
      return time.getUTCHours();
    case 'day':
      return time.getUTCDate();
    case 'month':
      return time.getUTCMonth() + 1;
    case 'year':
      return time.getUTCFullYear();
    case 'week': {
      const thursday = new Date(time.getTime() + (3 - ((time.getUTCDay() + 6) % 7)) * 86_400_000); // the week belongs to the year of its Thursday
      return 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 604_800_000);
    }
  }
}
