// Entries of the audit, page after page.
import { useCallback, useEffect, useState } from 'react';
import { ask } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { AuditEntriesDocument, type AuditEntriesQuery, type AuditFilter } from '../gql/graphql.ts';

export type AuditEntry = AuditEntriesQuery['auditEntries']['edges'][number]['node'];

const PAGE = 100;
interface Pages {
  /** What they belong to. */
  readonly key: string;
  readonly entries: readonly AuditEntry[];
  /** Null at the end. */
  readonly next: string | null;
}

/** @param filter Called when the question is new, so that a range that ends now moves. */
export function useAudit(key: string, filter: () => AuditFilter) {
  const [pages, setPages] = useState<Pages>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const [asked, setAsked] = useState<AuditFilter>({});

  useEffect(() => {
    let isOver = false;
    const wanted = filter();
    setAsked(wanted);
    setBusy(true);
    void ask(AuditEntriesDocument, { first: PAGE, filter: wanted }, 'The audit').then((result) => {
      if (isOver) return;
      setBusy(false);
      if ('problem' in result) setProblem(result.problem);
      else {
        setProblem(undefined);
        setPages(pageOf(key, [], result.data));
      }
    });
    return () => {
      isOver = true;
    };
    // `filter` is new with each rendering, `key` says when it differs.
  }, [key, round]);

  const more = async () => {
    if (pages?.key !== key || pages.next === null) return;
    setBusy(true);
    const result = await ask(AuditEntriesDocument, { first: PAGE, after: pages.next, filter: asked }, 'More of the audit');
    setBusy(false);
    if ('problem' in result) setProblem(result.problem);
    else setPages((now) => (now === pages ? pageOf(key, pages.entries, result.data) : now)); // another question was asked meanwhile
  };
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { pages: pages?.key === key ? pages : undefined, problem, isBusy, more, reload };
}

const pageOf = (key: string, before: readonly AuditEntry[], { auditEntries: { edges, pageInfo } }: AuditEntriesQuery): Pages => ({
  key,
  entries: [...before, ...edges.map(({ node }) => node)],
  next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
});
