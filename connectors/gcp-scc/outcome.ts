// What an answer of Security Command Center means.
import { ConfigError } from '../../pipeline/core/errors.ts';
import { googleError } from '../_sink/google.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { DELIVERED, PRESENT, rejected } from '../_sink/index.ts';
import type { Outcome } from '../_sink/index.ts';

type Verdict = 'delivered' | 'present' | 'retry' | 'ambiguous' | 'reject' | 'fatal';

/** By google.rpc.Code. */
const BY_CODE: Readonly<Record<string, readonly [Verdict, sentence?: string]>> = {
  INVALID_ARGUMENT: ['reject'],
  OUT_OF_RANGE: ['reject'],
  FAILED_PRECONDITION: ['fatal', 'Turn Security Command Center on in this organization.'],
  ALREADY_EXISTS: ['present'],
  UNAUTHENTICATED: ['fatal', 'The token is not taken, although it is new: correct `credentials`.'],
  PERMISSION_DENIED: ['fatal', 'Give the service account the role Security Center Findings Editor on the source, and turn the API on in its project.'],
  NOT_FOUND: ['fatal', 'There is no such source: correct `parent`.'],
  UNIMPLEMENTED: ['fatal', 'Correct `url` and `parent`.'],
  RESOURCE_EXHAUSTED: ['retry'],
  UNAVAILABLE: ['retry'],
  ABORTED: ['retry'],
  CANCELLED: ['ambiguous'],
  DEADLINE_EXCEEDED: ['ambiguous'],
  INTERNAL: ['ambiguous'],
  UNKNOWN: ['ambiguous'],
  DATA_LOSS: ['ambiguous'],
};
/** Of answers that name no code. */
const BY_STATUS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = {
  401: ['fatal', 'The token is not taken, although it is new: correct `credentials`.'],
  403: ['fatal', 'Something on the way lets us not through.'],
  404: ['fatal', 'Correct `url` and `parent`.'],
  405: ['fatal', 'Correct `url`.'],
  408: ['ambiguous'],
  429: ['retry'],
  503: ['retry'],
};
const BY_CLASS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = { 2: ['delivered'], 3: ['fatal', 'Correct `url`.'], 4: ['reject'] };

/** @throws ConfigError SINK_MISCONFIGURED */
export function outcomeOf(answer: Answer, nowMs: number): Outcome {
  const { status, headers } = answer;
  const isSuccess = status >= 200 && status < 300;
  const { code, message } = isSuccess ? { code: 'OK', message: '' } : googleError(answer);
  const [verdict, sentence = ''] = BY_CODE[code] ?? BY_STATUS[status] ?? BY_CLASS[Math.floor(status / 100)] ?? ['ambiguous'];
  const said = `Security Command Center answers ${status} ${code}: ${message}`;
  const afterMs = retryAfterMs(headers, nowMs);
  switch (verdict) {
    case 'delivered':
      return DELIVERED;
    case 'present':
      return PRESENT;
    case 'reject':
      return rejected(code, said);
    case 'fatal':
      throw new ConfigError('SINK_MISCONFIGURED', `${said} ${sentence}`, { code });
    default:
      return { kind: 'retry', message: said, isAmbiguous: verdict === 'ambiguous', ...(afterMs !== undefined && { afterMs }) };
  }
}
