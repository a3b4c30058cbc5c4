// Workloads that ask the API: a JWT-SVID in place of a token, for one organization, with the roles that it gives to the SPIFFE ID.
import type { Outbound } from '../../../outbound/client.ts';
import { fetchThrough } from '../../../outbound/fetch.ts';
import { organizationSettings } from '../../../store/queries/access/organizations.ts';
import { refreshTrustDomain, trustDomainNamed } from '../../../store/queries/trust-domains.ts';
import type { TrustDomainRow } from '../../../store/queries/trust-domains.ts';
import type { InOrganization } from '../../database.ts';
import { outboundOf } from '../oidc/sign-in.ts';
import { issuerOf, ORGANIZATION, unauthenticated } from '../tokens.ts';
import type { Claims } from '../tokens.ts';
import { parseBundle, saidBy, verifyJwtSvid } from './jwt-svid.ts';
import type { Bundle } from './jwt-svid.ts';

const LIMITS = { connectMs: 5_000, firstByteMs: 5_000, wholeMs: 10_000, bodyMaxBytes: 1_048_576 };
/** SPIFFE's default, when a bundle does not say. */
const REFRESH_SECONDS = 300;
const LEAST_SECONDS = 30;
/** How long it takes until a change is heeded. */
const REMEMBER_MS = 30_000;

export interface WorkloadsDeps {
  readonly run: InOrganization;
  readonly outbound: Outbound;
  readonly installationId: string;
  readonly nowMs: () => number;
}

export class Workloads {
  readonly #deps: WorkloadsDeps;
  readonly #known = new Map<string, { readonly domain: TrustDomainRow | undefined; readonly until: number }>();
  /** When a bundle was last asked for, whether or not it came: an endpoint that is away is not asked with every request. */
  readonly #askedAt = new Map<string, number>();

  constructor(deps: WorkloadsDeps) {
    this.#deps = deps;
  }

  /**
   * The audience says the organization, so no two organizations can take one token.
   * @throws ApiProblem UNAUTHENTICATED; RetryableError DATABASE_UNAVAILABLE
   */
  async verify(token: string): Promise<Claims> {
    const said = saidBy(token);
    const prefix = `${issuerOf(this.#deps.installationId)}:`;
    const organizations = (said?.audiences ?? []).filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
    const [organization = ''] = organizations;
    if (said === null || organizations.length !== 1 || !ORGANIZATION.test(organization))
      throw unauthenticated(`A JWT-SVID has to be for one audience of the form ${prefix}<organization>.`);
    let domain = await this.#domain(organization, said.id.trustDomain);
    if (domain === undefined) throw unauthenticated('The trust domain of this JWT-SVID is not known here.');
    if (this.#isDue(organization, domain, refreshSecondsOf(domain))) domain = await this.#refreshed(organization, domain);
    const check = (row: TrustDomainRow) => verifyJwtSvid(token, prefix + organization, parseBundle(row.bundle) ?? { keys: [] }, this.#deps.nowMs() / 1_000);
    let verdict = await check(domain);
    if (verdict.kind === 'unknown-key' && this.#isDue(organization, domain, LEAST_SECONDS))
      verdict = await check((domain = await this.#refreshed(organization, domain)));
    if (verdict.kind !== 'svid') throw unauthenticated(`The JWT-SVID is not valid here: ${verdict.reason}.`);
    const roles = rolesOf(domain, verdict.id.id);
    if (roles.length === 0) throw unauthenticated('No role is given to this SPIFFE ID.');
    return { user: verdict.id.id, organization, roles, expiresAt: Math.floor(verdict.expiresAt) };
  }

  /** For the process that has just changed it. */
  forget(organization: string, name: string): void {
    this.#known.delete(`${organization} ${name}`);
    this.#askedAt.delete(`${organization} ${name}`);
  }

  async #domain(organization: string, name: string): Promise<TrustDomainRow | undefined> {
    const key = `${organization} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#deps.nowMs()) return known.domain;
    const domain = await this.#deps.run(organization, (sql) => trustDomainNamed(sql, name));
    this.#remember(key, domain);
    return domain;
  }

  /** Strangers choose the names, so few are kept of those that are not there. */
  #remember(key: string, domain: TrustDomainRow | undefined): void {
    this.#known.delete(key);
    this.#known.set(key, { domain, until: this.#deps.nowMs() + REMEMBER_MS });
    if (this.#known.size > 1_000) this.#known.delete(this.#known.keys().next().value!);
  }

  #isDue(organization: string, { name, endpoint, fetchedAt }: TrustDomainRow, seconds: number): boolean {
    const last = Math.max(this.#askedAt.get(`${organization} ${name}`) ?? 0, (fetchedAt ?? 0) / 1_000);
    return endpoint !== null && this.#deps.nowMs() - last >= seconds * 1_000;
  }

  /** What is there already is used on when the endpoint does not answer. */
  async #refreshed(organization: string, domain: TrustDomainRow): Promise<TrustDomainRow> {
    this.#askedAt.set(`${organization} ${domain.name}`, this.#deps.nowMs());
    const settings = await this.#deps.run(organization, organizationSettings);
    const fetch = fetchThrough(this.#deps.outbound, { purpose: 'spiffe_bundle', allow: outboundOf(settings), limits: LIMITS });
    const bundle = await fetchBundle(fetch, domain.endpoint!).catch(() => null);
    if (bundle === null) return domain;
    await this.#deps.run(organization, (sql) => refreshTrustDomain(sql, domain.name, bundle));
    this.forget(organization, domain.name);
    this.#askedAt.set(`${organization} ${domain.name}`, this.#deps.nowMs());
    return (await this.#domain(organization, domain.name)) ?? domain;
  }
}

/** Null when what is there is no bundle. @throws as `Outbound.request` */
export async function fetchBundle(fetch: (url: string) => Promise<Response>, endpoint: string): Promise<Bundle | null> {
  const answer = await fetch(endpoint);
  if (answer.status !== 200) {
    await answer.body?.cancel();
    return null;
  }
  return parseBundle(JSON.parse(await answer.text()));
}

/** An entry for the ID itself goes before those for what it lies below, the longest first. */
export function rolesOf({ workloads }: Pick<TrustDomainRow, 'workloads'>, id: string): readonly string[] {
  const exact = workloads.find((each) => each.id === id);
  const above = workloads.filter((each) => each.id.endsWith('/*') && id.startsWith(each.id.slice(0, -1))).sort((a, b) => b.id.length - a.id.length);
  return (exact ?? above[0])?.roles ?? [];
}

function refreshSecondsOf({ bundle }: TrustDomainRow): number {
  const hint = (bundle as { readonly spiffe_refresh_hint?: unknown }).spiffe_refresh_hint;
  return typeof hint === 'number' && hint > 0 ? Math.max(LEAST_SECONDS, hint) : REFRESH_SECONDS;
}
