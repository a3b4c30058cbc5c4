// What the API refuses, and how it says so: RFC 9457 over REST, `extensions.code` over GraphQL, the close reason over WebSocket.
/** Every code of the API with its HTTP status and title. Codes are stable; docs/reference/errors.md is printed from this table. */
export const PROBLEMS = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid.' },
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON.' },
  INVALID_SEARCH: { status: 400, title: 'The search cannot be read.' },
  SEARCH_TOO_BROAD: { status: 400, title: 'The search would read too much.' },
  INVALID_RULE: { status: 400, title: 'The rule is refused.' },
  INVALID_CURSOR: { status: 400, title: 'The cursor is not one of ours.' },
  QUERY_TOO_COMPLEX: { status: 400, title: 'The query asks for too much at once.' },
  UNAUTHENTICATED: { status: 401, title: 'A valid token is needed.' },
  LOGIN_FAILED: { status: 401, title: 'Name or password is wrong.' },
  MFA_REQUIRED: { status: 401, title: 'A second factor is needed.' },
  MFA_FAILED: { status: 401, title: 'The second factor does not hold.' },
  PASSKEY_REFUSED: { status: 401, title: 'The passkey does not hold.' },
  SESSION_NEEDED: { status: 401, title: 'A signed-in session is needed.' },
  SESSION_ENDED: { status: 401, title: 'The session has ended.' },
  REAUTHENTICATION_NEEDED: { status: 403, title: 'Prove again who you are.' },
  CROSS_SITE: { status: 403, title: 'The request comes from a page of another site.' },
  SIGN_IN_FAILED: { status: 401, title: 'Signing in by the identity provider failed.' },
  FORBIDDEN: { status: 403, title: 'The role does not allow this.' },
  ORIGIN_REFUSED: { status: 403, title: 'Pages of this origin may not call.' },
  ORGANIZATION_SUSPENDED: { status: 403, title: 'The organization is suspended.' },
  NOT_FOUND: { status: 404, title: 'There is no such thing.' },
  UNKNOWN_VERSION: { status: 404, title: 'There is no such version of the interface.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The address takes other methods.' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time.' },
  CONFLICT: { status: 409, title: 'The change does not fit what is there.' },
  REQUEST_IN_PROGRESS: { status: 409, title: 'The same request is being worked on.' },
  GONE: { status: 410, title: 'The route has ended.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large.' },
  ADDRESS_TOO_LONG: { status: 414, title: 'The address is too long.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The media type is not supported.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another request.' },
  SIGN_IN_DELAYED: { status: 429, title: 'Too many failed attempts.' },
  RATE_LIMITED: { status: 429, title: 'Too many requests.' },
  QUOTA_EXCEEDED: { status: 429, title: 'What the organization may have in a day is used up.' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The header is too large.' },
  SLOW_CONSUMER: { status: 429, title: 'The subscriber did not keep up.' },
  OUTBOUND_REFUSED: { status: 400, title: 'The address may not be reached.' },
  UNEXPECTED: { status: 500, title: 'This is our mistake.' },
  NOT_OFFERED: { status: 501, title: 'This version does not offer it.' },
  PROVIDER_UNAVAILABLE: { status: 502, title: 'The identity provider cannot be used now.' },
  OUTBOUND_FAILED: { status: 502, title: 'The address does not answer.' },
  DRAINING: { status: 503, title: 'This process is about to end.' },
  GATEWAY_BUSY: { status: 503, title: 'More is waiting for the broker than may.' },
  BROKER_UNAVAILABLE: { status: 503, title: 'The broker does not answer.' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database does not answer.' },
  CONNECT_UNAVAILABLE: { status: 503, title: 'The worker of connectors does not answer.' },
  QUERY_TIMEOUT: { status: 503, title: 'The query took too long.' },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** What is wrong with one part of a request. `pointer` is a JSON pointer (RFC 6901) into it: `/body/events/3/@timestamp`. */
export interface Violation {
  readonly pointer: string;
  readonly detail: string;
}

/** Refuses a request. `message` becomes `detail`: it says what to do, and never holds what only we should know. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly Violation[];
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of `extensions`, for GraphQL: the position in a search. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly errors?: readonly Violation[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly extensions?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'ApiProblem';
    this.code = code;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.extensions = more.extensions ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** The body of `application/problem+json`. */
  document(requestId: string): Record<string, unknown> {
    const { status, title } = PROBLEMS[this.code];
    return {
      type: `urn:goshawk:problem:${this.code}`,
      title,
      status,
      detail: this.message,
      code: this.code,
      requestId,
      ...(this.errors.length > 0 && { errors: this.errors }),
      ...this.extensions,
    };
  }
}

/** An error and what it came from, outermost first. */
export function causesOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
/** For the log, never for a caller. */
export const reasonOf = (error: unknown): string =>
  causesOf(error)
    .map(({ message, name }) => message || name)
    .join(': ');

export const notFound = (what: string) => new ApiProblem('NOT_FOUND', `There is no ${what}, or it belongs to another organization.`);

/** JSON pointer from its parts. */
export const pointer = (...parts: readonly PropertyKey[]): string =>
  parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
