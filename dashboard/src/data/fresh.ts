// A query that is asked again and again, and says how old its answer is when it cannot be.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { client } from './client.ts';
import { describe, type Problem } from './problem.ts';

export interface Fresh<R> {
  /** The last good answer; undefined before the first. Stays when a later request fails. */
  readonly data: R | undefined;
  /** When `data` was asked for, milliseconds since 1970. */
  readonly at: number | undefined;
  /** Why the last request failed; undefined when it did not. */
  readonly problem: Problem | undefined;
  /** True while `data` belongs to another key than the present one, or to none. */
  readonly isLoading: boolean;
  readonly reload: () => void;
}
interface Options<V> {
  /** What the question is about; another key is another question. Null asks nothing. */
  readonly key: string | null;
  /** Called for each request, so that a range that ends now moves. */
  readonly variables: () => V;
  /** For the sentence that says what failed, as in `Alerts could not be loaded.` */
  readonly what: string;
  /** Milliseconds between the end of one request and the next; never while the page is hidden. */
  readonly everyMs?: number;
  /** While true changes are told, and nothing is asked by the clock. */
  readonly isTold?: boolean;
}

interface Answer<R> {
  readonly key: string | null;
  readonly data: R | undefined;
  readonly at: number | undefined;
}

/** Asks once. Rejects never: a failure comes back as a problem. */
export async function ask<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  what: string,
): Promise<{ readonly data: R } | { readonly problem: Problem }> {
  const result = await client.query<R>(document.toString(), variables as Record<string, unknown>).toPromise();
  if (result.error !== undefined) return { problem: describe(result.error, what) };
  return { data: result.data as R };
}

/** Changes something. Rejects never. */
export async function tell<R, V>(
  document: TypedDocumentString<R, V>,
  variables: V,
  what: string,
): Promise<{ readonly data: R } | { readonly problem: Problem }> {
  const result = await client.mutation<R>(document.toString(), variables as Record<string, unknown>).toPromise();
  if (result.error !== undefined) return { problem: describe(result.error, what) };
  return { data: result.data as R };
}

const page = window.document;

export function useFresh<R, V>(document: TypedDocumentString<R, V>, { key, variables, what, everyMs, isTold = false }: Options<V>): Fresh<R> {
  const [answer, setAnswer] = useState<Answer<R>>({ key: null, data: undefined, at: undefined });
  const [failure, setFailure] = useState<{ readonly key: string; readonly problem: Problem }>();
  const [round, setRound] = useState(0);
  const latest = useRef({ variables, isTold });
  latest.current = { variables, isTold };

  useEffect(() => {
    if (key === null) return undefined;
    let isOver = false;
    let timer: number | undefined;
    const run = async () => {
      const at = Date.now();
      const result = await ask(document, latest.current.variables(), what);
      if (isOver) return;
      if ('data' in result) setAnswer({ key, data: result.data, at });
      setFailure('data' in result ? undefined : { key, problem: result.problem });
      const hasFailed = !('data' in result);
      if (everyMs !== undefined) timer = window.setTimeout(() => next(hasFailed), hasFailed ? Math.max(everyMs, 3000) : everyMs);
    };
    const next = (hasFailed: boolean) => {
      timer = undefined;
      if (page.hidden) return;
      if (!latest.current.isTold || hasFailed) void run();
      else timer = window.setTimeout(() => next(false), everyMs);
    };
    const onVisible = () => {
      if (!page.hidden && timer === undefined && everyMs !== undefined) void run();
    };
    page.addEventListener('visibilitychange', onVisible);
    void run();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      page.removeEventListener('visibilitychange', onVisible);
    };
  }, [document, key, what, everyMs, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return {
    data: answer.data,
    at: answer.at,
    problem: failure?.key === key ? failure?.problem : undefined,
    isLoading: key !== null && answer.key !== key,
    reload,
  };
}
