// Which tactics a technique belongs to, as far as rules tell: they name tactics for themselves, not for each technique.
import { tacticsOf } from '../../domains/sigma/index.ts';

/**
 * Tactics that at least half of the rules name, of those that name any: a rule about two techniques names the tactics of both.
 * @param tags Of each rule that names the technique.
 * @returns By name; empty when no rule names a tactic.
 */
export function likelyTactics(tags: readonly (readonly string[])[]): readonly string[] {
  const named = tags.map(tacticsOf).filter((tactics) => tactics.length > 0);
  const counts = new Map<string, number>();
  for (const tactic of named.flat()) counts.set(tactic, (counts.get(tactic) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return [...counts]
    .filter(([, count]) => count * 2 >= named.length || count === most)
    .map(([tactic]) => tactic)
    .sort();
}
