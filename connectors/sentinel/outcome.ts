// What an answer of the Logs Ingestion API means.
import { ConfigError } from '../../pipeline/core/errors.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { DELIVERED, rejected } from '../_sink/index.ts';
import type { Together } from '../_sink/together.ts';

type Verdict = 'delivered' | 'retry' | 'ambiguous' | 'apart' | 'forbidden' | 'fatal';

/** By status; statuses that are not listed follow their first digit. A 401 comes here only of a token that was just made. */
const BY_STATUS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = {
  400: ['apart'],
  401: ['fatal', 'The token is not taken, although it is new: correct `scope` and `authority` for the cloud that `endpoint` is in.'],
  403: ['forbidden', 'The application may not write through this rule: give it the role Monitoring Metrics Publisher on the rule.'],
  404: ['fatal', 'There is no such endpoint, rule or stream: correct `endpoint`, `ruleId` and `stream`.'],
  408: ['ambiguous'],
  413: ['apart'],
  429: ['retry'],
  503: ['retry'],
};
const BY_CLASS: Readonly<Record<number, Verdict>> = { 2: 'delivered', 3: 'fatal', 4: 'apart', 5: 'ambiguous' };
/** Of `x-ms-error-code` with a 400: no document is to blame. */
const FATAL_CODES = new Set(['InvalidStream', 'InvalidApiVersion', 'MissingApiVersion', 'InvalidDataCollectionRule']);

export interface Asked {
  /** Rows in the request. */
  readonly count: number;
  /** For the person who asks Microsoft about it. */
  readonly requestId: string;
  readonly nowMs: number;
  /** Whether a 403 may still be a role on its way. */
  readonly mayBeSpreading: boolean;
}

/** @throws ConfigError SINK_MISCONFIGURED */
export function outcomeOf({ status, headers }: Answer, { count, requestId, nowMs, mayBeSpreading }: Asked): Together {
  const code = String(headers['x-ms-error-code'] ?? '');
  const [listed, sentence = ''] = BY_STATUS[status] ?? [BY_CLASS[Math.floor(status / 100)] ?? 'ambiguous'];
  const verdict = status === 400 && FATAL_CODES.has(code) ? 'fatal' : listed;
  const said = `Azure Monitor answers ${status}${code === '' ? '' : ` ${code}`} (request ${requestId}).`;
  const afterMs = retryAfterMs(headers, nowMs);
  const again = (isAmbiguous: boolean): Together => ({ kind: 'retry', message: said, isAmbiguous, ...(afterMs !== undefined && { afterMs }) });
  const fatal = () => new ConfigError('SINK_MISCONFIGURED', `${said} ${sentence}`.trim(), { status, code });
  switch (verdict) {
    case 'delivered':
      return DELIVERED;
    case 'retry':
      return again(false);
    case 'ambiguous':
      return again(true);
    case 'forbidden':
      if (mayBeSpreading) return again(false);
      throw fatal();
    case 'apart':
      return count > 1 ? 'apart' : rejected(code === '' ? String(status) : code, said);
    default:
      throw fatal();
  }
}
