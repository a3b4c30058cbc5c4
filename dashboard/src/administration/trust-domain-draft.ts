// A trust domain as its form has it.
import type { TrustDomainInput, TrustDomainQuery } from '../gql/graphql.ts';
import type { RoleEntry } from './role-entries.tsx';

export type TrustDomain = NonNullable<TrustDomainQuery['trustDomain']>;
export interface TrustDomainDraft {
  readonly from: 'bundle' | 'endpoint';
  readonly endpoint: string;
  /** JSON. */
  readonly bundle: string;
  readonly workloads: readonly RoleEntry[];
}
export const NEW_TRUST_DOMAIN: TrustDomainDraft = { from: 'bundle', endpoint: '', bundle: '', workloads: [] };

export const trustDomainDraftOf = ({ endpoint, bundle, workloads }: TrustDomain): TrustDomainDraft => ({
  from: endpoint === null ? 'bundle' : 'endpoint',
  endpoint: endpoint ?? '',
  bundle: endpoint === null ? JSON.stringify(bundle, null, 2) : '',
  workloads: workloads.map(({ id, roles }) => ({ text: id, roles })),
});

/** As it is to be sent, or why it cannot be. */
export function trustDomainInputOf({ from, endpoint, bundle, workloads: entries }: TrustDomainDraft): TrustDomainInput | string {
  const workloads = entries.map(({ text, roles }) => ({ id: text.trim(), roles: [...roles] }));
  if (from === 'endpoint') return { endpoint: endpoint.trim(), workloads };
  try {
    const parsed: unknown = JSON.parse(bundle);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'The bundle is no JSON object.';
    return { bundle: parsed, workloads };
  } catch {
    return 'The bundle is not JSON.';
  }
}
