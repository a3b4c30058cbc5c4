import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

export interface CorrelateMetrics {
  /** Matches given up, because their group or their rule had too many. */
  readonly evicted: (bound: 'group' | 'rule', correlation: string, matches: number) => void;
  readonly revised: (code: string) => void;
}
export const NO_METRICS: CorrelateMetrics = { evicted: () => undefined, revised: () => undefined };

/** Counters of the correlate stage on `registry`. A transaction that is aborted is counted twice. */
export function correlateMetrics(registry: Registry): CorrelateMetrics {
  const evicted = new Counter({
    name: 'correlate_evicted_matches_total',
    help: 'Matches of correlations that were given up because their group or their rule had too many; counts of such groups are lower bounds.',
    labelNames: ['bound', 'correlation'], // bound: group | rule; correlation: a rule that is loaded
    registers: [registry],
  });
  const revised = new Counter({
    name: 'correlate_revisions_total',
    help: 'Findings that a late event made, changed, replaced or broke.',
    labelNames: ['code'], // completed | extended | replaced | broken
    registers: [registry],
  });
  return { evicted: (bound, correlation, matches) => evicted.inc({ bound, correlation }, matches), revised: (code) => revised.inc({ code }) };
}
