import { describe, expect, it } from 'vitest';
import { FatalError, FencedError, RecordError, RetryableError } from '../../core/errors.ts';
import { BrokerError, brokerCodeOf, isCoordinatorMoved, isMoved, isUnanswered, toPipelineError } from './errors.ts';
import { original } from './original.ts';

const { createErrorFromCode } = original('protocol/error.js') as { createErrorFromCode: (code: number) => Error };
type ErrorClass = new (error: unknown, options: object) => Error;
const { KafkaJSNumberOfRetriesExceeded, KafkaJSNonRetriableError, KafkaJSConnectionError } = original('errors.js') as Record<
  'KafkaJSNumberOfRetriesExceeded' | 'KafkaJSNonRetriableError' | 'KafkaJSConnectionError',
  ErrorClass
>;

describe('broker errors', () => {
  it.each<[codes: number[], type: new (...args: never[]) => Error, code: string]>([
    [[3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 74, 75, 78, 88, 89], RetryableError, 'BROKER_UNAVAILABLE'],
    [[45, 48, 49, 59, 120], RetryableError, 'TXN_MUST_ABORT'],
    [[22, 25, 82], FencedError, 'GENERATION_FENCED'],
    [[47, 90], FencedError, 'PRODUCER_FENCED'],
    [[10, 18], RecordError, 'RECORD_TOO_LARGE'],
    [[32, 87], RecordError, 'UNEXPECTED'],
    [[1, 17, 23, 26, 29, 30, 31, 35, 42, 44, 50, 53, 58, 76, 99, 133, 4_711], FatalError, 'BROKER_REFUSED'],
  ])('%j become %o %s', (codes, type, code) => {
    for (const number of codes) {
      for (const error of [
        new BrokerError(number),
        createErrorFromCode(number),
        new KafkaJSNonRetriableError(createErrorFromCode(number), { cause: createErrorFromCode(number) }),
      ]) {
        const mapped = toPipelineError(error, 'test');
        expect(mapped).toBeInstanceOf(type);
        expect(mapped.code).toBe(code);
        expect(mapped.details['code']).toBe(number); // also where the table of kafkajs ends
        expect(mapped.cause).toBe(error);
      }
    }
  });

  it('are found through causes; a lost connection is none, however it is wrapped', () => {
    const refused = new KafkaJSConnectionError('Connection error: connect ECONNREFUSED', { code: 'ECONNREFUSED' });
    const wrapped = new KafkaJSNonRetriableError(refused, { cause: refused });
    expect([isUnanswered(refused), isUnanswered(wrapped), brokerCodeOf(wrapped)]).toEqual([true, true, undefined]);
    expect(isUnanswered(new Error('Broker not connected'))).toBe(true);
    expect(toPipelineError(wrapped, 'test')).toMatchObject({ code: 'BROKER_UNAVAILABLE', details: { unanswered: true } });
    expect(brokerCodeOf(new KafkaJSNumberOfRetriesExceeded(createErrorFromCode(51), { retryCount: 1, retryTime: 1 }))).toBe(51);
    expect(toPipelineError(new TypeError('oops'), 'test')).toMatchObject({ code: 'BROKER_REFUSED' });
  });

  it('say where to look again', () => {
    expect([
      isMoved(new BrokerError(6)),
      isMoved(new BrokerError(16)),
      isCoordinatorMoved(new BrokerError(16)),
      isCoordinatorMoved(new BrokerError(25)),
    ]).toEqual([true, false, true, false]);
  });

  it('that are ours already stay as they are', () => {
    const own = new FatalError('OFFSET_GONE', 'gone');
    expect(toPipelineError(own, 'test')).toBe(own);
  });
});
