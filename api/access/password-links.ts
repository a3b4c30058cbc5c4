// For who forgot the password: a link by which they choose another, once, within a day. An administrator makes it; the token in it is kept as a hash.
import { acceptPasswordLink, addPasswordLink, openPasswordLink } from '../../store/queries/access/password-links.ts';
import type { OpenPasswordLink } from '../../store/queries/access/password-links.ts';
import type { MemberRow } from '../../store/queries/access/members.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { hashPassword } from '../auth/passwords.ts';
import type { Revocations } from '../auth/revocation.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Who } from './granting.ts';
import { ANY_ORGANIZATION, hashOfToken, oneTimeLink } from './one-time-link.ts';
import { orRefused } from './refused.ts';
import { changeable, requireStrong } from './users.ts';

const LIFE_HOURS = 24;

export interface PasswordLink {
  /** Whose password it changes. */
  readonly user: string;
  /** Shown once, and kept nowhere. The part behind `#` is the secret: browsers do not send it. */
  readonly link: string;
  readonly expiresAt: Micros;
}

export class PasswordLinks {
  readonly #run: InOrganization;
  readonly #revocations: Pick<Revocations, 'sessionsEnded'>;
  readonly #publicUrl: string;

  /** @param publicUrl Where people reach the dashboard; empty = as the caller reaches it. */
  constructor(run: InOrganization, revocations: Pick<Revocations, 'sessionsEnded'>, publicUrl: string) {
    this.#run = run;
    this.#revocations = revocations;
    this.#publicUrl = publicUrl;
  }

  /**
   * The user's link before gives way. This one ends with its day, and with any change of the user or of `who`.
   * @param baseUrl Of the dashboard, as the caller reaches it; for where no public address is set.
   * @throws ApiProblem NOT_FOUND; FORBIDDEN when the user holds more than `who`; CONFLICT for oneself, who is disabled, and who signs in by a provider only.
   */
  add(who: Who, userId: string, baseUrl: string): Promise<PasswordLink> {
    const { link, tokenHash } = oneTimeLink('gsp_', `${this.#publicUrl === '' ? baseUrl : this.#publicUrl}/password`);
    return orRefused(
      'user of this id',
      this.#run(who.organization, async (sql) => {
        // Written first, which keeps the user as they are: a role given meanwhile would not be seen by a look before. What is refused is rolled back.
        const expiresAt = await addPasswordLink(sql, who.user, userId, tokenHash, LIFE_HOURS);
        const { before: user } = await changeable(sql, who, userId);
        const problem = whyNot(who, user);
        if (problem !== null) throw new ApiProblem('CONFLICT', problem);
        return { user: user.name, link, expiresAt };
      }),
    );
  }

  /** Whose password the holder of the token may choose. @throws ApiProblem NOT_FOUND, in the same words whatever the reason, when it is not open (any more). */
  async look(token: string): Promise<OpenPasswordLink> {
    const open = await this.#run(ANY_ORGANIZATION, (sql) => openPasswordLink(sql, hashOfToken(token)));
    if (open === undefined) throw notOpen();
    return open;
  }

  /**
   * The user has this password from now on, and signs in with it anew, with a second factor where there is one: all sessions end.
   * @throws ApiProblem NOT_FOUND as above; INVALID_REQUEST for a weak password, and the link stays open.
   */
  async accept(token: string, password: string): Promise<Pick<OpenPasswordLink, 'organization' | 'name'>> {
    const { organization, name } = await this.look(token);
    await requireStrong(password, { user: name, organization });
    const passwordHash = await hashPassword(password); // never inside of the transaction: it takes its time
    const ended = await this.#run(organization, (sql) => acceptPasswordLink(sql, hashOfToken(token), passwordHash)).catch((error: unknown) => {
      throw (error as { readonly code?: unknown }).code === 'P0002' ? notOpen() : error;
    });
    this.#revocations.sessionsEnded(ended);
    return { organization, name };
  }
}

function whyNot(who: Who, { name, disabledAt, hasPassword, identities }: MemberRow): string | null {
  // Else a stolen token would be worth the password that one has to know to change it.
  if (name === who.user)
    return 'This is your own account: change the password with the one you have, ask another administrator, or run `./goshawk user password-link` on the machine of the installation.';
  if (disabledAt !== null) return `${name} is disabled: enable the user first.`;
  if (!hasPassword && identities.length > 0)
    return `${name} has no password here, but signs in by ${[...new Set(identities.map(({ label }) => label))].join(', ')}: who forgot the password there gets another one there.`;
  return null;
}

const notOpen = () =>
  new ApiProblem('NOT_FOUND', 'This link is not open: it was used, replaced or has expired, or the account has changed since. Ask for another.');
