import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { awsError, outcomeOf } from './outcome.ts';

const said = (
  status: number,
  body: object | string,
  { ids = ['a'], headers = {} }: { readonly ids?: readonly string[]; readonly headers?: Readonly<Record<string, string>> } = {},
) => {
  try {
    return outcomeOf({ status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }, ids, 0);
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'fatal', message: error.message };
    throw error;
  }
};
const retry = { kind: 'retry', isAmbiguous: false };
const ambiguous = { kind: 'retry', isAmbiguous: true };
const fatal = { kind: 'fatal' };

describe('an answer to a request', () => {
  it.each<[status: number, code: string, outcome: object]>([
    [400, 'InvalidInputException', { kind: 'rejected', reason: 'InvalidInputException' }],
    [400, 'ValidationException', { kind: 'rejected', reason: 'ValidationException' }],
    [400, 'ThrottlingException', retry],
    [400, 'ExpiredTokenException', fatal],
    [401, 'InvalidAccessException', fatal],
    [403, 'AccessDeniedException', fatal],
    [403, 'UnrecognizedClientException', fatal],
    [403, 'InvalidSignatureException', fatal],
    [403, 'SignatureDoesNotMatch', fatal],
    [403, 'MissingAuthenticationTokenException', fatal],
    [413, 'RequestEntityTooLarge', { kind: 'rejected' }],
    [429, 'LimitExceededException', retry],
    [429, 'TooManyRequestsException', retry],
    [500, 'InternalException', ambiguous],
    [503, 'ServiceUnavailable', retry],
    [301, '', fatal],
    [401, '', fatal],
    [404, '', fatal],
    [408, '', ambiguous],
    [418, 'SomethingNew', { kind: 'rejected', reason: 'SomethingNew' }],
    [429, '', retry],
    [502, '', ambiguous],
    [504, '', ambiguous],
  ])('%i %s', (status, code, outcome) => {
    expect(said(status, code === '' ? '<html>' : { message: 'm', code })).toMatchObject(outcome);
  });

  it.each([400, 413])('%i of several findings parts them', (status) => {
    expect(said(status, { code: 'InvalidInputException' }, { ids: ['a', 'b'] })).toBe('apart');
  });

  it('has the pause that was asked for', () => {
    expect(said(429, '', { headers: { 'retry-after': '3' } })).toMatchObject({ ...retry, afterMs: 3_000 });
  });
});

describe('an answer for each finding', () => {
  const answer = (FailedFindings: readonly object[], counts: object = {}) => ({
    FailedCount: FailedFindings.length,
    SuccessCount: 2 - FailedFindings.length,
    FailedFindings,
    ...counts,
  });
  it.each<[name: string, code: string, message: string, outcome: object]>([
    [
      'refused for its form',
      'InvalidInput',
      'Finding does not adhere to Amazon Finding Format. data.UpdatedAt should match format date-time',
      { kind: 'rejected', reason: 'InvalidInput' },
    ],
    ['refused as older than what is there', 'InvalidInput', 'UpdatedAt must be later than that of the finding.', { kind: 'present' }],
    ['failed inside', 'InternalError', '', ambiguous],
    ['throttled', 'LimitExceeded', '', retry],
    ['changed by another at the same time', 'ConcurrentUpdateError', '', retry],
    ['refused by a code that is new', 'Unheard', '', { kind: 'rejected', reason: 'Unheard' }],
  ])('%s', (_name, ErrorCode, ErrorMessage, outcome) => {
    expect(said(200, answer([{ Id: 'b', ErrorCode, ErrorMessage }]), { ids: ['a', 'b'] })).toMatchObject([{ kind: 'delivered' }, outcome]);
  });

  it('stops the sink where no finding is to blame', () => {
    expect(said(200, answer([{ Id: 'b', ErrorCode: 'AccessDenied', ErrorMessage: 'x' }]), { ids: ['a', 'b'] })).toMatchObject({
      kind: 'fatal',
      message: expect.stringContaining('BatchImportFindings') as string,
    });
  });

  it.each<[name: string, body: object | string]>([
    ['fewer than were sent', answer([], { SuccessCount: 1 })],
    ['a failure that is not named', answer([], { FailedCount: 1, SuccessCount: 1 })],
    ['a failure of another finding', answer([{ Id: 'z', ErrorCode: 'InvalidInput', ErrorMessage: '' }])],
    ['no counts', {}],
    ['no JSON', '<html>'],
  ])('with %s leaves all of them owed', (_name, body) => {
    expect(said(200, body, { ids: ['a', 'b'] })).toMatchObject(ambiguous);
  });
});

describe('the code of an error', () => {
  it.each([
    ['in a header', { 'x-amzn-errortype': 'InternalException:http://x' }, { message: 'm' }, { code: 'InternalException', message: 'm' }],
    [
      'in the body, with a namespace',
      {},
      { __type: 'com.amazonaws.securityhub#LimitExceededException', Message: 'm' },
      { code: 'LimitExceededException', message: 'm' },
    ],
    ['in the body', {}, { Code: 'X', Message: 'm' }, { code: 'X', message: 'm' }],
    ['nowhere', {}, [], { code: 'HTTP 400', message: 'no message' }],
  ])('is %s', (_name, headers, body, expected) => {
    expect(awsError({ status: 400, headers, body: Buffer.from(JSON.stringify(body)) })).toEqual(expected);
  });
});
