// Which entities the alerts that are not closed are about.
import type { Severity } from '../gql/graphql.ts';
import { severityRank } from '../kit/severity.tsx';

interface Alert {
  readonly severity: Severity;
  readonly score: number;
  readonly entities: readonly { readonly type: string; readonly value: string }[];
}
export interface AtRisk {
  readonly type: string;
  readonly value: string;
  readonly alerts: number;
  readonly worst: Severity;
  /** Sum of the scores (0 to 100 each) of its alerts. */
  readonly risk: number;
}

/** Highest risk first; equal ones by name. */
export function atRisk(alerts: readonly Alert[]): AtRisk[] {
  const found = new Map<string, AtRisk>();
  for (const { severity, score, entities } of alerts) {
    for (const { type, value } of entities) {
      const key = `${type} ${value}`;
      const before = found.get(key);
      const worst = before === undefined || severityRank(severity) > severityRank(before.worst) ? severity : before.worst;
      found.set(key, { type, value, alerts: (before?.alerts ?? 0) + 1, worst, risk: (before?.risk ?? 0) + score });
    }
  }
  return [...found.values()].sort((a, b) => b.risk - a.risk || severityRank(b.worst) - severityRank(a.worst) || a.value.localeCompare(b.value));
}
