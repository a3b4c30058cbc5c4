// What an answer of Security Hub means, for the request and for each finding in it.
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { DELIVERED, PRESENT, rejected } from '../_sink/index.ts';
import type { Outcome } from '../_sink/index.ts';
import type { Together } from '../_sink/together.ts';

type Verdict = 'retry' | 'ambiguous' | 'reject' | 'fatal';

/** By AWS's code, of a request as of a finding. */
const BY_CODE: Readonly<Record<string, readonly [Verdict, sentence?: string]>> = {
  InvalidInput: ['reject'],
  InvalidInputException: ['reject'],
  ValidationException: ['reject'],
  SerializationException: ['reject'],
  RequestEntityTooLarge: ['reject'],
  LimitExceeded: ['retry'],
  LimitExceededException: ['retry'],
  Throttling: ['retry'],
  ThrottlingException: ['retry'],
  TooManyRequestsException: ['retry'],
  RequestLimitExceeded: ['retry'],
  ServiceUnavailable: ['retry'],
  ServiceUnavailableException: ['retry'],
  ConcurrentUpdateError: ['retry'],
  InternalError: ['ambiguous'],
  InternalException: ['ambiguous'],
  InternalFailure: ['ambiguous'],
  InvalidAccessException: ['fatal', 'Turn Security Hub on in this account and region.'],
  AccessDenied: ['fatal', 'Give the key the permission securityhub:BatchImportFindings on the product, and compare `accountId` with the account of the key.'],
  AccessDeniedException: [
    'fatal',
    'Give the key the permission securityhub:BatchImportFindings on the product, and compare `accountId` with the account of the key.',
  ],
  UnrecognizedClientException: ['fatal', 'Correct `accessKeyId`.'],
  InvalidClientTokenId: ['fatal', 'Correct `accessKeyId`.'],
  InvalidSignatureException: ['fatal', 'Correct `secretAccessKey`.'],
  SignatureDoesNotMatch: ['fatal', 'Correct `secretAccessKey`.'],
  IncompleteSignature: ['fatal', 'Correct `accessKeyId` and `secretAccessKey`.'],
  MissingAuthenticationTokenException: ['fatal', 'Correct `url`.'],
  ExpiredToken: ['fatal', 'The temporary credentials have ended: give new ones.'],
  ExpiredTokenException: ['fatal', 'The temporary credentials have ended: give new ones.'],
  OptInRequired: ['fatal', 'Turn the region on in this account.'],
};
const BY_STATUS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = {
  401: ['fatal', 'Correct the credentials.'],
  403: ['fatal', 'Correct the credentials and their permissions.'],
  404: ['fatal', 'Correct `region` and `url`.'],
  408: ['ambiguous'],
  413: ['reject'],
  429: ['retry'],
  503: ['retry'],
};
const BY_CLASS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = { 3: ['fatal', 'Correct `url`.'], 4: ['reject'], 5: ['ambiguous'] };

const answered = z.object({
  FailedCount: z.number(),
  SuccessCount: z.number(),
  FailedFindings: z.array(z.object({ Id: z.string(), ErrorCode: z.string(), ErrorMessage: z.string().default('') })).default([]),
});

/**
 * @param ids Of the findings in the request; each once.
 * @throws ConfigError SINK_MISCONFIGURED
 */
export function outcomeOf(answer: Answer, ids: readonly string[], nowMs: number): Together {
  if (answer.status === 200) return perFinding(answer, ids);
  const { code, message } = awsError(answer);
  const [verdict, sentence = ''] = BY_CODE[code] ?? BY_STATUS[answer.status] ?? BY_CLASS[Math.floor(answer.status / 100)] ?? ['ambiguous'];
  const said = `Security Hub answers ${answer.status} ${code}: ${message}`.slice(0, 400);
  if (verdict === 'fatal') throw new ConfigError('SINK_MISCONFIGURED', `${said} ${sentence}`.trim(), { code });
  if (verdict === 'reject') return ids.length > 1 ? 'apart' : rejected(code, said);
  const afterMs = retryAfterMs(answer.headers, nowMs);
  return { kind: 'retry', message: said, isAmbiguous: verdict === 'ambiguous', ...(afterMs !== undefined && { afterMs }) };
}

function perFinding({ body }: Answer, ids: readonly string[]): Together {
  const { data } = answered.safeParse(jsonOf(body));
  const failed = new Map(data?.FailedFindings.map((failure) => [failure.Id, failure]));
  // A number that its list does not explain leaves open which findings were taken.
  if (
    data === undefined ||
    data.FailedCount !== failed.size ||
    data.SuccessCount + data.FailedCount !== ids.length ||
    [...failed.keys()].some((id) => !ids.includes(id))
  )
    return { kind: 'retry', message: 'Security Hub answers with counts that do not add up.', isAmbiguous: true };
  return ids.map((id): Outcome => {
    const failure = failed.get(id);
    if (failure === undefined) return DELIVERED;
    const said = `${failure.ErrorCode}: ${failure.ErrorMessage}`.slice(0, 400);
    if (isStale(failure)) return PRESENT;
    const [verdict, sentence = ''] = BY_CODE[failure.ErrorCode] ?? ['reject'];
    if (verdict === 'fatal')
      throw new ConfigError('SINK_MISCONFIGURED', `Security Hub refuses a finding with ${said} ${sentence}`.trim(), { code: failure.ErrorCode });
    return verdict === 'reject' ? rejected(failure.ErrorCode, said) : { kind: 'retry', message: said, isAmbiguous: verdict === 'ambiguous' };
  });
}

/** It has this revision of the finding, or a later one. */
const isStale = ({ ErrorCode: code, ErrorMessage: message }: { readonly ErrorCode: string; readonly ErrorMessage: string }): boolean =>
  code === 'InvalidInput' && /UpdatedAt/i.test(message) && /\b(older|newer|later|earlier|before|after|greater|recent|stale)\b/i.test(message);

/** Of an answer that is no success: from the header or from the body, where AWS's protocols have it. */
export function awsError({ status, headers, body }: Answer): { readonly code: string; readonly message: string } {
  const json = z.record(z.string(), z.unknown()).catch({}).parse(jsonOf(body));
  const named = [headers['x-amzn-errortype'], json['__type'], json.Code, json.code].find((found): found is string => typeof found === 'string' && found !== '');
  const said = [json.Message, json.message].find((found) => typeof found === 'string');
  // `InvalidInputException:http://...` and `com.amazonaws.securityhub#InvalidInputException` both occur.
  return { code: named?.split(':')[0]!.replace(/^.*#/, '') ?? `HTTP ${status}`, message: said ?? 'no message' };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
