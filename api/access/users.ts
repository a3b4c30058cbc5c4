// The users of an organization. REST and GraphQL serve the same.
import type { z } from 'zod';
import { endUserSessions } from '../../store/queries/accounts.ts';
import { addMember, changeMember, memberById, pageOfMembers } from '../../store/queries/access/members.ts';
import type { MemberFilter, MemberRow } from '../../store/queries/access/members.ts';
import { unlinkIdentity } from '../../store/queries/identity-providers.ts';
import type { Sql } from '../../store/queries/sql.ts';
import { hashPassword } from '../auth/passwords.ts';
import type { Revocations } from '../auth/revocation.ts';
import { passwordProblems } from '../auth/strength.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Keyset } from '../paging.ts';
import { requireGrantable, requireHeld, roleBookOf } from './granting.ts';
import type { Who } from './granting.ts';
import type { newUser, userChange } from './input.ts';
import { orRefused, required } from './refused.ts';

const WHAT = 'user of this id';

export class Users {
  readonly #run: InOrganization;
  readonly #revocations: Pick<Revocations, 'sessionsEnded'>;

  constructor(run: InOrganization, revocations: Pick<Revocations, 'sessionsEnded'>) {
    this.#run = run;
    this.#revocations = revocations;
  }

  /** Newest first. */
  page({ organization }: Pick<Who, 'organization'>, filter: MemberFilter, after: Keyset | null, limit: number): Promise<readonly MemberRow[]> {
    return this.#run(organization, (sql) => pageOfMembers(sql, filter, after, limit));
  }

  /** @throws ApiProblem NOT_FOUND */
  async user({ organization }: Pick<Who, 'organization'>, id: string): Promise<MemberRow> {
    return required(await this.#run(organization, (sql) => memberById(sql, id)), WHAT);
  }

  /** @throws ApiProblem CONFLICT when name or address is taken; INVALID_REQUEST for a weak password or an unknown role; FORBIDDEN for a role that gives more than `who` holds. */
  async add(who: Who, { password, ...member }: z.output<typeof newUser>): Promise<MemberRow> {
    await requireStrong(password, { user: member.name, organization: who.organization });
    const hash = await hashPassword(password); // never inside of the transaction: it takes its time
    return orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => {
        requireGrantable(who, member.roles, await roleBookOf(sql));
        return required(await memberById(sql, await addMember(sql, who.user, member, hash)), WHAT);
      }),
    );
  }

  /** What is left out stays. In force at once, also for what the user has open. @throws ApiProblem NOT_FOUND, CONFLICT, INVALID_REQUEST, FORBIDDEN. */
  async change(who: Who, id: string, change: z.output<typeof userChange>): Promise<MemberRow> {
    return orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => {
        const { before, book } = await changeable(sql, who, id);
        if (change.roles !== undefined)
          requireGrantable(
            who,
            change.roles.filter((role) => !before.roles.includes(role)),
            book,
          );
        await changeMember(sql, who.user, id, change);
        return required(await memberById(sql, id), WHAT);
      }),
    );
  }

  /** Of all devices; access tokens and open sockets end with them. @returns How many there were. @throws ApiProblem NOT_FOUND, FORBIDDEN. */
  async endSessions(who: Who, id: string): Promise<number> {
    const ended = await orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => {
        await changeable(sql, who, id);
        return endUserSessions(sql, who.user, id, null);
      }),
    );
    this.#revocations.sessionsEnded(ended);
    return ended.length;
  }

  /** The user signs in by that identity no more, and sessions that came from it end. @throws ApiProblem NOT_FOUND, FORBIDDEN. */
  async unlink(who: Who, id: string, identity: string): Promise<MemberRow> {
    const { ended, after } = await orRefused(
      'identity of this user',
      this.#run(who.organization, async (sql) => {
        await changeable(sql, who, id);
        return { ended: await unlinkIdentity(sql, who.user, id, identity, false), after: required(await memberById(sql, id), WHAT) };
      }),
    );
    this.#revocations.sessionsEnded(ended);
    return after;
  }
}

/**
 * A user who holds more than `who` is not for `who` to change: a new name or address, or one factor less, is a way into the account.
 * @throws ApiProblem NOT_FOUND, FORBIDDEN.
 */
export async function changeable(sql: Sql, who: Who, id: string) {
  const before = required(await memberById(sql, id), WHAT);
  const book = await roleBookOf(sql);
  requireHeld(who, book.permissionsOf(before.roles));
  return { before, book };
}

/** @throws ApiProblem INVALID_REQUEST that says what is wrong with it. */
export async function requireStrong(password: string, owner: { readonly user: string; readonly organization: string }): Promise<void> {
  const errors = await passwordProblems(password, owner, ['body', 'password']);
  if (errors.length > 0) throw new ApiProblem('INVALID_REQUEST', errors.map(({ detail }) => detail).join(' '), { errors });
}
