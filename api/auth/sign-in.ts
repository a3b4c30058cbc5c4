// Signing in with name and password, and what is asked for after it.
import { accountOf, noteRefusedSignIn, raisePasswordCost } from '../../store/queries/accounts.ts';
import type { Account } from '../../store/queries/accounts.ts';
import { credentialsOf } from '../../store/queries/users.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import { attempt, passwordAttempt } from './lockout.ts';
import { TICKET_SECONDS } from './mfa/ticket.ts';
import type { Tickets } from './mfa/ticket.ts';
import { hashPassword, isCheaper, isPassword } from './passwords.ts';
import type { Origin, Sessions, SignedIn, SignInMethod } from './sessions.ts';
import { ORGANIZATION } from './tokens.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly organization: string;
}
export interface SignInDeps {
  readonly run: InOrganization;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
}
/** A way to prove the second factor. */
export type Factor = 'totp' | 'recovery' | 'passkey';
export const factorsOf = ({ totpAt, passkeys, recoveryCodes }: Account): readonly Factor[] => [
  ...(totpAt === null ? [] : (['totp'] as const)),
  ...(passkeys > 0 ? (['passkey'] as const) : []),
  ...(recoveryCodes > 0 && (totpAt !== null || passkeys > 0) ? (['recovery'] as const) : []),
];

/** No organization has this name, so nothing is found under it, after as long a time as elsewhere. */
const NOWHERE = '-';

export class SignIn {
  readonly #run: InOrganization;
  readonly #sessions: Sessions;
  readonly #tickets: Tickets;

  constructor({ run, sessions, tickets }: SignInDeps) {
    this.#run = run;
    this.#sessions = sessions;
    this.#tickets = tickets;
  }

  /**
   * @throws ApiProblem LOGIN_FAILED, the same and after the same work for an unknown name, a wrong password and another organization;
   *   SIGN_IN_DELAYED likewise; MFA_REQUIRED, with a ticket, when the password was right and is not enough.
   */
  async withPassword({ user, password, organization: given }: Credentials, origin: Origin & { readonly address: string }): Promise<SignedIn> {
    const organization = ORGANIZATION.test(given) ? given : NOWHERE;
    const found = await attempt(this.#run, organization, passwordAttempt(user, origin.address), async () => {
      const credentials = await this.#run(organization, (sql) => credentialsOf(sql, user));
      const isRight = await isPassword(credentials?.passwordHash ?? null, password); // never inside of the transaction: it takes its time
      return credentials !== undefined && isRight ? credentials : null;
    });
    if (found === null) {
      await this.#run(organization, (sql) => noteRefusedSignIn(sql, user, origin.address, 'password'));
      throw new ApiProblem('LOGIN_FAILED', "Check name, password and organization. The administrator's password was printed at the first start.");
    }
    if (isCheaper(found.passwordHash)) {
      const hash = await hashPassword(password);
      await this.#run(organization, (sql) => raisePasswordCost(sql, found.id, found.passwordHash, hash));
    }
    return this.afterFirstFactor(organization, found.id, ['password'], origin);
  }

  /** Opens the session when one factor is enough. @throws ApiProblem MFA_REQUIRED with a ticket when it is not; LOGIN_FAILED when the user is gone meanwhile. */
  async afterFirstFactor(organization: string, userId: string, methods: readonly SignInMethod[], origin: Origin): Promise<SignedIn> {
    const account = await this.#run(organization, (sql) => accountOf(sql, userId));
    if (account === undefined) throw new ApiProblem('LOGIN_FAILED', 'This user is disabled or was removed.');
    const factors = factorsOf(account);
    const mustEnrol = factors.length === 0;
    if (mustEnrol && !account.needsMfa) return this.#sessions.open(organization, userId, methods, origin);
    const token = await this.#tickets.sign({ organization, userId, methods, mustEnrol });
    throw new ApiProblem(
      'MFA_REQUIRED',
      mustEnrol
        ? 'Your organization wants a second factor of your role. Set one up with POST /auth/setup-mfa and prove it with POST /auth/verify-mfa, both with the token in `mfa`.'
        : 'Send the code of your application, or a recovery code, to POST /auth/verify-mfa with the token in `mfa`; or use your passkey.',
      { extensions: { mfa: { token, expiresIn: TICKET_SECONDS, methods: factors, mustEnrol } } },
    );
  }
}
