import { ApiProblem } from '../gate/problem.ts';

const MAX_HOURS = 24 * 90;

/** A span that counts are asked for. @throws ApiProblem INVALID_REQUEST */
export function hoursOf({ hours }: { readonly hours?: number | null }, fallback = 24): number {
  const given = hours ?? fallback;
  if (given < 1 || given > MAX_HOURS)
    throw new ApiProblem('INVALID_REQUEST', `Between 1 and ${MAX_HOURS} hours.`, { errors: [{ pointer: '/hours', detail: `1 to ${MAX_HOURS}.` }] });
  return given;
}
