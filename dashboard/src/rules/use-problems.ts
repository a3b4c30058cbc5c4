// What the API says of the text while it is written: asked when the writer pauses.
import { useEffect, useState } from 'react';
import { ask } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { RuleProblemsDocument } from '../gql/graphql.ts';
import type { RuleProblem } from './editor.tsx';

const PAUSE_MS = 400;
const NONE: readonly RuleProblem[] = [];

export interface Judged {
  /** Of `text`; those of an earlier text while a newer one is looked at. */
  readonly problems: readonly RuleProblem[];
  /** True while what is shown is of an earlier text, or of none. */
  readonly isLooking: boolean;
  /** Why nobody could say. */
  readonly failure: Problem | undefined;
}

/** The text itself, once it has rested. */
export function usePaused(text: string, pauseMs = PAUSE_MS): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setPaused(text), pauseMs);
    return () => window.clearTimeout(timer);
  }, [text, pauseMs]);
  return paused;
}

/** @param id Of the rule that it would change; null for a new one. @param isAsked False: nothing is said. */
export function useProblems(text: string, id: string | null, isAsked: boolean): Judged {
  const paused = usePaused(text);
  const [judged, setJudged] = useState<{ readonly text: string | null; readonly problems: readonly RuleProblem[]; readonly failure: Problem | undefined }>({
    text: null,
    problems: NONE,
    failure: undefined,
  });
  useEffect(() => {
    if (!isAsked) return undefined;
    let isOver = false;
    if (paused.trim() === '') {
      setJudged({ text: paused, problems: [{ line: 1, isRefusal: true, reason: 'there is no document' }], failure: undefined });
      return undefined;
    }
    void ask(RuleProblemsDocument, { text: paused, id }, 'What is wrong with the text').then((result) => {
      if (isOver) return;
      setJudged(
        'data' in result ? { text: paused, problems: result.data.ruleProblems, failure: undefined } : { text: paused, problems: NONE, failure: result.problem },
      );
    });
    return () => {
      isOver = true;
    };
  }, [paused, id, isAsked]);
  return { problems: judged.problems, isLooking: isAsked && judged.text !== text, failure: judged.failure };
}
