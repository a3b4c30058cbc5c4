// Access tokens of other issuers on the API: a provider that has an `audience` vouches for who shows one. Nothing is stored of them; roles follow
// from the groups in the token.
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { PipelineError } from '../../../pipeline/core/errors.ts';
import type { Outbound } from '../../../outbound/client.ts';
import { fetchThrough } from '../../../outbound/fetch.ts';
import { providerOfToken, userOfIdentity } from '../../../store/queries/identity-providers.ts';
import type { InOrganization } from '../../database.ts';
import { unauthenticated } from '../tokens.ts';
import type { Claims } from '../tokens.ts';
import { judgeClaims } from './claims.ts';
import { ALGORITHMS, unavailable } from './clients.ts';
import type { Located, OidcSignIn } from './sign-in.ts';

const CLOCK_SECONDS = 30;
/** A change of a user is heeded after so long, one of a provider after twice that. */
const REMEMBER_MS = 30_000;
const MOST_REMEMBERED = 2_000;
const LIMITS = { connectMs: 5_000, firstByteMs: 5_000, wholeMs: 10_000, bodyMaxBytes: 1_048_576 };

export interface ExternalTokensDeps {
  readonly run: InOrganization;
  readonly signIn: Pick<OidcSignIn, 'locateById' | 'clientOf'>;
  readonly outbound: Outbound;
  readonly nowMs: () => number;
}

export class ExternalTokens {
  readonly #deps: ExternalTokensDeps;
  readonly #providers: Remembered<Located | null>;
  readonly #accepted: Remembered<Claims>;
  readonly #keys = new Map<string, { readonly url: string; readonly changedAt: number; readonly get: JWTVerifyGetKey }>();

  constructor(deps: ExternalTokensDeps) {
    this.#deps = deps;
    this.#providers = new Remembered(deps.nowMs);
    this.#accepted = new Remembered(deps.nowMs);
  }

  /**
   * @returns Null when no provider takes tokens of this issuer and audience: then somebody else may know the token.
   * @throws ApiProblem UNAUTHENTICATED; PROVIDER_UNAVAILABLE when its keys cannot be had; RetryableError DATABASE_UNAVAILABLE
   */
  async verify(token: string): Promise<Claims | null> {
    const digest = createHash('sha256').update(token).digest('base64url');
    const known = this.#accepted.get(digest);
    if (known !== undefined) {
      if (known.expiresAt * 1_000 > this.#deps.nowMs()) return known;
      throw unauthenticated('The token has expired. Get a new one from your identity provider.');
    }
    const said = claimsOf(token);
    const at = said === null ? null : await this.#providerOf(said);
    if (said === null || at === null) return null;
    const claims = await this.#verified(token, at);
    const accepted = await this.#accept(at, claims);
    this.#accepted.set(digest, accepted);
    return accepted;
  }

  async #providerOf({ iss, aud }: JWTPayload): Promise<Located | null> {
    const audiences = [aud ?? []].flat();
    if (typeof iss !== 'string' || iss.length > 500 || audiences.length > 20 || audiences.some((each) => typeof each !== 'string' || each.length > 500))
      return null;
    const key = JSON.stringify([iss, audiences]);
    const known = this.#providers.get(key);
    if (known !== undefined) return known;
    // Any organization will do to ask: the function looks at all. Two that fit are a token for two, which no one organization may use.
    const found = await this.#deps.run('default', (sql) => providerOfToken(sql, iss, audiences));
    const at = found.length === 1 ? await this.#deps.signIn.locateById(found[0]!.organization, found[0]!.providerId) : null;
    this.#providers.set(key, at);
    return at;
  }

  async #verified(token: string, at: Located): Promise<JWTPayload> {
    const { issuer, audience } = at.provider;
    try {
      const { payload } = await jwtVerify(token, await this.#keysOf(at), {
        issuer,
        audience: audience!,
        algorithms: [...ALGORITHMS],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_SECONDS,
        currentDate: new Date(this.#deps.nowMs()),
      });
      return payload;
    } catch (error) {
      if (error instanceof PipelineError || error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw unavailable(issuer, error);
      throw unauthenticated(
        error instanceof errors.JWTExpired ? 'The token has expired. Get a new one from your identity provider.' : 'The token is not valid here.',
        error,
      );
    }
  }

  async #keysOf(at: Located): Promise<JWTVerifyGetKey> {
    const { id, changedAt } = at.provider;
    const url = (await this.#deps.signIn.clientOf(at)).serverMetadata().jwks_uri!;
    const known = this.#keys.get(id);
    if (known?.url === url && known.changedAt === changedAt) return known.get;
    const fetch = fetchThrough(this.#deps.outbound, { purpose: 'oidc', allow: at.allow, limits: LIMITS });
    const get = createRemoteJWKSet(new URL(url), {
      [customFetch]: (to, { headers, signal }) => fetch(to, { headers, signal }),
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
    });
    this.#keys.set(id, { url, changedAt, get });
    return get;
  }

  /** An account that somebody has is asked for, so that a disabled one stays out. */
  async #accept({ organization, provider }: Located, payload: JWTPayload): Promise<Claims> {
    const judged = judgeClaims(provider, payload, payload.sub ?? null);
    if (judged.kind === 'refused') throw unauthenticated(judged.detail);
    const user = await this.#deps.run(organization, (sql) => userOfIdentity(sql, provider.id, judged.subject));
    if (user?.disabled === true) throw unauthenticated('The account of this token is disabled.');
    // Without an account the name says where it comes from, so that nobody is taken for a user of that name.
    return { user: user?.name ?? `${provider.name}:${judged.name}`, organization, roles: judged.roles, expiresAt: payload.exp! };
  }
}

function claimsOf(token: string): JWTPayload | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

/** The newest few, for REMEMBER_MS. */
class Remembered<V> {
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(key: string): V | undefined {
    const found = this.#entries.get(key);
    if (found === undefined || found.until > this.#nowMs()) return found?.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#nowMs() + REMEMBER_MS });
    if (this.#entries.size > MOST_REMEMBERED) this.#entries.delete(this.#entries.keys().next().value!);
  }
}
