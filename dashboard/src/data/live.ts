// A subscription that is opened again when the API ends it.
import { createRequest } from 'urql';
import { useEffect, useRef, useState } from 'react';
import { onEnd, pipe, subscribe } from 'wonka';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { useCell } from '../kit/cell.ts';
import { client, socketState } from './client.ts';
import { describe, type Problem } from './problem.ts';

export interface Live {
  /** `off` while not asked for; `away` while the connection is down and coming back. */
  readonly state: 'off' | 'connecting' | 'open' | 'away';
  readonly problem: Problem | undefined;
}

const AGAIN_MS = 2000;

/**
 * @param key Another key is another subscription; null ends it. @param onData Called outside of rendering, as often as the API sends.
 * @param onBack Called when it goes on after it was away: what came meanwhile was not told, so ask for it.
 */
export function useLive<R, V>(document: TypedDocumentString<R, V>, key: string | null, variables: V, onData: (data: R) => void, onBack?: () => void): Live {
  const [problem, setProblem] = useState<Problem>();
  const [round, setRound] = useState(0);
  const latest = useRef({ variables, onData, onBack });
  latest.current = { variables, onData, onBack };
  const socket = useCell(socketState);

  const wasAway = useRef(false);
  useEffect(() => {
    if (socket === 'away') wasAway.current = true;
    if (socket !== 'open' || !wasAway.current) return;
    wasAway.current = false;
    latest.current.onBack?.();
  }, [socket, round]);

  useEffect(() => {
    if (key === null) return undefined;
    let timer: number | undefined;
    let isOver = false;
    const again = () => {
      if (isOver) return;
      wasAway.current = true;
      timer ??= window.setTimeout(() => setRound((n) => n + 1), AGAIN_MS);
    };
    const subscription = pipe(
      client.executeSubscription<R>(createRequest(document.toString(), latest.current.variables as Record<string, unknown>)),
      onEnd(again),
      subscribe((result) => {
        if (result.error !== undefined) {
          setProblem(describe(result.error, 'Live data'));
          again();
        } else if (result.data !== undefined) {
          setProblem(undefined);
          latest.current.onData(result.data);
        }
      }),
    );
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      subscription.unsubscribe();
    };
  }, [document, key, round]);

  return { state: key === null ? 'off' : socket === 'idle' ? 'connecting' : socket, problem };
}
