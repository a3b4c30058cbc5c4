// What happens to alerts, as it happens: one subscription for all that show some. It goes on where it was after an absence, so nothing is missed.
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { AlertNewsDocument, type AlertNewsSubscription, type AlertRowFragment } from '../gql/graphql.ts';
import { useLive } from './live.ts';

export interface AlertListener {
  /** New, or another than it was: by the platform or by people. */
  readonly onAlert: (alert: AlertRowFragment) => void;
  /** What came before is not known: read anew. */
  readonly onGap: () => void;
}
export interface AlertNews {
  /** False while changes are not told: ask for them from time to time. */
  readonly isLive: boolean;
  /** @returns Ends it. */
  readonly listen: (listener: AlertListener) => () => void;
}
const AlertNewsContext = createContext<AlertNews | null>(null);

export function AlertNewsProvider({ children }: { readonly children: ReactNode }) {
  const listeners = useRef(new Set<AlertListener>());
  const cursor = useRef<string>(undefined);
  const hasBegun = useRef(false);
  const tell = (say: (listener: AlertListener) => void) => {
    for (const listener of listeners.current) say(listener);
  };
  const tellGap = () => tell(({ onGap }) => onGap());

  const onData = ({ alertNews }: AlertNewsSubscription) => {
    const { alert, isReset } = alertNews;
    cursor.current = alertNews.cursor ?? cursor.current;
    // Lists that were asked for before the first item may lack what came between.
    if (isReset || !hasBegun.current) tellGap();
    hasBegun.current = true;
    if (alert !== null) tell(({ onAlert }) => onAlert(alert));
  };
  // Read whenever the subscription is sent, also when the socket has come back by itself.
  const variables = useMemo(
    () => ({
      get after() {
        return cursor.current;
      },
    }),
    [],
  );
  const onProblem = () => {
    cursor.current = undefined; // it may be what was refused; without it the next first item is a gap
    hasBegun.current = false;
  };
  const live = useLive(AlertNewsDocument, 'all', variables, onData, { onProblem });
  const isLive = live.state === 'open' && live.problem === undefined;
  const news = useMemo<AlertNews>(
    () => ({
      isLive,
      listen: (listener) => {
        listeners.current.add(listener);
        return () => void listeners.current.delete(listener);
      },
    }),
    [isLive],
  );
  return <AlertNewsContext value={news}>{children}</AlertNewsContext>;
}

/** The listener may be another with each rendering. @returns Whether changes are told at present. */
export function useAlertNews(listener: AlertListener): boolean {
  const news = useContext(AlertNewsContext);
  if (news === null) throw new Error('useAlertNews outside of AlertNewsProvider');
  const latest = useRef(listener);
  latest.current = listener;
  const { listen, isLive } = news;
  useEffect(() => listen({ onAlert: (alert) => latest.current.onAlert(alert), onGap: () => latest.current.onGap() }), [listen]);
  return isLive;
}
