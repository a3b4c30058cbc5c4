// Who is signed in here. The refresh token is in a cookie that scripts cannot read, so that a link opened in a new tab needs no
// second sign-in; the access token lives in memory only. Local storage knows that there is a session, and nothing of it.
import { cell } from '../kit/cell.ts';

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
let access: Access | undefined;
let renewal: Promise<string | null> | undefined;

/** Why a sign-in was refused, in the API's words; `status` 0 when no answer came. */
export class SignInError extends Error {
  readonly status: number;
  readonly requestId: string | null;

  constructor(status: number, message: string, requestId: string | null) {
    super(message);
    this.name = 'SignInError';
    this.status = status;
    this.requestId = requestId;
  }
}

/** @throws SignInError */
async function post(path: string, body: unknown): Promise<SignedIn> {
  let response: Response;
  try {
    response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(body) });
  } catch {
    throw new SignInError(0, 'The API does not answer. Check that it runs with `./goshawk status`.', null);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const detail = typeof answer === 'object' && answer !== null && 'detail' in answer && typeof answer.detail === 'string' ? answer.detail : '';
    throw new SignInError(response.status, detail, response.headers.get('x-request-id'));
  }
  return answer as SignedIn;
}

function keep(signedIn: SignedIn): string {
  access = { token: signedIn.accessToken, until: Date.now() + signedIn.expiresIn * 1000 };
  localStorage.setItem(KEY, 'in');
  session.set('in');
  return signedIn.accessToken;
}

function forget(): void {
  access = undefined;
  localStorage.removeItem(KEY);
  session.set('out');
}

/** @throws SignInError */
export async function signIn(user: string, password: string): Promise<void> {
  keep(await post('/auth/login', { user, password }));
}

/** Ends the session here at once, and at the API as soon as it hears of it. */
export function signOut(): void {
  void fetch('/auth/logout', { method: 'POST', keepalive: true }).catch(() => undefined);
  forget();
}

/** One tab at a time: a refresh token is good for one use, and the next tab sends the new one. */
async function renew(): Promise<string | null> {
  const ask = async () => {
    if (localStorage.getItem(KEY) === null) {
      forget();
      return null;
    }
    try {
      return keep(await post('/auth/refresh', {}));
    } catch (error) {
      if (error instanceof SignInError && (error.status === 400 || error.status === 401 || error.status === 403)) forget();
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

window.addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  access = undefined;
  session.set(event.newValue === null ? 'out' : 'in');
});
