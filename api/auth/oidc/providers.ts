// The identity providers of an organization, as its administrators see and change them.
import { z } from 'zod';
import type { Outbound } from '../../../outbound/client.ts';
import { organizationSettings } from '../../../store/queries/access/organizations.ts';
import {
  linkIdentity,
  lockProvider,
  providerNamed,
  providers,
  providerSecret,
  removeProvider,
  saveProvider,
} from '../../../store/queries/identity-providers.ts';
import type { ProviderRow } from '../../../store/queries/identity-providers.ts';
import { requireGrantable, roleBookOf } from '../../access/granting.ts';
import { requireReplaced } from '../../access/replaced.ts';
import type { Replaces } from '../../access/replaced.ts';
import type { InOrganization } from '../../database.ts';
import { ApiProblem, notFound, pointer } from '../../gate/problem.ts';
import { text } from '../../rest/kit.ts';
import type { SecretBox } from '../secrets/box.ts';
import { orNotFound } from '../sessions.ts';
import { issuerOf } from '../tokens.ts';
import type { Principal } from '../tokens.ts';
import { NOT_BY_GROUP } from './claims.ts';
import { whyUnavailable } from './clients.ts';
import type { OidcClients } from './clients.ts';
import { outboundOf, placeOf, secretContext } from './sign-in.ts';

const role = text(40);
const claim = text(200).min(1);
const domain = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'Write a domain without @, such as example.com.');

export const providerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Lower-case letters, digits and hyphens, at most 63.')
  .meta({ description: 'Part of the address that the provider calls back; it cannot be changed.' });
export const providerInput = z.strictObject({
  label: text(100).min(1).meta({ description: 'What the sign-in page calls it.' }),
  issuer: z
    .url()
    .max(500)
    .refine((url) => /^https?:\/\/[^?#]+$/.test(url), 'An address without query or fragment, exactly as the provider writes it.')
    .meta({
      description: 'Issuer, exactly as the provider writes it. `<issuer>/.well-known/openid-configuration` must be there.',
      examples: ['https://login.example.com/realms/soc'],
    }),
  clientId: text(500).min(1),
  clientSecret: text(4_000)
    .min(1)
    .nullable()
    .optional()
    .meta({ description: 'Kept encrypted and never shown. Left out: stays as it is; null: the client has none.' }),
  scopes: z
    .array(text(200).regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'A scope has no spaces.'))
    .max(20)
    .default(['openid', 'profile', 'email'])
    .refine((scopes) => scopes.includes('openid'), 'Must hold openid.'),
  nameClaim: claim.default('preferred_username').meta({ description: "Claim that becomes the user's name, or a path such as `user.login`." }),
  groupsClaim: claim.default('groups').meta({ description: 'Claim that holds the groups, or a path such as `realm_access.roles`.' }),
  groupRoles: z
    .array(z.strictObject({ group: text(500).min(1), roles: z.array(role).min(1).max(20) }))
    .max(1_000)
    .default([])
    .meta({ description: 'Roles by group. They are given anew at each sign-in.' }),
  defaultRoles: z.array(role).max(20).default([]).meta({ description: 'Roles of everybody who signs in. Without any role nobody gets in.' }),
  emailDomains: z
    .array(domain)
    .max(100)
    .default([])
    .meta({ description: 'Only verified mail addresses of these domains get in. Empty: whoever the provider knows.' }),
  provisions: z.boolean().default(true).meta({ description: 'Make the user at the first sign-in. Otherwise only those get in who were linked.' }),
  audience: text(500)
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: 'Take access tokens of this issuer for this audience on the API: `urn:goshawk:<installation>:<organization>`. Null: none.' }),
  endsSession: z
    .boolean()
    .default(false)
    .meta({
      description: 'Who signs out here is led to the provider, to sign out there too. Enter `https://<dashboard>/login` there as post-logout redirect URI.',
    }),
  isDisabled: z.boolean().default(false),
});
export const identityLink = z.strictObject({
  subject: text(255).min(1).meta({ description: 'The claim `sub` of the user at the provider.' }),
  user: text(200).min(1),
});
export type ProviderInput = z.infer<typeof providerInput>;

export interface ProvidersDeps {
  readonly run: InOrganization;
  readonly outbound: Outbound;
  readonly clients: OidcClients;
  readonly secrets: SecretBox;
  readonly installationId: string;
  /** As browsers reach us, without a slash at the end; empty = as the caller does. */
  readonly publicUrl: string;
}
/** What is to be entered at a provider. */
export interface ProviderAddresses {
  readonly callbackUrl: string;
  readonly backchannelLogoutUrl: string;
  readonly postLogoutUrl: string;
  /** That access tokens for this organization may have. */
  readonly ownAudience: string;
}
/** What a provider says of itself when it is asked. */
export interface Tried {
  readonly issuer: string;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly hasLogout: boolean;
  readonly hasBackchannelLogout: boolean;
}

/** Of access tokens and JWT-SVIDs for one organization of one installation: a token for another is none here. */
export const audienceOf = (installationId: string, organization: string): string => `${issuerOf(installationId)}:${organization}`;

export class Providers {
  readonly #deps: ProvidersDeps;

  constructor(deps: ProvidersDeps) {
    this.#deps = deps;
  }

  list(organization: string): Promise<readonly ProviderRow[]> {
    return this.#deps.run(organization, providers);
  }

  /** @throws ApiProblem NOT_FOUND */
  async get(organization: string, name: string): Promise<ProviderRow> {
    const found = await this.#deps.run(organization, (sql) => providerNamed(sql, name));
    if (found === undefined) throw notFound('identity provider');
    return found;
  }

  /** Of a provider of this name, also before there is one. @param callerUrl The API as the caller reaches it. */
  addresses(organization: string, name: string, callerUrl: string): ProviderAddresses {
    const { publicUrl, installationId } = this.#deps;
    const base = publicUrl === '' ? callerUrl : publicUrl;
    const here = `${base}/auth/oidc/${placeOf(organization, name)}`;
    return {
      callbackUrl: `${here}/callback`,
      backchannelLogoutUrl: `${here}/backchannel-logout`,
      postLogoutUrl: `${base}/login`,
      ownAudience: audienceOf(installationId, organization),
    };
  }

  /**
   * Makes it, or replaces what it is.
   * @throws ApiProblem INVALID_REQUEST; FORBIDDEN for roles that `who` does not hold; CONFLICT for an audience that is another's, and when another one is there than
   *   was to be replaced. ConfigError OUTBOUND_REFUSED for an issuer that may not be reached.
   */
  async save(who: Principal, name: string, { clientSecret, ...input }: ProviderInput, replaces?: Replaces): Promise<ProviderRow> {
    const { run, outbound, secrets } = this.#deps;
    const { organization } = who;
    this.#checkAudience(who, input);
    const settings = await run(organization, organizationSettings);
    await outbound.check(input.issuer, outboundOf(settings)).catch((error: { readonly code?: unknown }) => {
      if (error.code === 'OUTBOUND_REFUSED') throw error; // one that does not answer now may later
    });
    const sealed = typeof clientSecret === 'string' ? secrets.seal(secretContext(organization, name), clientSecret) : clientSecret;
    try {
      return await run(organization, async (sql) => {
        checkRoles(who, input, await roleBookOf(sql));
        await lockProvider(sql, name);
        requireReplaced('an identity provider', replaces, await providerNamed(sql, name));
        await saveProvider(sql, who.user, name, input, sealed);
        return (await providerNamed(sql, name))!;
      });
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== '23505') throw error;
      throw new ApiProblem('CONFLICT', 'Tokens of this issuer and audience lead to another provider already. Choose another audience.', { cause: error });
    }
  }

  /** @throws ApiProblem NOT_FOUND */
  async remove(who: Principal, name: string): Promise<void> {
    await orNotFound('identity provider', () => this.#deps.run(who.organization, (sql) => removeProvider(sql, who.user, name)));
  }

  /** So that who has an account signs in by the provider. @throws ApiProblem NOT_FOUND; CONFLICT; FORBIDDEN when the user holds more than `who`. */
  async link(who: Principal, name: string, subject: string, user: string): Promise<void> {
    try {
      await orNotFound('such user or identity provider', () =>
        this.#deps.run(who.organization, async (sql) => {
          const { rows } = await sql.query<{ readonly roles: readonly string[] }>('SELECT roles FROM api.app_user WHERE lower(name) = lower($1)', [user]);
          requireGrantable(who, rows[0]?.roles ?? [], await roleBookOf(sql));
          await linkIdentity(sql, who.user, name, subject, user);
        }),
      );
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== '23505') throw error;
      throw new ApiProblem('CONFLICT', 'This subject of the provider is linked to a user already.', { cause: error });
    }
  }

  /** Asks the provider what it is. @throws ApiProblem NOT_FOUND; PROVIDER_UNAVAILABLE, which says why. */
  async tryOut(organization: string, name: string): Promise<Tried> {
    const provider = await this.get(organization, name);
    const { sealed, settings } = await this.#deps.run(organization, async (sql) => ({
      sealed: await providerSecret(sql, provider.id),
      settings: await organizationSettings(sql),
    }));
    const secret = sealed === null ? null : this.#deps.secrets.open(secretContext(organization, name), sealed);
    const client = await this.#deps.clients.discover({ ...provider, secret }, outboundOf(settings)).catch((error: unknown) => {
      throw whyUnavailable(provider.issuer, error);
    });
    const server = client.serverMetadata();
    const endpoints = Object.entries(server).filter((entry): entry is [string, string] => /(_endpoint|_uri)$/.test(entry[0]) && typeof entry[1] === 'string');
    return {
      issuer: server.issuer,
      endpoints: Object.fromEntries(endpoints),
      hasLogout: server.end_session_endpoint !== undefined,
      hasBackchannelLogout: server.backchannel_logout_supported === true,
    };
  }

  /** One organization could otherwise claim the tokens that are meant for another, or for another product. */
  #checkAudience({ organization, permissions }: Principal, { audience, clientId }: Omit<ProviderInput, 'clientSecret'>): void {
    if (audience === null) return;
    const own = audienceOf(this.#deps.installationId, organization);
    if (audience === clientId) throw invalid('audience', 'Must differ from the client id: else ID tokens would be access tokens.');
    if (audience !== own && !permissions.has('organizations:manage'))
      throw invalid('audience', `Must be ${own}. Only a platform administrator may choose another.`);
  }
}

function checkRoles(who: Principal, { groupRoles, defaultRoles }: Omit<ProviderInput, 'clientSecret'>, book: Parameters<typeof requireGrantable>[2]): void {
  const named = [...new Set([...defaultRoles, ...groupRoles.flatMap(({ roles }) => roles)])];
  const refused = named.find((each) => NOT_BY_GROUP.has(each));
  if (refused !== undefined) throw invalid('groupRoles', `The role ${refused} is given to no group.`);
  requireGrantable(who, named, book);
}

const invalid = (field: string, detail: string) =>
  new ApiProblem('INVALID_REQUEST', `${field}: ${detail}`, { errors: [{ pointer: pointer('body', field), detail }] });
