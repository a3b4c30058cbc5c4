// The answers of Splunk's HTTP Event Collector, as its documentation "HTTP Event Collector REST API endpoints" lists them.
import type { FastifyReply } from 'fastify';
import { asProblem } from '../../gate/as-problem.ts';
import type { ApiProblem } from '../../gate/problem.ts';

export interface HecAnswer {
  readonly status: number;
  readonly code: number;
  readonly text: string;
  /** Of the event that is wrong, from 0: those before it were taken, it and those behind it were not. */
  readonly number?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const answer = (status: number, code: number, text: string): HecAnswer => ({ status, code, text });
export const SUCCESS = answer(200, 0, 'Success');
export const TOKEN_REQUIRED = answer(401, 2, 'Token is required');
export const INVALID_AUTHORIZATION = answer(401, 3, 'Invalid authorization');
export const INVALID_TOKEN = answer(403, 4, 'Invalid token');
export const NO_DATA = answer(400, 5, 'No data');
export const INVALID_FORMAT = answer(400, 6, 'Invalid data format');
const SERVER_ERROR = answer(500, 8, 'Internal server error');
const BUSY = answer(503, 9, 'Server is busy');
export const NO_CHANNEL = answer(400, 10, 'Data channel is missing');
export const BAD_CHANNEL = answer(400, 11, 'Invalid data channel');
export const NO_EVENT = answer(400, 12, 'Event field is required');
export const BLANK_EVENT = answer(400, 13, 'Event field cannot be blank');
export const BAD_FIELDS = answer(400, 15, 'Error in handling indexed fields');
export const QUERY_TOKEN = answer(400, 16, 'Query string authorization is not enabled');
export const HEALTHY = answer(200, 17, 'HEC is healthy');
export const UNHEALTHY = answer(503, 18, 'HEC is unhealthy, queues are full');
const AT_CAPACITY = answer(429, 26, 'HEC queue is at capacity');
export const ACKS_AT_CAPACITY = answer(429, 27, 'HEC ACK channel is at capacity');

/** What failed below, in HEC's terms; the caller logs what is our own mistake. */
export function answerTo(error: unknown): { readonly answer: HecAnswer; readonly problem: ApiProblem } {
  const problem = asProblem(error);
  const { code, message: detail, headers } = problem;
  const of = ({ status, code: number, text }: HecAnswer, isSaid = true): HecAnswer => ({
    status,
    code: number,
    text: isSaid ? `${text}: ${detail}` : text,
    headers,
  });
  switch (code) {
    case 'BROKER_UNAVAILABLE':
    case 'DATABASE_UNAVAILABLE':
    case 'GATEWAY_BUSY':
      return { problem, answer: of(BUSY, false) };
    case 'RATE_LIMITED':
      return { problem, answer: of(AT_CAPACITY, false) };
    case 'QUOTA_EXCEEDED':
      return { problem, answer: of(AT_CAPACITY) };
    case 'BODY_TOO_LARGE':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'INVALID_REQUEST':
    case 'CONFLICT':
      return { problem, answer: { ...of(INVALID_FORMAT), status: problem.status === 409 ? 400 : problem.status } };
    case 'FORBIDDEN':
    case 'UNAUTHENTICATED':
      return { problem, answer: INVALID_TOKEN };
    default:
      return { problem, answer: SERVER_ERROR };
  }
}

export const say = (reply: FastifyReply, { status, code, text, number, headers }: HecAnswer, more: Readonly<Record<string, unknown>> = {}): FastifyReply =>
  reply
    .code(status)
    .headers(headers ?? {})
    .send({ text, code, ...(number !== undefined && { 'invalid-event-number': number }), ...more });
