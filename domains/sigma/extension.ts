// What correlations can say that Sigma has no words for: under `goshawk:` beside a correlation whose type is `goshawk`, so that other engines
// refuse the document instead of reading it as something else. See docs/operating/rules.md.
import type { RawDocument } from './document.ts';
import { list } from './metadata.ts';
import { below, refuse } from './problem.ts';

export const EXTENSION = 'goshawk';
const DAY = 86_400_000_000;

/** What the key `goshawk` says. Fields of the other kind are empty or 0. */
export interface Extension {
  readonly type: 'absence' | 'first_seen';
  /** Of an absence: those of the rules whose match is missed. */
  readonly absent: readonly string[];
  /** Of a first_seen: fields or aliases whose values, as a tuple, are new. */
  readonly valueFields: readonly string[];
  /** Of a first_seen: so long a group must be known before something about it is new. */
  readonly learningMicros: number;
}

/** Documents that are no correlations, and correlations of Sigma's own types, say nothing under `goshawk`. @throws Refusal */
export function refuseExtension({ body }: Pick<RawDocument, 'body'>): void {
  if (EXTENSION in body) refuse(`"${EXTENSION}" goes with a correlation of type ${EXTENSION} only`, EXTENSION);
}

/**
 * @param rules Those of the correlation, as written.
 * @param parseTimespan As `timespan` is read.
 * @throws Refusal
 */
export function parseExtension(
  { body }: Pick<RawDocument, 'body'>,
  correlation: Readonly<Record<string, unknown>>,
  rules: readonly string[],
  timespanMicros: number,
  parseTimespan: (value: unknown, name: string) => number,
): Extension {
  const kinds = mapOf(body[EXTENSION], `a correlation of type ${EXTENSION} says under "${EXTENSION}" what it looks for: absence or first-seen`);
  if ('condition' in correlation) refuse(`a correlation of type ${EXTENSION} takes no condition`, 'correlation', 'condition');
  const [kind, ...more] = Object.keys(kinds);
  if (more.length > 0) refuse(`"${EXTENSION}" says ${[kind, ...more].join(' and ')}; one of absence and first-seen is possible`, EXTENSION);
  const own = <T>(key: string, read: () => T): T => below(EXTENSION, () => below(key, read));
  if (kind === 'absence') return own(kind, () => absence(mapOf(kinds[kind], 'absence is no map'), rules));
  if (kind === 'first-seen') return own(kind, () => firstSeen(mapOf(kinds[kind], 'first-seen is no map'), timespanMicros, parseTimespan));
  return refuse(`"${EXTENSION}" says ${kind === undefined ? 'nothing' : `"${kind}"`}; possible are absence and first-seen`, EXTENSION);
}

function absence(body: Readonly<Record<string, unknown>>, rules: readonly string[]): Extension {
  refuseOthers(body, 'absence', ['of']);
  const absent = list(body, 'of');
  if (absent.length === 0) refuse('absence does not say of which rule: "of" names one or some of the rules of the correlation');
  const stranger = absent.find((name) => !rules.includes(name));
  if (stranger !== undefined) refuse(`absence is of "${stranger}", which is not among the rules of the correlation`);
  if (rules.every((name) => absent.includes(name))) refuse('absence is of all rules of the correlation: one must be there after which the others are missed');
  return { type: 'absence', absent, valueFields: [], learningMicros: 0 };
}

function firstSeen(body: Readonly<Record<string, unknown>>, timespanMicros: number, parseTimespan: (value: unknown, name: string) => number): Extension {
  refuseOthers(body, 'first-seen', ['field', 'learning']);
  const valueFields = list(body, 'field');
  if (valueFields.length === 0) refuse('first-seen needs a field: the one whose value is new');
  const learning = body['learning'];
  const learningMicros =
    learning === undefined || learning === null ? Math.min(DAY, timespanMicros) : learning === 0 || learning === '0' ? 0 : parseTimespan(learning, 'learning');
  if (learningMicros > timespanMicros) refuse('the learning of first-seen is longer than the timespan: what it learned would be forgotten meanwhile');
  return { type: 'first_seen', absent: [], valueFields, learningMicros };
}

function mapOf(value: unknown, reason: string): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : refuse(reason);
}

function refuseOthers(body: Readonly<Record<string, unknown>>, name: string, known: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(`${name} has an unknown key "${unknown}"; known are ${known.join(' and ')}`, unknown);
}
