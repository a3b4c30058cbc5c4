// Who is signed in here. The refresh token is in a cookie that scripts cannot read, so that a link opened in a new tab needs no
// second sign-in; the access token lives in memory only. Local storage knows that there is a session, and nothing of it.
import { cell } from '../kit/cell.ts';
import { forgetSearches } from '../kit/recent-searches.ts';
import { AuthError, call, type Challenge, type Method } from './api.ts';
import { noteSignOut } from './signed-out.ts';

interface SignedIn {
  readonly accessToken: string;
  /** Seconds from now. */
  readonly expiresIn: number;
}
interface Access {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const KEY = 'goshawk.session';
const EARLY_MS = 30_000; // renewed this long before it ends, so that no request leaves with a token about to die

/** `out` when nobody is signed in or the session has ended. */
export const session = cell<'in' | 'out'>(localStorage.getItem(KEY) === null ? 'out' : 'in');
/** Whether the session was ended from elsewhere, or by time, while this page was open. */
export const wasEnded = cell(false);
let access: Access | undefined;
let renewal: Promise<string | null> | undefined;

function keep(signedIn: SignedIn): string {
  access = { token: signedIn.accessToken, until: Date.now() + signedIn.expiresIn * 1000 };
  expectSession();
  return signedIn.accessToken;
}

function forget(): void {
  access = undefined;
  localStorage.removeItem(KEY);
  forgetSearches();
  session.set('out');
}

/** Said before the browser leaves for an identity provider, which sends it back with a cookie and nothing else. */
export function expectSession(): void {
  localStorage.setItem(KEY, 'in');
  wasEnded.set(false);
  session.set('in');
}

/** @returns What else is asked for; null when signed in. @throws AuthError */
export async function signIn(user: string, password: string, organization: string): Promise<Challenge | null> {
  try {
    keep(await call<SignedIn>('POST', '/auth/login', { user, password, organization }));
    return null;
  } catch (error) {
    if (error instanceof AuthError && error.challenge !== null) return error.challenge;
    throw error;
  }
}

/** Ends a sign-in that was begun. @returns Recovery codes when `code` proved a factor that is new: shown this once. @throws AuthError */
export async function proveCode({ token }: Challenge, code: string): Promise<readonly string[]> {
  const { recoveryCodes = [], ...signedIn } = await call<SignedIn & { readonly recoveryCodes?: readonly string[] }>('POST', '/auth/verify-mfa', {
    mfaToken: token,
    code,
  });
  keep(signedIn);
  return recoveryCodes;
}

/** @param proof Shows the options of the API to the browser's owner. @throws AuthError, and what `proof` throws */
export async function signInByPasskey(organization: string, challenge: Challenge | null, proof: (options: unknown) => Promise<unknown>): Promise<void> {
  const about = { organization, ...(challenge === null ? {} : { mfaToken: challenge.token }) };
  const credential = await proof(await call('POST', '/auth/passkeys/sign-in/options', about));
  keep(await call<SignedIn>('POST', '/auth/passkeys/sign-in', { ...about, credential }));
}

/**
 * Ends the session here at once, and at the API as soon as it hears of it. Where the organization wants that, the browser goes on to the identity provider
 * that the session came from, and comes back with the `state` that is noted here.
 */
export function signOut(organization: string | undefined): void {
  const told = fetch('/auth/oidc/logout', { method: 'POST', keepalive: true });
  forget();
  void told
    .then(async (answer) => {
      const { url } = (await answer.json()) as { readonly url?: string | null };
      if (!answer.ok || typeof url !== 'string') return;
      noteSignOut(new URL(url).searchParams.get('state'), organization);
      window.location.assign(url);
    })
    .catch(() => undefined);
}

/** One tab at a time: a refresh token is good for one use, and the next tab sends the new one. */
async function renew(): Promise<string | null> {
  const ask = async () => {
    if (localStorage.getItem(KEY) === null) {
      forget();
      return null;
    }
    try {
      return keep(await call<SignedIn>('POST', '/auth/refresh', {}));
    } catch (error) {
      if (error instanceof AuthError && (error.status === 400 || error.status === 401 || error.status === 403)) {
        wasEnded.set(true);
        forget();
      }
      return null; // anything else may pass: the session stays, and the request fails with its own reason
    }
  };
  const locks = (navigator as Partial<Navigator>).locks; // browsers have them on https and on this machine only
  return locks === undefined ? ask() : locks.request('goshawk.session', ask);
}

/** @param rejected A token that the API has just refused; it is not given out again. Null when nobody is signed in or no token can be had now. */
export async function accessToken(rejected?: string): Promise<string | null> {
  if (access !== undefined && access.token !== rejected && access.until - EARLY_MS > Date.now()) return access.token;
  renewal ??= renew().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

/** `call` as who is signed in; once more with a new token when the API refuses the first. @throws AuthError */
export async function callSignedIn<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const token = await accessToken();
  try {
    return await call<T>(method, path, body, token ?? undefined);
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'UNAUTHENTICATED' || token === null) throw error;
    const renewed = await accessToken(token);
    if (renewed === null) throw error;
    return call<T>(method, path, body, renewed);
  }
}

window.addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  access = undefined;
  session.set(event.newValue === null ? 'out' : 'in');
});
