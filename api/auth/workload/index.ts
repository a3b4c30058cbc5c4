// Everything about workloads, put together once.
import type { Outbound } from '../../../outbound/client.ts';
import type { InOrganization } from '../../database.ts';
import type { Routes } from '../../rest/kit.ts';
import { registerTrustDomainRoutes } from './routes.ts';
import { TrustDomains } from './trust-domains.ts';
import { Workloads } from './workloads.ts';

export interface WorkloadDeps {
  readonly run: InOrganization;
  readonly outbound: Outbound;
  readonly installationId: string;
  readonly wallMicros: () => number;
}
export interface WorkloadIdentity {
  /** For the gate: JWT-SVIDs and X.509-SVIDs. */
  readonly workloads: Workloads;
  readonly trustDomains: TrustDomains;
  readonly register: (app: Routes) => void;
}

export function openWorkloadIdentity({ run, outbound, installationId, wallMicros }: WorkloadDeps): WorkloadIdentity {
  const workloads = new Workloads({ run, outbound, installationId, nowMs: () => Math.floor(wallMicros() / 1_000) });
  const trustDomains = new TrustDomains({ run, outbound, workloads, installationId });
  return { workloads, trustDomains, register: (app) => registerTrustDomainRoutes(app, trustDomains) };
}
