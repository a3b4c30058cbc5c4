// One change at a time, from a dialog: busy, then done, or what was wrong.
import { useState } from 'react';
import { tell } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { report } from '../kit/undo.tsx';
import { AuthError, problemOf } from '../session/api.ts';
import { callSignedIn } from '../session/tokens.ts';

/** @returns What is wrong; undefined when it was done. */
type Work = () => Promise<Problem | undefined>;

export function useChange(): { readonly isBusy: boolean; readonly problem: Problem | undefined; readonly run: (work: Work) => void } {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = (work: Work) => {
    setBusy(true);
    setProblem(undefined);
    void work().then((found) => {
      setBusy(false);
      setProblem(found);
    });
  };
  return { isBusy, problem, run };
}

/** @param onDone Called with the answer when it was done. */
export async function telling<R, V>(document: TypedDocumentString<R, V>, variables: V, what: string, onDone: (data: R) => void): Promise<Problem | undefined> {
  const result = await tell(document, variables, what);
  if ('problem' in result) return result.problem;
  onDone(result.data);
  return undefined;
}

/** As `telling`, for what only REST has. @param onDone Called with the answer; its shape is the API's word. */
export async function posting(path: string, title: string, onDone: (answer: unknown) => void): Promise<Problem | undefined> {
  try {
    onDone(await callSignedIn('POST', path));
    return undefined;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return problemOf(error, title);
  }
}

/** Says what was done and offers the way back for ten seconds; what goes wrong on it is said as well. */
export function reportUndoable<R, V>(text: string, document: TypedDocumentString<R, V>, variables: V, onUndone: () => void): void {
  report({
    text,
    undo: () =>
      void tell(document, variables, 'The way back').then((result) => {
        if ('problem' in result) report({ text: `It could not be undone: ${result.problem.advice}`, isFailure: true });
        onUndone();
      }),
  });
}
