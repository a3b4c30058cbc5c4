// A slow, plain evaluator of Sigma rules, written from the specification and sharing no code with the engine: the referee of its tests.
// Everything is done again for every event. Conditions are read by a parser of its own; regular expressions run on JavaScript's engine.

type Value = string | number | boolean | null;
type Event = Readonly<Record<string, unknown>>;
type RawRule = Readonly<Record<string, unknown>>;

export function refereeMatches(rule: RawRule, event: Event): boolean {
  const detection = rule['detection'] as Record<string, unknown>;
  const conditions = [detection['condition']].flat() as string[];
  return conditions.some((condition) => evaluate(condition, detection, event));
}

/** product, category and service that the rule names are all in the event's sets. */
export function refereeGate(rule: RawRule, logsource: Readonly<Record<string, readonly string[] | undefined>>): boolean {
  const named = rule['logsource'] as Record<string, unknown>;
  return ['product', 'category', 'service'].every(
    (key) => named[key] === undefined || named[key] === null || (logsource[key] ?? []).includes(named[key] as string),
  );
}

function evaluate(condition: string, detection: Record<string, unknown>, event: Event): boolean {
  const words = condition.match(/[()]|[^\s()]+/g) ?? [];
  const names = Object.keys(detection).filter((name) => name !== 'condition' && name !== 'timeframe');
  const of = (pattern: string) =>
    names.filter(
      (name) => (pattern === 'them' || new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name)) && (!name.startsWith('_') || pattern.startsWith('_')),
    );
  const holds = (name: string) => meets(detection[name], event);
  const or = (): boolean => {
    let result = and();
    while (words[0] === 'or') {
      words.shift();
      result = and() || result;
    }
    return result;
  };
  const and = (): boolean => {
    let result = unary();
    while (words[0] === 'and') {
      words.shift();
      result = unary() && result;
    }
    return result;
  };
  const unary = (): boolean => {
    const word = words.shift()!;
    if (word === 'not') return !unary();
    if (word === '(') {
      const result = or();
      words.shift();
      return result;
    }
    if (words[0] !== 'of') return holds(word);
    words.shift();
    const operands = of(words.shift()!);
    return word === 'all' ? operands.every(holds) : operands.some(holds);
  };
  return or();
}

function meets(definition: unknown, event: Event): boolean {
  if (Array.isArray(definition)) return definition.some((one) => meets(one, event));
  if (typeof definition !== 'object' || definition === null) return item('', definition, event);
  return Object.entries(definition).every(([key, value]) => item(key, value, event));
}

function item(key: string, written: unknown, event: Event): boolean {
  const [field = '', ...modifiers] = key.split('|');
  const list = Array.isArray(written) ? (written.length === 0 ? [null] : written) : [written];
  const tests = list.map((value: Value) => () => one(field, modifiers, value, event));
  if (modifiers.includes('neq')) return !tests.some((test) => test());
  return modifiers.includes('all') ? tests.every((test) => test()) : tests.some((test) => test());
}

const MISSING = Symbol('missing');
function look(value: unknown, path: string): unknown {
  if (Array.isArray(value)) {
    const found = value.map((one) => look(one, path)).filter((one) => one !== MISSING);
    return found.length === 0 ? MISSING : found.flat(Infinity);
  }
  if (typeof value !== 'object' || value === null) return MISSING;
  if (Object.hasOwn(value, path)) return (value as Event)[path];
  const dot = path.indexOf('.');
  return dot < 0 || !Object.hasOwn(value, path.slice(0, dot)) ? MISSING : look((value as Event)[path.slice(0, dot)], path.slice(dot + 1));
}
const textOf = (value: unknown): string | undefined =>
  value === null || value === MISSING || typeof value === 'object' ? undefined : `${value as string | number | boolean}`;
const elements = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]).flat(Infinity) : [value]);
function leaves(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return value === null ? [] : [`${value as string | number | boolean}`];
}

function one(field: string, modifiers: readonly string[], value: Value, event: Event): boolean {
  const found = field === '' ? undefined : look(event, field);
  const texts =
    field === ''
      ? leaves(event)
      : elements(found)
          .map(textOf)
          .filter((text) => text !== undefined);
  const has = (name: string) => modifiers.includes(name);
  if (has('exists')) return (found !== MISSING) === value;
  if (value === null) return found === MISSING || elements(found).includes(null);
  if (has('re')) {
    const source = String(value).replace(/^\(\?i\)/, '');
    const flags = `${has('i') || source !== value ? 'i' : ''}${has('m') ? 'm' : ''}${has('s') ? 's' : ''}u`;
    return texts.some((text) => new RegExp(source, flags).test(text));
  }
  if (has('cidr')) return texts.some((text) => inNetwork(text, String(value)));
  for (const [name, compare] of Object.entries(COMPARE))
    if (has(name)) return texts.some((text) => /^-?\d+(?:\.\d+)?$/.test(text) && compare(Number(text), value as number));
  if (has('fieldref')) {
    const others = elements(look(event, String(value)))
      .map(textOf)
      .filter((text) => text !== undefined);
    return texts.some((text) => others.some((other) => place(modifiers, text.toLowerCase(), other.toLowerCase())));
  }
  const patterns = variants(typeof value === 'string' ? wildcards(value) : Array.from(String(value)), modifiers);
  return texts.some((text) => patterns.some((pattern) => new RegExp(`^${pattern}$`, has('cased') ? 'su' : 'sui').test(text)));

  function variants(parts: readonly Part[], names: readonly string[]): readonly string[] {
    let options: (readonly Part[])[] = [parts];
    for (const name of names) {
      if (name === 'contains') options = options.map((option) => ['ANY' as const, ...option, 'ANY' as const]);
      if (name === 'startswith') options = options.map((option) => [...option, 'ANY' as const]);
      if (name === 'endswith') options = options.map((option) => ['ANY' as const, ...option]);
      if (name === 'base64') options = options.map((option) => Array.from(Buffer.from(option.join('')).toString('base64')));
      if (name === 'base64offset') options = options.flatMap((option) => [0, 1, 2].map((shift) => Array.from(offset(Buffer.from(option.join('')), shift))));
      if (name === 'windash') {
        options = options.map((option) =>
          option.map((part, at): Part => {
            const isWord = (other: Part | undefined) => other !== undefined && other.length <= 2 && other !== 'ANY' && /^[\p{L}\p{N}_]$/u.test(other);
            return (part === '-' || part === '/') && !isWord(option[at - 1]) && isWord(option[at + 1]) ? 'DASH' : part;
          }),
        );
      }
    }
    if (field === '') options = options.map((option) => ['ANY' as const, ...option, 'ANY' as const]);
    return options.map((option) => option.map((part) => SPECIAL[part] ?? part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')).join(''));
  }
}

/** A character, or ANY, ONE, DASH. */
type Part = string;
const SPECIAL: Readonly<Record<string, string>> = { ANY: '.*', ONE: '.', DASH: '[\\-\\/–—―]' };
function wildcards(text: string): readonly Part[] {
  const parts: Part[] = [];
  const chars = Array.from(text);
  while (chars.length > 0) {
    const char = chars.shift()!;
    if (char === '\\' && ['\\', '*', '?'].includes(chars[0] ?? '')) parts.push(chars.shift()!);
    else parts.push(char === '*' ? 'ANY' : char === '?' ? 'ONE' : char);
  }
  return parts;
}
function offset(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift, ' '), bytes]).toString('base64');
  return encoded.slice([0, 2, 3][shift], encoded.length - [0, 3, 2][(bytes.length + shift) % 3]!);
}
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};
function place(modifiers: readonly string[], text: string, other: string): boolean {
  if (modifiers.includes('contains')) return text.includes(other);
  if (modifiers.includes('startswith')) return text.startsWith(other);
  return modifiers.includes('endswith') ? text.endsWith(other) : text === other;
}
/** IPv4, and IPv6 by its first group only: as far as the tests go. */
function inNetwork(text: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const number = (address: string) =>
    /^\d+\.\d+\.\d+\.\d+$/.test(address) ? address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) : Number.NaN;
  if (network.includes(':'))
    return text.includes(':') && (Number.parseInt(text, 16) || 0) >> (16 - Number(bits)) === (Number.parseInt(base, 16) || 0) >> (16 - Number(bits));
  return Math.floor(number(text) / 2 ** (32 - Number(bits))) === Math.floor(number(base) / 2 ** (32 - Number(bits)));
}
