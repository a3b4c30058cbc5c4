// One exchange over HTTP with a far side, its answer whole.
import type { IncomingHttpHeaders } from 'node:http';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import type { OutboundRequest } from '../../outbound/client.ts';
import type { SinkDeps } from './index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Of system calls that fail before a byte of a request has left. */
const NOTHING_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNABORTED']);

/**
 * Sends one request through the guard of `outbound`. Any status is an answer.
 *
 * @throws RetryableError SINK_UNAVAILABLE, with `details.isAmbiguous` unless nothing can have been sent. ConfigError SINK_MISCONFIGURED when the address may not
 *   be reached or answers with a redirect.
 */
export async function exchange(
  { outbound, allow }: Pick<SinkDeps, 'outbound' | 'allow'>,
  request: Omit<OutboundRequest, 'allow' | 'purpose'> & { readonly purpose?: string },
): Promise<Answer> {
  try {
    const { status, headers, body } = await outbound.request({ purpose: 'sink', ...request, allow });
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return { status, headers, body: Buffer.concat(chunks) };
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError('SINK_MISCONFIGURED', error.message, error.details, { cause: error });
    if (!(error instanceof RetryableError)) throw error;
    const { code = '' } = (error.cause ?? {}) as NodeJS.ErrnoException;
    throw new RetryableError('SINK_UNAVAILABLE', error.message, { ...error.details, isAmbiguous: !NOTHING_SENT.has(code) }, { cause: error });
  }
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now; undefined when there is none that can be read. At most an hour. */
export function retryAfterMs(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined || text === '') return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}
