// The rows of the list: the first page is asked again and again, further ones as the reader comes to them.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { RulesDocument } from '../gql/graphql.ts';
import { filterOf, type RulesSearch } from './address.ts';
import type { RuleRow } from './words.tsx';

const PAGE = 100;
const EVERY_MS = 30_000;

export interface RuleList {
  readonly rows: readonly RuleRow[];
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly isLoading: boolean;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
  readonly reload: () => void;
}
interface Loaded {
  readonly key: string | null;
  readonly rows: readonly RuleRow[];
  readonly endCursor: string | null;
  readonly hasMore: boolean;
}

export function useRules(search: RulesSearch): RuleList {
  const key = JSON.stringify(search);
  const [loaded, setLoaded] = useState<Loaded>({ key: null, rows: [], endCursor: null, hasMore: false });
  const fresh = useFresh(RulesDocument, { key, variables: () => ({ first: PAGE, filter: filterOf(search) }), what: 'The rules', everyMs: EVERY_MS });
  useEffect(() => {
    const page = fresh.data?.rules;
    if (page === undefined || fresh.isLoading) return;
    const found = page.edges.map(({ node }) => node);
    setLoaded((before) => {
      const { endCursor, hasNextPage } = page.pageInfo;
      if (before.key !== key || before.rows.length <= PAGE) return { key, rows: found, endCursor, hasMore: hasNextPage };
      // What was loaded below stays; a rule that came into the first page is not shown twice.
      const fresher = new Set(found.map(({ id }) => id));
      return { ...before, rows: [...found, ...before.rows.slice(PAGE).filter(({ id }) => !fresher.has(id))] };
    });
  }, [fresh.data, fresh.isLoading, key]);

  const isAsking = useRef(false);
  const { endCursor, hasMore } = loaded;
  const loadMore = useCallback(() => {
    if (!hasMore || isAsking.current) return;
    isAsking.current = true;
    void ask(RulesDocument, { first: PAGE, after: endCursor, filter: filterOf(search) }, 'More rules').then((result) => {
      isAsking.current = false;
      if (!('data' in result)) return;
      const { edges, pageInfo } = result.data.rules;
      setLoaded((before) => {
        if (before.key !== key) return before;
        const known = new Set(before.rows.map(({ id }) => id));
        return {
          key,
          rows: [...before.rows, ...edges.map(({ node }) => node).filter(({ id }) => !known.has(id))],
          endCursor: pageInfo.endCursor,
          hasMore: pageInfo.hasNextPage,
        };
      });
    });
  }, [key, endCursor, hasMore]);

  const isLoading = loaded.key !== key;
  return {
    rows: isLoading ? [] : loaded.rows,
    hasMore,
    loadMore,
    isLoading,
    problem: fresh.problem,
    at: isLoading ? undefined : fresh.at,
    reload: fresh.reload,
  };
}
