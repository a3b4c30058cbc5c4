// Nobody gives, takes or changes what he does not hold himself: else the right to manage users would be every right.
import { customRoles } from '../../store/queries/access/roles.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import { ApiProblem, pointer } from '../gate/problem.ts';
import { isPermission, isRole, permissionsOfRole } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';

export type Who = Pick<Principal, 'organization' | 'user' | 'permissions'>;

/** What every role of an organization gives, the built-in ones and its own. */
export class RoleBook {
  readonly #own: ReadonlyMap<string, ReadonlySet<Permission>>;
  /** By the list itself: whose token is remembered asks with the same one. */
  readonly #given = new WeakMap<readonly string[], ReadonlySet<Permission>>();

  constructor(own: readonly { readonly name: string; readonly permissions: readonly string[] }[]) {
    this.#own = new Map(own.map(({ name, permissions }) => [name, new Set(permissions.filter(isPermission))]));
  }

  has(role: string): boolean {
    return isRole(role) || this.#own.has(role);
  }

  /** All together; a role that is not there gives nothing. */
  permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
    const given = this.#given.get(roles) ?? new Set(roles.flatMap((role) => [...(isRole(role) ? permissionsOfRole(role) : (this.#own.get(role) ?? []))]));
    this.#given.set(roles, given);
    return given;
  }
}

/** As it is in the transaction of `sql`. */
export const roleBookOf = async (sql: Sql): Promise<RoleBook> => new RoleBook(await customRoles(sql));

/** @throws ApiProblem FORBIDDEN that names what is missing. */
export function requireHeld(who: Who, permissions: Iterable<Permission>): void {
  const missing = [...permissions].filter((name) => !who.permissions.has(name));
  if (missing.length > 0)
    throw new ApiProblem('FORBIDDEN', `This takes permissions that you do not hold yourself: ${missing.join(', ')}. Ask somebody who holds them.`);
}

/**
 * Roles that `who` is about to give.
 * @throws ApiProblem INVALID_REQUEST for a role that is not there; FORBIDDEN when one gives more than `who` holds.
 */
export function requireGrantable(who: Who, roles: readonly string[], book: RoleBook): void {
  const unknown = roles.flatMap((role, n) => (book.has(role) ? [] : [{ pointer: pointer('body', 'roles', n), detail: `There is no role ${role}.` }]));
  if (unknown.length > 0) throw new ApiProblem('INVALID_REQUEST', unknown.map(({ detail }) => detail).join(' '), { errors: unknown });
  requireHeld(who, book.permissionsOf(roles));
}
