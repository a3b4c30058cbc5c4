// What an answer that is no page says.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { retryAfterMs } from '../_source/http.ts';
import type { Answer } from '../_source/http.ts';

/** `resume`: what it stood at is not known any more (a cursor that has ended): it begins again from what is kept beside it. */
export type Verdict = 'page' | 'nothing' | 'retry' | 'misconfigured' | 'resume';

export function verdictOf(status: number, isWithinPass: boolean): Verdict {
  if (status === 204 || status === 304) return 'nothing';
  if (status >= 200 && status < 300) return 'page';
  if (status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)) return 'retry';
  return status === 410 && isWithinPass ? 'resume' : 'misconfigured';
}

const CURES: Readonly<Record<number, string>> = {
  400: 'The request is not what it takes: look at url, body and the placeholders.',
  401: 'It does not take the credentials.',
  403: 'The credentials may not read this.',
  404: 'There is nothing at this address.',
  405: 'It takes another method.',
  410: 'What was at this address is gone.',
};

export function refusal({ status, headers }: Pick<Answer, 'status' | 'headers'>, host: string, nowMs: number): ConfigError | RetryableError {
  const text = `${host} answered ${status}. ${CURES[status] ?? ''}`.trim();
  return verdictOf(status, false) === 'retry'
    ? new RetryableError('SOURCE_UNAVAILABLE', text, { status, afterMs: retryAfterMs(headers, nowMs) })
    : new ConfigError('SOURCE_MISCONFIGURED', text, { status });
}
