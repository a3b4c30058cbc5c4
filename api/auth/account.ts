// What people do to their own account. All of it needs a session: a token of the command line stands for no user.
import { accountOf, sessionOf, setPassword } from '../../store/queries/accounts.ts';
import type { Account, SessionRow } from '../../store/queries/accounts.ts';
import { identitiesOfUser, unlinkIdentity } from '../../store/queries/identity-providers.ts';
import type { IdentityRow } from '../../store/queries/identity-providers.ts';
import { orRefused } from '../access/refused.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Violation } from '../gate/problem.ts';
import { attempt, passwordAttempt } from './lockout.ts';
import { hashPassword, isPassword } from './passwords.ts';
import type { Revocations } from './revocation.ts';
import { passwordProblems } from './strength.ts';
import type { Principal } from './tokens.ts';

/** Somebody who is signed in, as the database has them now. */
export interface Person {
  readonly organization: string;
  readonly account: Account;
  readonly session: SessionRow;
}
export interface AccountsDeps {
  readonly run: InOrganization;
  readonly revocations: Pick<Revocations, 'sessionsEnded'>;
  /** Microseconds since 1970. */
  readonly wallMicros: () => number;
}

/** Who signed in no longer ago needs not prove themselves again. */
const FRESH_MICROS = 600_000_000;

export class Accounts {
  readonly #run: InOrganization;
  readonly #revocations: AccountsDeps['revocations'];
  readonly #wallMicros: () => number;

  constructor({ run, revocations, wallMicros }: AccountsDeps) {
    this.#run = run;
    this.#revocations = revocations;
    this.#wallMicros = wallMicros;
  }

  /** @throws ApiProblem SESSION_NEEDED when no living session stands behind the token. */
  async person({ organization, session: ref }: Principal): Promise<Person> {
    const found =
      ref === undefined
        ? null
        : await this.#run(organization, async (sql) => {
            const session = await sessionOf(sql, ref.id);
            const account = session === undefined ? undefined : await accountOf(sql, session.userId);
            return session === undefined || account === undefined ? null : { organization, account, session };
          });
    if (found === null)
      throw new ApiProblem('SESSION_NEEDED', 'This is about your own account: sign in with POST /auth/login and use the token that it answers with.');
    return found;
  }

  /**
   * Before a change that somebody with a stolen token must not make: the password, or a sign-in of the last ten minutes.
   * @throws ApiProblem REAUTHENTICATION_NEEDED, SIGN_IN_DELAYED
   */
  async prove({ organization, account, session }: Person, password: string | undefined, address: string): Promise<void> {
    if (password !== undefined) {
      if (await this.#isPasswordOf(organization, account, password, address)) return;
      throw new ApiProblem('REAUTHENTICATION_NEEDED', 'The password is not right.', {
        errors: [{ pointer: '/body/password', detail: 'This is not your password.' }],
      });
    }
    if (session.createdAt > this.#wallMicros() - FRESH_MICROS) return;
    throw new ApiProblem(
      'REAUTHENTICATION_NEEDED',
      'Send your password in the body as `password`, or sign in again: what was proved longer than ten minutes ago is not enough.',
    );
  }

  /** All other sessions end. @throws ApiProblem INVALID_REQUEST with what is wrong with which password; SIGN_IN_DELAYED; CONFLICT for who has none. */
  async changePassword(person: Person, current: string, next: string, address: string): Promise<void> {
    const { organization, account, session } = person;
    if (account.passwordHash === null) throw new ApiProblem('CONFLICT', 'This account has no password here: it is changed where you sign in.');
    if (!(await this.#isPasswordOf(organization, account, current, address)))
      throw invalid({ pointer: '/body/currentPassword', detail: 'This is not your password.' });
    const problems = await passwordProblems(next, { user: account.name, organization }, ['body', 'newPassword']);
    if (problems.length > 0) throw invalid(...problems);
    if (next === current) throw invalid({ pointer: '/body/newPassword', detail: 'This is the password that you have: choose another.' });
    const hash = await hashPassword(next);
    this.#revocations.sessionsEnded(await this.#run(organization, (sql) => setPassword(sql, account.name, account.id, hash, session.id)));
  }

  /** By which providers the user signs in. */
  identities({ organization, account }: Person): Promise<readonly IdentityRow[]> {
    return this.#run(organization, (sql) => identitiesOfUser(sql, account.id));
  }

  /** Sessions that came from it end, this one too. @throws ApiProblem NOT_FOUND; CONFLICT when it is the only way in. */
  async unlink({ organization, account }: Person, identity: string): Promise<void> {
    const ended = await orRefused(
      'identity of this id',
      this.#run(organization, (sql) => unlinkIdentity(sql, account.name, account.id, identity, true)),
    );
    this.#revocations.sessionsEnded(ended);
  }

  async #isPasswordOf(organization: string, { name, passwordHash }: Account, password: string, address: string): Promise<boolean> {
    return (
      (await attempt(this.#run, organization, passwordAttempt(name, address), async () => ((await isPassword(passwordHash, password)) ? true : null))) ?? false
    );
  }
}

function invalid(...errors: readonly Violation[]): ApiProblem {
  return new ApiProblem('INVALID_REQUEST', errors.map(({ detail }) => detail).join(' '), { errors });
}
