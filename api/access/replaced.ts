import type { Micros } from '../../pipeline/core/index.ts';
import { ApiProblem } from '../gate/problem.ts';

/** What a caller means to replace: the one that was last changed then; null: none, there is to be a new one; undefined: whatever is there. */
export type Replaces = Micros | null | undefined;

/** So that nobody undoes unseen what somebody else has just done. @throws ApiProblem CONFLICT when another one is there than was meant. */
export function requireReplaced(what: string, replaces: Replaces, found: { readonly changedAt: Micros } | undefined): void {
  if (replaces === undefined || replaces === (found?.changedAt ?? null)) return;
  if (replaces === null) throw new ApiProblem('CONFLICT', `There is ${what} of this name already.`);
  throw new ApiProblem(
    'CONFLICT',
    found === undefined ? 'It was removed meanwhile.' : `It was changed meanwhile, by somebody else or in another window. Read it again.`,
  );
}
