// Asks again and again what is indexed. It goes on whatever happens: what it cannot learn in time is given up by the ledger, and sent again.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import type { SinkDeps } from '../_sink/index.ts';
import type { Acks } from './acks.ts';
import { acknowledgedIn, answerOf, hecBody } from './outcome.ts';
import type { Requests } from './requests.ts';

const IDS_PER_REQUEST = 5_000;

export interface Poller {
  /** Asks once, everywhere. Never rejects. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  /** What only a person can mend; null = nothing. */
  readonly problem: () => ConfigError | null;
  /** After it nothing more is asked by itself. */
  readonly stop: () => Promise<void>;
}

export function startPoller(everyMs: number, acks: Acks, requests: Pick<Requests, 'acks'>, { log }: Pick<SinkDeps, 'log'>): Poller {
  let problem: ConfigError | null = null;
  const ending = new AbortController();
  let isAway = false;

  const askAt = async ({ place, ackIds }: ReturnType<Acks['pending']>[number], signal: AbortSignal): Promise<void> => {
    for (let from = 0; from < ackIds.length; from += IDS_PER_REQUEST) {
      const ids = ackIds.slice(from, from + IDS_PER_REQUEST);
      const { status, body } = await requests.acks(place, ids, signal);
      const acknowledged = status === 200 ? acknowledgedIn(body) : null;
      if (acknowledged !== null) {
        acks.told(place, acknowledged);
        continue;
      }
      const said = answerOf(status, hecBody(body), { events: 0, bytes: 0 });
      if (said.kind === 'misconfigured') throw new ConfigError('SINK_MISCONFIGURED', `HEC does not say what is indexed. ${said.message}`);
      throw new RetryableError('SINK_UNAVAILABLE', `HEC does not say what is indexed: it answered ${status}.`);
    }
  };
  const failed = (error: unknown) => {
    if (error instanceof ConfigError) problem ??= error;
    if (!isAway && !ending.signal.aborted)
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'What is indexed cannot be learned for now.');
    isAway = true;
  };
  const ask = async (signal: AbortSignal): Promise<void> => {
    const asked = await Promise.allSettled(acks.pending().map((pending) => askAt(pending, signal)));
    for (const result of asked) if (result.status === 'rejected') failed(result.reason);
    if (asked.length > 0 && asked.every(({ status }) => status === 'fulfilled')) isAway = false;
    const given = acks.expire();
    if (given > 0) log.warn({ requests: given, patienceMs: acks.patienceMs() }, 'Requests were not acknowledged in time; their documents are sent again.');
  };

  let current: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    timer = setTimeout(() => {
      current = ask(ending.signal).finally(() => {
        if (!ending.signal.aborted) next();
      });
    }, everyMs).unref();
  };
  next();
  return {
    ask,
    problem: () => problem,
    async stop() {
      ending.abort();
      clearTimeout(timer);
      await current;
    },
  };
}
