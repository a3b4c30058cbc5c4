import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { serviceAccountTokens } from '../_sink/google.ts';
import { exchange } from '../_sink/http.ts';
import { rejected } from '../_sink/index.ts';
import type { Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { heeded, sendPrepared } from '../_sink/prepared.ts';
import { readTls } from '../_sink/tls.ts';
import { sendTogether } from '../_sink/together.ts';
import { withToken } from '../_sink/token.ts';
import type { SecOpsConfig } from './index.ts';
import { logOf } from './log.ts';
import { outcomeOf } from './outcome.ts';

type Log = SinkRecord & { readonly log: string };

/** @throws ConfigError SINK_MISCONFIGURED when the credentials or a certificate cannot be read. */
export async function openSecOps(config: SecOpsConfig, deps: SinkDeps): Promise<Sink> {
  const { instance, logType, forwarder, namespace, maxBatchRecords, maxBatchBytes, lingerMs, maxInFlight, timeoutMs } = config;
  const url = `${addressOf(config)}/${instance}/logTypes/${logType}/logs:import`;
  const tls = readTls(config);
  const tokens = await serviceAccountTokens(config.credentials, deps, tls?.ca);
  const tail = forwarder === '' ? ']}}' : `],"forwarder":${JSON.stringify(`${instance}/forwarders/${forwarder}`)}}}`;

  const post = async (logs: readonly Log[], signal: AbortSignal) => {
    const body = `{"inlineSource":{"logs":[${logs.map(({ log }) => log).join(',')}${tail}`;
    const bytes = Buffer.byteLength(body);
    if (bytes > maxBatchBytes)
      return logs.length > 1 ? 'apart' : rejected('too_large', `The request would have ${bytes} bytes, and ${maxBatchBytes} are allowed (maxBatchBytes).`);
    const limits = { firstByteMs: timeoutMs, wholeMs: timeoutMs };
    const answer = await withToken(tokens, (authorization) => {
      const headers = { authorization, 'content-type': 'application/json' };
      return exchange(deps, { url, method: 'POST', headers, body, ...(tls !== undefined && { tls }), limits, signal });
    });
    return heeded(outcomeOf(answer, logs.length, deps.now()), deps);
  };

  return {
    limits: { maxRecords: maxBatchRecords, maxBytes: Math.floor(maxBatchBytes / 2), lingerMs, maxInFlight },
    send: (records, signal) =>
      sendPrepared(
        records,
        (record): Log => ({ ...record, log: logOf(record, namespace) }),
        (logs) => sendTogether(logs, (part) => post(part, signal)),
      ),
    close: async () => {},
  };
}

function addressOf({ url, apiVersion, instance }: SecOpsConfig): string {
  const [, , , location] = instance.split('/');
  return `${(url ?? `https://${location}-chronicle.googleapis.com`).replace(/\/+$/, '')}/${apiVersion}`;
}

/** Asks for a token and looks at the address; nothing is written. */
export async function problemsOf(config: SecOpsConfig, deps: SinkDeps): Promise<readonly { readonly option: string; readonly message: string }[]> {
  const problemOf = (option: string) => (error: unknown) => {
    if (error instanceof ConfigError || error instanceof RetryableError) return [{ option, message: error.message }];
    throw error;
  };
  const token = async () => {
    await (await serviceAccountTokens(config.credentials, deps, readTls(config)?.ca)).get();
    return [];
  };
  const found = [deps.outbound.check(addressOf(config), deps.allow).then(() => [], problemOf('url')), token().catch(problemOf('credentials'))];
  return (await Promise.all(found)).flat();
}
