// Pages of stored events, newest first, and how many newer ones have come since.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { EventsDocument, type EventRowFragment } from '../gql/graphql.ts';
import { isMoving, type Span } from '../kit/range.ts';
import { columnsOf, filterOf, rangeOf, spanOf, type EventsSearch } from './address.ts';

/** `fields` where the list has columns of its own. */
export type EventRow = EventRowFragment & { readonly fields?: unknown };

const PAGE = 100;
const EVERY_MS = 8000;

export interface Results {
  readonly rows: readonly EventRow[];
  /** Stored since the list was loaded; `PAGE` means that many or more. */
  readonly newer: number;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
  /** Loads the list anew, from the present. */
  readonly reload: () => void;
}

interface Loaded {
  readonly key: string | null;
  readonly rows: readonly EventRow[];
  readonly newer: number;
  readonly endCursor: string | null;
  readonly hasMore: boolean;
  /** The range as it was when the first page was asked for: later pages continue that one. */
  readonly span: Span;
}

/** @param isOn False asks nothing, while the tail is on. */
export function useResults(search: EventsSearch, isOn: boolean): Results {
  const [round, setRound] = useState(0);
  const hasFields = columnsOf(search).length > 0;
  const key = isOn ? JSON.stringify([search.q, search.from, search.to, round, hasFields]) : null;
  const [loaded, setLoaded] = useState<Loaded>({ key: null, rows: [], newer: 0, endCursor: null, hasMore: false, span: { from: 0, to: 0 } });
  const asked = useRef<Span>({ from: 0, to: 0 });
  const fresh = useFresh(EventsDocument, {
    key,
    variables: () => {
      asked.current = spanOf(search);
      return { first: PAGE, filter: filterOf(search, asked.current), hasFields };
    },
    what: 'Events',
    ...(isMoving(rangeOf(search)) ? { everyMs: EVERY_MS } : {}),
  });

  useEffect(() => {
    const page = fresh.data?.events;
    if (page === undefined || fresh.isLoading || key === null) return;
    const rows = page.edges.map(({ node }) => node);
    setLoaded((before) => {
      if (before.key !== key) return { key, rows, newer: 0, endCursor: page.pageInfo.endCursor, hasMore: page.pageInfo.hasNextPage, span: asked.current };
      const top = before.rows[0];
      const known = top === undefined ? rows.length : rows.findIndex(({ id }) => id === top.id);
      return { ...before, newer: known === -1 ? rows.length : known };
    });
  }, [fresh.data, fresh.isLoading, key]);

  const isAsking = useRef(false);
  const { endCursor, hasMore, span } = loaded;
  const loadMore = useCallback(() => {
    if (!hasMore || isAsking.current || loaded.key !== key) return;
    isAsking.current = true;
    void ask(EventsDocument, { first: PAGE, after: endCursor, filter: filterOf(search, span), hasFields }, 'More events').then((result) => {
      isAsking.current = false;
      if (!('data' in result)) return;
      const { edges, pageInfo } = result.data.events;
      setLoaded((before) =>
        before.key !== key
          ? before
          : { ...before, rows: [...before.rows, ...edges.map(({ node }) => node)], endCursor: pageInfo.endCursor, hasMore: pageInfo.hasNextPage },
      );
    });
  }, [key, endCursor, hasMore, loaded.key]);

  // A search for what is rare ends a page before it is full, and goes on with the next.
  useEffect(() => {
    if (loaded.key === key && hasMore && loaded.rows.length < PAGE) loadMore();
  }, [loaded, hasMore, loadMore]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return {
    rows: loaded.rows,
    newer: loaded.newer,
    hasMore,
    loadMore,
    isLoading: key !== null && (loaded.key !== key || (hasMore && loaded.rows.length === 0)),
    problem: fresh.problem,
    at: fresh.at,
    reload,
  };
}

export const NEWER_LIMIT = PAGE;
