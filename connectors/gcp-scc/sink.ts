import { ConfigError, RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import { findingFacts } from '../_sink/finding-document.ts';
import { serviceAccountTokens } from '../_sink/google.ts';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { rejected } from '../_sink/index.ts';
import type { Outcome, Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { heeded } from '../_sink/prepared.ts';
import { readTls } from '../_sink/tls.ts';
import { asRetry, sendInTurn } from '../_sink/together.ts';
import { withToken } from '../_sink/token.ts';
import { findingIdOf, sccFinding } from './finding.ts';
import type { SccConfig } from './index.ts';
import { outcomeOf } from './outcome.ts';

/** Of a finding; above it Google refuses. */
const MAX_BYTES = 1_000_000;

/** @throws ConfigError SINK_MISCONFIGURED when the credentials or a certificate cannot be read. */
export async function openScc(config: SccConfig, deps: SinkDeps): Promise<Sink> {
  const { parent, maxInFlight } = config;
  const resourceName = config.resourceName === '' ? `//cloudresourcemanager.googleapis.com/${parent.split('/', 2).join('/')}` : config.resourceName;
  const ask = await client(config, deps);

  const deliver = async (record: SinkRecord, signal: AbortSignal): Promise<Outcome> => {
    const facts = findingFacts(record);
    const findingId = findingIdOf(facts.id);
    if (findingId === '') return rejected('no_id', 'The id has neither letters nor digits.');
    const name = `/v2/${parent}/findings/${findingId}`;
    const body = JSON.stringify(sccFinding(facts, resourceName, record.timestampMs));
    if (Buffer.byteLength(body) > MAX_BYTES) return rejected('too_large', `The finding has ${Buffer.byteLength(body)} bytes, and ${MAX_BYTES} are allowed.`);
    // Makes it, or changes all that may change. A state cannot be set so: a new one is active.
    const answer = await ask('PATCH', name, body, signal);
    const outcome = outcomeOf(answer, deps.now());
    if (outcome.kind !== 'delivered' || !facts.isWithdrawn || stateOf(answer) === 'INACTIVE') return outcome;
    return outcomeOf(await ask('POST', `${name}:setState`, '{"state":"INACTIVE"}', signal), deps.now());
  };

  return {
    limits: { maxRecords: 1, maxBytes: MAX_BYTES, lingerMs: 0, maxInFlight, orderedByKey: true },
    send: (records, signal) =>
      sendInTurn(
        records.map((record) => [record]),
        async ([record]) => [heeded(await deliver(record!, signal).catch(asOutcome), deps)],
      ),
    close: async () => {},
  };
}

const asOutcome = (error: unknown): Outcome => (error instanceof RecordError ? rejected(error.code, error.message) : asRetry(error));

function stateOf({ body }: Answer): unknown {
  try {
    return (JSON.parse(body.toString('utf8')) as { readonly state?: unknown } | null)?.state;
  } catch {
    return undefined;
  }
}

async function client(
  config: SccConfig,
  deps: SinkDeps,
): Promise<(method: string, path: string, body: string | undefined, signal: AbortSignal) => Promise<Answer>> {
  const { timeoutMs } = config;
  const base = config.url.replace(/\/+$/, '');
  const tls = readTls(config);
  const tokens = await serviceAccountTokens(config.credentials, deps, tls?.ca);
  const limits = { firstByteMs: timeoutMs, wholeMs: timeoutMs };
  return (method, path, body, signal) =>
    withToken(tokens, (authorization) => {
      const headers = { authorization, 'content-type': 'application/json' };
      return exchange(deps, { url: `${base}${path}`, method, headers, ...(body !== undefined && { body }), ...(tls !== undefined && { tls }), limits, signal });
    });
}

/** Lists one finding of the source; nothing is written. */
export async function problemsOf(config: SccConfig, deps: SinkDeps): Promise<readonly { readonly option: string; readonly message: string }[]> {
  try {
    const ask = await client(config, deps);
    outcomeOf(await ask('GET', `/v2/${config.parent}/findings?pageSize=1`, undefined, deps.signal), deps.now());
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof RetryableError)) throw error;
    const { code, error: grant } = error.details as { readonly code?: string; readonly error?: string };
    const option =
      code === 'NOT_FOUND' ? 'parent' : code !== undefined || grant !== undefined || error.message.startsWith('credentials') ? 'credentials' : 'url';
    return [{ option, message: error.message }];
  }
}
