// The second factor: an authenticator application and recovery codes. Passkeys are in ../passkeys/.
import {
  accountOf,
  confirmTotp,
  noteRefusedSignIn,
  proposeTotp,
  removeFactors,
  renewRecoveryCodes,
  totpOf,
  useRecoveryCode,
  useTotpStep,
} from '../../../store/queries/accounts.ts';
import type { Account } from '../../../store/queries/accounts.ts';
import type { InOrganization } from '../../database.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { attempt } from '../lockout.ts';
import type { SecretBox, SecretContext } from '../secrets/box.ts';
import type { Origin, Sessions, SignedIn } from '../sessions.ts';
import { factorsOf } from '../sign-in.ts';
import { isRecoveryCode, newRecoveryCodes, recoveryHash } from './recovery-codes.ts';
import type { HalfSignedIn } from './ticket.ts';
import { newTotpSecret, stepOf, totpUri } from './totp.ts';

export interface FactorsDeps {
  readonly run: InOrganization;
  readonly sessions: Sessions;
  readonly box: SecretBox;
  readonly nowSeconds: () => number;
}
/** What an application needs, to be shown once. */
export interface Proposal {
  /** Base32. */
  readonly secret: string;
  /** For a QR code. */
  readonly uri: string;
}

const ISSUER = 'Goshawk';
export const totpContext = (userId: string): SecretContext => `totp:${userId}`;

export class Factors {
  readonly #run: InOrganization;
  readonly #sessions: Sessions;
  readonly #box: SecretBox;
  readonly #nowSeconds: () => number;

  constructor({ run, sessions, box, nowSeconds }: FactorsDeps) {
    this.#run = run;
    this.#sessions = sessions;
    this.#box = box;
    this.#nowSeconds = nowSeconds;
  }

  /** A secret for an application; it counts once a code of it was proved, and until then what was proved before does. */
  async propose(organization: string, { id, name }: Account): Promise<Proposal> {
    const secret = newTotpSecret();
    await this.#run(organization, (sql) => proposeTotp(sql, id, this.#box.seal(totpContext(id), secret)));
    return { secret, uri: totpUri(secret, { issuer: ISSUER, account: `${name}@${organization}` }) };
  }

  /**
   * Proves the secret that was shown.
   * @returns Recovery codes, to be shown once. Those of before hold no more.
   * @throws ApiProblem MFA_FAILED, CONFLICT when nothing was shown, SIGN_IN_DELAYED.
   */
  async confirm(organization: string, account: Account, code: string): Promise<readonly string[]> {
    const row = await this.#run(organization, (sql) => totpOf(sql, account.id));
    const pending = row?.pending ?? null;
    if (pending === null) throw new ApiProblem('CONFLICT', 'There is nothing to prove: begin with POST /auth/setup-mfa.');
    const secret = this.#box.open(totpContext(account.id), pending);
    const codes = newRecoveryCodes();
    const isDone = await attempt(this.#run, organization, [{ kind: 'factor', subject: account.id }], async () => {
      const step = stepOf(plain(code), secret, this.#nowSeconds(), 0);
      if (step === null) return null;
      return this.#run(organization, (sql) => confirmTotp(sql, account.id, pending, step, codes.map(recoveryHash)));
    });
    if (isDone === null) throw failed();
    if (!isDone) throw new ApiProblem('CONFLICT', 'Another secret was shown meanwhile: use the newest.');
    return codes;
  }

  /** Ends what signing in with a password began. @throws ApiProblem MFA_FAILED, SIGN_IN_DELAYED, LOGIN_FAILED when the user is gone. */
  async signIn(half: HalfSignedIn, code: string, origin: Origin): Promise<SignedIn & { readonly recoveryCodes?: readonly string[] }> {
    const { organization, userId, methods } = half;
    const account = await this.accountFor(half);
    if (half.mustEnrol && factorsOf(account).length === 0) {
      const recoveryCodes = await this.confirm(organization, account, code);
      return { ...(await this.#sessions.open(organization, userId, [...methods, 'totp'], origin)), recoveryCodes };
    }
    const method = await this.check(organization, account, code, origin.address);
    return this.#sessions.open(organization, userId, [...methods, method], origin);
  }

  /** @throws ApiProblem LOGIN_FAILED when the user is gone or disabled. */
  async accountFor({ organization, userId }: HalfSignedIn): Promise<Account> {
    const account = await this.#run(organization, (sql) => accountOf(sql, userId));
    if (account === undefined) throw new ApiProblem('LOGIN_FAILED', 'This user is disabled or was removed.');
    return account;
  }

  /** A code of the application, or a recovery code; each works once. @throws ApiProblem MFA_FAILED, SIGN_IN_DELAYED */
  async check(organization: string, { id, name }: Account, code: string, address: string | null): Promise<'totp' | 'recovery'> {
    const method = await attempt(this.#run, organization, [{ kind: 'factor', subject: id }], async () => {
      if (isRecoveryCode(code)) return (await this.#run(organization, (sql) => useRecoveryCode(sql, id, recoveryHash(code)))) ? 'recovery' : null;
      const row = await this.#run(organization, (sql) => totpOf(sql, id));
      if (row === undefined || row.secret === null) return null;
      const step = stepOf(plain(code), this.#box.open(totpContext(id), row.secret), this.#nowSeconds(), row.lastStep);
      return step !== null && (await this.#run(organization, (sql) => useTotpStep(sql, id, step))) ? 'totp' : null;
    });
    if (method !== null) return method;
    await this.#run(organization, (sql) => noteRefusedSignIn(sql, name, address ?? '', 'second factor'));
    throw failed();
  }

  /** @returns Codes to be shown once; those of before hold no more. @throws ApiProblem CONFLICT for who has no second factor. */
  async renewCodes(organization: string, account: Account): Promise<readonly string[]> {
    if (factorsOf(account).length === 0)
      throw new ApiProblem('CONFLICT', 'Recovery codes stand in for a second factor: set one up first, with POST /auth/setup-mfa.');
    const codes = newRecoveryCodes();
    await this.#run(organization, (sql) => renewRecoveryCodes(sql, account.id, codes.map(recoveryHash)));
    return codes;
  }

  /** Takes the application away. @throws ApiProblem CONFLICT when it is the last factor of somebody who needs one. */
  async remove(organization: string, account: Account): Promise<void> {
    if (account.needsMfa && account.passkeys === 0)
      throw new ApiProblem('CONFLICT', 'Your organization wants a second factor of your role. Add a passkey first, or set up another application instead.');
    await this.#run(organization, (sql) => removeFactors(sql, account.name, account.id, false));
  }
}

/** As applications show it: `123 456`. */
const plain = (code: string): string => code.replaceAll(/\s/g, '');
const failed = () =>
  new ApiProblem(
    'MFA_FAILED',
    'The code is not right, or was used already. Wait for the next one and see that the clock of the device is right, or use a recovery code.',
    { errors: [{ pointer: '/body/code', detail: 'Six digits of the application, not used before; or one of the recovery codes that was not used.' }] },
  );
