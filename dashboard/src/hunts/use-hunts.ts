// The list of hunts: the newest are asked for again and again while one runs, older pages once.
import { useRef, useState } from 'react';
import { ask, useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { HuntsDocument, type HuntRowFragment, type HuntsQuery } from '../gql/graphql.ts';

const PAGE = 50;
const EVERY_MS = 3_000;

export interface HuntRows {
  /** Undefined before the first answer. */
  readonly rows: readonly HuntRowFragment[] | undefined;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly problem: Problem | undefined;
  readonly at: number | undefined;
  readonly reload: () => void;
}

export function useHunts(): HuntRows {
  const { data, problem, at, reload } = useFresh(HuntsDocument, { key: 'hunts', variables: () => ({ first: PAGE }), what: 'The hunts', everyMs: EVERY_MS });
  const [older, setOlder] = useState<HuntsQuery['hunts']>();
  const isBusy = useRef(false);
  const first = data?.hunts;
  const { hasNextPage, endCursor } = (older ?? first)?.pageInfo ?? { hasNextPage: false, endCursor: null };
  const loadMore = () => {
    if (!hasNextPage || isBusy.current) return;
    isBusy.current = true;
    void ask(HuntsDocument, { first: PAGE, after: endCursor ?? null }, 'Older hunts').then((result) => {
      isBusy.current = false;
      if ('data' in result) setOlder((before) => ({ edges: [...(before?.edges ?? []), ...result.data.hunts.edges], pageInfo: result.data.hunts.pageInfo }));
    });
  };
  // One that was begun meanwhile moves the pages: what stands in both is shown once.
  const rows = first && [...new Map([...(older?.edges ?? []), ...first.edges].map(({ node }) => [node.id, node])).values()];
  rows?.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
  return { rows, hasMore: hasNextPage, loadMore, problem, at, reload };
}
