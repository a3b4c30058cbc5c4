// Cross-site WebSocket hijacking: browsers let every page open a socket to everywhere, and say only whose page it is.
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../gate/problem.ts';

/**
 * Programs send no Origin and pass; a page passes when it is of this server, as the caller (or a proxy that is believed) names it, or of a site
 * that the configuration names.
 * @throws ApiProblem ORIGIN_REFUSED
 * @see RFC 6455, section 10.2
 */
export function requireOwnOrigin({ headers, host, protocol }: Pick<FastifyRequest, 'headers' | 'host' | 'protocol'>, allowed: readonly string[]): void {
  const { origin } = headers;
  if (origin === undefined || allowed.includes(origin) || origin === `${protocol}://${host}` || isBehindTls(origin, host, protocol)) return;
  throw new ApiProblem('ORIGIN_REFUSED', 'Pages of other sites may not open a live connection here; `api.corsOrigins` names those that may.');
}

/** A proxy that ends TLS and is not named in trustedProxies makes a page of https look like one of http; the host still tells whose it is. */
const isBehindTls = (origin: string, host: string, protocol: string): boolean => protocol === 'http' && origin === `https://${host}`;
