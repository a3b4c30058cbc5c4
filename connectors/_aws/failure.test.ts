import { describe, expect, it } from 'vitest';
import { asError, failureOf } from './failure.ts';
import { error } from './test/memory-s3.ts';

const answer = (status: number, code?: string) => {
  const { body = '' } = code === undefined ? {} : error(status, code);
  return { status, headers: {}, body: Buffer.from(body) };
};

describe('an answer of S3 that is no success', () => {
  it.each([
    [503, 'SlowDown', 'retry'],
    [503, 'ServiceUnavailable', 'retry'],
    [500, 'InternalError', 'retry'],
    [400, 'RequestTimeout', 'retry'],
    [409, 'OperationAborted', 'retry'],
    [429, 'TooManyRequests', 'retry'],
    [400, 'BadDigest', 'retry'],
    [307, 'TemporaryRedirect', 'retry'],
    [404, 'NoSuchKey', 'missing'],
    [404, 'NoSuchVersion', 'missing'],
    [412, 'PreconditionFailed', 'conflict'],
    [409, 'ConditionalRequestConflict', 'conflict'],
    [404, 'NoSuchUpload', 'gone'],
    [403, 'AccessDenied', 'misconfigured'],
    [403, 'InvalidAccessKeyId', 'misconfigured'],
    [403, 'SignatureDoesNotMatch', 'misconfigured'],
    [400, 'ExpiredToken', 'misconfigured'],
    [403, 'RequestTimeTooSkewed', 'misconfigured'],
    [404, 'NoSuchBucket', 'misconfigured'],
    [301, 'PermanentRedirect', 'misconfigured'],
    [400, 'AuthorizationHeaderMalformed', 'misconfigured'],
    [501, 'NotImplemented', 'misconfigured'],
    [400, 'SomethingNew', 'misconfigured'],
    [503, 'SomethingNew', 'retry'],
    [200, 'InternalError', 'retry'], // inside of an answer that had begun as a success
    [404, undefined, 'missing'],
    [403, undefined, 'misconfigured'],
    [412, undefined, 'conflict'],
    [429, undefined, 'retry'],
    [502, undefined, 'retry'],
    [504, undefined, 'retry'],
    [501, undefined, 'misconfigured'],
  ] as const)('%d %s: %s', (status, code, verdict) => {
    expect(failureOf(answer(status, code))).toMatchObject({ verdict, code: code ?? `http_${status}` });
  });

  it('that is no XML counts by its status', () => {
    expect(failureOf({ status: 502, body: Buffer.from('<html><p>Bad gateway</html>') })).toMatchObject({ verdict: 'retry', code: 'http_502' });
  });

  it('says when to come again, and that nothing is there twice', () => {
    expect(asError({ ...answer(503, 'SlowDown'), headers: { 'retry-after': '7' } }, 'Writing k', 0)).toMatchObject({
      code: 'SINK_UNAVAILABLE',
      details: { afterMs: 7_000, isAmbiguous: false },
    });
    expect(asError(answer(403, 'AccessDenied'), 'Writing k', 0)).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('permissions') });
  });
});
