// What a hunt would read, asked when the writer pauses.
import { useEffect, useState } from 'react';
import { ask } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { HuntEstimateDocument, type HuntEstimateQuery } from '../gql/graphql.ts';
import type { Range } from '../kit/range.ts';
import { usePaused } from '../rules/use-problems.ts';
import { questionOf, type HuntDraft } from './draft.ts';

const PAUSE_MS = 600;

export interface Estimated {
  /** Of the draft as it stands; undefined while it is asked for, or where nothing is. */
  readonly estimate: HuntEstimateQuery['huntEstimate'] | undefined;
  /** What is wrong with it, or why nobody could say. */
  readonly problem: Problem | undefined;
  readonly isLooking: boolean;
  readonly again: () => void;
}

export function useEstimate(draft: HuntDraft, range: Range): Estimated {
  const { kind, indicators, query, datasets } = draft;
  const text = JSON.stringify({ kind, indicators: kind === 'indicators' ? indicators : '', query: kind === 'query' ? query : '', datasets, range });
  const paused = usePaused(text, PAUSE_MS);
  const [round, setRound] = useState(0);
  const [judged, setJudged] = useState<Pick<Estimated, 'estimate' | 'problem'> & { readonly text: string | null }>({
    text: null,
    estimate: undefined,
    problem: undefined,
  });
  const isAsked = questionOf(draft, range, 0) !== null;
  useEffect(() => {
    const { range: asked, ...what } = JSON.parse(paused) as Pick<HuntDraft, 'kind' | 'indicators' | 'query' | 'datasets'> & { readonly range: Range };
    const input = questionOf({ ...draft, ...what }, asked, Date.now());
    if (input === null) return undefined;
    let isOver = false;
    void ask(HuntEstimateDocument, { input }, 'The estimate').then((result) => {
      if (isOver) return;
      setJudged(
        'data' in result
          ? { text: paused, estimate: result.data.huntEstimate, problem: undefined }
          : { text: paused, estimate: undefined, problem: result.problem },
      );
    });
    return () => {
      isOver = true;
    };
  }, [paused, round]);
  const isLooking = isAsked && judged.text !== text;
  const again = () => {
    setJudged({ text: null, estimate: undefined, problem: undefined });
    setRound((n) => n + 1);
  };
  return isAsked && !isLooking ? { ...judged, isLooking, again } : { estimate: undefined, problem: undefined, isLooking, again };
}
