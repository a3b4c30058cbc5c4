// Members that no literal can wake are asked of every event. Most of them say `not this and not that`, and many say one part of it alike: that part
// is asked first, once for all of them.
import { checkOf } from '../compile/program.ts';
import type { Tree } from '../compile/program.ts';
import type { Check } from '../compile/predicate.ts';
import type { Member } from './group.ts';

export interface Guarded {
  /** Where it does not hold, none of the members does. */
  readonly guard: Check;
  readonly members: readonly Member[];
}

/** Each member once, below the part of its condition that it shares with the most others. */
export function guarded(members: readonly Member[]): readonly Guarded[] {
  const shared = new Map<string, number>();
  for (const { program } of members) for (const { key } of partsOf(program.tree)) shared.set(key, (shared.get(key) ?? 0) + 1);
  const byPart = Map.groupBy(
    members,
    ({ program }) => partsOf(program.tree).reduce((best, part) => (shared.get(part.key)! > shared.get(best.key)! ? part : best)).key,
  );
  return [...byPart].map(([key, of]) => ({ guard: checkOf(partsOf(of[0]!.program.tree).find((part) => part.key === key)!), members: of }));
}

/** All of which must hold, the cheapest first. */
const partsOf = (tree: Tree): readonly Tree[] => (tree.kind === 'and' ? tree.of.flatMap(partsOf) : [tree]);
