// Passkeys (WebAuthn): registered by who is signed in, and then a way to sign in without a password, or a second factor after one.
import { createHash, randomBytes } from 'node:crypto';
import type { AuthenticationResponseJSON, AuthenticatorTransport, RegistrationResponseJSON } from '@simplewebauthn/server';
import {
  addPasskey,
  noteRefusedSignIn,
  openPasskeyChallenge,
  passkeyKeyOf,
  passkeysOf,
  removePasskey,
  renewRecoveryCodes,
  takePasskeyChallenge,
  usePasskey,
} from '../../../store/queries/accounts.ts';
import type { Account, ChallengePurpose, PasskeyKey, PasskeyRow } from '../../../store/queries/accounts.ts';
import type { ApiConfig } from '../../config.ts';
import type { InOrganization } from '../../database.ts';
import { ApiProblem } from '../../gate/problem.ts';
import type { Person } from '../account.ts';
import { newRecoveryCodes, recoveryHash } from '../mfa/recovery-codes.ts';
import type { HalfSignedIn } from '../mfa/ticket.ts';
import { orNotFound } from '../sessions.ts';
import type { Origin, Sessions, SignedIn } from '../sessions.ts';

export interface PasskeysDeps {
  readonly run: InOrganization;
  readonly sessions: Sessions;
  readonly config: Pick<ApiConfig, 'passkeyDomain' | 'passkeyOrigins' | 'publicUrl'>;
}
/** What `navigator.credentials` takes, as JSON; see `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export type CredentialOptions = Readonly<Record<string, unknown>> & { readonly challenge: string };
/** What it answers with, as JSON, with the members that are looked at here; the library checks the rest. */
export interface CredentialAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: Readonly<Record<string, unknown>> & { readonly clientDataJSON: string };
  readonly clientExtensionResults: Readonly<Record<string, unknown>>;
}

const NAME = 'Goshawk';
const CHALLENGE_SECONDS = 300;
const MOST_PASSKEYS = 20;
/** Loaded when first asked, since it warns of experimental parts of Node. */
const library = () => import('@simplewebauthn/server');

export class Passkeys {
  readonly #run: InOrganization;
  readonly #sessions: Sessions;
  readonly #domain: string;
  readonly #origins: readonly string[];

  constructor({ run, sessions, config }: PasskeysDeps) {
    this.#run = run;
    this.#sessions = sessions;
    const { passkeyDomain, passkeyOrigins, publicUrl } = config;
    const shown = publicUrl === '' ? null : new URL(publicUrl);
    this.#domain = passkeyDomain === '' ? (shown?.hostname ?? 'localhost') : passkeyDomain;
    this.#origins = passkeyOrigins.length > 0 ? passkeyOrigins : [shown?.origin ?? `https://${this.#domain}`];
  }

  /** Oldest first. */
  list(organization: string, userId: string): Promise<readonly PasskeyRow[]> {
    return this.#run(organization, (sql) => passkeysOf(sql, userId));
  }

  /** @throws ApiProblem CONFLICT for who has too many. */
  async registrationOptions({ organization, account }: Person): Promise<CredentialOptions> {
    const existing = await this.list(organization, account.id);
    if (existing.length >= MOST_PASSKEYS) throw new ApiProblem('CONFLICT', `${MOST_PASSKEYS} passkeys are the most: remove one first.`);
    const { generateRegistrationOptions } = await library();
    const challenge = await this.#challenge(organization, account.id, 'register');
    const options = await generateRegistrationOptions({
      rpName: NAME,
      rpID: this.#domain,
      userID: new Uint8Array(Buffer.from(account.id)),
      userName: `${account.name}@${organization}`,
      userDisplayName: account.name,
      challenge: new Uint8Array(challenge),
      timeout: CHALLENGE_SECONDS * 1_000,
      attestationType: 'none',
      excludeCredentials: existing.map(({ id, transports }) => ({ id, transports: [...transports] })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return { ...options };
  }

  /**
   * @returns Recovery codes to be shown once, when this is the first factor of the account.
   * @throws ApiProblem PASSKEY_REFUSED, CONFLICT when the authenticator is registered already.
   */
  async register({ organization, account }: Person, answer: CredentialAnswer, name: string): Promise<readonly string[] | null> {
    const { verifyRegistrationResponse } = await library();
    const { challenge, origin } = this.#clientData(answer);
    const taken = await this.#run(organization, (sql) => takePasskeyChallenge(sql, hashOf(challenge), 'register'));
    if (taken?.userId !== account.id) throw refused('The challenge was not asked for, was answered already, or is older than five minutes: begin again.');
    const { registrationInfo } = await verifyRegistrationResponse({
      response: answer as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: this.#domain,
    }).catch(unconvinced);
    if (registrationInfo === undefined) throw refused('The answer of the authenticator does not hold.');
    const { credential, credentialBackedUp } = registrationInfo;
    const passkey = {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      name,
      isBackedUp: credentialBackedUp,
    };
    const codes = account.recoveryCodes === 0 ? newRecoveryCodes() : null;
    await this.#run(organization, async (sql) => {
      await addPasskey(sql, account.id, passkey);
      if (codes !== null) await renewRecoveryCodes(sql, account.id, codes.map(recoveryHash));
    }).catch((error: unknown) => {
      throw (error as { readonly code?: unknown }).code === '23505' ? new ApiProblem('CONFLICT', 'This authenticator is registered already.') : error;
    });
    return codes;
  }

  /** Nobody is named: the authenticator says whose passkey it has. */
  signInOptions(organization: string): Promise<CredentialOptions> {
    return this.#requestOptions(organization, null, 'sign-in', []);
  }

  /** After the password. @throws ApiProblem CONFLICT for who has no passkey. */
  async secondFactorOptions({ organization, userId }: HalfSignedIn): Promise<CredentialOptions> {
    const passkeys = await this.list(organization, userId);
    if (passkeys.length === 0) throw new ApiProblem('CONFLICT', 'This account has no passkey: use a code.');
    return this.#requestOptions(organization, userId, 'second-factor', passkeys);
  }

  /**
   * Signs in by passkey alone, which is two factors in one: the device, and what unlocks it.
   * @throws ApiProblem PASSKEY_REFUSED
   */
  async signIn(organization: string, answer: CredentialAnswer, origin: Origin): Promise<SignedIn> {
    const { userId } = await this.#verify(organization, answer, 'sign-in', null, origin);
    return this.#sessions.open(organization, userId, ['passkey'], origin);
  }

  /** Ends what signing in with a password began. @throws ApiProblem PASSKEY_REFUSED */
  async signInSecond(half: HalfSignedIn, answer: CredentialAnswer, origin: Origin): Promise<SignedIn> {
    await this.#verify(half.organization, answer, 'second-factor', half.userId, origin);
    return this.#sessions.open(half.organization, half.userId, [...half.methods, 'passkey'], origin);
  }

  /** @throws ApiProblem NOT_FOUND; CONFLICT when it is the last factor of somebody who needs one. */
  async remove(organization: string, account: Account, id: string): Promise<void> {
    if (account.needsMfa && account.passkeys === 1 && account.totpAt === null)
      throw new ApiProblem('CONFLICT', 'Your organization wants a second factor of your role: add another one first.');
    await orNotFound('passkey', () => this.#run(organization, (sql) => removePasskey(sql, account.name, account.id, id)));
  }

  async #verify(organization: string, answer: CredentialAnswer, purpose: ChallengePurpose, userId: string | null, origin: Origin): Promise<PasskeyKey> {
    try {
      return await this.#convince(organization, answer, purpose, userId);
    } catch (error) {
      if (error instanceof ApiProblem) await this.#run(organization, (sql) => noteRefusedSignIn(sql, '', origin.address ?? '', 'passkey'));
      throw error;
    }
  }

  async #convince(organization: string, answer: CredentialAnswer, purpose: ChallengePurpose, userId: string | null): Promise<PasskeyKey> {
    const { verifyAuthenticationResponse } = await library();
    const { challenge, origin } = this.#clientData(answer);
    const { taken, key } = await this.#run(organization, async (sql) => ({
      taken: await takePasskeyChallenge(sql, hashOf(challenge), purpose),
      key: await passkeyKeyOf(sql, answer.id),
    }));
    if (taken === undefined || taken.userId !== userId)
      throw refused('The challenge was not asked for, was answered already, or is older than five minutes: begin again.');
    if (key === undefined || (userId !== null && key.userId !== userId)) throw refused('This passkey is not known here: sign in another way and register it.');
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: answer as unknown as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: this.#domain,
      // A second factor follows a password, so touching the key is enough then.
      requireUserVerification: purpose === 'sign-in',
      credential: {
        id: answer.id,
        publicKey: new Uint8Array(key.publicKey),
        counter: key.counter,
        transports: [...key.transports] as AuthenticatorTransport[],
      },
    }).catch(unconvinced);
    if (!verified || !(await this.#run(organization, (sql) => usePasskey(sql, answer.id, authenticationInfo.newCounter))))
      throw refused('The answer of the authenticator does not hold.');
    return key;
  }

  async #requestOptions(organization: string, userId: string | null, purpose: ChallengePurpose, passkeys: readonly PasskeyRow[]): Promise<CredentialOptions> {
    const { generateAuthenticationOptions } = await library();
    const options = await generateAuthenticationOptions({
      rpID: this.#domain,
      challenge: new Uint8Array(await this.#challenge(organization, userId, purpose)),
      timeout: CHALLENGE_SECONDS * 1_000,
      userVerification: purpose === 'sign-in' ? 'required' : 'discouraged',
      allowCredentials: passkeys.map(({ id, transports }) => ({ id, transports: [...transports] })),
    });
    return { ...options };
  }

  async #challenge(organization: string, userId: string | null, purpose: ChallengePurpose): Promise<Buffer> {
    const challenge = randomBytes(32);
    await this.#run(organization, (sql) => openPasskeyChallenge(sql, hashOf(challenge.toString('base64url')), userId, purpose, CHALLENGE_SECONDS));
    return challenge;
  }

  /** What the browser says it was asked; it is checked by the signature over it. @throws ApiProblem PASSKEY_REFUSED for another page than ours. */
  #clientData({ response: { clientDataJSON } }: CredentialAnswer): { readonly challenge: string; readonly origin: string } {
    const { challenge, origin } = parseJson(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    if (typeof challenge !== 'string' || typeof origin !== 'string') throw refused('The answer of the authenticator cannot be read.');
    const isLocal = this.#domain === 'localhost' && /^https?:\/\/localhost(:\d{1,5})?$/.test(origin);
    if (!isLocal && !this.#origins.includes(origin))
      throw refused(`Passkeys are for ${this.#origins.join(' and ')}, not for pages of ${origin}: api.passkeyDomain and api.passkeyOrigins say so.`);
    return { challenge, origin };
  }
}

const hashOf = (challenge: string): Buffer => createHash('sha256').update(challenge).digest();
const refused = (detail: string, cause?: unknown) => new ApiProblem('PASSKEY_REFUSED', detail, { cause });
/** The library says in its errors what does not fit; it was given nothing secret. */
const unconvinced = (error: unknown): never => {
  throw refused(`The answer of the authenticator does not hold: ${error instanceof Error ? error.message : String(error)}`.slice(0, 300), error);
};

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
