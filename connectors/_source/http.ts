// One exchange over HTTP with the far side of a source, its answer whole.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import type { OutboundRequest } from '../../outbound/client.ts';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { SourceDeps } from './index.ts';

export { retryAfterMs } from '../_sink/http.ts';
export type { Answer } from '../_sink/http.ts';

/** Any status is an answer. @throws RetryableError SOURCE_UNAVAILABLE; ConfigError SOURCE_MISCONFIGURED when the address may not be reached or answers with a redirect. */
export const ask = (deps: Pick<SourceDeps, 'outbound' | 'allow'>, request: Omit<OutboundRequest, 'allow' | 'purpose'>): Promise<Answer> =>
  inSourceWords(() => exchange(deps, { ...request, purpose: 'source' }));

/** What is shared with sinks (tokens, certificates) speaks of sinks. */
export async function inSourceWords<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'SINK_MISCONFIGURED')
      throw new ConfigError('SOURCE_MISCONFIGURED', error.message, error.details, { cause: error });
    if (error instanceof RetryableError && error.code === 'SINK_UNAVAILABLE')
      throw new RetryableError('SOURCE_UNAVAILABLE', error.message, error.details, { cause: error });
    throw error;
  }
}
