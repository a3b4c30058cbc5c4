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

interface LiveOptions {
  /** Called when it is refused or fails, before it is asked for again. */
  readonly onProblem?: () => void;
}

/**
 * @param key Another key is another subscription; null ends it. @param variables Read each time that it is sent, also when the socket comes back.
 * @param onData Called outside of rendering, as often as the API sends.
 */
export function useLive<R, V>(
  document: TypedDocumentString<R, V>,
  key: string | null,
  variables: V,
  onData: (data: R) => void,
  { onProblem }: LiveOptions = {},
): Live {
  const [problem, setProblem] = useState<Problem>();
  const [round, setRound] = useState(0);
  const latest = useRef({ variables, onData, onProblem });
  latest.current = { variables, onData, onProblem };
  const socket = useCell(socketState);

  useEffect(() => {
    if (key === null) return undefined;
    let timer: number | undefined;
    let isOver = false;
    const again = () => {
      if (isOver) return;
      timer ??= window.setTimeout(() => setRound((n) => n + 1), AGAIN_MS);
    };
    const subscription = pipe(
      client.executeSubscription<R>(createRequest(document.toString(), latest.current.variables as Record<string, unknown>)),
      onEnd(again),
      subscribe((result) => {
        if (result.error !== undefined) {
          setProblem(describe(result.error, 'Live data'));
          latest.current.onProblem?.();
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
