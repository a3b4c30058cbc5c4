// What a browser sends along by itself proves nothing of the page that asked, so a request that lives on a cookie has to come from a page of ours.
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../gate/problem.ts';

/**
 * Beside SameSite=Strict of the cookie: browsers say where a request comes from in `Sec-Fetch-Site` (over TLS and on this machine), all of
 * them in `Origin`. Programs send neither, and have no cookies of somebody else.
 * @throws ApiProblem CROSS_SITE
 */
export function refuseCrossSite({ headers, host, protocol }: Pick<FastifyRequest, 'headers' | 'host' | 'protocol'>): void {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  const { origin } = headers;
  if (site === undefined && (origin === undefined || isOwn(origin, host, protocol))) return;
  throw new ApiProblem(
    'CROSS_SITE',
    `Cookies count for pages of ${protocol}://${host} only. Behind a proxy, pass on Host or list the proxy in api.trustedProxies.`,
  );
}

/** The host alone when a proxy ends TLS in front of us and does not say so. */
function isOwn(origin: string, host: string, protocol: string): boolean {
  return origin === `${protocol}://${host}` || origin === `https://${host}`;
}
