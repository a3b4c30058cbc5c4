// Whatever can be thrown below a route or resolver, as a problem that the caller can act on.
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { PipelineError } from '../../pipeline/core/errors.ts';
import { SearchTooBroadError } from '../../store/queries/search/cost.ts';
import { SearchError } from '../../domains/search/syntax.ts';
import { ApiProblem } from './problem.ts';

/** Whatever was thrown, as what the caller may know of it. An `UNEXPECTED` is to be logged by whoever asks: its cause is the error. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof SearchError) {
    return new ApiProblem('INVALID_SEARCH', error.message, {
      errors: [{ pointer: '/search', detail: `Characters ${error.at} to ${error.at + error.length}: ${error.message}` }],
      extensions: { position: { at: error.at, length: error.length } },
    });
  }
  if (error instanceof SearchTooBroadError) {
    const { events, cost, keep } = error;
    return new ApiProblem('SEARCH_TOO_BROAD', `${error.message} ${howToNarrow(keep)}`, { extensions: { eventsInRange: events, cost: Math.round(cost) } });
  }
  if (error instanceof PipelineError) {
    if (error.code === 'GATEWAY_BUSY') return new ApiProblem('GATEWAY_BUSY', error.message, { headers: RETRY_SOON, cause: error });
    if (error.code === 'QUOTA_EXCEEDED')
      return new ApiProblem('QUOTA_EXCEEDED', error.message, { headers: { 'retry-after': String(error.details.retryAfterSeconds) }, cause: error });
    if (error.code === 'SOURCE_REFUSED') return new ApiProblem('CONFLICT', error.message, { cause: error });
    if (['OUTBOUND_REFUSED', 'OUTBOUND_REDIRECTED', 'OUTBOUND_TOO_LARGE'].includes(error.code))
      return new ApiProblem('OUTBOUND_REFUSED', error.message, { cause: error });
    if (error.code === 'OUTBOUND_FAILED') return new ApiProblem('OUTBOUND_FAILED', error.message, { cause: error });
    const detail = error.details.isOursToSay === true ? error.message : BROKER_AWAY;
    if (error.code === 'BROKER_UNAVAILABLE') return new ApiProblem('BROKER_UNAVAILABLE', detail, { headers: RETRY_SOON, cause: error });
    if (error.code === 'DATABASE_UNAVAILABLE') return new ApiProblem('DATABASE_UNAVAILABLE', DATABASE_AWAY, { headers: RETRY_SOON, cause: error });
  }
  return (
    databaseProblem(error) ??
    fastifyProblem(error) ??
    new ApiProblem(
      'UNEXPECTED',
      'Something failed that should not. Try again; if it stays, report it with the request id, under which the log has the details.',
      { cause: error },
    )
  );
}

/** @param keep Part of the range that could be read, 0 to 1. */
export const howToNarrow = (keep: number): string =>
  `Take at most ${keep >= 0.01 ? `${Math.floor(keep * 100)} %` : 'a hundredth'} of the range, or add a whole value that the index of values knows, such as \`host.name:web01\` or \`source.ip:10.0.0.1\`; counts by dataset, sensor and severity alone have no limit.`;

export const RETRY_SOON = { 'retry-after': '5' } as const;
export const BROKER_AWAY = 'The broker is away; what it has is safe. Try again in a few seconds; `./goshawk status` says what is wrong.';
export const DATABASE_AWAY =
  'The database is away; events wait in their topics and are stored when it is back. Try again in a few seconds; `./goshawk status` says what is wrong.';

/** SQLSTATE classes and Node codes that mean: not there, or not now. */
const AWAY_STATES = /^(08|57P|53)/;
const AWAY_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
const AWAY_TEXT = /Query read timeout|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

function databaseProblem(error: unknown): ApiProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as { readonly code?: unknown }).code;
  if (code === '57014') return new ApiProblem('QUERY_TIMEOUT', 'Ask for a shorter time range or a narrower filter.', { cause: error });
  if (code === '22021' || code === '22P05') return new ApiProblem('INVALID_REQUEST', 'Text cannot hold the character NUL.', { cause: error });
  if ((typeof code === 'string' && (AWAY_STATES.test(code) || AWAY_CODES.has(code))) || AWAY_TEXT.test(error.message)) {
    return new ApiProblem('DATABASE_UNAVAILABLE', DATABASE_AWAY, { headers: RETRY_SOON, cause: error });
  }
  return error instanceof AggregateError ? error.errors.map(databaseProblem).find((problem) => problem !== undefined) : undefined;
}

interface FastifyFailure {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly validationContext?: unknown;
}

function fastifyProblem(error: unknown): ApiProblem | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const { validationContext } = error as FastifyFailure;
    const context = typeof validationContext === 'string' ? validationContext : 'body';
    const errors = error.validation.map((issue) => ({
      pointer: `/${context === 'querystring' ? 'query' : context}${issue.instancePath === '/' ? '' : issue.instancePath}`,
      detail: issue.message ?? 'Not valid.',
    }));
    return new ApiProblem(
      'INVALID_REQUEST',
      `${errors.length === 1 ? 'One value does' : `${errors.length} values do`} not fit; \`errors\` says which and why. /docs shows what is expected.`,
      { errors, cause: error },
    );
  }
  const { code, statusCode, message } = error as FastifyFailure;
  switch (code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ApiProblem('MALFORMED_JSON', 'Send a JSON document in UTF-8 with `content-type: application/json`.', { cause: error });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiProblem('BODY_TOO_LARGE', 'Send fewer or smaller items per request.', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiProblem('UNSUPPORTED_MEDIA_TYPE', 'Send JSON with `content-type: application/json`.', { cause: error });
  }
  if (error instanceof SyntaxError && statusCode === 400)
    return new ApiProblem('MALFORMED_JSON', 'Send a JSON document in UTF-8 with `content-type: application/json`.', { cause: error });
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  switch (statusCode) {
    case 404:
      return new ApiProblem('NOT_FOUND', 'There is nothing at this address. /docs lists what there is.', { cause: error });
    case 413:
      return new ApiProblem('BODY_TOO_LARGE', 'Send fewer or smaller items per request.', { cause: error });
    case 415:
      return new ApiProblem('UNSUPPORTED_MEDIA_TYPE', 'Send JSON with `content-type: application/json`.', { cause: error });
    default:
      return new ApiProblem('INVALID_REQUEST', typeof message === 'string' ? message : 'The request cannot be read.', { cause: error });
  }
}
