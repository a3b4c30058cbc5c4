import type { Sender } from '../../pipeline/core/connector.ts';
import { senderOf } from '../../pipeline/core/connector.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { ByCertificate } from '../auth/workload/client-certificates.ts';
import type { Principal } from '../auth/tokens.ts';
import { mayDo } from '../gate/permissions.ts';
import { ApiProblem } from '../gate/problem.ts';

export interface WhoMaySend {
  readonly authenticate: Authenticate;
  readonly byCertificate: ByCertificate;
}

/** @param source For who is no enrolled sensor: those are told theirs by the register. */
export function senderOfPrincipal({ organization, user, roles, sensor }: Principal, source: string): Sender {
  if (sensor !== undefined) return senderOf(sensor);
  return { organization, source, sensor: roles.includes('sensor') ? user : source };
}

const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'ORGANIZATION_SUSPENDED']);

/**
 * Of the token that a protocol carries in its own way.
 * @param address Of who sends.
 * @returns null when it is not valid here or from this address, its roles may not send, or its organization is suspended.
 * @throws RetryableError DATABASE_UNAVAILABLE when it cannot be looked up.
 */
export const principalWhoSends = (token: string, address: string, { authenticate }: Pick<WhoMaySend, 'authenticate'>): Promise<Principal | null> =>
  whoMaySend(() => authenticate(token, address));

/** Of a request without credentials: by the certificate of its connection. Null, and throws, as above. */
export const certificateWhoSends = (request: Parameters<ByCertificate>[0], { byCertificate }: Pick<WhoMaySend, 'byCertificate'>): Promise<Principal | null> =>
  whoMaySend(() => byCertificate(request));

async function whoMaySend(ask: () => Promise<Principal | null>): Promise<Principal | null> {
  try {
    const principal = await ask();
    return principal !== null && mayDo('POST /v2/events/bulk', principal) ? principal : null;
  } catch (error) {
    if (error instanceof ApiProblem && REFUSALS.has(error.code)) return null;
    throw error;
  }
}
