// Who a request is by the client certificate of its connection. No header is a certificate, whoever sends it.
import type { FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Identify } from '../authenticate.ts';
import { ORGANIZATION, unauthenticated } from '../tokens.ts';
import type { Principal } from '../tokens.ts';
import { shownOn } from './certificate.ts';
import type { ShownCertificate } from './certificate.ts';
import type { Workloads } from './workloads.ts';

/** Of a request without a token. Absent: the organization that people sign in to when they name none. */
const ORGANIZATION_HEADER = 'x-goshawk-organization';
const DEFAULT_ORGANIZATION = 'default';

/**
 * Null when the connection has no certificate that says a SPIFFE ID, or not of who asks.
 * @throws ApiProblem UNAUTHENTICATED, ORGANIZATION_SUSPENDED; RetryableError DATABASE_UNAVAILABLE
 */
export type ByCertificate = (request: Pick<FastifyRequest, 'raw' | 'headers' | 'ip' | 'id'>) => Promise<Principal | null>;

export interface ClientCertificatesDeps {
  readonly workloads: Pick<Workloads, 'verifyCertificate'>;
  readonly identify: Identify;
  /** The certificate of a proxy is the proxy's, not that of whose requests it passes on. */
  readonly isProxy: (address: string) => boolean;
  readonly metrics: Registry;
  readonly log: Logger;
}

export const certificateMetrics = (registry: Registry) =>
  new Counter({
    name: 'api_refused_certificates_total',
    help: 'Requests refused since the client certificate of their connection names a workload and does not hold.',
    registers: [registry],
  });

export function openClientCertificates({ workloads, identify, isProxy, metrics, log }: ClientCertificatesDeps): ByCertificate {
  const refused = certificateMetrics(metrics);
  const connections = new WeakMap<object, { readonly shown: ShownCertificate | null; told: string | null }>();
  return async ({ raw: { socket }, headers, ip, id }) => {
    // Browsers send certificates along with whatever another page asks for. Workloads are none.
    if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined || isProxy(socket.remoteAddress ?? '')) return null;
    let connection = connections.get(socket);
    if (connection === undefined) connections.set(socket, (connection = { shown: shownOn(socket), told: null }));
    if (connection.shown === null) return null;
    const organization = headers[ORGANIZATION_HEADER] ?? DEFAULT_ORGANIZATION;
    const found =
      typeof organization === 'string' && ORGANIZATION.test(organization)
        ? await workloads.verifyCertificate(connection.shown, organization)
        : { refused: `${ORGANIZATION_HEADER} names no organization` };
    if (found === null) return null;
    if (!('refused' in found)) return identify(found);
    refused.inc();
    // Once a connection, for a client that tries again and again.
    if (connection.told !== found.refused)
      log.warn({ reason: found.refused, names: connection.shown.leaf.subjectAltName, address: ip, requestId: id }, 'A client certificate is refused.');
    connection.told = found.refused;
    throw unauthenticated('The client certificate is not valid here. The log of the API says why, under the request id.');
  };
}
