// What went wrong, as a person can use it: what failed, what to do, and the id under which the API logged it.
import type { CombinedError } from 'urql';

export interface Problem {
  /** What failed, as a sentence. */
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
  /** Stable code of the API; empty when no answer came. */
  readonly code: string;
  /** Null when the request never reached the API. */
  readonly requestId: string | null;
  /** Which part of the search text, in UTF-16 units from 0; null when it is not about that. */
  readonly position: { readonly at: number; readonly length: number } | null;
}

const known: Record<string, Pick<Problem, 'title' | 'advice'>> = {
  DATABASE_UNAVAILABLE: {
    title: 'The database does not answer.',
    advice: 'Stored events and alerts cannot be read until it does; records keep flowing and wait. `./goshawk status` says why it is away.',
  },
  BROKER_UNAVAILABLE: {
    title: 'The broker does not answer.',
    advice: 'Nothing new arrives until it does; what is stored can be read. `./goshawk status` says why it is away.',
  },
  REGISTRY_UNAVAILABLE: {
    title: 'The schema registry does not answer.',
    advice: 'Known schemas are cached, so records keep flowing. `./goshawk status` says why it is away.',
  },
};

function positionOf(value: unknown): Problem['position'] {
  if (typeof value !== 'object' || value === null || !('at' in value) || !('length' in value)) return null;
  return typeof value.at === 'number' && typeof value.length === 'number' ? { at: value.at, length: value.length } : null;
}

/** @param what What was asked for, as the subject of a sentence: `Alerts`. */
export function describe(error: CombinedError, what: string): Problem {
  const requestId = (error.response as Response | undefined)?.headers?.get('x-request-id') ?? null;
  const first = error.graphQLErrors[0];
  if (first !== undefined) {
    const code = typeof first.extensions['code'] === 'string' ? first.extensions['code'] : '';
    const position = positionOf(first.extensions['position']);
    const title = code === 'FORBIDDEN' ? 'Your roles do not allow this.' : `${what} could not be loaded.`;
    const sentences = known[code] ?? { title, advice: first.message };
    const id = typeof first.extensions['requestId'] === 'string' ? first.extensions['requestId'] : requestId;
    return { ...sentences, code, requestId: id, position };
  }
  const status = (error.response as Response | undefined)?.status;
  if (status === undefined)
    return {
      title: 'The API does not answer.',
      advice: 'This page tries again by itself. `./goshawk status` says whether it runs.',
      code: '',
      requestId,
      position: null,
    };
  if (status === 401) return { title: 'Your session has ended.', advice: 'Sign in again to go on.', code: 'UNAUTHENTICATED', requestId, position: null };
  if (status === 429)
    return { title: 'Too many requests.', advice: 'The API asks to wait; this page tries again by itself.', code: 'RATE_LIMITED', requestId, position: null };
  return {
    title: `${what} could not be loaded.`,
    advice: `The API answered with status ${status}. Its log has the reason under the request id.`,
    code: `HTTP_${status}`,
    requestId,
    position: null,
  };
}
