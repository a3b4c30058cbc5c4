import { jwtVerify, SignJWT } from 'jose';
import type { AuthenticatedSensor } from '../../pipeline/core/sensor.ts';
import { ApiProblem } from '../gate/problem.ts';
import { ROLE_NAME } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';
import { ALGORITHM } from './keys.ts';
import type { SigningKeys } from './keys.ts';
import type { SessionRef } from './revocation.ts';

/** Who a token was signed for, as it says. */
export interface Claims {
  readonly user: string;
  readonly organization: string;
  /** Built in, or of the organization's own making. */
  readonly roles: readonly string[];
  /** Seconds since 1970: what stays open, such as a WebSocket, ends then. */
  readonly expiresAt: number;
  /** Absent: no session stands behind it, and nothing but its end makes it useless. */
  readonly session?: SessionRef;
}
/** Who asks. Made by `authenticate.ts` only. */
export interface Principal extends Claims {
  /** All that these roles give now, and no more than the credential was made for. */
  readonly permissions: ReadonlySet<Permission>;
  /** Set when an enrolled sensor asks with a token of its own: where its records go, whatever the request says. */
  readonly sensor?: AuthenticatedSensor;
}
export type Subject = Omit<Claims, 'expiresAt'>;

/** For so long a token that held is not checked again, nor the keys that it was signed with. */
const REMEMBERED_SECONDS = 60;
const REMEMBERED_TOKENS = 5_000;

const AUDIENCE = 'goshawk-api';
/** Of what is signed here. */
export const issuerOf = (installationId: string) => `urn:goshawk:${installationId}`;
/** Names of organizations are parts of topic names, hence the narrow alphabet. */
export const ORGANIZATION = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Signs and checks access tokens (JWT, RFC 9068 claims) of one installation: a token of another one is refused even under the same key. */
export class Tokens {
  readonly #keys: SigningKeys;
  readonly #issuer: string;
  readonly #nowSeconds: () => number;
  /** Tokens that held, oldest first. */
  readonly #verified = new Map<string, { readonly claims: Claims; readonly at: number }>();

  /** @param nowSeconds Wall clock, seconds since 1970; tests move it by hand. */
  constructor(keys: SigningKeys, installationId: string, nowSeconds: () => number = () => Math.floor(Date.now() / 1_000)) {
    this.#keys = keys;
    this.#issuer = issuerOf(installationId);
    this.#nowSeconds = nowSeconds;
  }

  async sign({ user, organization, roles, session }: Subject, lifeSeconds: number): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const now = this.#nowSeconds();
    const expiresAt = now + lifeSeconds;
    const { kid, privateKey } = await this.#keys.current(now);
    const token = await new SignJWT({ org: organization, roles, ...(session !== undefined && { sid: session.id, gen: session.generation }) })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'at+jwt' })
      .setIssuer(this.#issuer)
      .setAudience(AUDIENCE)
      .setSubject(user)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(privateKey);
    return { token, expiresAt };
  }

  /** Of a token that held a short while ago. A signature takes a third of what a small query takes; what ended since is asked of every request all the same. */
  known(token: string): Claims | undefined {
    const now = this.#nowSeconds();
    const known = this.#verified.get(token);
    if (known !== undefined && now >= known.at && now < known.at + REMEMBERED_SECONDS && now < known.claims.expiresAt) return known.claims;
    this.#verified.delete(token);
    return undefined;
  }

  /** @throws ApiProblem UNAUTHENTICATED, without saying which check failed beyond "expired". */
  async verify(token: string): Promise<Claims> {
    const known = this.known(token);
    if (known !== undefined) return known;
    const now = this.#nowSeconds();
    const claims = await this.#verify(token, now);
    if (this.#verified.size >= REMEMBERED_TOKENS) this.#verified.delete(this.#verified.keys().next().value as string);
    this.#verified.set(token, { claims, at: now });
    return claims;
  }

  async #verify(token: string, now: number): Promise<Claims> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#keys.verifying(kid, now), {
        issuer: this.#issuer,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'org', 'roles'],
        currentDate: new Date(now * 1_000),
      });
      const { sub, exp, org, roles, sid, gen } = payload;
      if (typeof sub !== 'string' || typeof org !== 'string' || !ORGANIZATION.test(org) || !Array.isArray(roles)) throw new Error('claims');
      return {
        user: sub,
        organization: org,
        roles: roles.filter((role): role is string => typeof role === 'string' && ROLE_NAME.test(role)),
        expiresAt: exp as number,
        ...(typeof sid === 'string' && typeof gen === 'number' && { session: { id: sid, generation: gen } }),
      };
    } catch (error) {
      const isExpired = (error as { readonly code?: unknown }).code === 'ERR_JWT_EXPIRED';
      throw unauthenticated(
        isExpired
          ? 'The token has expired. Log in again, or make a new one with `./goshawk token`.'
          : 'The token is not valid here. Log in, or make one with `./goshawk token`.',
        error,
      );
    }
  }
}

export const unauthenticated = (detail: string, cause?: unknown) =>
  new ApiProblem('UNAUTHENTICATED', detail, { headers: { 'www-authenticate': 'Bearer' }, cause });
