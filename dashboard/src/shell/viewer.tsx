// Who is signed in, asked once for all of the page, and again now and then: roles change.
import { createContext, useContext, type ReactNode } from 'react';
import { useFresh } from '../data/fresh.ts';
import { ViewerDocument, type ViewerQuery } from '../gql/graphql.ts';

const EVERY_MS = 60_000;
const ViewerContext = createContext<ViewerQuery['viewer'] | undefined>(undefined);

export function ViewerProvider({ children }: { readonly children: ReactNode }) {
  const { data } = useFresh(ViewerDocument, { key: 'viewer', variables: () => ({}), what: 'Your account', everyMs: EVERY_MS });
  return <ViewerContext value={data?.viewer}>{children}</ViewerContext>;
}

/** Undefined until the API has said who asks. */
export const useViewer = (): ViewerQuery['viewer'] | undefined => useContext(ViewerContext);
