// Who is signed in here. The refresh token is kept in local storage, so that a link opened in a new tab needs no second
// sign-in; the access token lives in memory only.
import { cell } from '../kit/cell.ts';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
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

async function post(path: string, body: unknown): Promise<Tokens> {
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
  return answer as Tokens;
}

function keep(tokens: Tokens): string {
  access = { token: tokens.accessToken, until: Date.now() + tokens.expiresIn * 1000 };
  localStorage.setItem(KEY, tokens.refreshToken);
  session.set('in');
  return tokens.accessToken;
}

/** @throws SignInError */
export async function signIn(username: string, password: string): Promise<void> {
  keep(await post('/auth/login', { username, password }));
}

export function signOut(): void {
  access = undefined;
  localStorage.removeItem(KEY);
  session.set('out');
}

/** One tab at a time: a refresh token may be good for one use only, and the next tab finds the new one. */
async function renew(): Promise<string | null> {
  return navigator.locks.request('goshawk.session', async () => {
    const refreshToken = localStorage.getItem(KEY);
    if (refreshToken === null) {
      signOut();
      return null;
    }
    try {
      return keep(await post('/auth/refresh', { refreshToken }));
    } catch (error) {
      if (error instanceof SignInError && (error.status === 400 || error.status === 401 || error.status === 403)) signOut();
      return null; // anything else may pass: the session stays, and the request fails with its own reason
    }
  });
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
