// What somebody holds between the first factor and the second: good for proving or setting up the second factor, and for nothing else.
import { jwtVerify, SignJWT } from 'jose';
import { ALGORITHM } from '../keys.ts';
import type { SigningKeys } from '../keys.ts';
import type { SignInMethod } from '../sessions.ts';
import { issuerOf, ORGANIZATION, unauthenticated } from '../tokens.ts';

/** Somebody who has proved the first factor. */
export interface HalfSignedIn {
  readonly organization: string;
  readonly userId: string;
  /** What was proved so far. */
  readonly methods: readonly SignInMethod[];
  /** They have no second factor, and must set one up to go on. */
  readonly mustEnrol: boolean;
}

export const TICKET_SECONDS = 300;
/** Neither audience nor type of an access token, so that one can never pass as the other. */
const AUDIENCE = 'goshawk-second-factor';
const TYPE = 'goshawk-mfa+jwt';
const METHODS: readonly string[] = ['password', 'provider', 'passkey'] satisfies SignInMethod[];
const isMethod = (text: unknown): text is SignInMethod => typeof text === 'string' && METHODS.includes(text);

/** Signs and reads tickets of one installation. */
export class Tickets {
  readonly #keys: SigningKeys;
  readonly #issuer: string;
  readonly #nowSeconds: () => number;

  constructor(keys: SigningKeys, installationId: string, nowSeconds: () => number = () => Math.floor(Date.now() / 1_000)) {
    this.#keys = keys;
    this.#issuer = issuerOf(installationId);
    this.#nowSeconds = nowSeconds;
  }

  async sign({ organization, userId, methods, mustEnrol }: HalfSignedIn): Promise<string> {
    const now = this.#nowSeconds();
    const { kid, privateKey } = await this.#keys.current(now);
    return new SignJWT({ org: organization, methods, enrol: mustEnrol })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: TYPE })
      .setIssuer(this.#issuer)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + TICKET_SECONDS)
      .sign(privateKey);
  }

  /** @throws ApiProblem UNAUTHENTICATED */
  async read(ticket: string): Promise<HalfSignedIn> {
    try {
      const now = this.#nowSeconds();
      const { payload } = await jwtVerify(ticket, ({ kid }) => this.#keys.verifying(kid, now), {
        issuer: this.#issuer,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        typ: TYPE,
        requiredClaims: ['sub', 'exp', 'org', 'methods'],
        currentDate: new Date(now * 1_000),
      });
      const { sub, org, methods, enrol } = payload;
      if (typeof sub !== 'string' || typeof org !== 'string' || !ORGANIZATION.test(org) || !Array.isArray(methods)) throw new Error('claims');
      return { organization: org, userId: sub, methods: methods.filter(isMethod), mustEnrol: enrol === true };
    } catch (error) {
      throw unauthenticated('The sign-in took too long or its token is not valid. Begin again with name and password.', error);
    }
  }
}
