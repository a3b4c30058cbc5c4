// The one place that speaks to /auth: signing in and one's own account are REST, since they come before and beside GraphQL.
import type { Problem } from '../data/problem.ts';

export type Factor = 'totp' | 'passkey' | 'recovery';
/** The password was right and is not enough. */
export interface Challenge {
  /** For the next step, and for nothing else. */
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly methods: readonly Factor[];
  /** There is no factor yet: one has to be set up now. */
  readonly mustEnrol: boolean;
}
interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly mfa?: Challenge;
}

/** Why something was refused, in the API's words; `status` 0 when no answer came. */
export class AuthError extends Error {
  readonly status: number;
  /** Stable; empty when no answer came. */
  readonly code: string;
  readonly requestId: string | null;
  /** Of MFA_REQUIRED. */
  readonly challenge: Challenge | null;
  /** Seconds to wait; null when there is no need. */
  readonly retryAfter: number | null;

  constructor(status: number, { code = '', detail = '', errors = [], mfa }: ProblemBody, requestId: string | null, retryAfter: number | null = null) {
    super(errors.length > 0 ? errors.map((error) => error.detail).join(' ') : detail);
    this.name = 'AuthError';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.challenge = mfa ?? null;
    this.retryAfter = retryAfter;
  }
}

export type Method = 'GET' | 'POST' | 'DELETE' | 'PUT';

/**
 * @param body Undefined sends none.
 * @returns The body of the answer, null where there is none; its shape is the API's word.
 * @throws AuthError
 */
export async function call<T>(method: Method, path: string, body?: unknown, token?: string): Promise<T> {
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new AuthError(0, { detail: 'The API does not answer. Check that it runs with `./goshawk status`.' }, null);
  }
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new AuthError(
    response.status,
    typeof answer === 'object' && answer !== null ? answer : {},
    response.headers.get('x-request-id'),
    Number.isFinite(wait) ? wait : null,
  );
}

const span = (seconds: number): string => (seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.ceil(seconds / 60)} min`);

/** What to tell the person in front of the page. */
export function sentence({ status, code, message, retryAfter }: AuthError): string {
  if (code === 'LOGIN_FAILED') return 'Name or password is wrong.';
  if (code === 'MFA_FAILED')
    return 'This code does not hold. One of an application works once, and for half a minute: take the next. A recovery code works once.';
  if (code === 'PASSKEY_REFUSED') return 'This passkey does not hold here. Use another, or sign in with name and password.';
  if (status === 429) return `Too many attempts. Try again ${retryAfter === null ? 'in a minute' : `in ${span(retryAfter)}`}.`;
  return message === '' ? `The API answered with status ${status}. Its log has the reason under the request id.` : message;
}

export const problemOf = (error: AuthError, title: string): Problem => ({
  title,
  advice: sentence(error),
  code: error.code,
  requestId: error.requestId,
  position: null,
});
