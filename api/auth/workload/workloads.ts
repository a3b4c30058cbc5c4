// Workloads that ask the API: a JWT-SVID in place of a token, or an X.509-SVID in the handshake, for one organization, with the roles that it gives to the SPIFFE ID.
import { saidByCertificate, svidOf } from '../../../domains/identity/x509-svid.ts';
import type { Svid } from '../../../domains/identity/x509-svid.ts';
import type { Outbound } from '../../../outbound/client.ts';
import { fetchThrough } from '../../../outbound/fetch.ts';
import { organizationSettings } from '../../../store/queries/access/organizations.ts';
import { refreshTrustDomain, trustDomainNamed } from '../../../store/queries/trust-domains.ts';
import type { TrustDomainRow } from '../../../store/queries/trust-domains.ts';
import type { InOrganization } from '../../database.ts';
import { outboundOf } from '../oidc/sign-in.ts';
import { issuerOf, ORGANIZATION, unauthenticated } from '../tokens.ts';
import type { Claims } from '../tokens.ts';
import { authoritiesOf } from './certificate.ts';
import type { ShownCertificate } from './certificate.ts';
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

  readonly #authorities = new WeakMap<TrustDomainRow, ReturnType<typeof authoritiesOf>>();

  readonly #held = new WeakMap<ShownCertificate, { readonly row: TrustDomainRow; readonly svid: Svid; readonly atMs: number }>();

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

  /**
   * A certificate is for everybody who asks for it, so the request says the organization: no other one can give itself somebody's workloads.
   * @returns Null when the certificate says no SPIFFE ID, or why it does not hold.
   * @throws RetryableError DATABASE_UNAVAILABLE
   */
  async verifyCertificate(shown: ShownCertificate, organization: string): Promise<Claims | { readonly refused: string } | null> {
    const said = saidByCertificate(shown.leaf);
    if (said.kind === 'none') return null;
    if (said.kind === 'refused') return { refused: said.reason };
    const name = said.id.trustDomain;
    let domain = await this.#domain(organization, name);
    if (domain === undefined) return { refused: `the trust domain ${name} is not known in the organization ${organization}` };
    if (this.#isDue(organization, domain, refreshSecondsOf(domain))) domain = await this.#refreshed(organization, domain);
    const check = (row: TrustDomainRow): Svid => this.#svidOf(shown, { name, row });
    let svid = check(domain);
    if (svid.kind === 'refused' && this.#isDue(organization, domain, LEAST_SECONDS)) svid = check((domain = await this.#refreshed(organization, domain)));
    if (svid.kind !== 'svid') return { refused: svid.kind === 'refused' ? svid.reason : 'it says no SPIFFE ID' };
    const roles = rolesOf(domain, svid.id);
    if (roles.length === 0) return { refused: 'no role is given to its SPIFFE ID' };
    return { user: svid.id, organization, roles, expiresAt: Math.floor(svid.untilMs / 1_000) };
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

  /** What held is not verified again while neither the trust domain nor the hour has made it worth nothing: a connection asks many times. */
  #svidOf(shown: ShownCertificate, { name, row }: { readonly name: string; readonly row: TrustDomainRow }): Svid {
    const nowMs = this.#deps.nowMs();
    const held = this.#held.get(shown);
    if (held?.row === row && held.svid.kind === 'svid' && nowMs < held.svid.untilMs && nowMs >= held.atMs) return held.svid;
    const svid = svidOf(shown.leaf, shown.chain, { name, authorities: this.#authoritiesOf(row) }, nowMs);
    this.#held.set(shown, { row, svid, atMs: nowMs });
    return svid;
  }

  /** Once per row: reading certificates takes longer than looking one up. */
  #authoritiesOf(row: TrustDomainRow): ReturnType<typeof authoritiesOf> {
    let authorities = this.#authorities.get(row);
    if (authorities === undefined) this.#authorities.set(row, (authorities = authoritiesOf(parseBundle(row.bundle) ?? { keys: [] })));
    return authorities;
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
