// Tokens that were not signed here: of identity providers, and of workloads. What they say is believed only as far as it says who to ask.
import { decodeJwt } from 'jose';
import type { ExternalTokens } from './oidc/access-tokens.ts';
import { issuerOf } from './tokens.ts';
import type { Claims } from './tokens.ts';
import { SPIFFE } from '../../domains/identity/spiffe-id.ts';
import type { Workloads } from './workload/workloads.ts';

/**
 * Null when nobody vouches for the token: then it is ours, or none.
 * @throws ApiProblem UNAUTHENTICATED, PROVIDER_UNAVAILABLE; RetryableError DATABASE_UNAVAILABLE
 */
export type Foreign = (token: string) => Promise<Claims | null>;

export function openForeign(installationId: string, providers: Pick<ExternalTokens, 'verify'>, workloads: Pick<Workloads, 'verify'>): Foreign {
  const own = issuerOf(installationId);
  return async (token) => {
    const said = readable(token);
    if (said === null || said.iss === own) return null;
    return said.sub?.startsWith(SPIFFE) === true ? workloads.verify(token) : providers.verify(token);
  };
}

function readable(token: string): { readonly iss?: string | undefined; readonly sub?: string | undefined } | null {
  try {
    const { iss, sub } = decodeJwt(token);
    return { iss, sub };
  } catch {
    return null;
  }
}
