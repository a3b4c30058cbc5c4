import type { Outbound } from '../../outbound/client.ts';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { exchange } from '../_sink/http.ts';
import { rejected } from '../_sink/index.ts';
import type { Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { heeded } from '../_sink/prepared.ts';
import { readTls } from '../_sink/tls.ts';
import { sendInTurn, sendTogether } from '../_sink/together.ts';
import { arrayBytes, bodyOf, idOf } from './body.ts';
import type { WebhookConfig } from './index.ts';
import { outcomeOf } from './outcome.ts';
import { parseSigningKeys, signatureHeaders } from './sign.ts';

/** @throws ConfigError SINK_MISCONFIGURED when a key or a certificate cannot be read. */
export async function openWebhook(config: WebhookConfig, deps: SinkDeps): Promise<Sink> {
  const { url, body: form, maxBatchBytes, maxBatchRecords, lingerMs, maxInFlight, timeoutMs } = config;
  const keys = parseSigningKeys(config.signingKeys);
  const headers = {
    ...Object.fromEntries(config.headers.map((line) => /^([^:]+):[\t ]*(.*?)[\t ]*$/.exec(line)!.slice(1))),
    ...(config.authorization !== undefined && { authorization: config.authorization }),
    'content-type': 'application/json',
  } as Readonly<Record<string, string>>;
  const tls = readTls(config);
  const limits = { connectMs: Math.min(timeoutMs, 10_000), firstByteMs: timeoutMs, wholeMs: timeoutMs };

  const post = async (records: readonly SinkRecord[], signal: AbortSignal) => {
    const body = bodyOf(form, records);
    if (body.length > maxBatchBytes) {
      if (records.length > 1) return 'apart';
      return rejected('too_large', `The body has ${body.length} bytes, and ${maxBatchBytes} are allowed (maxBatchBytes).`);
    }
    const signed = signatureHeaders(keys, idOf(records), deps.now(), body);
    const answer = await exchange(deps, { url, method: 'POST', headers: { ...headers, ...signed }, body, ...(tls !== undefined && { tls }), limits, signal });
    return heeded(outcomeOf(answer, records.length, deps.now()), deps);
  };

  return {
    limits: {
      maxRecords: form === 'array' ? maxBatchRecords : 1,
      maxBytes: form === 'array' ? Math.max(1, maxBatchBytes - arrayBytes(maxBatchRecords)) : maxBatchBytes,
      lingerMs: form === 'array' ? lingerMs : 0,
      maxInFlight,
    },
    send: (records, signal) => {
      const requests = form === 'array' ? [records] : records.map((record) => [record]);
      return sendInTurn(requests, (request) => sendTogether(request, (part) => post(part, signal)));
    },
    close: async () => {},
  };
}

/** A webhook cannot be tried without a document, so only its keys and its address are. */
export async function problemsOf(config: WebhookConfig, { outbound, allow }: { readonly outbound: Outbound; readonly allow: SinkDeps['allow'] }) {
  const problems: { option: string; message: string }[] = [];
  try {
    parseSigningKeys(config.signingKeys);
  } catch (error) {
    problems.push({ option: 'signingKeys', message: (error as Error).message });
  }
  await outbound.check(config.url, allow).catch((error: unknown) => {
    if (!(error instanceof ConfigError || error instanceof RetryableError)) throw error;
    problems.push({ option: 'url', message: error.message });
  });
  return problems;
}
