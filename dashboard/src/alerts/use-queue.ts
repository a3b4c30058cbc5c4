// The rows of the queue. They keep their places: a change shows where the row is, and new rows wait until they may come in.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useAlertNews } from '../data/alert-news.tsx';
import { ask, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { useSoon } from '../data/soon.ts';
import { AlertsDocument, type AlertRowFragment } from '../gql/graphql.ts';
import { severityRank } from '../kit/severity.tsx';
import { filterOf, statusesOf, type AlertsSearch } from './address.ts';

export type AlertRow = AlertRowFragment;

const PAGE = 50;
const EVERY_MS = 20_000;
const GAP_MS = 1000;

export interface Queue {
  readonly rows: readonly AlertRow[];
  /** New ones that have not come in yet. */
  readonly waiting: number;
  /** More wait than are known. */
  readonly isWaitingCut: boolean;
  readonly letIn: () => void;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
  readonly reload: () => void;
  /** False while changes are not told, and the list is asked for every 20 seconds. */
  readonly isLive: boolean;
  /** Shows what is now known of some alerts. */
  readonly patch: (alerts: readonly AlertRow[]) => void;
  /** Takes out those that the filter no longer asks for. */
  readonly settle: (ids: readonly string[]) => void;
}

interface Loaded {
  readonly key: string | null;
  readonly rows: readonly AlertRow[];
  readonly waiting: readonly AlertRow[];
  /** So many are new that there may be others between them and the rows: what waits begins the list anew, with this behind it. */
  readonly anew: Pick<Loaded, 'endCursor' | 'hasMore'> | null;
  readonly endCursor: string | null;
  readonly hasMore: boolean;
}
const nothing: Loaded = { key: null, rows: [], waiting: [], anew: null, endCursor: null, hasMore: false };

const withWaiting = ({ key, rows, waiting, anew, endCursor, hasMore }: Loaded): Loaded => ({
  key,
  rows: anew === null ? [...waiting, ...rows] : waiting,
  waiting: [],
  anew: null,
  ...(anew ?? { endCursor, hasMore }),
});

function patched(rows: readonly AlertRow[], changes: ReadonlyMap<string, AlertRow>): readonly AlertRow[] {
  return rows.some((row) => changes.has(row.id)) ? rows.map((row) => newer(row, changes.get(row.id))) : rows;
}

/** An answer may have been asked for before a change was told. */
const newer = (row: AlertRow, change: AlertRow | undefined): AlertRow =>
  change === undefined || change.revision < row.revision || change.workRevision < row.workRevision ? row : change;

/** @param mayMove Whether rows may come in on top now: the reader is at the top, and the pointer elsewhere. */
export function useQueue(search: AlertsSearch, mayMove: () => boolean): Queue {
  const key = JSON.stringify([search.view, search.min, search.q, search.from, search.to]);
  const [loaded, setLoaded] = useState<Loaded>(nothing);
  const isLive = useAlertNews({
    onAlert(alert) {
      setLoaded((before) => ({ ...before, rows: patched(before.rows, new Map([[alert.id, alert]])) }));
      reloadSoon(); // whether a new one belongs here says the API
    },
    onGap: () => reloadSoon(),
  });
  const fresh = useFresh(AlertsDocument, {
    key,
    variables: () => ({ first: PAGE, filter: filterOf(search) }),
    what: 'Alerts',
    everyMs: EVERY_MS,
    isTold: isLive,
  });
  const reloadSoon = useSoon(fresh.reload, GAP_MS);

  useEffect(() => {
    const page = fresh.data?.alerts;
    if (page === undefined || fresh.isLoading) return;
    const found = page.edges.map(({ node }) => node);
    setLoaded((before) => {
      const { endCursor, hasNextPage: hasMore } = page.pageInfo;
      if (before.key !== key) return { key, rows: found, waiting: [], anew: null, endCursor, hasMore };
      const rows = patched(before.rows, new Map(found.map((alert) => [alert.id, alert])));
      const known = new Set(rows.map((row) => row.id));
      const waiting = found.filter((alert) => !known.has(alert.id));
      const anew = hasMore && waiting.length === found.length ? { endCursor, hasMore } : null;
      const next: Loaded = { ...before, rows, waiting, anew };
      return mayMove() && waiting.length > 0 ? withWaiting(next) : next;
    });
  }, [fresh.data, fresh.isLoading, key]);

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

  const letIn = useCallback(() => setLoaded(withWaiting), []);
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
    isWaitingCut: loaded.anew !== null,
    letIn,
    hasMore,
    loadMore,
    isLoading: loaded.key !== key,
    problem: fresh.problem,
    at: fresh.at,
    reload: fresh.reload,
    isLive,
    patch,
    settle,
  };
}
