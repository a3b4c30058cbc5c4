// One's own account, as the REST routes under /auth have it.
import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../data/problem.ts';
import { AuthError, problemOf } from '../session/api.ts';
import { callSignedIn } from '../session/tokens.ts';

export interface OwnFactors {
  /** The organization wants one of the role. */
  readonly isRequired: boolean;
  readonly totpSince: string | null;
  readonly passkeys: number;
  /** Unused. */
  readonly recoveryCodes: number;
}
export interface OwnPasskey {
  readonly id: string;
  readonly name: string;
  /** Its provider keeps it, so other devices of its owner have it too. */
  readonly isBackedUp: boolean;
  readonly createdAt: string;
  readonly usedAt: string | null;
}
export interface OwnSession {
  readonly id: string;
  readonly isThisOne: boolean;
  /** How its user proved who they are. */
  readonly methods: readonly string[];
  readonly address: string | null;
  /** Of the browser or program, in its own words. */
  readonly agent: string | null;
  readonly usedAt: string;
  readonly createdAt: string;
}
export interface OwnIdentity {
  readonly id: string;
  /** What the organization calls the provider. */
  readonly label: string;
  /** What one is called there. */
  readonly subject: string;
  readonly createdAt: string;
  readonly usedAt: string;
}

interface Own {
  readonly '/auth/mfa': OwnFactors;
  readonly '/auth/passkeys': { readonly passkeys: readonly OwnPasskey[] };
  readonly '/auth/identities': { readonly identities: readonly OwnIdentity[] };
  readonly '/auth/sessions': { readonly sessions: readonly OwnSession[] };
}

/** @param what For the sentence that says what failed. `data` stays when a later request fails. */
export function useOwn<P extends keyof Own>(
  path: P,
  what: string,
): { readonly data: Own[P] | undefined; readonly problem: Problem | undefined; readonly reload: () => void } {
  const [data, setData] = useState<Own[P]>();
  const [problem, setProblem] = useState<Problem>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    const read = async () => {
      try {
        const found = await callSignedIn<Own[P]>('GET', path);
        if (isOver) return;
        setData(found);
        setProblem(undefined);
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        if (!isOver) setProblem(problemOf(error, `${what} could not be loaded.`));
      }
    };
    void read();
    return () => {
      isOver = true;
    };
  }, [path, what, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { data, problem, reload };
}
