// What the database refuses (migration 0025), as what the caller can change.
import { ApiProblem, notFound } from '../gate/problem.ts';

const BY_CONSTRAINT: Readonly<Record<string, string>> = {
  app_user_name: 'There is a user of this name. Names differ by more than case.',
  app_user_email: 'Another user has this address.',
  role_pkey: 'There is a role of this name.',
  service_account_name: 'There is a service account of this name.',
  organization_pkey: 'There is an organization of this id.',
  role_in_use: 'Somebody holds this role, or is invited to. Take it from them first.',
  last_admin: 'This would leave nobody to administer it. Make somebody else an administrator first.',
  own_organization: 'One cannot suspend the organization one is signed in to: nobody could undo it.',
  last_way_in: 'You have no other way to sign in. Register a passkey first, or have an administrator give you one.',
  known_role: 'One of the roles was removed meanwhile.',
};

/** Waits for `work`. @param what For what is not there: `user`. @throws ApiProblem NOT_FOUND, CONFLICT, or what `work` throws. */
export async function orRefused<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: unknown };
    if (code === 'P0002') throw notFound(what);
    const detail = typeof constraint === 'string' && typeof code === 'string' && code.startsWith('23') ? BY_CONSTRAINT[constraint] : undefined;
    throw detail === undefined ? error : new ApiProblem('CONFLICT', detail, { cause: error });
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** An id as callers of GraphQL give it. @throws ApiProblem NOT_FOUND for what cannot be one. */
export function knownId(id: string, what: string): string {
  if (!UUID.test(id)) throw notFound(what);
  return id;
}

export function required<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw notFound(what);
  return row;
}
