// Invitations to an organization: a link that makes one user, once, for some days. The token in it is kept as a hash.
import type { z } from 'zod';
import {
  acceptInvitation,
  invitationById,
  invite,
  memberById,
  openInvitation,
  pageOfInvitations,
  revokeInvitation,
} from '../../store/queries/access/members.ts';
import type { InvitationRow, MemberRow, OpenInvitation } from '../../store/queries/access/members.ts';
import { hashPassword } from '../auth/passwords.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Keyset } from '../paging.ts';
import { requireGrantable, requireHeld, roleBookOf } from './granting.ts';
import type { Who } from './granting.ts';
import type { newInvitation } from './input.ts';
import { ANY_ORGANIZATION, hashOfToken, oneTimeLink } from './one-time-link.ts';
import { orRefused, required } from './refused.ts';
import { requireStrong } from './users.ts';

const WHAT = 'open invitation of this id';

export interface Invited {
  readonly invitation: InvitationRow;
  /** Shown once, and kept nowhere. The part behind `#` is the secret: browsers do not send it. */
  readonly link: string;
}
export interface Accepted {
  readonly organization: string;
  readonly user: MemberRow;
}

export class Invitations {
  readonly #run: InOrganization;
  readonly #publicUrl: string;

  /** @param publicUrl Where people reach the dashboard; empty = as the caller reaches it. */
  constructor(run: InOrganization, publicUrl: string) {
    this.#run = run;
    this.#publicUrl = publicUrl;
  }

  /** Newest first. @param withClosed Also those that can be accepted no more. */
  page({ organization }: Pick<Who, 'organization'>, withClosed: boolean, after: Keyset | null, limit: number): Promise<readonly InvitationRow[]> {
    return this.#run(organization, (sql) => pageOfInvitations(sql, withClosed, after, limit));
  }

  /**
   * An open invitation of the same name gives way.
   * @param baseUrl Of the dashboard, as the caller reaches it; for where no public address is set.
   * @throws ApiProblem CONFLICT when there is such a user; INVALID_REQUEST for an unknown role; FORBIDDEN for one that gives more than `who` holds.
   */
  async add(who: Who, { hours, ...member }: z.output<typeof newInvitation>, baseUrl: string): Promise<Invited> {
    const { link, tokenHash } = oneTimeLink('gsi_', `${this.#publicUrl === '' ? baseUrl : this.#publicUrl}/invitation`);
    const invitation = await orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => {
        requireGrantable(who, member.roles, await roleBookOf(sql));
        return required(await invitationById(sql, await invite(sql, who.user, member, tokenHash, hours)), WHAT);
      }),
    );
    return { invitation, link };
  }

  /** @throws ApiProblem NOT_FOUND, also when it is accepted or revoked already; FORBIDDEN when it gives more than `who` holds. */
  revoke(who: Who, id: string): Promise<InvitationRow> {
    return orRefused(
      WHAT,
      this.#run(who.organization, async (sql) => {
        const before = required(await invitationById(sql, id), WHAT);
        requireHeld(who, (await roleBookOf(sql)).permissionsOf(before.roles));
        await revokeInvitation(sql, who.user, id);
        return required(await invitationById(sql, id), WHAT);
      }),
    );
  }

  /** What the holder of the token is invited to. @throws ApiProblem NOT_FOUND when it cannot be accepted (any more). */
  async look(token: string): Promise<OpenInvitation> {
    const open = await this.#run(ANY_ORGANIZATION, (sql) => openInvitation(sql, hashOfToken(token)));
    if (open === undefined) throw new ApiProblem('NOT_FOUND', 'This invitation is not open: it was used or withdrawn, or has expired. Ask for another.');
    return open;
  }

  /**
   * Makes the user, once.
   * @param password Null: the user signs in by an identity provider, which has said who they are.
   * @throws ApiProblem NOT_FOUND; INVALID_REQUEST for a weak password; CONFLICT when the name was taken meanwhile.
   */
  async accept(token: string, password: string | null): Promise<Accepted> {
    const { organization, name } = await this.look(token);
    if (password !== null) await requireStrong(password, { user: name, organization });
    const hash = password === null ? null : await hashPassword(password);
    const user = await orRefused(
      'open invitation',
      this.#run(organization, async (sql) => required(await memberById(sql, await acceptInvitation(sql, hashOfToken(token), hash)), 'user')),
    );
    return { organization, user };
  }
}
