// How much a task of features keeps: entities come from records, so their number is whoever's sends them.
import type { Store } from '../core/index.ts';

interface Distinct {
  readonly destinations: readonly unknown[];
  readonly ports: readonly unknown[];
  readonly users: readonly unknown[];
  readonly actions: readonly unknown[];
}
/** An entry without values takes about as much memory as eight values, of 64 bytes each. */
export const ENTRY_WEIGHT = 8;
export const WEIGHT_BYTES = 64;
const KEY = 'held';

export const weightOf = (of: Distinct | undefined): number =>
  of === undefined ? 0 : ENTRY_WEIGHT + of.destinations.length + of.ports.length + of.users.length + of.actions.length;

/**
 * Puts `next` where it fits. Where it does not, what is kept already still counts, without new distinct values; what is not, is left out.
 * @param held One number: the weight of all entries.
 * @returns Whether all of it was kept.
 */
export function putWithin<V extends Distinct>(entries: Store<V>, held: Store<number>, key: string, next: V, most: number): boolean {
  const before = entries.get(key);
  const more = weightOf(next) - weightOf(before);
  const total = held.get(KEY) ?? 0;
  if (more > 0 && total + more > most) {
    if (before !== undefined)
      entries.put(key, { ...next, destinations: before.destinations, ports: before.ports, users: before.users, actions: before.actions });
    return false;
  }
  entries.put(key, next);
  if (more !== 0) held.put(KEY, total + more);
  return true;
}

export function deleteHeld<V extends Distinct>(entries: Store<V>, held: Store<number>, key: string): void {
  const weight = weightOf(entries.get(key));
  entries.delete(key);
  held.put(KEY, Math.max(0, (held.get(KEY) ?? 0) - weight)); // entries from before weights were kept
}
