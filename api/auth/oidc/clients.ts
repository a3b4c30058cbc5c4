// OpenID Connect as a client of providers: discovery and keys, through the guarded client. openid-client does the protocol: a certified
// implementation of what is easy to get subtly wrong (issuer and nonce checks, client authentication, rotation of keys).
import * as oidc from 'openid-client';
import { PipelineError } from '../../../pipeline/core/errors.ts';
import type { AllowList } from '../../../outbound/allow-list.ts';
import type { Outbound } from '../../../outbound/client.ts';
import { fetchThrough } from '../../../outbound/fetch.ts';
import { ApiProblem, causesOf } from '../../gate/problem.ts';
import type { ProviderRow } from '../../../store/queries/identity-providers.ts';

/** What a client is made of. A change of any makes another. */
export type ClientOf = Pick<ProviderRow, 'id' | 'issuer' | 'clientId' | 'changedAt'> & { readonly secret: string | null };

const LIMITS = { connectMs: 5_000, firstByteMs: 10_000, wholeMs: 15_000, bodyMaxBytes: 1_048_576 };
/** After which discovery is asked again. Keys are looked for sooner, when one is unknown. */
const KEEP_MS = 3_600_000;
/** By public keys alone: a secret for a key, or none, is what attackers would like. */
export const ALGORITHMS: readonly string[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

export class OidcClients {
  readonly #outbound: Outbound;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, { readonly changedAt: number; readonly until: number; readonly client: Promise<oidc.Configuration> }>();

  constructor(outbound: Outbound, nowMs: () => number) {
    this.#outbound = outbound;
    this.#nowMs = nowMs;
  }

  /**
   * @param allow What the organization may point at.
   * @throws ApiProblem PROVIDER_UNAVAILABLE when the provider cannot be reached, or does not describe itself as it must.
   */
  of(provider: ClientOf, allow: AllowList): Promise<oidc.Configuration> {
    const now = this.#nowMs();
    const found = this.#known.get(provider.id);
    if (found !== undefined && found.changedAt === provider.changedAt && found.until > now) return found.client;
    const client = this.discover(provider, allow);
    this.#known.set(provider.id, { changedAt: provider.changedAt, until: now + KEEP_MS, client });
    client.catch(() => this.#known.delete(provider.id)); // asked again next time
    return client;
  }

  /** As `of`, always anew: for a provider that is only being tried. */
  async discover({ issuer, clientId, secret }: Omit<ClientOf, 'id' | 'changedAt'>, allow: AllowList): Promise<oidc.Configuration> {
    const guarded = fetchThrough(this.#outbound, { purpose: 'oidc', allow, limits: LIMITS });
    const insecure = new URL(issuer).protocol === 'http:' ? [oidc.allowInsecureRequests] : []; // the guard has the say on that
    try {
      const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), { [oidc.customFetch]: guarded, execute: insecure });
      const server = checked(found.serverMetadata());
      const client = new oidc.Configuration(server, clientId, undefined, authenticationOf(server, secret));
      client[oidc.customFetch] = guarded;
      for (const enable of insecure) enable(client);
      oidc.enableNonRepudiationChecks(client); // signatures count, also of tokens that came straight from the provider
      return client;
    } catch (error) {
      throw unavailable(issuer, error);
    }
  }
}

/**
 * Of what the provider did or said: the problem as anybody may see it, also who is nobody yet. What our guard refused is in the causes; the log has it under
 * the request id, and `whyUnavailable` tells an administrator.
 */
export function unavailable(issuer: string, error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(
    'PROVIDER_UNAVAILABLE',
    `${new URL(issuer).host} cannot be used as an identity provider now. Try again; an administrator learns why by trying the provider out.`,
    { cause: error },
  );
}

/** For who set the provider up: with the reason. Anything else stays as it is. */
export function whyUnavailable(issuer: string, error: unknown): unknown {
  if (!(error instanceof ApiProblem) || error.code !== 'PROVIDER_UNAVAILABLE') return error;
  const causes = causesOf(error.cause);
  const ours = causes.find((cause) => cause instanceof PipelineError);
  const reason = ours?.message ?? causes.at(-1)?.message ?? String(error.cause);
  return new ApiProblem('PROVIDER_UNAVAILABLE', `${new URL(issuer).host} cannot be used as an identity provider now: ${reason}`, { cause: error });
}

/** What we send a browser to, and what we sign in with, has to be there and to be an address of the web. */
function checked(server: Readonly<oidc.ServerMetadata>): oidc.ServerMetadata {
  const scheme = new URL(server.issuer).protocol;
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    if (!isOfWeb(server[name], scheme)) throw new Error(`its description has no usable ${name}`);
  }
  if (server.end_session_endpoint !== undefined && !isOfWeb(server.end_session_endpoint, scheme))
    throw new Error('its end_session_endpoint is no address of the web');
  // The library would believe a provider that lists `none`, or a secret for a key: what is signed otherwise is not taken, whatever it says.
  const { id_token_signing_alg_values_supported: named = ['RS256'] } = server;
  const algorithms = named.filter((each) => ALGORITHMS.includes(each));
  if (algorithms.length === 0) throw new Error('it signs with no algorithm that can be checked by public keys');
  return { ...server, id_token_signing_alg_values_supported: algorithms };
}

const isOfWeb = (url: string | undefined, scheme: string): boolean =>
  url !== undefined && URL.canParse(url) && [scheme, 'https:'].includes(new URL(url).protocol);

function authenticationOf(
  { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] }: oidc.ServerMetadata,
  secret: string | null,
): oidc.ClientAuth {
  if (secret === null) return oidc.None();
  return methods.includes('client_secret_basic') || !methods.includes('client_secret_post') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
}
