// The end of a session that came from a provider: told by us to the provider, or by the provider to us.
import { customFetch, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { PipelineError } from '../../../pipeline/core/errors.ts';
import type { Outbound } from '../../../outbound/client.ts';
import { fetchThrough } from '../../../outbound/fetch.ts';
import { endProviderSessions } from '../../../store/queries/identity-providers.ts';
import type { InOrganization } from '../../database.ts';
import { ApiProblem } from '../../gate/problem.ts';
import type { Revocations } from '../revocation.ts';
import { ALGORITHMS, unavailable } from './clients.ts';
import { hashOf, newFlowSecret } from './flow-secret.ts';
import type { Located, OidcSignIn } from './sign-in.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** OpenID Connect Back-Channel Logout 1.0 recommends two minutes at most; clocks differ. */
const TOKEN_SECONDS = 180;
const CLOCK_SECONDS = 30;

const logoutClaims = z
  .object({
    jti: z.string().min(1).max(500),
    iat: z.number(),
    sub: z.string().min(1).max(255).optional(),
    sid: z.string().min(1).max(500).optional(),
    events: z.object({ [EVENT]: z.object({}).loose() }).loose(),
    nonce: z.never().optional(), // else an ID token would do
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

export interface ProviderLogoutDeps {
  readonly run: InOrganization;
  readonly signIn: Pick<OidcSignIn, 'clientOf'>;
  readonly outbound: Outbound;
  readonly revocations: Pick<Revocations, 'sessionsEnded'>;
  readonly nowMs: () => number;
}

export class ProviderLogout {
  readonly #deps: ProviderLogoutDeps;

  constructor(deps: ProviderLogoutDeps) {
    this.#deps = deps;
  }

  /**
   * Where a browser signs out at the provider (RP-Initiated Logout 1.0): with a `state` that comes back with it. Null when the organization does not want
   * it, or the provider has no such address.
   */
  async addressOf(at: Located, idToken: string | null, backTo: string): Promise<string | null> {
    if (!at.provider.endsSession) return null;
    const client = await this.#deps.signIn.clientOf(at);
    if (client.serverMetadata().end_session_endpoint === undefined) return null;
    return oidc.buildEndSessionUrl(client, {
      post_logout_redirect_uri: backTo,
      state: newFlowSecret().state,
      ...(idToken !== null && { id_token_hint: idToken }), // some providers do without, others refuse to
    }).href;
  }

  /**
   * Ends what the provider says has ended there.
   * @param token The logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).
   * @throws ApiProblem INVALID_REQUEST, as the standard wants it, for a token that does not hold or was used before; PROVIDER_UNAVAILABLE
   */
  async byProvider(at: Located, token: string): Promise<void> {
    const { organization, provider } = at;
    const { jti, sub = null, sid = null } = await this.#verified(at, token);
    const ended = await this.#deps.run(organization, (sql) =>
      endProviderSessions(sql, provider.id, { subject: sub, sid }, hashOf(jti), TOKEN_SECONDS + 2 * CLOCK_SECONDS),
    );
    if (ended === null) throw notValid();
    this.#deps.revocations.sessionsEnded(ended);
  }

  async #verified(at: Located, token: string): Promise<z.infer<typeof logoutClaims>> {
    const client = await this.#deps.signIn.clientOf(at);
    const fetch = fetchThrough(this.#deps.outbound, { purpose: 'oidc', allow: at.allow });
    // Seldom enough to fetch the keys each time.
    const keys = createRemoteJWKSet(new URL(client.serverMetadata().jwks_uri!), { [customFetch]: (to, { headers, signal }) => fetch(to, { headers, signal }) });
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        issuer: at.provider.issuer,
        audience: at.provider.clientId,
        algorithms: [...ALGORITHMS],
        requiredClaims: ['jti', 'iat', 'events'],
        maxTokenAge: TOKEN_SECONDS,
        clockTolerance: CLOCK_SECONDS,
        currentDate: new Date(this.#deps.nowMs()),
      }));
    } catch (error) {
      if (error instanceof PipelineError || !(error instanceof errors.JOSEError)) throw unavailable(at.provider.issuer, error);
      throw notValid(error);
    }
    const claims = logoutClaims.safeParse(payload);
    if (!claims.success) throw notValid(claims.error);
    return claims.data;
  }
}

const notValid = (cause?: unknown) => new ApiProblem('INVALID_REQUEST', 'The logout token does not hold, or was used before.', { cause });
