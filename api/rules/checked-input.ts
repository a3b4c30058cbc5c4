// Arguments of GraphQL by the rules of REST.
import type { z } from 'zod';
import { ApiProblem, pointer } from '../gate/problem.ts';

/**
 * @param name Of the argument, for pointers. Members that are null count as absent, but for those of `clearable`.
 * @throws ApiProblem INVALID_REQUEST that names every member
 */
export function checkedInput<S extends z.ZodType>(schema: S, given: unknown, name: string, clearable: readonly string[] = []): z.infer<S> {
  const present = Object.fromEntries(Object.entries(given as object).filter(([member, value]) => value !== null || clearable.includes(member)));
  const read = schema.safeParse(present);
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => ({ pointer: pointer(name, ...path), detail: message }));
  throw new ApiProblem('INVALID_REQUEST', errors.map(({ pointer: at, detail }) => `${at.replace(`/${name}/`, '')}: ${detail}`).join(' '), { errors });
}
