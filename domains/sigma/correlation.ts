// Correlation rules, checked. The correlate stage runs them.
import { parseCondition } from './condition.ts';
import type { RawDocument } from './document.ts';
import { EXTENSION, parseExtension, refuseExtension } from './extension.ts';
import type { Extension } from './extension.ts';
import { list, parseMetadata } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { below, refuse } from './problem.ts';
import type { Warn } from './problem.ts';

type SigmaType = 'event_count' | 'value_count' | 'temporal' | 'temporal_ordered' | 'value_sum' | 'value_avg' | 'value_percentile' | 'value_median';
/** The last two are ours: see `extension.ts`. */
export type CorrelationType = SigmaType | Extension['type'];
export type CountOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
/** All of these hold: two make a range. */
export interface Bound {
  readonly operator: CountOperator;
  readonly number: number;
}
/** Which rules must have been seen, for the temporal types. `rule` is the key of a rule or correlation. */
export type SeenCondition =
  | { readonly kind: 'rule'; readonly rule: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly SeenCondition[] }
  | { readonly kind: 'not'; readonly of: SeenCondition };

export interface CorrelationRule extends Metadata, Pick<Extension, 'absent' | 'learningMicros'> {
  readonly type: CorrelationType;
  /** Keys of rules or of other correlations, in the order written. Before linking: as written. */
  readonly rules: readonly string[];
  /** Fields or aliases; empty = one group for all. */
  readonly groupBy: readonly string[];
  readonly timespanMicros: number;
  /** Empty of our own types only. What is compared is the number of events, of distinct values, of different rules, or the value. */
  readonly bounds: readonly Bound[];
  /** What value types and first_seen read, fields or aliases; of value_count and first_seen several make a tuple. Empty otherwise. */
  readonly valueFields: readonly string[];
  /** 0 to 100, of value_percentile and value_median. */
  readonly percentile: number | null;
  /** Of the temporal types when the condition is a text; then `bounds` do not count. */
  readonly seen: SeenCondition | null;
  /** Alias to (key of the rule to its field). */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The rules alert by themselves too. */
  readonly generate: boolean;
}

/** The field of `rule` that stands for a group-by entry or value field; undefined when the alias leaves the rule out. */
export function fieldFor(correlation: Pick<CorrelationRule, 'aliases'>, name: string, ruleKey: string): string | undefined {
  const alias = correlation.aliases.get(name);
  return alias === undefined ? name : alias.get(ruleKey);
}

const TYPES: readonly string[] = ['event_count', 'value_count', 'temporal', 'temporal_ordered', 'value_sum', 'value_avg', 'value_percentile', 'value_median'];
const OPERATORS: readonly string[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
const KEYS = new Set(['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate']);
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_626_560, y: 31_557_600 };
const isTemporal = (type: string) => type === 'temporal' || type === 'temporal_ordered';

/** References are left as written; `link` resolves them. @throws Refusal */
export function parseCorrelation(raw: RawDocument, warn: Warn): CorrelationRule {
  const { correlation } = raw.body;
  if (typeof correlation !== 'object' || correlation === null || Array.isArray(correlation)) return refuse('the correlation is no map', 'correlation');
  const body = correlation as Record<string, unknown>;
  const metadata = parseMetadata(raw, warn);
  for (const key of Object.keys(body)) if (!KEYS.has(key)) warn(`the correlation has an unknown key "${key}"`, 'correlation', key);
  const type = body['type'];
  if (typeof type !== 'string' || !(TYPES.includes(type) || type === EXTENSION))
    return refuse(`the correlation type ${JSON.stringify(type)} is none of ${TYPES.join(', ')}, nor ${EXTENSION}`, 'correlation', 'type');
  if (type !== EXTENSION) refuseExtension(raw);
  const own = <T>(key: string, read: () => T): T => below('correlation', () => below(key, read));
  const rules = below('correlation', () => list(body, 'rules'));
  if (rules.length === 0) refuse('the correlation names no rules', 'correlation', 'rules');
  if (new Set(rules).size < rules.length) refuse('the correlation names a rule twice', 'correlation', 'rules');
  const generate = body['generate'] ?? false;
  if (typeof generate !== 'boolean') return refuse('generate is neither true nor false', 'correlation', 'generate');
  const timespanMicros = own('timespan', () => parseTimespan(body['timespan'], 'timespan'));
  return {
    ...metadata,
    rules,
    generate,
    groupBy: below('correlation', () => list(body, 'group-by')),
    timespanMicros,
    aliases: own('aliases', () => parseAliases(body['aliases'], rules)),
    ...(type === EXTENSION
      ? { ...NO_BOUNDS, ...parseExtension(raw, body, rules, timespanMicros, parseTimespan) }
      : { ...NO_EXTENSION, type: type as SigmaType, ...own('condition', () => parseWhen(body['condition'], type, rules)) }),
  };
}
const NO_BOUNDS = { bounds: [], percentile: null, seen: null };
const NO_EXTENSION = { absent: [], learningMicros: 0 };

function parseTimespan(value: unknown, name: string): number {
  const match = typeof value === 'string' ? /^(\d+)([smhdwMy])$/.exec(value.trim()) : null;
  const micros = match === null ? 0 : Number(match[1]) * SECONDS[match[2]!]! * 1_000_000;
  return micros > 0 && Number.isSafeInteger(micros)
    ? micros
    : refuse(`the ${name} ${JSON.stringify(value)} is not a number followed by one of s, m, h, d, w, M, y`);
}

function parseAliases(value: unknown, rules: readonly string[]): CorrelationRule['aliases'] {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) return refuse('aliases is no map');
  return new Map(
    Object.entries(value).map(([alias, fields]) => {
      if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return refuse(`the alias "${alias}" is no map of rules to fields`, alias);
      for (const [rule, field] of Object.entries(fields)) {
        if (!rules.includes(rule)) refuse(`the alias "${alias}" names "${rule}", which is not among the rules of the correlation`, alias, rule);
        if (typeof field !== 'string') refuse(`the alias "${alias}" gives no field for "${rule}"`, alias, rule);
      }
      return [alias, new Map(Object.entries(fields as Record<string, string>))];
    }),
  );
}

type When = Pick<CorrelationRule, 'bounds' | 'valueFields' | 'percentile' | 'seen'>;
function parseWhen(value: unknown, type: string, rules: readonly string[]): When {
  const nothing = { valueFields: [], percentile: null, seen: null };
  if (value === undefined || value === null) {
    return isTemporal(type) ? { ...nothing, bounds: [{ operator: 'gte', number: rules.length }] } : refuse(`${type} needs a condition`);
  }
  if (typeof value === 'string') {
    if (!isTemporal(type)) return refuse(`a condition over rule names goes with the temporal types only, not with ${type}`);
    return { ...nothing, bounds: [{ operator: 'gte', number: 1 }], seen: parseSeen(value, rules) };
  }
  if (typeof value !== 'object' || Array.isArray(value)) return refuse('the condition of the correlation is neither a map nor a text');
  const body = value as Record<string, unknown>;
  const unknown = Object.keys(body).find((key) => !OPERATORS.includes(key) && key !== 'field' && key !== 'percentile');
  if (unknown !== undefined) refuse(`the condition of the correlation has an unknown key "${unknown}"`, unknown);
  const bounds = Object.entries(body)
    .filter(([key]) => OPERATORS.includes(key))
    .map(([operator, number]): Bound => {
      if (typeof number !== 'number' || !Number.isFinite(number)) return refuse(`"${operator}" of the condition takes a number`, operator);
      return { operator: operator as CountOperator, number };
    });
  if (bounds.length === 0) refuse('the condition of the correlation compares with nothing');
  if (bounds.length > 2) refuse('the condition of the correlation has more than two comparisons');
  const isValueType = type.startsWith('value_');
  const valueFields = list(body, 'field');
  if (isValueType && valueFields.length === 0) refuse(`${type} needs a field in its condition`);
  if (!isValueType && valueFields.length > 0) refuse(`${type} takes no field in its condition`);
  if (valueFields.length > 1 && type !== 'value_count') refuse(`${type} takes one field`);
  return { bounds, valueFields, percentile: parsePercentile(body['percentile'], type), seen: null };
}

function parsePercentile(value: unknown, type: string): number | null {
  if (type === 'value_median' && (value === undefined || value === null)) return 50;
  if (type !== 'value_percentile') return value === undefined || value === null ? null : refuse(`${type} takes no percentile`);
  return typeof value === 'number' && value >= 0 && value <= 100 ? value : refuse('value_percentile needs a percentile from 0 to 100 in its condition');
}

function parseSeen(text: string, rules: readonly string[]): SeenCondition {
  const join =
    (kind: 'and' | 'or') =>
    (of: readonly SeenCondition[]): SeenCondition =>
      of.length === 1 ? of[0]! : { kind, of };
  return parseCondition<SeenCondition>(text, {
    names: rules,
    operand: (rule) => ({ kind: 'rule', rule }),
    all: join('and'),
    any: join('or'),
    not: (of) => ({ kind: 'not', of }),
  });
}
