// What an answer of S3 that is no success says, by its code where it has one, else by its status.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { parseXml, textOf } from './xml.ts';

/**
 * `retry`: it may be taken later. `missing`: the object is not there. `conflict`: another has written or is writing the same object. `gone`: the upload in parts
 * is not known any more. `misconfigured`: a person must mend it.
 */
export type S3Verdict = 'retry' | 'missing' | 'conflict' | 'gone' | 'misconfigured';

const BY_CODE: Readonly<Record<string, S3Verdict>> = {
  SlowDown: 'retry',
  ServiceUnavailable: 'retry',
  InternalError: 'retry',
  RequestTimeout: 'retry',
  OperationAborted: 'retry',
  TooManyRequests: 'retry',
  RequestLimitExceeded: 'retry',
  BadDigest: 'retry',
  IncompleteBody: 'retry',
  XAmzContentSHA256Mismatch: 'retry',
  TemporaryRedirect: 'retry',
  NoSuchKey: 'missing',
  NoSuchVersion: 'missing',
  PreconditionFailed: 'conflict',
  ConditionalRequestConflict: 'conflict',
  NoSuchUpload: 'gone',
  InvalidPart: 'gone',
  // Told apart here from other 403s and 400s so that the message can say more.
  AccessDenied: 'misconfigured',
  InvalidAccessKeyId: 'misconfigured',
  SignatureDoesNotMatch: 'misconfigured',
  ExpiredToken: 'misconfigured',
  InvalidToken: 'misconfigured',
  RequestTimeTooSkewed: 'misconfigured',
  NoSuchBucket: 'misconfigured',
  PermanentRedirect: 'misconfigured',
  AuthorizationHeaderMalformed: 'misconfigured',
  NotImplemented: 'misconfigured',
  InvalidObjectState: 'misconfigured',
  QuotaExceeded: 'retry',
};
/** What to do, where the store's own words do not say it. */
const CURES: Readonly<Record<string, string>> = {
  AccessDenied: 'Give the key the permissions that the page of this connector lists.',
  InvalidAccessKeyId: 'Correct accessKeyId.',
  SignatureDoesNotMatch: 'Correct secretAccessKey.',
  ExpiredToken: 'Temporary credentials have ended: give new ones.',
  RequestTimeTooSkewed: 'The clocks of this machine and of the store differ by more than 15 minutes.',
  NoSuchBucket: 'Create the bucket, or correct its name.',
  PermanentRedirect: 'The bucket is in another region: correct region, or url.',
  AuthorizationHeaderMalformed: 'The bucket is in another region: correct region.',
  NotImplemented: 'The store does not know what it was asked for: try conditionalWrites=false.',
  InvalidObjectState: 'The object is archived: restore it first.',
};

export interface S3Failure {
  readonly verdict: S3Verdict;
  /** As S3 calls it, else `http_<status>`. */
  readonly code: string;
  readonly message: string;
}

export function failureOf({ status, body }: Pick<Answer, 'status' | 'body'>): S3Failure {
  const xml = body.length === 0 ? null : parseXml(body.toString('utf8', 0, 65_536));
  const code = (xml?.name === 'Error' ? textOf(xml, 'Code') : undefined) ?? `http_${status}`;
  const said = (xml?.name === 'Error' ? textOf(xml, 'Message') : undefined) ?? '';
  return {
    verdict: BY_CODE[code] ?? verdictOf(status),
    code,
    message: [`${code} (${status})`, said, CURES[code] ?? ''].filter((part) => part !== '').join('. '),
  };
}

function verdictOf(status: number): S3Verdict {
  if (status === 404) return 'missing';
  if (status === 412 || status === 409) return 'conflict';
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501) ? 'retry' : 'misconfigured';
}

/** As a sink says it; a source has it `inSourceWords`. What was under way may be there: objects are written anew under the same name, so nothing is there twice. */
export function asError(answer: Answer, doing: string, nowMs: number): ConfigError | RetryableError {
  const { verdict, message, code } = failureOf(answer);
  const text = `${doing}: ${message}`.slice(0, 600);
  return verdict === 'misconfigured' || verdict === 'missing'
    ? new ConfigError('SINK_MISCONFIGURED', text, { code })
    : new RetryableError('SINK_UNAVAILABLE', text, { code, isAmbiguous: false, afterMs: retryAfterMs(answer.headers, nowMs) });
}
