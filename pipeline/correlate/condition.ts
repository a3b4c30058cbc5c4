// When the condition of a correlation holds over the matches of a window. Matches come and go one by one, so a window that slides on by one
// match costs no more than that match.
import type { Bound, CorrelationRule, SeenCondition } from '../../domains/sigma/index.ts';
import type { Micros } from '../core/index.ts';
import type { Entry } from './entry.ts';

/** What the condition needs of a correlation rule. */
export type WindowRule = Pick<CorrelationRule, 'type' | 'rules' | 'timespanMicros' | 'bounds' | 'percentile' | 'seen' | 'absent' | 'learningMicros'>;

/** A condition that more events can only make false is judged when a window closes; the others as soon as they hold. */
export const isJudgedAtClose = (rule: Pick<WindowRule, 'type' | 'seen' | 'bounds'>): boolean =>
  rule.type === 'absence' || (rule.seen === null && rule.bounds.some(({ operator }) => operator !== 'gt' && operator !== 'gte'));

/** The matches in a window, as far as the condition of one of Sigma's types can tell them apart. */
export class Condition {
  readonly #rule: WindowRule;
  readonly #measure: Measure;
  readonly #order: Order | null;

  constructor(rule: WindowRule) {
    this.#rule = rule;
    this.#measure = measureOf(rule);
    this.#order = rule.type === 'temporal_ordered' ? new Order(rule.rules) : null;
  }

  /** Entries come in order. */
  add(entry: Entry): void {
    this.#measure.add(entry);
    this.#order?.add(entry);
  }

  /** The first of the window has left it. */
  remove(entry: Entry): void {
    this.#measure.remove(entry);
  }

  /** @param from Where the window begins, inclusive. */
  holds(from: Micros): boolean {
    if (this.#order !== null && !this.#order.isComplete(from)) return false;
    if (this.#rule.seen !== null) return isSeen(this.#rule.seen, this.#measure as Distinct);
    const measured = this.#measure.value();
    return measured !== null && this.#rule.bounds.every((bound) => compare(measured, bound));
  }
}

/** A match as far as conditions tell them apart. */
export type Counted = Pick<Entry, 'ruleId' | 'value'>;

/** What bounds are compared with over matches of one window; null where nothing is counted, or no match has a number. */
export function measured(rule: Pick<WindowRule, 'type' | 'percentile'>, matches: readonly Counted[]): number | null {
  if (rule.type === 'absence' || rule.type === 'first_seen') return null;
  const measure = measureOf(rule);
  for (const match of matches) measure.add(match);
  return measure.value();
}

/** The number that bounds are compared with; null when no entry has one. */
interface Measure {
  readonly add: (entry: Counted) => void;
  readonly remove: (entry: Counted) => void;
  readonly value: () => number | null;
}

function measureOf({ type, percentile }: Pick<WindowRule, 'type' | 'percentile'>): Measure {
  switch (type) {
    case 'event_count':
      return new Count();
    case 'value_count':
      return new Distinct(({ value }) => value);
    case 'temporal':
    case 'temporal_ordered':
      return new Distinct(({ ruleId }) => ruleId);
    default:
      return new Numbers(type === 'value_percentile' || type === 'value_median' ? { percentile: percentile ?? 50 } : type === 'value_sum' ? 'sum' : 'average');
  }
}

class Count implements Measure {
  #count = 0;
  add(): void {
    this.#count++;
  }
  remove(): void {
    this.#count--;
  }
  value(): number {
    return this.#count;
  }
}

class Distinct implements Measure {
  readonly #of: (entry: Counted) => string;
  readonly #counts = new Map<string, number>();
  constructor(of: (entry: Counted) => string) {
    this.#of = of;
  }
  add(entry: Counted): void {
    const value = this.#of(entry);
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }
  remove(entry: Counted): void {
    const value = this.#of(entry);
    const left = this.#counts.get(value)! - 1;
    if (left === 0) this.#counts.delete(value);
    else this.#counts.set(value, left);
  }
  has(value: string): boolean {
    return this.#counts.has(value);
  }
  value(): number {
    return this.#counts.size;
  }
}

/** Kept sorted, so that neither a rank nor a sum depends on the order in which they came. */
class Numbers implements Measure {
  readonly #wanted: 'sum' | 'average' | { readonly percentile: number };
  readonly #sorted: number[] = [];
  #sum = 0;
  #fractions = 0;
  constructor(wanted: 'sum' | 'average' | { readonly percentile: number }) {
    this.#wanted = wanted;
  }
  add({ value }: Counted): void {
    const number = numberOf(value);
    if (number === undefined) return;
    this.#sorted.splice(lowerBound(this.#sorted, number), 0, number);
    this.#count(number, 1);
  }
  remove({ value }: Counted): void {
    const number = numberOf(value);
    if (number === undefined) return;
    this.#sorted.splice(lowerBound(this.#sorted, number), 1);
    this.#count(number, -1);
  }
  value(): number | null {
    const { length } = this.#sorted;
    if (length === 0) return null;
    if (typeof this.#wanted === 'object') return this.#sorted[Math.max(0, Math.ceil((this.#wanted.percentile / 100) * length) - 1)]!; // nearest rank
    const isExact = this.#fractions === 0 && Number.isSafeInteger(this.#sum);
    const sum = isExact ? this.#sum : this.#sorted.reduce((total, number) => total + number, 0);
    return this.#wanted === 'sum' ? sum : sum / length;
  }
  /** Sums of whole numbers are exact whatever the order; others are added up anew. */
  #count(number: number, sign: 1 | -1): void {
    if (Number.isSafeInteger(number) && Math.abs(number) <= MOST_EXACT) this.#sum += sign * number;
    else this.#fractions += sign;
  }
}
const MOST_EXACT = 2 ** 38; // 20,000 of these stay below 2^53

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function lowerBound(sorted: readonly number[], number: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < number) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Each rule after the one before it; equal times are accepted. Knows for each rule the latest beginning of a sequence that ends with it. */
class Order {
  readonly #rules: readonly string[];
  readonly #begins: Micros[];
  readonly #tied = new Set<string>(); // rules met at `#time`
  #time: Micros = -Infinity;
  constructor(rules: readonly string[]) {
    this.#rules = rules;
    this.#begins = rules.map(() => -Infinity);
  }
  add({ time, ruleId }: Entry): void {
    if (time !== this.#time) this.#tied.clear();
    this.#time = time;
    this.#tied.add(ruleId);
    for (const [index, rule] of this.#rules.entries()) {
      if (this.#tied.has(rule)) this.#begins[index] = Math.max(this.#begins[index]!, index === 0 ? time : this.#begins[index - 1]!);
    }
  }
  isComplete(from: Micros): boolean {
    return this.#begins.at(-1)! >= from;
  }
}

function isSeen(condition: SeenCondition, rules: Distinct): boolean {
  switch (condition.kind) {
    case 'rule':
      return rules.has(condition.rule);
    case 'and':
      return condition.of.every((part) => isSeen(part, rules));
    case 'or':
      return condition.of.some((part) => isSeen(part, rules));
    case 'not':
      return !isSeen(condition.of, rules);
  }
}

function compare(measured: number, { operator, number: value }: Bound): boolean {
  switch (operator) {
    case 'gt':
      return measured > value;
    case 'gte':
      return measured >= value;
    case 'lt':
      return measured < value;
    case 'lte':
      return measured <= value;
    case 'eq':
      return measured === value;
    default:
      return measured !== value;
  }
}
