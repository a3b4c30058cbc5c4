// Alerts that still need somebody, for the rail and the overview. Renewed when one changes.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { useAlertNews } from '../data/alert-news.tsx';
import { useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { useSoon } from '../data/soon.ts';
import { OpenAlertsDocument, type AlertRowFragment, type OpenAlertsQuery, type Severity } from '../gql/graphql.ts';

const OPEN_EVERY_MS = 15_000;
const GAP_MS = 1000;
const LIMIT = 100; // of each list

export interface OpenAlerts {
  /** Not closed, each once; undefined before the first answer. */
  readonly alerts: readonly AlertRowFragment[] | undefined;
  /** Whether there may be more of this severity than `alerts` holds. */
  readonly isCut: (severity: Severity) => boolean;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
  readonly reload: () => void;
}
const OpenAlertsContext = createContext<OpenAlerts | null>(null);

function each(data: OpenAlertsQuery): AlertRowFragment[] {
  const rows = [data.critical, data.high, data.all].flatMap(({ edges }) => edges.map(({ node }) => node));
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

export function OpenAlertsProvider({ children }: { readonly children: ReactNode }) {
  const isLive = useAlertNews({ onAlert: () => reloadSoon(), onGap: () => reloadSoon() });
  const { data, problem, at, reload } = useFresh(OpenAlertsDocument, {
    key: 'open',
    variables: () => ({ first: LIMIT }),
    what: 'Open alerts',
    everyMs: OPEN_EVERY_MS,
    isTold: isLive,
  });
  const reloadSoon = useSoon(reload, GAP_MS);
  const open = useMemo<OpenAlerts>(() => {
    const isCut = (severity: Severity) => {
      const list = severity === 'critical' ? data?.critical : severity === 'high' ? data?.high : data?.all;
      return list?.pageInfo.hasNextPage === true;
    };
    return { alerts: data === undefined ? undefined : each(data), isCut, problem, at, reload };
  }, [data, problem, at, reload]);
  return <OpenAlertsContext value={open}>{children}</OpenAlertsContext>;
}

export function useOpenAlerts(): OpenAlerts {
  const open = useContext(OpenAlertsContext);
  if (open === null) throw new Error('useOpenAlerts outside of OpenAlertsProvider');
  return open;
}
