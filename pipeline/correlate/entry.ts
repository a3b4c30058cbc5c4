import { timeKey } from '../core/id.ts';
import type { Micros } from '../core/index.ts';
import type { Entity, EventRef, Match } from '../../schemas/avro/types.gen.ts';

/** A match in its group, as the changelog has it. */
export interface KeptMatch {
  readonly ruleId: string;
  /** Value of the counted or summed fields, one text; empty where the type needs none. */
  readonly value: string;
  readonly event: EventRef;
  readonly entities: readonly Entity[];
  /** Exception that the event met; absent where it met none. */
  readonly suppressedBy?: string;
}
/** One in the sorted list of a group. */
export interface Entry extends KeptMatch {
  readonly time: Micros;
  /** Sorts by time, event and rule; no two in a group are alike. */
  readonly key: string;
  /** Where in the store it is, counted up per group. */
  readonly number: number;
}

const BETWEEN = '\u001f';
export function keptMatch({ ruleId, values, event, entities, suppressedBy }: Match): KeptMatch {
  const value = values.length === 0 ? '' : values.join(BETWEEN);
  return suppressedBy === null ? { ruleId, value, event, entities } : { ruleId, value, event, entities, suppressedBy };
}
/** The values of the fields again. */
export const valuesOf = (match: Pick<KeptMatch, 'value'> | undefined): readonly string[] => match?.value.split(BETWEEN) ?? [];
/** The exception that all of them met, by the first; null when one met none: then it would stand without the others, too. */
export const suppressedByAll = (entries: readonly KeptMatch[]): string | null =>
  entries.length > 0 && entries.every(({ suppressedBy }) => suppressedBy !== undefined) ? entries[0]!.suppressedBy! : null;
export const entryOf = (match: KeptMatch, number: number): Entry => ({ ...match, number, time: match.event.time, key: sortKey(match.event, match.ruleId) });
export const sortKey = ({ time, id }: Pick<EventRef, 'time' | 'id'>, ruleId: string): string => `${timeKey(time, id)}|${ruleId}`;

/** Index of the first entry that is not before `key`. */
export function placeOf(entries: readonly Entry[], key: string): number {
  if (entries.length === 0 || entries.at(-1)!.key < key) return entries.length; // mostly
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (entries[middle]!.key < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Index of the first entry at or after a time. */
export const firstSince = (entries: readonly Entry[], time: Micros): number => placeOf(entries, time <= 0 ? '' : timeKey(time, ''));
