import { FatalError, FencedError, PipelineError, RecordError, RetryableError } from '../../core/errors.ts';

/** An error code of the broker, from an answer that we decode ourselves. */
export class BrokerError extends Error {
  readonly brokerCode: number;

  constructor(brokerCode: number) {
    super(`The broker answered with error ${brokerCode}`);
    this.name = 'BrokerError';
    this.brokerCode = brokerCode;
  }
}

/** Leadership or membership of the cluster moved, or it is short of replicas: look again, then repeat the same request. */
const MOVED = new Set([3, 5, 6, 7, 9, 13, 19, 20, 41, 56, 74, 75, 78, 89]);
/** The coordinator of a group or a transaction moved or is loading; 5: the node that was it is gone. */
const COORDINATOR_MOVED = new Set([5, 14, 15, 16]);
const RETRYABLE = new Set([...MOVED, ...COORDINATOR_MOVED, 27, 51, 88]);
const MUST_ABORT = new Set([45, 48, 49, 59, 120]);
const GENERATION_OVER = new Set([22, 25, 82]);
const PRODUCER_FENCED = new Set([47, 90]);
const TOO_LARGE = new Set([10, 18]);
const INVALID_RECORD = new Set([32, 87]);

/** Names for messages; the numbers are the protocol's. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'OFFSET_OUT_OF_RANGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  10: 'MESSAGE_TOO_LARGE',
  17: 'INVALID_TOPIC',
  22: 'ILLEGAL_GENERATION',
  23: 'INCONSISTENT_GROUP_PROTOCOL',
  25: 'UNKNOWN_MEMBER_ID',
  26: 'INVALID_SESSION_TIMEOUT',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  30: 'GROUP_AUTHORIZATION_FAILED',
  31: 'CLUSTER_AUTHORIZATION_FAILED',
  35: 'UNSUPPORTED_VERSION',
  40: 'INVALID_CONFIG',
  42: 'INVALID_REQUEST',
  44: 'POLICY_VIOLATION',
  47: 'INVALID_PRODUCER_EPOCH',
  48: 'INVALID_TXN_STATE',
  50: 'INVALID_TRANSACTION_TIMEOUT',
  51: 'CONCURRENT_TRANSACTIONS',
  53: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  58: 'SASL_AUTHENTICATION_FAILED',
  76: 'UNSUPPORTED_COMPRESSION_TYPE',
  87: 'INVALID_RECORD',
  88: 'UNSTABLE_OFFSET_COMMIT',
};

interface Failure {
  readonly brokerCode?: unknown;
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** The broker's error code behind an error, through causes and aggregates; undefined when the broker did not answer with one. */
export function brokerCodeOf(error: unknown): number | undefined {
  for (let at = error as Failure | undefined; at; at = (at.cause ?? (Array.isArray(at.errors) ? at.errors[0] : undefined)) as Failure | undefined) {
    if (at instanceof PipelineError) return typeof at.details['code'] === 'number' ? at.details['code'] : undefined;
    if (typeof at.brokerCode === 'number') return at.brokerCode;
    if (typeof at.code !== 'number') continue;
    if (at.code !== -99) return at.code;
    const number = /Unknown error code (-?\d+)/.exec(String(at.message)); // what the table of kafkajs does not know
    if (number) return Number(number[1]);
  }
  return undefined;
}

const SILENT = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSTimeout',
  'KafkaJSLockTimeout',
  'KafkaJSBrokerNotFound',
]);

/** A plain Error of kafkajs, for a node whose connection another request is just making or has just lost. */
const NOT_CONNECTED = 'Broker not connected';

/** True when a request got no answer: the connection broke, was refused, or time ran out. Whether it was carried out is unknown. */
export function isUnanswered(error: unknown): boolean {
  for (let at = error as Failure | undefined; at; at = at.cause as Failure | undefined) {
    if (at instanceof PipelineError) return at.details['unanswered'] === true;
    if (SILENT.has(String(at.name)) || at.message === NOT_CONNECTED) return true;
  }
  return false;
}

export const isMoved = (error: unknown): boolean => isUnanswered(error) || MOVED.has(brokerCodeOf(error) ?? 0);
export const isCoordinatorMoved = (error: unknown): boolean => isUnanswered(error) || COORDINATOR_MOVED.has(brokerCodeOf(error) ?? 0);
export const isTooLarge = (error: unknown): boolean => TOO_LARGE.has(brokerCodeOf(error) ?? 0);
/** The broker refuses what one of the records is, and appended none of them. */
export const isRefusedRecord = (error: unknown): boolean => isTooLarge(error) || INVALID_RECORD.has(brokerCodeOf(error) ?? 0);
export const isConcurrentTransaction = (error: unknown): boolean => brokerCodeOf(error) === 51;

/**
 * The class that tells the caller what to do.
 *
 * @param doing What failed, for the message: "produce to events.valid.v1/3".
 */
export function toPipelineError(error: unknown, doing: string): PipelineError {
  if (error instanceof PipelineError) return error;
  const code = brokerCodeOf(error);
  const cause = { cause: error };
  if (code === undefined) {
    if (isUnanswered(error)) return new RetryableError('BROKER_UNAVAILABLE', `The broker did not answer: ${doing}`, { doing, unanswered: true }, cause);
    return new FatalError('BROKER_REFUSED', `Could not ${doing}: ${(error as Error).message}`, { doing }, cause);
  }
  const details = { doing, code };
  const name = `${NAMES[code] ?? 'error'} (${code})`;
  if (RETRYABLE.has(code)) return new RetryableError('BROKER_UNAVAILABLE', `The broker cannot ${doing} now: ${name}`, details, cause);
  if (MUST_ABORT.has(code)) return new RetryableError('TXN_MUST_ABORT', `The broker gave up the transaction on ${doing}: ${name}`, details, cause);
  if (GENERATION_OVER.has(code)) return new FencedError('GENERATION_FENCED', `The group moved on: ${doing}: ${name}`, details, cause);
  if (PRODUCER_FENCED.has(code))
    return new FencedError('PRODUCER_FENCED', `Another process has the transactional id, or its transaction timed out: ${doing}: ${name}`, details, cause);
  if (TOO_LARGE.has(code)) return new RecordError('RECORD_TOO_LARGE', `A record exceeds the limit of its topic: ${doing}`, details, cause);
  if (INVALID_RECORD.has(code)) return new RecordError('UNEXPECTED', `The broker refused a record: ${doing}: ${name}`, details, cause);
  return new FatalError('BROKER_REFUSED', `The broker refused to ${doing}: ${name}`, details, cause);
}
