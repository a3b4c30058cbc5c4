// `field|modifier|modifier: value` becomes tests. Modifiers are applied from left to right.
import { base64, base64Alignments, encodeText } from './encoding.ts';
import type { TextEncoding } from './encoding.ts';
import { all, any, not } from './expression.ts';
import type { CompareOperator, Expression, Item, RegexFlags, Test, TimePart } from './expression.ts';
import { parseNetwork } from './network.ts';
import { ANY, concat, DASH, expandPattern, literal, parsePattern, plainText, withDashes } from './pattern.ts';
import type { Pattern, Placeholders } from './pattern.ts';
import { refuse } from './problem.ts';
import type { Warn } from './problem.ts';

export type Scalar = string | number | bigint | boolean | null;
export interface ItemContext {
  readonly placeholders: Placeholders;
  readonly warn: Warn;
  /** @throws Error when the source is no regular expression that the engine takes. */
  readonly checkRegex: (source: string, flags: RegexFlags) => void;
}

const TEXT_MODIFIERS = new Set([
  'contains',
  'startswith',
  'endswith',
  'cased',
  'windash',
  'base64',
  'base64offset',
  'wide',
  'utf16le',
  'utf16',
  'utf16be',
  'expand',
]);
const COMPARE = new Set(['lt', 'lte', 'gt', 'gte']);
const TIME_PARTS = new Set(['minute', 'hour', 'day', 'week', 'month', 'year']);
const REGEX_FLAGS: Readonly<Record<string, keyof RegexFlags>> = {
  i: 'ignoreCase',
  ignorecase: 'ignoreCase',
  m: 'multiline',
  multiline: 'multiline',
  s: 'dotAll',
  dotall: 'dotAll',
};
const PLACES = new Set(['contains', 'startswith', 'endswith']);
const KNOWN = new Set([...TEXT_MODIFIERS, ...COMPARE, ...TIME_PARTS, ...Object.keys(REGEX_FLAGS), 'all', 'neq', 're', 'cidr', 'exists', 'fieldref']);

/**
 * @param key As written. An empty field name means keywords.
 * @param value A scalar or a list of scalars; an empty list is null.
 * @throws Refusal
 */
export function parseItem(key: string, value: unknown, context: ItemContext): Expression {
  const [name = '', ...modifiers] = key.split('|');
  for (const modifier of modifiers) if (!KNOWN.has(modifier)) refuse(`unknown modifier "${modifier}" in "${key}"`);
  const field = name === '' ? null : name;
  const values = scalars(key, value);
  const isAll = modifiers.includes('all');
  const isNegated = modifiers.includes('neq');
  if (modifiers.includes('exists') && modifiers.length > 1) refuse(`"${key}": exists stands alone`);
  if (isAll && isNegated) refuse(`"${key}": neq already means none of the values, so all adds nothing`);
  if (isAll && values.length === 1) context.warn(`"${key}": all with a single value does nothing`);
  if (values.length > 1 && values.includes(null)) context.warn(`"${key}": null in a list of values`);
  const tests = testsOf(
    key,
    field,
    modifiers.filter((modifier) => modifier !== 'all' && modifier !== 'neq'),
    values,
    context,
  );
  const item = (of: readonly Test[]): Item => ({ kind: 'item', field, tests: of });
  if (modifiers.includes('exists')) return any(values.map((isPresent) => (isPresent === true ? item([{ kind: 'exists' }]) : not(item([{ kind: 'exists' }])))));
  if (isAll) return all(tests.map(item));
  return isNegated ? not(item(tests.flat())) : item(tests.flat());
}

function scalars(key: string, value: unknown): readonly Scalar[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return [null];
  for (const one of list)
    if (typeof one === 'object' && one !== null) refuse(`"${key}": a value is a ${Array.isArray(one) ? 'list' : 'map'}, only plain values are allowed`);
  return list as readonly Scalar[];
}

/** For each value the tests of which one must hold. */
function testsOf(
  key: string,
  field: string | null,
  modifiers: readonly string[],
  values: readonly Scalar[],
  context: ItemContext,
): readonly (readonly Test[])[] {
  const mode = modifiers.find((modifier) => ['re', 'cidr', 'exists', 'fieldref'].includes(modifier) || COMPARE.has(modifier) || TIME_PARTS.has(modifier));
  if (mode === undefined) {
    const flag = modifiers.find((modifier) => modifier in REGEX_FLAGS);
    if (flag !== undefined) refuse(`"${key}": ${flag} only follows re`);
    return values.map((value) => textTests(key, field, modifiers, value, context));
  }
  if (field === null && mode !== 're') refuse(`"${key}": keywords take no ${mode}`);
  if (mode === 're') return values.map((value) => [regexTest(key, modifiers, value, context)]);
  if (mode === 'fieldref') return values.map((value) => [fieldrefTest(key, modifiers, value)]);
  if (mode === 'cidr' || mode === 'exists') {
    if (modifiers.length > 1) refuse(`"${key}": cidr stands alone`);
    return values.map((value) => [mode === 'cidr' ? cidrTest(key, value) : existsTest(key, value)]);
  }
  return values.map((value) => [numberTest(key, modifiers, value)]);
}

function regexTest(key: string, modifiers: readonly string[], value: Scalar, context: ItemContext): Test {
  if (modifiers[0] !== 're') refuse(`"${key}": re must be the first modifier`);
  const flags = { ignoreCase: false, multiline: false, dotAll: false };
  for (const modifier of modifiers.slice(1)) {
    const flag = REGEX_FLAGS[modifier];
    if (flag !== undefined) flags[flag] = true;
    else if (!PLACES.has(modifier)) refuse(`"${key}": ${modifier} does not go with re`);
    // contains, startswith and endswith add `.*`, which changes nothing in a search that is not anchored.
  }
  if (typeof value !== 'string') return refuse(`"${key}": a regular expression must be text; quote it`);
  try {
    context.checkRegex(value, flags);
  } catch (error) {
    refuse(`"${key}": ${JSON.stringify(value)} is no regular expression that runs in linear time: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { kind: 'regex', source: value, flags };
}

function fieldrefTest(key: string, modifiers: readonly string[], value: Scalar): Test {
  if (modifiers[0] !== 'fieldref') refuse(`"${key}": fieldref must be the first modifier`);
  const rest = modifiers.slice(1);
  const places = rest.filter((modifier) => PLACES.has(modifier));
  const other = rest.find((modifier) => modifier !== 'cased' && !PLACES.has(modifier));
  if (other !== undefined) refuse(`"${key}": ${other} does not go with fieldref`);
  if (places.length > 1) refuse(`"${key}": ${places.join(' and ')} exclude each other`);
  if (typeof value !== 'string' || value === '') return refuse(`"${key}": fieldref takes the name of a field`);
  return { kind: 'fieldref', field: value, place: (places[0] ?? 'equals') as 'equals', cased: rest.includes('cased') };
}

function cidrTest(key: string, value: Scalar): Test {
  const network = typeof value === 'string' ? parseNetwork(value) : undefined;
  if (network === undefined) return refuse(`"${key}": ${JSON.stringify(value)} is no network in CIDR form`);
  if ('hostBits' in network) return refuse(`"${key}": ${JSON.stringify(value)} has host bits set`);
  return { kind: 'cidr', network };
}

function existsTest(key: string, value: Scalar): Test {
  if (typeof value !== 'boolean') refuse(`"${key}": exists takes true or false`);
  return { kind: 'exists' };
}

function numberTest(key: string, modifiers: readonly string[], value: Scalar): Test {
  const [first = '', second] = modifiers;
  const other = modifiers.find((modifier) => !COMPARE.has(modifier) && !TIME_PARTS.has(modifier));
  if (other !== undefined) refuse(`"${key}": ${other} does not go with ${first}`);
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number') return refuse(`"${key}": ${first} takes numbers only`);
  if (TIME_PARTS.has(first)) {
    if (modifiers.length > 2 || (second !== undefined && !COMPARE.has(second))) refuse(`"${key}": a part of a time takes at most one comparison`);
    return { kind: 'time', part: first as TimePart, operator: (second ?? 'eq') as CompareOperator | 'eq', number };
  }
  if (modifiers.length > 1) refuse(`"${key}": ${modifiers.join(' and ')} exclude each other`);
  return { kind: 'compare', operator: first as CompareOperator, number };
}

function textTests(key: string, field: string | null, modifiers: readonly string[], value: Scalar, context: ItemContext): readonly Test[] {
  const isText = typeof value === 'string';
  const [modifier] = modifiers;
  if (!isText && modifier !== undefined)
    refuse(`"${key}": ${modifier} takes text, not ${value === null ? 'null' : `the ${typeof value} ${String(value)}`}; quote it if text is meant`);
  if (value === null) return field === null ? refuse('a keyword is null') : [{ kind: 'null' }];
  const isCased = modifiers.includes('cased');
  return patternsOf(key, modifiers, value, context).map((pattern) => ({
    kind: 'pattern',
    cased: isCased,
    pattern: field === null ? concat([ANY], pattern, [ANY]) : pattern,
  }));
}

/** Numbers and booleans are compared by their text. */
function patternsOf(key: string, modifiers: readonly string[], value: Exclude<Scalar, null>, { placeholders }: ItemContext): readonly Pattern[] {
  if (typeof value !== 'string') return [literal(String(value))];
  let values: readonly (Pattern | Buffer)[];
  if (modifiers.includes('expand')) {
    const expanded = expandPattern(value, placeholders);
    if ('missing' in expanded) return refuse(`"${key}": the placeholder %${expanded.missing}% has no value`);
    values = expanded;
  } else values = [parsePattern(value)];
  for (const modifier of modifiers) values = values.flatMap((one) => modified(key, modifier, one));
  return values.map((one) => (Buffer.isBuffer(one) ? literal(one.toString('latin1')) : one));
}

const ENCODINGS: Readonly<Record<string, TextEncoding>> = { wide: 'utf16le', utf16le: 'utf16le', utf16: 'utf16', utf16be: 'utf16be' };

function modified(key: string, modifier: string, value: Pattern | Buffer): readonly (Pattern | Buffer)[] {
  if (modifier === 'cased' || modifier === 'expand') return [value];
  if (modifier === 'base64' || modifier === 'base64offset') {
    const bytes = Buffer.isBuffer(value) ? value : encodeText(plain(key, modifier, value), 'utf8');
    if (modifier === 'base64') return [literal(base64(bytes))];
    const alignments = base64Alignments(bytes);
    return alignments.length === 3 ? alignments.map(literal) : refuse(`"${key}": the value is too short for base64offset`);
  }
  const encoding = ENCODINGS[modifier];
  if (encoding !== undefined)
    return Buffer.isBuffer(value) ? refuse(`"${key}": ${modifier} follows another encoding`) : [encodeText(plain(key, modifier, value), encoding)];
  const pattern = Buffer.isBuffer(value) ? literal(value.toString('latin1')) : value;
  if (modifier === 'windash') return [withDashes(pattern)];
  return [concat(modifier === 'startswith' ? [] : [ANY], pattern, modifier === 'endswith' ? [] : [ANY])];
}

function plain(key: string, modifier: string, pattern: Pattern): string {
  return plainText(pattern) ?? refuse(`"${key}": ${modifier} takes no ${pattern.includes(DASH) ? 'windash before it' : 'wildcards'}`);
}
