export interface LoginSearch {
  /** Path of the page to go to afterwards. */
  readonly next?: string;
  /** Id; `default` unless said. */
  readonly organization?: string;
  /** Code of what went wrong at an identity provider, and the request that the API logged it under. */
  readonly problem?: string;
  readonly requestId?: string;
  /** Why an identity provider did not do; see `provider-refusal.ts`. */
  readonly reason?: string;
  /** Of a sign-out at an identity provider, which sends it back. */
  readonly state?: string;
}

const ORGANIZATION = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What cannot be read is left out, and so is what would lead to another site. */
export function readLoginSearch({ next, organization, problem, requestId, reason, state }: Record<string, unknown>): LoginSearch {
  return {
    ...(typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {}),
    ...(typeof organization === 'string' && ORGANIZATION.test(organization) && organization !== 'default' ? { organization } : {}),
    ...(typeof problem === 'string' && /^[A-Z_]{1,60}$/.test(problem) ? { problem } : {}),
    ...(typeof requestId === 'string' && /^[\w-]{1,100}$/.test(requestId) ? { requestId } : {}),
    ...(typeof reason === 'string' && /^[a-z-]{1,40}$/.test(reason) ? { reason } : {}),
    ...(typeof state === 'string' && /^[\w-]{43}$/.test(state) ? { state } : {}),
  };
}
