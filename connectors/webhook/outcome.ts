// What the answer of a webhook's receiver means.
import { ConfigError } from '../../pipeline/core/errors.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { DELIVERED, rejected } from '../_sink/index.ts';
import type { Together } from '../_sink/together.ts';

type Verdict = 'delivered' | 'retry' | 'ambiguous' | 'reject' | 'fatal';

/** Standard Webhooks: 2xx is success and nothing else is. Statuses that are not listed follow their first digit. */
const BY_STATUS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = {
  401: ['fatal', 'It does not take the signature or the credentials: compare the key with the one it has, and the clocks.'],
  403: ['fatal', 'It does not let us in: compare the key and `authorization` with what it expects.'],
  404: ['fatal', 'There is nothing at this address: correct `url`.'],
  405: ['fatal', 'It takes no POST: correct `url`.'],
  407: ['fatal', 'A proxy asks for credentials.'],
  408: ['ambiguous'],
  410: ['fatal', 'The endpoint is disabled for good (410): set it up again, or delete the connector.'],
  425: ['retry'],
  429: ['retry'],
  501: ['fatal', 'It does not know how to take a POST: correct `url`.'],
  503: ['retry'],
  511: ['fatal', 'A network asks for a login.'],
};
const BY_CLASS: Readonly<Record<number, readonly [Verdict, sentence?: string]>> = {
  2: ['delivered'],
  3: ['fatal', 'It answers with a redirect, which is not followed: enter the address that it names if you trust it.'],
  4: ['reject'],
  5: ['ambiguous'],
};

/**
 * @param count Records in the request. What is refused together is sent apart.
 * @throws ConfigError SINK_MISCONFIGURED
 */
export function outcomeOf({ status, headers, body }: Answer, count: number, nowMs: number): Together {
  const [verdict, sentence = ''] = BY_STATUS[status] ?? BY_CLASS[Math.floor(status / 100)] ?? BY_CLASS[5]!;
  const afterMs = retryAfterMs(headers, nowMs);
  switch (verdict) {
    case 'delivered':
      return DELIVERED;
    case 'fatal':
      throw new ConfigError('SINK_MISCONFIGURED', `The receiver answers ${status}. ${sentence}`, { status });
    case 'reject':
      return count > 1 ? 'apart' : rejected(String(status), `The receiver answers ${status}${excerpt(body)}`);
    default:
      return { kind: 'retry', message: `The receiver answers ${status}.`, isAmbiguous: verdict === 'ambiguous', ...(afterMs !== undefined && { afterMs }) };
  }
}

/** What a receiver says of itself helps whoever reads the dead letter. */
function excerpt(body: Buffer): string {
  const text = body
    .subarray(0, 200)
    .toString('utf8')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return text === '' ? '.' : `: ${text}`;
}
