import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { outcomeOf } from './outcome.ts';

const said = (status: number, code: string, headers = {}) => {
  try {
    return outcomeOf(
      { status, headers, body: Buffer.from(code === '' ? '<html>' : JSON.stringify({ error: { code: status, status: code, message: 'm' } })) },
      0,
    );
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'fatal', message: error.message };
    throw error;
  }
};
const retry = { kind: 'retry', isAmbiguous: false };
const ambiguous = { kind: 'retry', isAmbiguous: true };
const fatal = { kind: 'fatal' };

describe('an answer of Security Command Center', () => {
  it.each<[status: number, code: string, outcome: object]>([
    [200, '', { kind: 'delivered' }],
    [400, 'INVALID_ARGUMENT', { kind: 'rejected', reason: 'INVALID_ARGUMENT' }],
    [400, 'OUT_OF_RANGE', { kind: 'rejected' }],
    [400, 'FAILED_PRECONDITION', fatal],
    [401, 'UNAUTHENTICATED', fatal],
    [403, 'PERMISSION_DENIED', fatal],
    [404, 'NOT_FOUND', fatal],
    [409, 'ALREADY_EXISTS', { kind: 'present' }],
    [409, 'ABORTED', retry],
    [429, 'RESOURCE_EXHAUSTED', retry],
    [499, 'CANCELLED', ambiguous],
    [500, 'INTERNAL', ambiguous],
    [500, 'UNKNOWN', ambiguous],
    [500, 'DATA_LOSS', ambiguous],
    [501, 'UNIMPLEMENTED', fatal],
    [503, 'UNAVAILABLE', retry],
    [504, 'DEADLINE_EXCEEDED', ambiguous],
    [301, '', fatal],
    [400, '', { kind: 'rejected', reason: 'HTTP 400' }],
    [401, '', fatal],
    [403, '', fatal],
    [404, '', fatal],
    [405, '', fatal],
    [408, '', ambiguous],
    [413, '', { kind: 'rejected' }],
    [429, '', retry],
    [502, '', ambiguous],
    [503, '', retry],
    [504, '', ambiguous],
  ])('%i %s', (status, code, outcome) => {
    expect(said(status, code)).toMatchObject(outcome);
  });

  it('has the pause that was asked for, and says what Google said', () => {
    expect(said(429, 'RESOURCE_EXHAUSTED', { 'retry-after': '5' })).toEqual({
      ...retry,
      afterMs: 5_000,
      message: 'Security Command Center answers 429 RESOURCE_EXHAUSTED: m',
    });
    expect(said(404, 'NOT_FOUND')).toMatchObject({ message: expect.stringContaining('correct `parent`') as string });
  });
});
