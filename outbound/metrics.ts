import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { ConfigError } from '../pipeline/core/errors.ts';

export interface OutboundMetrics {
  readonly requests: Counter<'purpose' | 'outcome'>;
  readonly duration: Histogram<'purpose'>;
}

/** Neither names nor addresses become labels: users choose them. */
export const outboundMetrics = (registry: Registry): OutboundMetrics => ({
  requests: new Counter({
    name: 'outbound_requests_total',
    help: 'Requests and connections to addresses that users named. refused_*: never sent, with the reason; redirected, too_large, failed: sent, and not answered as we take it.',
    labelNames: ['purpose', 'outcome'],
    registers: [registry],
  }),
  duration: new Histogram({
    name: 'outbound_request_duration_seconds',
    help: 'From the call to the headers of the answer, of requests that were answered.',
    labelNames: ['purpose'],
    buckets: [0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  }),
});

/** Of what did not go well. */
export function outcomeOf(error: unknown): string {
  if (!(error instanceof ConfigError)) return 'failed';
  if (error.code === 'OUTBOUND_REDIRECTED') return 'redirected';
  return error.code === 'OUTBOUND_TOO_LARGE' ? 'too_large' : `refused_${String(error.details.reason).replaceAll('-', '_')}`;
}
