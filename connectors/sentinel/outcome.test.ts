import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { outcomeOf } from './outcome.ts';

const said = (status: number, code = '', { count = 1, mayBeSpreading = true, retryAfter = '' } = {}) => {
  const headers = { ...(code !== '' && { 'x-ms-error-code': code }), ...(retryAfter !== '' && { 'retry-after': retryAfter }) };
  try {
    return outcomeOf({ status, headers, body: Buffer.alloc(0) }, { count, requestId: 'r-1', nowMs: 0, mayBeSpreading });
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'fatal', message: error.message };
    throw error;
  }
};
const retry = { kind: 'retry', isAmbiguous: false };
const ambiguous = { kind: 'retry', isAmbiguous: true };

describe('an answer of the Logs Ingestion API', () => {
  it.each<[status: number, code: string, outcome: object]>([
    [204, '', { kind: 'delivered' }],
    [200, '', { kind: 'delivered' }],
    [301, '', { kind: 'fatal' }],
    [400, 'InvalidRecord', { kind: 'rejected', reason: 'InvalidRecord' }],
    [400, '', { kind: 'rejected', reason: '400' }],
    [400, 'InvalidStream', { kind: 'fatal' }],
    [400, 'InvalidApiVersion', { kind: 'fatal' }],
    [401, 'InvalidToken', { kind: 'fatal' }],
    [403, 'OperationFailed', retry],
    [404, 'NotFound', { kind: 'fatal' }],
    [408, '', ambiguous],
    [413, 'ContentLengthLimitExceeded', { kind: 'rejected', reason: 'ContentLengthLimitExceeded' }],
    [415, '', { kind: 'rejected', reason: '415' }],
    [429, '', retry],
    [500, '', ambiguous],
    [502, '', ambiguous],
    [503, '', retry],
    [504, '', ambiguous],
    [999, '', ambiguous],
  ])('%i %s', (status, code, outcome) => {
    expect(said(status, code)).toMatchObject(outcome);
  });

  it.each([400, 413])('%i of several rows parts them', (status) => {
    expect(said(status, '', { count: 2 })).toBe('apart');
  });

  it('403 stops the sink when a role has had time to spread', () => {
    expect(said(403, 'OperationFailed', { mayBeSpreading: false })).toMatchObject({
      kind: 'fatal',
      message: expect.stringContaining('Monitoring Metrics Publisher') as string,
    });
  });

  it('has the pause that was asked for, and the request for whoever asks Microsoft', () => {
    expect(said(429, 'TooManyRequests', { retryAfter: '13' })).toEqual({
      ...retry,
      afterMs: 13_000,
      message: 'Azure Monitor answers 429 TooManyRequests (request r-1).',
    });
  });
});
