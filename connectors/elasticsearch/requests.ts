// Requests to a cluster: where, as whom, how long.
import type { OutboundRequest } from '../../outbound/client.ts';
import { openSigner } from '../_aws/signer.ts';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { readTls } from '../_sink/tls.ts';
import { parsed } from './bulk.ts';
import type { ElasticsearchConfig } from './config.ts';

/** @param path Begins with a slash; with a query. @throws as `exchange`. */
export type Request = (
  url: string,
  path: string,
  request?: Pick<OutboundRequest, 'method' | 'headers' | 'signal'> & { readonly body?: string | Uint8Array },
) => Promise<Answer>;

/** Answers name every document that was refused, each with its reason. */
const ANSWER_MAX_BYTES = 134_217_728;

/** @throws ConfigError SINK_MISCONFIGURED for a certificate that cannot be read. */
export function openRequests(options: ElasticsearchConfig, deps: SinkDeps): Request {
  const { apiKey, username, password, timeoutMs, awsSigned } = options;
  const tls = readTls(options);
  const signer = awsSigned ? openSigner(options, 'es', deps, tls?.ca) : null;
  const authorization = authorizationOf(apiKey, username, password);
  const limits = { firstByteMs: timeoutMs, wholeMs: timeoutMs, bodyMaxBytes: ANSWER_MAX_BYTES };
  return (url, path, { method = 'GET', headers, body, signal } = {}) => {
    const request = {
      method,
      url: `${url.replace(/\/+$/, '')}${path}`,
      headers: { accept: 'application/json', ...(authorization !== null && { authorization }), ...headers },
      ...(body !== undefined && { body }),
    };
    const send = (sent: Readonly<Record<string, string>>) =>
      exchange(deps, { ...request, headers: sent, limits, ...(tls !== undefined && { tls }), ...(signal !== undefined && { signal }) });
    return signer === null ? send(request.headers) : signer.send(request, send, awsCodeOf);
  };
}

/** Amazon OpenSearch Service says why it believes no signature in a header, or in words alone. */
function awsCodeOf({ status, headers, body }: Answer): string {
  if (status !== 403) return '';
  const [named = ''] = String(headers['x-amzn-errortype'] ?? '').split(':');
  if (named !== '') return named;
  const { message } = (parsed(body) ?? {}) as { readonly message?: unknown };
  if (typeof message !== 'string') return '';
  if (/security token .* (expired|invalid)/i.test(message)) return 'ExpiredToken';
  return /signature (expired|not yet current)/i.test(message) ? 'SignatureDoesNotMatch' : '';
}

function authorizationOf(apiKey: string, username: string, password: string): string | null {
  if (apiKey !== '') return `ApiKey ${apiKey.includes(':') ? Buffer.from(apiKey).toString('base64') : apiKey}`;
  return username === '' ? null : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
