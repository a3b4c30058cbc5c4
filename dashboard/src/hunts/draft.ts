// What somebody writes into the form of a hunt, and how the API takes it.
import type { HuntQuestion, NewHunt, Severity } from '../gql/graphql.ts';
import { resolveRange, toIso, type Range } from '../kit/range.ts';
import type { NewHuntSearch } from './address.ts';

export interface HuntDraft {
  readonly name: string;
  readonly kind: 'indicators' | 'query';
  /** One a line. */
  readonly indicators: string;
  readonly query: string;
  /** With commas between. Empty: all. */
  readonly datasets: string;
  readonly severity: Severity;
  readonly makesAlerts: boolean;
}

export const draftOf = ({ q, indicators = '' }: NewHuntSearch): HuntDraft => ({
  name: indicators === '' ? '' : `Seen before: ${indicators.slice(0, 100)}`,
  kind: q === undefined ? 'indicators' : 'query',
  indicators,
  query: q ?? '',
  datasets: '',
  severity: 'medium',
  makesAlerts: false,
});

/** Null while nothing is asked for. @param now Milliseconds since 1970, for ranges that end now. */
export function questionOf({ kind, indicators, query, datasets }: HuntDraft, range: Range, now: number): HuntQuestion | null {
  const text = kind === 'indicators' ? indicators : query;
  if (text.trim() === '') return null;
  const { from, to } = resolveRange(range, now);
  const names = datasets.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  return { [kind]: text.trim(), datasets: names, from: toIso(from), to: toIso(to) };
}

export function newHuntOf(draft: HuntDraft, range: Range, now: number): NewHunt | null {
  const question = questionOf(draft, range, now);
  return question && { ...question, name: draft.name.trim(), severity: draft.severity, makesAlerts: draft.makesAlerts };
}

/** Lines that say something. */
export const lineCount = (indicators: string): number => indicators.split(/\r\n|\n|\r/).filter((line) => /^\s*[^#\s]/.test(line)).length;
