import { ConfigError, RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import { awsHost } from '../_aws/options.ts';
import { openSigner } from '../_aws/signer.ts';
import { findingFacts } from '../_sink/finding-document.ts';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { heeded, sendPrepared } from '../_sink/prepared.ts';
import { readTls } from '../_sink/tls.ts';
import { sendInTurn, sendTogether } from '../_sink/together.ts';
import { awsFinding, partitionOf } from './finding.ts';
import type { SecurityHubConfig } from './index.ts';
import { awsError, outcomeOf } from './outcome.ts';

const MAX_FINDING_BYTES = 240_000;
const MAX_REQUEST_BYTES = 6_000_000;
/** What surrounds the findings. */
const HEAD = '{"Findings":[';
const TAIL = ']}';

type Ready = SinkRecord & { readonly findingId: string; readonly json: string; readonly bytes: number };

/** @throws ConfigError SINK_MISCONFIGURED when a certificate cannot be read. */
export async function openSecurityHub(config: SecurityHubConfig, deps: SinkDeps): Promise<Sink> {
  const { region, accountId, maxBatchRecords, lingerMs, maxInFlight } = config;
  const productArn =
    config.productArn === '' ? `arn:${partitionOf(region)}:securityhub:${region}:${accountId}:product/${accountId}/default` : config.productArn;
  const ask = client(config, deps);

  const ready = (record: SinkRecord): Ready => {
    const finding = awsFinding(findingFacts(record), { region, accountId, productArn }, record.timestampMs);
    const json = JSON.stringify(finding);
    const bytes = Buffer.byteLength(json);
    if (bytes > MAX_FINDING_BYTES) throw new RecordError('RECORD_TOO_LARGE', `The finding has ${bytes} bytes, and AWS takes ${MAX_FINDING_BYTES}.`);
    return { ...record, findingId: finding.Id, json, bytes };
  };
  const post = async (findings: readonly Ready[], signal: AbortSignal) => {
    const answer = await ask('/findings/import', `${HEAD}${findings.map(({ json }) => json).join(',')}${TAIL}`, signal);
    const ids = findings.map(({ findingId }) => findingId);
    return heeded(outcomeOf(answer, ids, deps.now()), deps);
  };
  return {
    limits: { maxRecords: maxBatchRecords, maxBytes: MAX_REQUEST_BYTES, lingerMs, maxInFlight, orderedByKey: true },
    send: (records, signal) =>
      sendPrepared(records, ready, (findings) => sendInTurn(requestsOf(findings), (request) => sendTogether(request, (part) => post(part, signal)))),
    close: async () => {},
  };
}

/**
 * In order, within the limits of a request, and no finding twice in one: of two revisions the second goes in a request of its own, after the first was taken.
 * AWS keeps the latest, and refuses one that comes after it.
 */
function requestsOf(findings: readonly Ready[]): readonly (readonly Ready[])[] {
  const requests: Ready[][] = [];
  let ids = new Set<string>();
  let bytes = Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    bytes += finding.bytes + 1;
    if (bytes > MAX_REQUEST_BYTES || ids.has(finding.findingId)) {
      requests.push([]);
      ids = new Set();
      bytes = HEAD.length + TAIL.length + finding.bytes;
    }
    ids.add(finding.findingId);
    requests.at(-1)!.push(finding);
  }
  return requests;
}

function client(config: SecurityHubConfig, deps: SinkDeps): (path: string, body: string, signal: AbortSignal) => Promise<Answer> {
  const { region, timeoutMs } = config;
  const base = (config.url ?? `https://${awsHost('securityhub', region)}`).replace(/\/+$/, '');
  const tls = readTls(config);
  const signer = openSigner(config, 'securityhub', deps, tls?.ca);
  const limits = { firstByteMs: timeoutMs, wholeMs: timeoutMs };
  return (path, body, signal) => {
    const request = { method: 'POST', url: `${base}${path}`, headers: { 'content-type': 'application/json' }, body };
    const send = (headers: Readonly<Record<string, string>>) => exchange(deps, { ...request, headers, ...(tls !== undefined && { tls }), limits, signal });
    return signer.send(request, send, (answer) => awsError(answer).code);
  };
}

/** Asks for an import of nothing, which AWS refuses as empty once it has taken the credentials. */
export async function problemsOf(config: SecurityHubConfig, deps: SinkDeps): Promise<readonly { readonly option: string; readonly message: string }[]> {
  try {
    const answer = await client(config, deps)('/findings/import', `${HEAD}${TAIL}`, deps.signal);
    outcomeOf(answer, [], deps.now());
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof RetryableError)) throw error;
    const { code } = error.details as { readonly code?: string };
    const refused = code?.includes('Access') === true ? 'accountId' : 'secretAccessKey';
    return [{ option: error.message.startsWith('STS') ? 'roleArn' : code === undefined ? 'url' : refused, message: error.message }];
  }
}
