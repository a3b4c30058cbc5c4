import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { exchange } from '../_sink/http.ts';
import { rejected } from '../_sink/index.ts';
import type { Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { heeded, sendPrepared } from '../_sink/prepared.ts';
import { readTls } from '../_sink/tls.ts';
import { sendInTurn, sendTogether } from '../_sink/together.ts';
import { openTokens, requestToken, withToken } from '../_sink/token.ts';
import type { Tokens } from '../_sink/token.ts';
import type { SentinelConfig } from './index.ts';
import { outcomeOf } from './outcome.ts';
import { rowOf } from './row.ts';

const API_VERSION = '2023-01-01';
/** Of a request, what documents may fill. */
const DOCUMENTS_RATIO = 0.85;
const packed = promisify(gzip);

type Row = SinkRecord & { readonly row: Buffer };

/** @throws ConfigError SINK_MISCONFIGURED when a certificate cannot be read. */
export async function openSentinel(config: SentinelConfig, deps: SinkDeps): Promise<Sink> {
  const { endpoint, ruleId, stream, maxBatchRecords, maxBatchBytes, lingerMs, maxInFlight, timeoutMs, compression, roleWaitMs } = config;
  const url = `${withoutSlash(endpoint)}/dataCollectionRules/${ruleId}/streams/${stream}?api-version=${API_VERSION}`;
  const tls = readTls(config);
  const tokens = tokensOf(config, deps);
  let forbiddenSinceMs: number | null = null;

  const post = async (rows: readonly Row[], signal: AbortSignal) => {
    const json = arrayOf(rows);
    if (json.length > maxBatchBytes)
      return rows.length > 1 ? 'apart' : rejected('too_large', `The row has ${json.length} bytes, and ${maxBatchBytes} are allowed.`);
    const requestId = randomUUID();
    const isPacked = compression === 'gzip';
    const body = isPacked ? await packed(json) : json;
    const headers = { 'content-type': 'application/json', 'x-ms-client-request-id': requestId, ...(isPacked && { 'content-encoding': 'gzip' }) };
    const limits = { firstByteMs: timeoutMs, wholeMs: timeoutMs };
    const answer = await withToken(tokens, (authorization) =>
      exchange(deps, { url, method: 'POST', headers: { ...headers, authorization }, body, ...(tls !== undefined && { tls }), limits, signal }),
    );
    const nowMs = deps.now();
    if (answer.status < 300) forbiddenSinceMs = null;
    if (answer.status === 403 && forbiddenSinceMs === null) {
      forbiddenSinceMs = nowMs;
      deps.log.warn(
        { connector: deps.connector, ruleId, waitMs: roleWaitMs },
        'Azure Monitor refuses for want of a role; tried again, as a role may still be spreading.',
      );
    }
    const mayBeSpreading = forbiddenSinceMs !== null && nowMs - forbiddenSinceMs < roleWaitMs;
    return heeded(outcomeOf(answer, { count: rows.length, requestId, nowMs, mayBeSpreading }), deps);
  };

  return {
    // Rows are larger than their documents: a batch that filled the request by itself would need a second one for its tail.
    limits: { maxRecords: maxBatchRecords, maxBytes: Math.floor(maxBatchBytes * DOCUMENTS_RATIO), lingerMs, maxInFlight },
    send: (records, signal) =>
      sendPrepared(
        records,
        (record): Row => ({ ...record, row: rowOf(record, config) }),
        (rows) => sendInTurn(partsOf(rows, maxBatchBytes), (part) => sendTogether(part, (together) => post(together, signal))),
      ),
    close: async () => {},
  };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** A JSON array: an object that is none is answered with 204 and dropped. */
const arrayOf = (rows: readonly Row[]): Buffer =>
  Buffer.concat([...rows.flatMap(({ row }, index) => [Buffer.from(index === 0 ? '[' : ','), row]), Buffer.from(']')]);

/** Consecutive rows whose array stays within the limit; a larger row stands alone. */
function partsOf(rows: readonly Row[], maxBytes: number): readonly (readonly Row[])[] {
  const parts: Row[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    bytes += row.row.length + 1;
    if (bytes > maxBytes) {
      parts.push([]);
      bytes = row.row.length + 2;
    }
    parts.at(-1)!.push(row);
  }
  return parts;
}

function tokensOf({ authority, tenantId, clientId, clientSecret, scope, ...config }: SentinelConfig, deps: SinkDeps): Tokens {
  const ca = readTls(config)?.ca;
  const url = `${withoutSlash(authority)}/${tenantId}/oauth2/v2.0/token`;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  return openTokens(() => requestToken(deps, { url, form, secrets: [clientSecret], ca }), deps.now);
}

/** Asks for a token and looks at the addresses; nothing is written. */
export async function problemsOf(config: SentinelConfig, deps: SinkDeps): Promise<readonly { readonly option: string; readonly message: string }[]> {
  const problemOf = (option: string) => (error: unknown) => {
    if (error instanceof ConfigError || error instanceof RetryableError) return [{ option, message: error.message }];
    throw error;
  };
  const token = async () => {
    await tokensOf(config, deps).get();
    return [];
  };
  const found = [deps.outbound.check(config.endpoint, deps.allow).then(() => [], problemOf('endpoint')), token().catch(problemOf('clientSecret'))];
  return (await Promise.all(found)).flat();
}
