/** What the API answers instead of what was asked for: RFC 9457, with a stable code. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable; `NETWORK` when no answer came. */
  readonly code: string;
  /** What to do. */
  readonly detail: string;
  /** By which the operators find it in their logs; empty when no answer came. */
  readonly requestId: string;
  /** JSON pointers into the request. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(status: number, problem: unknown, options?: ErrorOptions) {
    const { code, title, detail, requestId, errors } = (typeof problem === 'object' && problem !== null ? problem : {}) as Record<string, unknown>;
    const textOf = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
    super(`${textOf(title, `The API answers ${status}.`)} ${textOf(detail, '')}`.trim(), options);
    this.name = 'ApiError';
    this.status = status;
    this.code = textOf(code, 'UNKNOWN');
    this.detail = textOf(detail, '');
    this.requestId = textOf(requestId, '');
    this.errors = Array.isArray(errors) ? (errors as ApiError['errors']) : [];
  }
}
