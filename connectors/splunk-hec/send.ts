// Records to HEC, request by request.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { openEndpoints } from '../_sink/endpoints.ts';
import { retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import { DELIVERED, rejected } from '../_sink/index.ts';
import type { Outcome, Sink, SinkDeps } from '../_sink/index.ts';
import { asRetry } from '../_sink/together.ts';
import { openAcks } from './acks.ts';
import type { Place } from './acks.ts';
import type { HecConfig } from './config.ts';
import { bodyOf, openEnvelope } from './envelope.ts';
import type { HecEvent } from './envelope.ts';
import { answerOf, hecBody } from './outcome.ts';
import type { Answered } from './outcome.ts';
import { startPoller } from './poller.ts';
import { openRequests } from './requests.ts';

/** Near its limit, HEC is given a pause where it names none. */
const BREATH_MS = 1_000;
/** For what is indexed when the task ends. */
const LAST_ASK_MS = 5_000;

/** What one request came to: outcomes of its first events, and how to go on with the others. `fewer`: it does not say which of them it does not take. */
interface Step {
  readonly settled: readonly Outcome[];
  readonly next: 'go on' | 'smaller' | 'fewer' | { readonly stop: ConfigError };
}
const NOTHING: readonly Outcome[] = [];

/** @throws ConfigError SINK_MISCONFIGURED */
export function openSink(options: HecConfig, deps: SinkDeps): Sink {
  const { urls, acks: hasAcks, ackPollMs, ackTimeoutMs, maxBatchBytes, maxBatchRecords, lingerMs, maxInFlight } = options;
  const endpoints = openEndpoints(urls, deps.now);
  const requests = openRequests(options, deps);
  const envelope = openEnvelope(options, deps.organization);
  const acks = openAcks(ackTimeoutMs, deps.now);
  const poller = hasAcks ? startPoller(ackPollMs, acks, requests, deps) : null;
  /** Lowered when HEC refuses a body for its size. */
  let bodyBytes = maxBatchBytes;
  /** What only a person can mend, found while other events were settled: said at the next call. */
  let misconfigured: ConfigError | null = null;

  const post = async (
    events: readonly HecEvent[],
    signal: AbortSignal,
  ): Promise<{ readonly said: Answered; readonly answer: Answer; readonly place: Place }> => {
    const body = bodyOf(events);
    return endpoints.call(
      async (url) => {
        const asked = requests.place(url);
        const { answer, place } = await requests.events(asked, body, signal).catch((error: unknown) => {
          requests.renew(asked);
          throw error;
        });
        return { said: answerOf(answer.status, hecBody(answer.body), { events: events.length, bytes: body.length }), answer, place };
      },
      ({ said, answer }) => (said.kind === 'away' ? retryAfterMs(answer.headers, deps.now()) : null),
    );
  };

  /** Of events that were taken. */
  const taken = (count: number, ackId: number | null, place: Place): readonly Outcome[] => {
    if (count === 0) return NOTHING;
    if (!hasAcks) return repeated(count, DELIVERED);
    if (ackId === null) return repeated(count, { kind: 'retry', message: 'Taken without an acknowledgement to come.', isAmbiguous: true });
    const { acknowledged, isAnew } = acks.await(place, ackId);
    if (isAnew) requests.renew(place);
    return repeated(count, { kind: 'accepted', acknowledged });
  };

  /** @throws RetryableError, ConfigError: nothing of the request is settled. */
  const step = async (events: readonly HecEvent[], signal: AbortSignal): Promise<Step> => {
    const { said, answer, place } = await post(events, signal);
    switch (said.kind) {
      case 'taken':
        if (said.isNearLimit) deps.slowDown(retryAfterMs(answer.headers, deps.now()) ?? BREATH_MS);
        if (hasAcks && said.ackId === null) throw new ConfigError('SINK_MISCONFIGURED', NO_ACKS);
        return { settled: taken(events.length, said.ackId, place), next: 'go on' };
      case 'refused':
        if (said.at !== null) return { settled: [...taken(said.at, said.ackId, place), rejected(said.reason, said.message)], next: 'go on' };
        return events.length === 1 ? { settled: [rejected(said.reason, said.message)], next: 'go on' } : { settled: NOTHING, next: 'fewer' };
      case 'index': {
        const stop = new ConfigError('SINK_MISCONFIGURED', `HEC refuses the index: ${said.message}`);
        if (said.at === 0) throw stop;
        return { settled: taken(said.at, said.ackId, place), next: { stop } };
      }
      case 'too-large':
        return events.length === 1
          ? { settled: [rejected('too_large', 'The document is larger than HEC takes in a request (max_content_length).')], next: 'go on' }
          : { settled: NOTHING, next: 'smaller' };
      case 'away': {
        const afterMs = endpoints.freeInMs() ?? retryAfterMs(answer.headers, deps.now());
        throw new RetryableError('SINK_UNAVAILABLE', `HEC does not take it: ${said.message}`, {
          isAmbiguous: said.isAmbiguous,
          ...(afterMs !== undefined && { afterMs }),
        });
      }
      case 'misconfigured':
        throw new ConfigError('SINK_MISCONFIGURED', `HEC does not take it: ${said.message}`);
    }
  };

  return {
    limits: { maxRecords: maxBatchRecords, maxBytes: maxBatchBytes, lingerMs, maxInFlight },
    async send(records, signal) {
      misconfigured ??= poller?.problem() ?? null;
      if (misconfigured !== null) throw misconfigured;
      const events = records.map(envelope);
      const outcomes: Outcome[] = [];
      const fill = (end: number, outcome: Outcome) => {
        while (outcomes.length < end) outcomes.push(outcome);
      };
      let most = events.length;
      while (outcomes.length < events.length) {
        const rest = events.slice(outcomes.length, outcomes.length + most);
        const some = rest.slice(0, fitting(rest, bodyBytes));
        try {
          const { settled, next } = await step(some, signal);
          outcomes.push(...settled);
          most = next === 'fewer' ? Math.ceil(some.length / 2) : events.length;
          if (next === 'smaller') bodyBytes = Math.min(bodyBytes, Math.ceil(bytesOf(some) / 2));
          if (typeof next === 'object') {
            misconfigured = next.stop;
            fill(events.length, notTaken(next.stop));
          }
        } catch (error) {
          // What was settled is said first: thrown away with the call, it would be sent again.
          if (outcomes.length === 0 || !(error instanceof RetryableError || error instanceof ConfigError)) throw error;
          if (error instanceof ConfigError) misconfigured = error;
          fill(outcomes.length + some.length, error instanceof RetryableError ? asRetry(error) : notTaken(error));
          fill(events.length, notTaken(error));
        }
      }
      return outcomes;
    },
    async close() {
      await poller?.stop();
      await poller?.ask(AbortSignal.timeout(LAST_ASK_MS)); // what is indexed already need not be sent again
      acks.abandon('The task ended before it was acknowledged.');
    },
  };
}

const NO_ACKS =
  'HEC took the events without an acknowledgement to come: the token has indexer acknowledgement switched off. Switch it on, or set acks to false.';

const repeated = (count: number, outcome: Outcome): readonly Outcome[] => Array.from({ length: count }, () => outcome);
const notTaken = ({ message }: Error): Outcome => ({ kind: 'retry', message, isAmbiguous: false });
const bytesOf = (events: readonly HecEvent[]): number => events.reduce((sum, { bytes }) => sum + bytes, 0);

/** How many of them go into a body of so many bytes: at least one. */
function fitting(events: readonly HecEvent[], maxBytes: number): number {
  let bytes = 0;
  const end = events.findIndex((event) => (bytes += event.bytes) > maxBytes);
  return end < 0 ? events.length : Math.max(end, 1);
}
