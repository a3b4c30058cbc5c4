// Asks again and again what is indexed. It goes on whatever happens: what it cannot learn in time is given up by the ledger, and sent again.
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { placeKey } from './acks.ts';
import type { Acks } from './acks.ts';
import { acknowledgedIn, answerOf, hecBody } from './outcome.ts';
import type { Requests } from './requests.ts';

const IDS_PER_REQUEST = 5_000;

type Pending = ReturnType<Acks['pending']>[number];

export interface Poller {
  /** Asks once, everywhere. Never rejects. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  /** What only a person can mend; null = nothing. */
  readonly problem: () => ConfigError | null;
  /** After it nothing more is asked by itself. */
  readonly stop: () => Promise<void>;
}

export function startPoller(everyMs: number, acks: Acks, requests: Pick<Requests, 'acks'>, { log }: Pick<SinkDeps, 'log'>): Poller {
  const ending = new AbortController();
  /** By place: one that hangs does not delay what is asked elsewhere. */
  const open = new Map<string, Promise<void>>();
  let problem: ConfigError | null = null;
  /** Addresses of which that has been logged. */
  const away = new Set<string>();

  const askAt = async ({ place, ackIds }: Pending, signal: AbortSignal): Promise<void> => {
    for (let from = 0; from < ackIds.length; from += IDS_PER_REQUEST) {
      const ids = ackIds.slice(from, from + IDS_PER_REQUEST);
      const { status, body } = await requests.acks(place, ids, signal);
      const acknowledged = status === 200 ? acknowledgedIn(body) : null;
      if (acknowledged === null) throw refusalOf(status, body);
      acks.told(place, acknowledged);
    }
    away.delete(place.url);
  };
  const failed = (url: string) => (error: unknown) => {
    if (error instanceof ConfigError) problem ??= error;
    if (ending.signal.aborted || away.has(url)) return;
    away.add(url);
    log.warn({ url, error: error instanceof Error ? error.message : String(error) }, 'What is indexed cannot be learned for now.');
  };
  const ask = (signal: AbortSignal): readonly Promise<void>[] =>
    acks
      .pending()
      .filter(({ place }) => !open.has(placeKey(place)))
      .map((pending) => {
        const key = placeKey(pending.place);
        const asking = askAt(pending, signal)
          .catch(failed(pending.place.url))
          .finally(() => open.delete(key));
        open.set(key, asking);
        return asking;
      });
  const tick = () => {
    void ask(ending.signal);
    const given = acks.expire();
    if (given > 0) log.warn({ requests: given, patienceMs: acks.patienceMs() }, 'Requests were not acknowledged in time; their documents are sent again.');
  };

  const timer = setInterval(tick, everyMs).unref();
  return {
    ask: async (signal) => void (await Promise.all(ask(signal))),
    problem: () => problem,
    async stop() {
      clearInterval(timer);
      ending.abort();
      await Promise.all(open.values());
    },
  };
}

function refusalOf(status: number, body: Buffer): Error {
  const said = answerOf(status, hecBody(body), { events: 0, bytes: 0 });
  return said.kind === 'misconfigured'
    ? new ConfigError('SINK_MISCONFIGURED', `HEC does not say what is indexed. ${said.message}`)
    : new RetryableError('SINK_UNAVAILABLE', `HEC does not say what is indexed: it answered ${status}.`);
}
