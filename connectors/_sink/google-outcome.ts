// What an answer of one of Google's APIs means, by google.rpc.Code; what a person is to do differs by service.
import { ConfigError } from '../../pipeline/core/errors.ts';
import { googleError } from './google.ts';
import { retryAfterMs } from './http.ts';
import type { Answer } from './http.ts';
import { DELIVERED, PRESENT, rejected } from './index.ts';
import type { Outcome } from './index.ts';

type Verdict = 'delivered' | 'present' | 'retry' | 'ambiguous' | 'reject' | 'fatal';

const BY_CODE: Readonly<Record<string, Verdict>> = {
  INVALID_ARGUMENT: 'reject',
  OUT_OF_RANGE: 'reject',
  ALREADY_EXISTS: 'present',
  FAILED_PRECONDITION: 'fatal',
  UNAUTHENTICATED: 'fatal',
  PERMISSION_DENIED: 'fatal',
  NOT_FOUND: 'fatal',
  UNIMPLEMENTED: 'fatal',
  RESOURCE_EXHAUSTED: 'retry',
  UNAVAILABLE: 'retry',
  ABORTED: 'retry',
  CANCELLED: 'ambiguous',
  DEADLINE_EXCEEDED: 'ambiguous',
  INTERNAL: 'ambiguous',
  UNKNOWN: 'ambiguous',
  DATA_LOSS: 'ambiguous',
};
/** Of answers that name no code; those that are not listed follow their first digit. */
const BY_STATUS: Readonly<Record<number, Verdict>> = { 401: 'fatal', 403: 'fatal', 404: 'fatal', 405: 'fatal', 408: 'ambiguous', 429: 'retry', 503: 'retry' };
const BY_CLASS: Readonly<Record<number, Verdict>> = { 2: 'delivered', 3: 'fatal', 4: 'reject' };

export interface GoogleService {
  readonly name: string;
  /** What to do about a code that stops the sink. */
  readonly cures: Readonly<Record<string, string>>;
  /** About everything else that does. */
  readonly cure: string;
}

/** @throws ConfigError SINK_MISCONFIGURED; `details.code` is Google's. */
export function googleOutcome(answer: Answer, { name, cures, cure }: GoogleService, nowMs: number): Outcome {
  const { status, headers } = answer;
  const isSuccess = status >= 200 && status < 300;
  const { code, message } = isSuccess ? { code: 'OK', message: '' } : googleError(answer);
  const verdict = BY_CODE[code] ?? BY_STATUS[status] ?? BY_CLASS[Math.floor(status / 100)] ?? 'ambiguous';
  const said = `${name} answers ${status} ${code}: ${message}`;
  const afterMs = retryAfterMs(headers, nowMs);
  switch (verdict) {
    case 'delivered':
      return DELIVERED;
    case 'present':
      return PRESENT;
    case 'reject':
      return rejected(code, said);
    case 'fatal':
      throw new ConfigError('SINK_MISCONFIGURED', `${said} ${cures[code] ?? cure}`, { code });
    default:
      return { kind: 'retry', message: said, isAmbiguous: verdict === 'ambiguous', ...(afterMs !== undefined && { afterMs }) };
  }
}
