// Who guesses, waits longer and longer: by account, by address, and by second factor. Every attempt is counted before it is looked at, so a
// thousand at once are no better than one after the other, and a name that does not exist is counted like one that does.
import { countAttempt, takeBackAttempt } from '../../store/queries/accounts.ts';
import type { AttemptKind, AttemptLimits } from '../../store/queries/accounts.ts';
import type { InOrganization } from '../database.ts';
import { addressKey, isLoopback } from '../gate/address.ts';
import { ApiProblem } from '../gate/problem.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Addresses are shared by people, so they are given more; a second factor is short, so it is given less time to be guessed. */
export const LIMITS: Readonly<Record<AttemptKind, AttemptLimits>> = {
  account: { free: 5, firstSeconds: 15, longestSeconds: 15 * MINUTE, memorySeconds: HOUR },
  address: { free: 30, firstSeconds: 15, longestSeconds: HOUR, memorySeconds: HOUR },
  factor: { free: 5, firstSeconds: 30, longestSeconds: HOUR, memorySeconds: 24 * HOUR },
};

export interface Attempt {
  readonly kind: AttemptKind;
  /** Name, address, or id of the user. */
  readonly subject: string;
}

/**
 * Makes an attempt: `check` says whether it was right, in which case it is not held against anybody.
 * @returns What `check` gives; null = wrong.
 * @throws ApiProblem SIGN_IN_DELAYED with Retry-After when one of the subjects has to wait; then `check` is not called.
 */
export async function attempt<T>(run: InOrganization, organization: string, subjects: readonly Attempt[], check: () => Promise<T | null>): Promise<T | null> {
  const seconds = await run(organization, async (sql) => {
    let longest = 0;
    // Always all of them and in one order: the answer takes the same time, and two attempts cannot wait for each other.
    for (const { kind, subject } of subjects) longest = Math.max(longest, await countAttempt(sql, kind, subject, LIMITS[kind]));
    return longest;
  });
  if (seconds > 0)
    throw new ApiProblem('SIGN_IN_DELAYED', `Wait ${seconds} s and try again, sign in with a passkey, or ask an administrator to unlock the account.`, {
      headers: { 'retry-after': String(seconds) },
    });
  const result = await check();
  if (result !== null)
    await run(organization, async (sql) => {
      // An account is believed again; of an address only this attempt is taken back, or somebody with an account there would wipe out what others tried.
      for (const { kind, subject } of subjects) await takeBackAttempt(sql, kind, subject, kind !== 'address');
    });
  return result;
}

/**
 * What the attempt of a password counts for. Not for this machine's address: by a proxy here that is not in `api.trustedProxies` everybody
 * comes from it, and one who guesses would lock out all.
 */
export const passwordAttempt = (name: string, address: string): readonly Attempt[] => [
  { kind: 'account', subject: name },
  ...(isLoopback(address) ? [] : [{ kind: 'address', subject: addressKey(address) } as const]),
];
