// Signing in by a provider: authorization code with PKCE, state and nonce bound to the browser.
import * as oidc from 'openid-client';
import { PipelineError } from '../../../pipeline/core/errors.ts';
import { allowListOf } from '../../../outbound/allow-list.ts';
import type { AllowList } from '../../../outbound/allow-list.ts';
import { organizationSettings } from '../../../store/queries/access/organizations.ts';
import {
  noteProviderSession,
  openFlow,
  providerById,
  providerNamed,
  providerOfSession,
  providerSecret,
  signInByProvider,
  takeFlow,
} from '../../../store/queries/identity-providers.ts';
import type { ProviderRefusal, ProviderRow } from '../../../store/queries/identity-providers.ts';
import { appendAudit } from '../../../store/queries/users.ts';
import type { Sql } from '../../../store/queries/sql.ts';
import type { InOrganization } from '../../database.ts';
import { ApiProblem, causesOf, notFound } from '../../gate/problem.ts';
import type { SecretBox } from '../secrets/box.ts';
import { orNotFound, parseRefreshToken } from '../sessions.ts';
import type { Origin, Sessions, SignedIn } from '../sessions.ts';
import { ORGANIZATION } from '../tokens.ts';
import { judgePerson, NO_ROLE } from './claims.ts';
import type { Claims } from './claims.ts';
import { unavailable } from './clients.ts';
import type { ClientOf, OidcClients } from './clients.ts';
import { hashOf, isFlowToken, newFlowSecret, nonceOf, verifierOf } from './flow-secret.ts';
import type { FlowSecret } from './flow-secret.ts';
import { localPath } from './return-to.ts';

export interface OidcDeps {
  readonly run: InOrganization;
  readonly clients: OidcClients;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly secrets: SecretBox;
}

/** A provider, and where it is: `<organization>.<name>` in addresses. */
export interface Located {
  readonly organization: string;
  readonly provider: ProviderRow;
  readonly allow: AllowList;
}

/** A sign-in that is under way: where the browser goes, and what its cookie has to hold until it is back. */
export interface Started {
  readonly location: string;
  readonly flow: FlowSecret;
}

/** Time to sign in at the provider. */
export const FLOW_SECONDS = 600;

export const placeOf = (organization: string, name: string): string => `${organization}.${name}`;
export const secretContext = (organization: string, name: string) => `identity-provider:${placeOf(organization, name)}` as const;

const idTokenContext = (sessionId: string) => `oidc-session:${sessionId}` as const;

export class OidcSignIn {
  readonly #deps: OidcDeps;

  constructor(deps: OidcDeps) {
    this.#deps = deps;
  }

  /** @param place `<organization>.<name>`. @throws ApiProblem NOT_FOUND, also for one that is disabled. */
  async locate(place: string): Promise<Located> {
    const [organization = '', name = '', ...rest] = place.split('.');
    if (rest.length > 0 || !ORGANIZATION.test(organization)) throw notFound('identity provider');
    return this.#deps.run(organization, async (sql) => located(sql, organization, await providerNamed(sql, name)));
  }

  /** As `locate`, of an id that comes from our own database. */
  locateById(organization: string, id: string): Promise<Located> {
    return this.#deps.run(organization, async (sql) => located(sql, organization, await providerById(sql, id)));
  }

  /** Where the session of a refresh token came from, and the ID token that began it; null when it came from no provider that is still there. */
  async ofRefreshToken(token: string): Promise<{ readonly at: Located; readonly idToken: string | null } | null> {
    const presented = parseRefreshToken(token);
    if (presented === null) return null;
    const { organization, sessionId, secret } = presented;
    const from = await this.#deps.run(organization, (sql) => providerOfSession(sql, sessionId, hashOf(secret)));
    if (from === undefined) return null;
    try {
      const at = await this.locateById(organization, from.providerId);
      return { at, idToken: from.idToken === null ? null : this.#deps.secrets.open(idTokenContext(sessionId), from.idToken) };
    } catch {
      return null; // the provider is disabled, or the key of the token gone: there is nothing to tell then
    }
  }

  /** @throws ApiProblem PROVIDER_UNAVAILABLE */
  async clientOf({ organization, provider, allow }: Located): Promise<oidc.Configuration> {
    return this.#deps.clients.of(await this.#withSecret(organization, provider), allow);
  }

  /**
   * @param redirectUri Our own address that the provider sends the browser back to.
   * @param invitation Token of the link that it begins at; whoever comes back accepts that invitation.
   * @throws ApiProblem INVALID_REQUEST for a `returnTo` that leads elsewhere; NOT_FOUND for an invitation that is not open here; PROVIDER_UNAVAILABLE
   */
  async start(at: Located, redirectUri: string, returnTo: string | undefined, invitation?: string): Promise<Started> {
    const path = localPath(returnTo);
    const client = await this.clientOf(at);
    const flow = newFlowSecret();
    const hashes = { stateHash: hashOf(flow.state), secretHash: hashOf(flow.secret), providerId: at.provider.id };
    const invitationHash = invitation === undefined ? null : hashOf(invitation);
    await orNotFound('open invitation', () => this.#deps.run(at.organization, (sql) => openFlow(sql, hashes, path, FLOW_SECONDS, invitationHash)));
    const location = oidc.buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: at.provider.scopes.join(' '),
      state: flow.state,
      nonce: nonceOf(flow),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifierOf(flow)),
      code_challenge_method: 'S256',
    });
    return { location: location.href, flow };
  }

  /**
   * @param answer What the provider sent back: our redirect address with its query.
   * @param secret Of the cookie; null = the browser has none.
   * @throws ApiProblem SIGN_IN_FAILED, whose `extensions.reason` is one of a closed set; PROVIDER_UNAVAILABLE
   */
  async finish(at: Located, answer: URL, secret: string | null, origin: Origin): Promise<{ readonly signedIn: SignedIn; readonly returnTo: string }> {
    const state = answer.searchParams.get('state');
    if (!isFlowToken(state) || !isFlowToken(secret)) throw begunElsewhere();
    const { organization, provider } = at;
    const taken = await this.#deps.run(organization, (sql) => takeFlow(sql, { stateHash: hashOf(state), secretHash: hashOf(secret), providerId: provider.id }));
    if (taken === undefined) throw begunElsewhere();
    const client = await this.clientOf(at);
    const { claims, idToken } = await this.#claims(at, client, answer, { state, secret });
    const judged = judgePerson(provider, claims);
    if (judged.kind === 'refused') throw await this.#refused(at, judged.reason, judged.detail);
    const { outcome, userId } = await this.#deps.run(organization, (sql) => signInByProvider(sql, provider.id, judged, taken.invitationId));
    if (userId === null) throw signInFailed(outcome.replaceAll('_', '-'), outcome === 'no_name' ? judged.noName : REFUSALS[outcome]);
    const signedIn = await this.#deps.sessions.open(organization, userId, ['provider'], origin);
    const sid = typeof claims.sid === 'string' ? claims.sid : null;
    const sessionId = signedIn.subject.session!.id;
    const sealed = this.#deps.secrets.seal(idTokenContext(sessionId), idToken);
    await this.#deps.run(organization, (sql) =>
      noteProviderSession(sql, { sessionId, providerId: provider.id, subject: judged.subject, sid, idToken: sealed }),
    );
    return { signedIn, returnTo: taken.returnTo };
  }

  async #claims(at: Located, client: oidc.Configuration, answer: URL, flow: FlowSecret): Promise<{ readonly claims: Claims; readonly idToken: string }> {
    try {
      const tokens = await oidc.authorizationCodeGrant(client, answer, {
        expectedState: flow.state,
        expectedNonce: nonceOf(flow),
        pkceCodeVerifier: verifierOf(flow),
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      // Providers keep names and groups out of ID tokens, or put them there alone.
      const hasMore = client.serverMetadata().userinfo_endpoint !== undefined;
      const more = hasMore ? await oidc.fetchUserInfo(client, tokens.access_token, claims.sub) : {};
      return { claims: { ...more, ...claims }, idToken: tokens.id_token! };
    } catch (error) {
      if (error instanceof oidc.AuthorizationResponseError)
        throw signInFailed('provider-refused', `The provider let nobody in (${printable(error.error)}). Try again, or ask who runs it.`, error);
      if (causesOf(error).some((cause) => cause instanceof PipelineError)) throw unavailable(at.provider.issuer, error);
      throw await this.#refused(
        at,
        'not-proved',
        'What the provider answered does not prove who you are. Begin again; if it stays, the log has the reason under the request id.',
        error,
      );
    }
  }

  /** Refused after the provider has spoken: that is worth a line in the audit. */
  async #refused({ organization, provider }: Located, reason: string, detail: string, cause?: unknown): Promise<ApiProblem> {
    await this.#deps.run(organization, (sql) => appendAudit(sql, 'goshawk', 'session.refused', '', { reason, provider: provider.name }));
    return signInFailed(reason, detail, cause);
  }

  async #withSecret(organization: string, provider: ProviderRow): Promise<ClientOf> {
    const sealed = await this.#deps.run(organization, (sql) => providerSecret(sql, provider.id));
    return { ...provider, secret: sealed === null ? null : this.#deps.secrets.open(secretContext(organization, provider.name), sealed) };
  }
}

/** What an organization's administrators let it point at. */
export const outboundOf = (settings: { readonly outboundHosts: readonly string[] } | undefined): AllowList =>
  allowListOf(settings?.outboundHosts ?? [], 'outboundHosts');

async function located(sql: Sql, organization: string, provider: ProviderRow | undefined): Promise<Located> {
  const settings = await organizationSettings(sql);
  if (provider === undefined || provider.disabledAt !== null || settings === undefined || settings.suspendedAt !== null) throw notFound('identity provider');
  return { organization, provider, allow: outboundOf(settings) };
}

const REFUSALS: Readonly<Record<Exclude<ProviderRefusal, 'no_name'>, string>> = {
  no_role: NO_ROLE,
  unknown: 'You have no account here, and this provider makes none. Ask an administrator to link one.',
  name_taken: 'An account of your name exists that was not made by this provider. An administrator can link it to you.',
  disabled: 'Your account is disabled.',
  has_account: 'You have an account here already, which you sign in to by this provider. The invitation stays open for whom it is for.',
  invitation_over: 'This invitation is not open: it was used or withdrawn, or has expired. Ask for another.',
};

export const signInFailed = (reason: string, detail: string, cause?: unknown): ApiProblem =>
  new ApiProblem('SIGN_IN_FAILED', detail, { extensions: { reason }, ...(cause !== undefined && { cause }) });
/** The same whether the sign-in is unknown, over, somebody else's, or another provider's. */
const begunElsewhere = () => signInFailed('not-begun-here', 'This sign-in was not begun in this browser, was finished already, or took too long. Begin again.');
const printable = (text: string): string => text.replaceAll(/[^\w.-]/g, '').slice(0, 60);
