// Which routes share a rate, and how much that is. The only such table: the configurations for gateways in front are printed from it.
import type { ApiConfig } from '../../config.ts';
import { accessOf, PERMISSIONS } from '../permissions.ts';

export const CLASS_NAMES = ['sign-in', 'bulk', 'graphql', 'live', 'write', 'read'] as const;
export type ClassName = (typeof CLASS_NAMES)[number];

/** What one caller may do in a minute, by who is counted. Null = not counted. */
export interface ClassLimits {
  /** Of one user, sensor or service account. Without a token, of one address where it changes something; else the limit of the address alone holds. */
  readonly user: number | null;
  /** Of all users of an organization together. */
  readonly organization: number | null;
  /** Of all that comes from one address, before anybody is asked who they are. */
  readonly address: number;
}

/** Probes of load balancers and of Prometheus are never refused. */
const UNLIMITED = new Set(['/health', '/health/ready', '/metrics', '/services/collector/health', '/services/collector/health/1.0']);

/** By which records come in. */
const BULK = /^\/(v2\/events(\/bulk)?|v1\/logs|services\/collector(\/.*)?|(elastic\/)?(:index\/)?_bulk)$/;
/** Need no token and guess nothing: the refresh token is 256 bits. */
const NO_GUESSES = new Set([
  'POST /auth/refresh',
  'POST /auth/logout',
  'GET /auth/oidc',
  'GET /auth/oidc/:provider/callback',
  'POST /auth/oidc/logout',
  'POST /auth/oidc/:provider/backchannel-logout',
]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * @param url As the route is declared: `/v2/events/:id`.
 * @returns null = never refused.
 */
export function classOf(method: string, url: string, isUpgrade: boolean): ClassName | null {
  if (UNLIMITED.has(url)) return null;
  if (isUpgrade) return 'live';
  // Whatever under /auth can be asked without a token is a way to sign in: new ones need no line here.
  if (url.startsWith('/auth/') && accessOf(`${method} ${url}`) === 'public' && !NO_GUESSES.has(`${method} ${url}`)) return 'sign-in';
  if (url === '/graphql') return 'graphql';
  if (SAFE.has(method)) return 'read';
  return BULK.test(url) ? 'bulk' : 'write';
}

export function limitsOf(name: ClassName, config: ApiConfig): ClassLimits {
  const { organizationUsers, addressUsers } = config;
  const shared = (user: number): ClassLimits => ({ user, organization: user * organizationUsers, address: user * addressUsers });
  switch (name) {
    case 'sign-in':
      return { user: null, organization: null, address: config.loginsPerMinute };
    case 'bulk':
      return shared(config.bulkRequestsPerMinute);
    case 'graphql':
    case 'read':
      return shared(config.requestsPerMinute);
    case 'live':
      return shared(config.socketsPerMinute);
    case 'write':
      return shared(config.writesPerMinute);
  }
}

/** Routes of a class with their methods, as declared, without those that depend on an upgrade. For what is printed. */
export function routesOf(name: ClassName): readonly { readonly method: string; readonly url: string }[] {
  return Object.keys(PERMISSIONS)
    .map((key) => key.split(' ', 2))
    .filter((parts): parts is [string, string] => /^[A-Z]+$/.test(parts[0]!) && parts[1]?.startsWith('/') === true)
    .map(([method, url]) => ({ method, url }))
    .filter(({ method, url }) => classOf(method, url, false) === name);
}
