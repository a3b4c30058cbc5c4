// Records to a cluster, by bulk requests.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { openEndpoints } from '../_sink/endpoints.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { rejected } from '../_sink/index.ts';
import type { Outcome, Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { nameByRecord } from '../_sink/placeholders.ts';
import { sendTogether } from '../_sink/together.ts';
import type { Together } from '../_sink/together.ts';
import { bulkBody, errorOf, FILTER_PATH, itemsOf } from './bulk.ts';
import type { ElasticsearchConfig } from './config.ts';
import { spelled } from './names.ts';
import { answerOf, outcomeOf } from './outcome.ts';
import { openRequests } from './requests.ts';
import { withTime } from './time.ts';

const packed = promisify(gzip);
/** OpenSearch, and Elasticsearch before 8.13, refuse a request that has it; nothing was taken then. */
const UNKNOWN_FLAG = 'unrecognized parameter: [require_data_stream]';

/** @throws ConfigError SINK_MISCONFIGURED */
export function openSink(options: ElasticsearchConfig, deps: SinkDeps): Sink {
  const { urls, index, dataStream, pipeline, compression, maxBatchBytes, maxBatchRecords, lingerMs, maxInFlight, timeoutMs } = options;
  const endpoints = openEndpoints(urls, deps.now);
  const request = openRequests(options, deps);
  const indexOf = nameByRecord(index, deps.organization, spelled);
  const documentOf = dataStream ? withTime : ({ value }: SinkRecord) => value;
  const path = `/_bulk?filter_path=${FILTER_PATH}&timeout=${Math.floor(timeoutMs / 2)}ms${pipeline === '' ? '' : `&pipeline=${encodeURIComponent(pipeline)}`}`;
  const headers = { 'content-type': 'application/x-ndjson', ...(compression === 'gzip' && { 'content-encoding': 'gzip' }) };
  let knowsFlag = dataStream;
  /** Bodies of this size were refused: no further one is sent to find that out. */
  let tooManyBytes = Number.POSITIVE_INFINITY;
  /** What only a person can mend, found while other records of the request were settled: said at the next call. */
  let misconfigured: ConfigError | null = null;

  const post = (body: Buffer, signal: AbortSignal): Promise<Answer> =>
    endpoints
      .call(
        (url) => request(url, knowsFlag ? `${path}&require_data_stream=true` : path, { method: 'POST', headers, body, signal }),
        ({ status, headers: said }) => (answerOf(status, undefined).kind === 'away' ? retryAfterMs(said, deps.now()) : null),
      )
      .catch(unambiguous);

  const ask = async (records: readonly SinkRecord[], signal: AbortSignal): Promise<Together> => {
    const plain = bulkBody(records, indexOf, documentOf);
    if (plain.length >= tooManyBytes && records.length > 1) return 'apart';
    const body = compression === 'gzip' ? await packed(plain, { level: 1 }) : plain;
    let answer = await post(body, signal);
    if (knowsFlag && answer.status === 400 && answer.body.includes(UNKNOWN_FLAG)) {
      knowsFlag = false;
      answer = await post(body, signal);
    }
    const said = answerOf(answer.status, errorOf(answer.body));
    switch (said.kind) {
      case 'items':
        return settle(records, answer);
      case 'apart':
        if (answer.status === 413) tooManyBytes = Math.min(tooManyBytes, plain.length);
        return records.length > 1 ? 'apart' : alone(answer);
      case 'away': {
        const afterMs = endpoints.freeInMs() ?? retryAfterMs(answer.headers, deps.now());
        throw new RetryableError('SINK_UNAVAILABLE', `The cluster ${said.message}`, { isAmbiguous: false, ...(afterMs !== undefined && { afterMs }) });
      }
      case 'misconfigured':
        throw new ConfigError('SINK_MISCONFIGURED', `The cluster ${said.message}`);
    }
  };

  const settle = (records: readonly SinkRecord[], answer: Answer): readonly Outcome[] => {
    const items = itemsOf(answer.body, records.length);
    if (items === null) throw new ConfigError('SINK_MISCONFIGURED', 'What answers at the address is neither Elasticsearch nor OpenSearch.');
    const outcomes = items.map((item): Outcome => {
      const outcome = outcomeOf(item);
      if (outcome.kind !== 'misconfigured') return outcome;
      misconfigured ??= new ConfigError('SINK_MISCONFIGURED', `The cluster refuses what is sent: ${outcome.message}`);
      return { kind: 'retry', message: outcome.message, isAmbiguous: false };
    });
    if (misconfigured !== null && outcomes.every(({ kind }) => kind === 'retry')) throw misconfigured;
    return outcomes;
  };

  return {
    limits: { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs, maxInFlight },
    async send(records, signal) {
      if (misconfigured !== null) throw misconfigured;
      const said = await ask(records, signal);
      if (said !== 'apart') return said as readonly Outcome[];
      const half = Math.ceil(records.length / 2);
      const parts: Outcome[] = [];
      for (const part of [records.slice(0, half), records.slice(half)]) parts.push(...(await sendTogether(part, (some) => ask(some, signal))));
      return parts;
    },
    close: async () => {},
  };
}

/** Whatever became of a request: sent again, each of its documents is there once, under its own id. */
function unambiguous(error: unknown): never {
  if (!(error instanceof RetryableError)) throw error;
  throw new RetryableError('SINK_UNAVAILABLE', error.message, { ...error.details, isAmbiguous: false }, { cause: error });
}

function alone({ status, body }: Answer): readonly Outcome[] {
  const error = errorOf(body);
  return status === 413
    ? [rejected('too_large', 'The document is larger than the cluster takes in a request (http.max_content_length).')]
    : [rejected(error?.type ?? `status ${status}`, error?.reason?.slice(0, 300) ?? '')];
}
