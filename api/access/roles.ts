// Roles of an organization's own making: sets of permissions. REST and GraphQL serve the same.
import type { z } from 'zod';
import { addRole, changeRole, customRole, customRoles, removeRole } from '../../store/queries/access/roles.ts';
import type { RoleRow } from '../../store/queries/access/roles.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, pointer } from '../gate/problem.ts';
import { describePermission, isPermission } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';
import { requireHeld } from './granting.ts';
import type { Who } from './granting.ts';
import type { newRole, roleChange } from './input.ts';
import { orRefused, required } from './refused.ts';
import type { Standings } from './standing.ts';

const WHAT = 'role of this name that the organization made';

export class OwnRoles {
  readonly #run: InOrganization;
  readonly #standings: Pick<Standings, 'forget'>;

  constructor(run: InOrganization, standings: Pick<Standings, 'forget'>) {
    this.#run = run;
    this.#standings = standings;
  }

  list({ organization }: Pick<Who, 'organization'>): Promise<readonly RoleRow[]> {
    return this.#run(organization, customRoles);
  }

  /** @throws ApiProblem CONFLICT when the name is taken; INVALID_REQUEST, FORBIDDEN for permissions that cannot be given. */
  async add(who: Who, role: z.output<typeof newRole>): Promise<RoleRow> {
    requireOwnable(role.permissions);
    requireHeld(who, role.permissions);
    return this.#change(who, async (sql) => {
      await addRole(sql, who.user, role);
      return role.name;
    });
  }

  /** In force within seconds, for everybody who holds it. @throws ApiProblem NOT_FOUND; INVALID_REQUEST, FORBIDDEN as `add`. */
  async change(who: Who, name: string, { description, permissions }: z.output<typeof roleChange>): Promise<RoleRow> {
    if (permissions !== undefined) requireOwnable(permissions);
    return this.#change(who, async (sql) => {
      const before = required(await customRole(sql, name), WHAT);
      if (permissions !== undefined) requireHeld(who, [...permissions, ...before.permissions.filter(isPermission)]);
      await changeRole(sql, who.user, name, description ?? null, permissions ?? null);
      return name;
    });
  }

  /** @returns What it was. @throws ApiProblem NOT_FOUND; CONFLICT while somebody holds it; FORBIDDEN when it gives more than `who` holds. */
  async remove(who: Who, name: string): Promise<RoleRow> {
    const row = await orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => {
        const before = required(await customRole(sql, name), WHAT);
        requireHeld(who, before.permissions.filter(isPermission));
        await removeRole(sql, who.user, name);
        return before;
      }),
    );
    this.#standings.forget(who.organization);
    return row;
  }

  async #change(who: Who, work: (sql: Parameters<typeof customRole>[0]) => Promise<string>): Promise<RoleRow> {
    const row = await orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => required(await customRole(sql, await work(sql)), WHAT)),
    );
    this.#standings.forget(who.organization);
    return row;
  }
}

/** @throws ApiProblem INVALID_REQUEST for what reaches beyond the organization, and for what is for sensors. */
function requireOwnable(permissions: readonly Permission[]): void {
  const errors = permissions.flatMap((name, n) => {
    const { only } = describePermission(name);
    return only === undefined
      ? []
      : [{ pointer: pointer('body', 'permissions', n), detail: `${name} is no part of roles that an organization makes: it is for ${ONLY[only]}.` }];
  });
  if (errors.length > 0) throw new ApiProblem('INVALID_REQUEST', errors.map(({ detail }) => detail).join(' '), { errors });
}
const ONLY = { platform: 'those who run the installation', sensor: 'what sends' } as const;
