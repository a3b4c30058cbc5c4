// Alerts that still need somebody, for the rail and the overview. Renewed when one changes.
import { createContext, useContext, useRef, type ReactNode } from 'react';
import { useFresh, type Fresh } from '../data/fresh.ts';
import { useLive } from '../data/live.ts';
import { AlertChangedDocument, OpenAlertsDocument, type OpenAlertsQuery } from '../gql/graphql.ts';

const OPEN_EVERY_MS = 15_000;
const SOON_MS = 700; // many changes at once ask once
/** How many are asked for; beyond it the page says "100+". */
export const OPEN_LIMIT = 100;

const OpenAlertsContext = createContext<Fresh<OpenAlertsQuery> | null>(null);

export function OpenAlertsProvider({ children }: { readonly children: ReactNode }) {
  const open = useFresh(OpenAlertsDocument, { key: 'open', variables: () => ({ first: OPEN_LIMIT }), what: 'Open alerts', everyMs: OPEN_EVERY_MS });
  const timer = useRef<number>(undefined);
  useLive(AlertChangedDocument, 'all', {}, () => {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      open.reload();
    }, SOON_MS);
  });
  return <OpenAlertsContext value={open}>{children}</OpenAlertsContext>;
}

export function useOpenAlerts(): Fresh<OpenAlertsQuery> {
  const open = useContext(OpenAlertsContext);
  if (open === null) throw new Error('useOpenAlerts outside of OpenAlertsProvider');
  return open;
}
