// Changing how one proves who one is needs a proof itself, when the sign-in was a while ago: the password.
import { useState, type ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import { AuthError, problemOf } from '../session/api.ts';
import { PasskeyError } from '../session/passkey.ts';

/** For the body of the request: empty until the API asks. */
export interface Proof {
  readonly password?: string;
}

/** Runs one change at a time. `field` is null until the API wants the password; then the change is run again with what stands in it. */
export function useProof(): {
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  readonly field: ReactNode;
  readonly run: (title: string, work: (proof: Proof) => Promise<void>) => Promise<void>;
  readonly reset: () => void;
} {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [isNeeded, setNeeded] = useState(false);
  const [password, setPassword] = useState('');
  const run = async (title: string, work: (proof: Proof) => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work(isNeeded ? { password } : {});
    } catch (error) {
      if (error instanceof AuthError && error.code === 'REAUTHENTICATION_NEEDED' && !isNeeded) setNeeded(true);
      else if (error instanceof AuthError) setProblem(problemOf(error, title));
      else if (error instanceof PasskeyError) setProblem({ title, advice: error.message, code: '', requestId: null, position: null });
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  const field = isNeeded ? (
    <label className="field">
      <span>You signed in more than ten minutes ago: enter your password, or sign in again first</span>
      <input
        className="input"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
        value={password}
        onChange={({ target }) => setPassword(target.value)}
      />
    </label>
  ) : null;
  const reset = () => {
    setProblem(undefined);
    setNeeded(false);
    setPassword('');
  };
  return { isBusy, problem, field, run, reset };
}
