// Requests to a cluster: where, as whom, how long.
import type { OutboundRequest } from '../../outbound/client.ts';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { readTls } from '../_sink/tls.ts';
import type { ElasticsearchConfig } from './config.ts';

/** @param path Begins with a slash; with a query. @throws as `exchange`. */
export type Request = (url: string, path: string, request?: Pick<OutboundRequest, 'method' | 'headers' | 'body' | 'signal'>) => Promise<Answer>;

/** Answers name every document that was refused, each with its reason. */
const ANSWER_MAX_BYTES = 134_217_728;

/** @throws ConfigError SINK_MISCONFIGURED for a certificate that cannot be read. */
export function openRequests(options: ElasticsearchConfig, deps: SinkDeps): Request {
  const { apiKey, username, password, timeoutMs } = options;
  const tls = readTls(options);
  const authorization = authorizationOf(apiKey, username, password);
  const limits = { firstByteMs: timeoutMs, wholeMs: timeoutMs, bodyMaxBytes: ANSWER_MAX_BYTES };
  return (url, path, { headers, ...request } = {}) =>
    exchange(deps, {
      ...request,
      url: `${url.replace(/\/+$/, '')}${path}`,
      headers: { accept: 'application/json', ...(authorization !== null && { authorization }), ...headers },
      limits,
      ...(tls !== undefined && { tls }),
    });
}

function authorizationOf(apiKey: string, username: string, password: string): string | null {
  if (apiKey !== '') return `ApiKey ${apiKey.includes(':') ? Buffer.from(apiKey).toString('base64') : apiKey}`;
  return username === '' ? null : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
