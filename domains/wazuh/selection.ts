// What one rule of Wazuh asks of one event, as search identifiers of Sigma.
import { fieldOf, LOGSOURCES } from './names.ts';
import type { Logsource } from './names.ts';
import { readPattern, regexText, sigmaText } from './pattern.ts';
import type { Language, Pattern, Test } from './pattern.ts';
import { cannotSay } from './rule.ts';
import type { Element, WazuhRule } from './rule.ts';

export interface Selection {
  readonly isNegated: boolean;
  /** A search identifier: a map, or a list of which one must hold. */
  readonly value: unknown;
}

/** Asked of the whole record, and the language of its pattern unless it names one. */
const TEXTS: Readonly<Record<string, Language>> = { match: 'osmatch', regex: 'osregex' };
/** Asked of a field that every decoder may fill. */
const STATIC = new Set([
  'user',
  'program_name',
  'hostname',
  'id',
  'url',
  'action',
  'status',
  'protocol',
  'data',
  'extra_data',
  'system_name',
  'srcport',
  'dstport',
]);
const ADDRESSES = new Set(['srcip', 'dstip']);
/** Says where a rule stands among others, or what becomes of an alert: no question to the event. */
const ELSEWHERE = /^(if_|same_|different_|not_same_|global_frequency$|decoded_as$|category$|info$|options$|mitre$|check_diff$|ignore$)|^(?:if_fts)$/;
const REFUSED: Readonly<Record<string, string>> = {
  list: 'it looks up a list (CDB), which Sigma has no word for; put the values into the rule, or use an indicator',
  time: 'it asks for a time of day of the manager',
  weekday: 'it asks for a day of the week of the manager',
  if_fts: 'it fires on what was never seen before',
  if_level: 'it builds on every rule from a level on',
  check_diff: 'it compares the output of a command with the one before',
  srcgeoip: 'it asks for a country',
  dstgeoip: 'it asks for a country',
  location: 'it asks from which agent and file a record came',
};

/** What the rule itself says of its source; undefined when its parents may know. @throws CannotSay for a decoder that is not known */
export function logsourceOf({ elements }: WazuhRule): Logsource | undefined {
  const named =
    elements.find(({ name }) => name === 'decoded_as') ??
    elements.find(({ name, text }) => name === 'program_name' && Object.hasOwn(LOGSOURCES, text.replaceAll(/[\^$]/g, '')));
  return named === undefined ? undefined : LOGSOURCES[named.text.replaceAll(/[\^$]/g, '')];
}

/** @throws CannotSay */
export function selectionsOf(rule: WazuhRule, logsource: Logsource, fields: Readonly<Record<string, string>>): readonly Selection[] {
  const asked = rule.elements.filter(({ name }) => !ELSEWHERE.test(name) || name in REFUSED);
  const texts = asked.filter(({ name }) => name in TEXTS);
  const others = asked.filter(({ name }) => !(name in TEXTS));
  return [...texts.map((element) => keywords(element)), ...others.flatMap((element) => fieldSelection(element, logsource, fields))];
}

function keywords(element: Element): Selection {
  const { tests, isNegated } = patternOf(element, TEXTS[element.name]!);
  const plain = tests.filter(({ how }) => how === 'contains').flatMap(({ values }) => values);
  const regexes = tests.filter(({ how }) => how !== 'contains').flatMap(asRegexes);
  const parts = [...(plain.length > 0 ? [plain] : []), ...(regexes.length > 0 ? [{ '|re': regexes }] : [])];
  // A mixed list is one of: texts, and maps.
  return { isNegated, value: parts.length === 1 ? parts[0] : [...plain, { '|re': regexes }] };
}

/** Anchors are of the record in Wazuh, of a text of it here. */
function asRegexes({ how, values }: Test): readonly string[] {
  if (how === 're') return values;
  const raw = values.map((value) => regexText(value.replaceAll(/\\([\\*?])/g, '$1')));
  return raw.map((text) => `(?is)${how === 'endswith' ? '' : '^'}${text}${how === 'startswith' ? '' : '$'}`);
}

function fieldSelection(element: Element, logsource: Logsource, fields: Readonly<Record<string, string>>): readonly Selection[] {
  const { name } = element;
  const reason = REFUSED[name];
  if (reason !== undefined) return cannotSay(reason);
  const asked = name === 'field' ? (element.attributes['name'] ?? '') : name;
  if (name !== 'field' && !STATIC.has(name) && !ADDRESSES.has(name)) return cannotSay(`<${name}> is not known`);
  if (name === 'program_name' && Object.hasOwn(LOGSOURCES, element.text.replaceAll(/[\^$]/g, ''))) return []; // the log source says it
  const field = fieldOf(asked, logsource, fields);
  if (field === undefined) return cannotSay(`what the field "${asked}" is called in events is not known; say --field ${asked}=NAME`);
  if (ADDRESSES.has(name)) return [addresses(element, field)];
  const { tests, isNegated } = patternOf(element, name === 'field' ? 'osregex' : 'osmatch');
  const maps = tests.map(({ how, values }) => ({ [how === 'equals' ? field : `${field}|${how}`]: values.length === 1 ? values[0] : values }));
  return [{ isNegated, value: maps.length === 1 ? maps[0] : maps }];
}

/** Networks, or beginnings of addresses as `10.1.`. */
function addresses({ text, attributes }: Element, field: string): Selection {
  const isNot = text.startsWith('!');
  const all = (isNot ? text.slice(1) : text).split('|').map((one) => one.trim());
  const maps = [
    [`${field}|cidr`, all.filter((one) => one.includes('/'))] as const,
    [`${field}|startswith`, all.filter((one) => one.endsWith('.')).map(sigmaText)] as const,
    [field, all.filter((one) => !one.includes('/') && !one.endsWith('.')).map(sigmaText)] as const,
  ].filter(([, values]) => values.length > 0);
  const value = maps.map(([key, values]) => ({ [key]: values }));
  return { isNegated: isNot !== (attributes['negate'] === 'yes'), value: value.length === 1 ? value[0] : value };
}

function patternOf({ text, attributes }: Element, usual: Language): Pattern {
  const language = attributes['type'] ?? usual;
  if (language !== 'osmatch' && language !== 'osregex' && language !== 'pcre2') return cannotSay(`"${language}" is no language of patterns`);
  const pattern = readPattern(language, text);
  return { ...pattern, isNegated: pattern.isNegated !== (attributes['negate'] === 'yes') };
}
