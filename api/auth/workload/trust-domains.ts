// The trust domains of an organization, as its administrators see and change them.
import { z } from 'zod';
import type { Outbound } from '../../../outbound/client.ts';
import { fetchThrough } from '../../../outbound/fetch.ts';
import { organizationSettings } from '../../../store/queries/access/organizations.ts';
import { lockTrustDomain, removeTrustDomain, saveTrustDomain, trustDomainNamed, trustDomains } from '../../../store/queries/trust-domains.ts';
import type { TrustDomainRow } from '../../../store/queries/trust-domains.ts';
import { requireGrantable, roleBookOf } from '../../access/granting.ts';
import { requireReplaced } from '../../access/replaced.ts';
import type { Replaces } from '../../access/replaced.ts';
import type { InOrganization } from '../../database.ts';
import { ApiProblem, notFound, pointer } from '../../gate/problem.ts';
import { text } from '../../rest/kit.ts';
import { NOT_BY_GROUP } from '../oidc/claims.ts';
import { audienceOf } from '../oidc/providers.ts';
import { outboundOf } from '../oidc/sign-in.ts';
import { orNotFound } from '../sessions.ts';
import type { Principal } from '../tokens.ts';
import { authoritiesOf } from './certificate.ts';
import { keysOf, parseBundle } from './jwt-svid.ts';
import { parseSpiffeId, SPIFFE } from '../../../domains/identity/spiffe-id.ts';
import { fetchBundle } from './workloads.ts';
import type { Workloads } from './workloads.ts';

/** What a workload may never be: it is nobody who runs the platform. A sensor it may be. */
const NOT_BY_ID = new Set([...NOT_BY_GROUP].filter((role) => role !== 'sensor'));
const FETCH_LIMITS = { connectMs: 5_000, firstByteMs: 5_000, wholeMs: 10_000, bodyMaxBytes: 1_048_576 };

export const trustDomainName = z.string().regex(/^[a-z0-9._-]{1,255}$/, 'The name of a trust domain, without spiffe://.');
export const trustDomainInput = z
  .strictObject({
    endpoint: z
      .url()
      .max(500)
      .nullable()
      .default(null)
      .meta({ description: 'Bundle endpoint (https_web). It is asked again and again; null: the bundle is given by hand.' }),
    bundle: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'SPIFFE bundle (JWK Set), as `spire-server bundle show -format spiffe` prints it. Left out: fetched.' }),
    workloads: z
      .array(
        z.strictObject({
          id: z.string().max(2_048).meta({ description: 'SPIFFE ID, or with `/*` at the end: all below.' }),
          roles: z.array(text(40)).min(1).max(20),
        }),
      )
      .max(1_000),
  })
  .refine(({ endpoint, bundle }) => endpoint !== null || bundle !== undefined, {
    path: ['bundle'],
    error: 'Give the bundle, or an endpoint to fetch it from.',
  });
export type TrustDomainInput = z.infer<typeof trustDomainInput>;

export interface TrustDomainsDeps {
  readonly run: InOrganization;
  readonly outbound: Outbound;
  readonly workloads: Workloads;
  readonly installationId: string;
}

export class TrustDomains {
  readonly #deps: TrustDomainsDeps;

  constructor(deps: TrustDomainsDeps) {
    this.#deps = deps;
  }

  /** That the JWT-SVIDs for an organization must have. */
  audience(organization: string): string {
    return audienceOf(this.#deps.installationId, organization);
  }

  list(organization: string): Promise<readonly TrustDomainRow[]> {
    return this.#deps.run(organization, trustDomains);
  }

  /** @throws ApiProblem NOT_FOUND */
  async get(organization: string, name: string): Promise<TrustDomainRow> {
    const found = await this.#deps.run(organization, (sql) => trustDomainNamed(sql, name));
    if (found === undefined) throw notFound('trust domain');
    return found;
  }

  /**
   * Makes it, or replaces what it is.
   * @throws ApiProblem INVALID_REQUEST; FORBIDDEN for roles that `who` does not hold; CONFLICT when another one is there than was to be replaced. ConfigError
   *   OUTBOUND_REFUSED and RetryableError OUTBOUND_FAILED of the endpoint.
   */
  async save(who: Principal, name: string, { endpoint, bundle: given, workloads }: TrustDomainInput, replaces?: Replaces): Promise<TrustDomainRow> {
    const { organization, user } = who;
    workloads.forEach(({ id, roles }, n) => {
      const ofDomain = parseSpiffeId(id.endsWith('/*') ? id.slice(0, -2) : id)?.trustDomain === name;
      if (!ofDomain) throw invalid(['workloads', n, 'id'], `Must be ${SPIFFE}${name}/<path>, or ${SPIFFE}${name}/*.`);
      const refused = roles.find((role) => NOT_BY_ID.has(role));
      if (refused !== undefined) throw invalid(['workloads', n, 'roles'], `The role ${refused} is given to no workload.`);
    });
    const bundle = given ?? (await this.#fetched(organization, endpoint!));
    const read = parseBundle(bundle);
    if (read === null) throw invalid([given === undefined ? 'endpoint' : 'bundle'], 'Must be a SPIFFE bundle: a JWK Set whose keys have a `use`.');
    if (given !== undefined && keysOf(read).length === 0 && authoritiesOf(read).length === 0)
      throw invalid(['bundle', 'keys'], 'Holds no key with the use `jwt-svid`, and none with the use `x509-svid` and the certificate of an authority.');
    const row = await this.#deps.run(organization, async (sql) => {
      requireGrantable(who, [...new Set(workloads.flatMap(({ roles }) => roles))], await roleBookOf(sql));
      await lockTrustDomain(sql, name);
      requireReplaced('a trust domain', replaces, await trustDomainNamed(sql, name));
      await saveTrustDomain(sql, user, name, { endpoint, bundle: read, workloads });
      return (await trustDomainNamed(sql, name))!;
    });
    this.#deps.workloads.forget(organization, name);
    return row;
  }

  /** @throws ApiProblem NOT_FOUND */
  async remove({ organization, user }: Principal, name: string): Promise<void> {
    await orNotFound('trust domain', () => this.#deps.run(organization, (sql) => removeTrustDomain(sql, user, name)));
    this.#deps.workloads.forget(organization, name);
  }

  async #fetched(organization: string, endpoint: string): Promise<unknown> {
    const settings = await this.#deps.run(organization, organizationSettings);
    const fetch = fetchThrough(this.#deps.outbound, { purpose: 'spiffe_bundle', allow: outboundOf(settings), limits: FETCH_LIMITS });
    return fetchBundle(fetch, endpoint).catch((error: unknown) => {
      if (error instanceof SyntaxError) return null;
      throw error;
    });
  }
}

/** Names of the keys that JWT-SVIDs of it are checked with; null for one without. */
export const keyNamesOf = ({ bundle }: Pick<TrustDomainRow, 'bundle'>): readonly (string | null)[] =>
  keysOf(parseBundle(bundle) ?? { keys: [] }).map(({ kid }) => kid ?? null);

const invalid = (path: readonly (string | number)[], detail: string) =>
  new ApiProblem('INVALID_REQUEST', `${path.join('.')}: ${detail}`, { errors: [{ pointer: pointer('body', ...path), detail }] });
