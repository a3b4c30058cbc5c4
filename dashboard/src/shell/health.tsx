// How the platform is, asked once for the whole page.
import { createContext, useContext, type ReactNode } from 'react';
import { useFresh, type Fresh } from '../data/fresh.ts';
import { PipelineHealthDocument, type PipelineHealthQuery } from '../gql/graphql.ts';

export type Health = Fresh<PipelineHealthQuery>;
export type Stage = PipelineHealthQuery['pipeline']['stages'][number];
export type Part = PipelineHealthQuery['pipeline']['parts'][number];

const HEALTH_EVERY_MS = 3000;
const HealthContext = createContext<Health | null>(null);

export function HealthProvider({ children }: { readonly children: ReactNode }) {
  const health = useFresh(PipelineHealthDocument, { key: 'health', variables: () => ({}), what: 'The state of the pipeline', everyMs: HEALTH_EVERY_MS });
  return <HealthContext value={health}>{children}</HealthContext>;
}

export function useHealth(): Health {
  const health = useContext(HealthContext);
  if (health === null) throw new Error('useHealth outside of HealthProvider');
  return health;
}

/** Sums over stages; null where one is not known, since a sum without it would be too small. */
export function totalLag(stages: readonly Stage[]): number | null {
  let all = 0;
  for (const { lag } of stages) {
    if (lag === null) return null;
    all += lag;
  }
  return all;
}
