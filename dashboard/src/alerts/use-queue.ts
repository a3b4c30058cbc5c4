// The rows of the queue. They keep their places: a change shows where the row is, and new rows wait until they may come in.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ask, useFresh } from '../data/fresh.ts';
import { useLive } from '../data/live.ts';
import type { Problem } from '../data/problem.ts';
import { AlertChangedDocument, AlertsDocument, type AlertChangedSubscription, type AlertRowFragment } from '../gql/graphql.ts';
import { severityRank } from '../kit/severity.tsx';
import { filterOf, statusesOf, type AlertsSearch } from './address.ts';

export type AlertRow = AlertRowFragment;

const PAGE = 50;
const EVERY_MS = 20_000;
const SOON_MS = 800;

export interface Queue {
  readonly rows: readonly AlertRow[];
  /** New ones that have not come in yet. */
  readonly waiting: number;
  readonly letIn: () => void;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
  readonly reload: () => void;
  /** Shows what is now known of some alerts. */
  readonly patch: (alerts: readonly AlertRow[]) => void;
  /** Takes out those that the filter no longer asks for. */
  readonly settle: (ids: readonly string[]) => void;
}

interface Loaded {
  readonly key: string | null;
  readonly rows: readonly AlertRow[];
  readonly waiting: readonly AlertRow[];
  readonly endCursor: string | null;
  readonly hasMore: boolean;
}
const nothing: Loaded = { key: null, rows: [], waiting: [], endCursor: null, hasMore: false };

function patched(rows: readonly AlertRow[], changes: ReadonlyMap<string, AlertRow>): readonly AlertRow[] {
  return rows.some((row) => changes.has(row.id)) ? rows.map((row) => changes.get(row.id) ?? row) : rows;
}

/** @param mayMove Whether rows may come in on top now: the reader is at the top, and the pointer elsewhere. @param onChange Told of each alert that changes. */
export function useQueue(search: AlertsSearch, mayMove: () => boolean, onChange: (id: string) => void): Queue {
  const key = JSON.stringify([search.view, search.min, search.q, search.from, search.to]);
  const [loaded, setLoaded] = useState<Loaded>(nothing);
  const fresh = useFresh(AlertsDocument, { key, variables: () => ({ first: PAGE, filter: filterOf(search) }), what: 'Alerts', everyMs: EVERY_MS });

  useEffect(() => {
    const page = fresh.data?.alerts;
    if (page === undefined || fresh.isLoading) return;
    const found = page.edges.map(({ node }) => node);
    setLoaded((before) => {
      if (before.key !== key) return { key, rows: found, waiting: [], endCursor: page.pageInfo.endCursor, hasMore: page.pageInfo.hasNextPage };
      const byId = new Map(found.map((alert) => [alert.id, alert]));
      const rows = patched(before.rows, byId);
      const known = new Set(rows.map((row) => row.id));
      const waiting = found.filter((alert) => !known.has(alert.id));
      return mayMove() && waiting.length > 0 ? { ...before, rows: [...waiting, ...rows], waiting: [] } : { ...before, rows, waiting };
    });
  }, [fresh.data, fresh.isLoading, key]);

  const timer = useRef<number>(undefined);
  const onAlert = ({ alertChanged }: AlertChangedSubscription) => {
    onChange(alertChanged.id);
    setLoaded((before) => ({ ...before, rows: patched(before.rows, new Map([[alertChanged.id, alertChanged]])) }));
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      fresh.reload(); // whether a new one belongs here says the API
    }, SOON_MS);
  };
  useLive(AlertChangedDocument, 'all', {}, onAlert, fresh.reload);

  const isAsking = useRef(false);
  const { endCursor, hasMore } = loaded;
  const loadMore = useCallback(() => {
    if (!hasMore || isAsking.current) return;
    isAsking.current = true;
    void ask(AlertsDocument, { first: PAGE, after: endCursor, filter: filterOf(search) }, 'More alerts').then((result) => {
      isAsking.current = false;
      if (!('data' in result)) return;
      const { edges, pageInfo } = result.data.alerts;
      setLoaded((before) => {
        if (before.key !== key) return before;
        const known = new Set(before.rows.map((row) => row.id));
        return {
          ...before,
          rows: [...before.rows, ...edges.map(({ node }) => node).filter((alert) => !known.has(alert.id))],
          endCursor: pageInfo.endCursor,
          hasMore: pageInfo.hasNextPage,
        };
      });
    });
  }, [key, endCursor, hasMore]);

  const letIn = useCallback(() => setLoaded((before) => ({ ...before, rows: [...before.waiting, ...before.rows], waiting: [] })), []);
  const patch = useCallback(
    (alerts: readonly AlertRow[]) => setLoaded((before) => ({ ...before, rows: patched(before.rows, new Map(alerts.map((alert) => [alert.id, alert]))) })),
    [],
  );
  const wanted = statusesOf(search.view ?? 'active');
  const settle = useCallback(
    (ids: readonly string[]) => setLoaded((before) => ({ ...before, rows: before.rows.filter((row) => !ids.includes(row.id) || wanted.includes(row.status)) })),
    [wanted.join()],
  );
  const rows = useMemo(() => {
    if (search.sort !== 'severity') return loaded.rows;
    return [...loaded.rows].sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || b.score - a.score || b.lastTime.localeCompare(a.lastTime));
  }, [loaded.rows, search.sort]);

  return {
    rows,
    waiting: loaded.waiting.length,
    letIn,
    hasMore,
    loadMore,
    isLoading: loaded.key !== key,
    problem: fresh.problem,
    at: fresh.at,
    reload: fresh.reload,
    patch,
    settle,
  };
}
