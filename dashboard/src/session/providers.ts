// By which identity providers people of an organization sign in.
import { useEffect, useState } from 'react';
import { call } from './api.ts';

export interface Provider {
  readonly name: string;
  /** As the organization calls it: `Sign in with Corp`. */
  readonly label: string;
  /** Path that sends the browser there. */
  readonly start: string;
}

/** None while they cannot be had, since there are other ways in. @param organization Undefined: not known yet. */
export function useProviders(organization: string | undefined): readonly Provider[] {
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  useEffect(() => {
    if (organization === undefined) return undefined;
    let isOver = false;
    void call<{ readonly providers: readonly Provider[] }>('GET', `/auth/oidc?${new URLSearchParams({ organization })}`).then(
      (found) => !isOver && setProviders(found.providers),
      () => !isOver && setProviders([]),
    );
    return () => {
      isOver = true;
    };
  }, [organization]);
  return providers;
}
