// A sink that writes syslog messages, whoever receives them.
import { ConfigError, RetryableError } from '../../../pipeline/core/errors.ts';
import { openEndpoints } from '../endpoints.ts';
import type { BatchLimits, Outcome, Sink, SinkDeps, SinkRecord } from '../index.ts';
import { DELIVERED } from '../index.ts';
import { openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';
import { openDatagrams } from './datagrams.ts';
import { datagramOf, framed, writerOf } from './message.ts';
import type { Framing, Message, MessageOptions } from './message.ts';

export interface SyslogSinkOptions extends MessageOptions, Omit<ConnectionOptions, 'url'> {
  /** Collectors, all of one scheme. A batch goes to one of them. */
  readonly urls: readonly string[];
  readonly framing: Framing;
  readonly limits: Omit<BatchLimits, 'maxInFlight'>;
}
interface Collector {
  /** An outcome for each message. */
  readonly send: (messages: readonly Message[], signal: AbortSignal) => Promise<readonly Outcome[]>;
  readonly close: () => Promise<void>;
}

/** Most bytes of a datagram over IPv4 (RFC 5426, 3.2). */
const MAX_DATAGRAM_BYTES = 65_507;
/** The second is made while the system takes the first. */
const CALLS_PER_COLLECTOR = 2;

export const isDatagrams = (url: string): boolean => url.startsWith('udp://');

export function openSyslogSink(options: SyslogSinkOptions, deps: SinkDeps): Sink {
  const { urls, limits } = options;
  const collectors = new Map(urls.map((url) => [url, isDatagrams(url) ? byDatagram(url, deps) : byStream(url, options, deps)]));
  const endpoints = openEndpoints(urls, deps.now);
  const maxMessageBytes = urls.some(isDatagrams) ? Math.min(options.maxMessageBytes, MAX_DATAGRAM_BYTES) : options.maxMessageBytes;
  const write = writerOf({ ...options, maxMessageBytes });

  return {
    limits: { ...limits, maxInFlight: urls.length * CALLS_PER_COLLECTOR },
    async send(records: readonly SinkRecord[], signal) {
      const messages: Message[] = [];
      const refused: (Outcome | null)[] = records.map((record) => {
        const written = write(record);
        if ('kind' in written) return written;
        messages.push(written);
        return null;
      });
      const sent =
        messages.length === 0
          ? []
          : await endpoints.call(
              (url) => collectors.get(url)!.send(messages, signal),
              () => null,
            );
      let next = 0;
      return refused.map((outcome) => outcome ?? sent[next++]!);
    },
    close: async () => void (await Promise.all([...collectors.values()].map((collector) => collector.close()))),
  };
}

/** Connects to each, and ends the connection. */
export async function checkCollectors({ urls, tls, timeoutMs }: Pick<SyslogSinkOptions, 'urls' | 'tls' | 'timeoutMs'>, { outbound, allow, signal }: SinkDeps) {
  const problems = await Promise.all(
    urls.map(async (endpoint) => {
      try {
        const request = { purpose: 'sink', endpoint, allow, tls, connectMs: timeoutMs, signal };
        if (isDatagrams(endpoint)) (await outbound.dial.datagrams(request)).close();
        else (await outbound.dial.stream(request)).destroy();
        return [];
      } catch (error) {
        if (error instanceof ConfigError || error instanceof RetryableError) return [{ option: 'urls', message: error.message }];
        throw error;
      }
    }),
  );
  return problems.flat();
}

function byStream(url: string, options: SyslogSinkOptions, deps: SinkDeps): Collector {
  const connection = openConnection({ ...options, url }, deps);
  return {
    async send(messages, signal) {
      const { settling } = await connection.write(framed(messages, options.framing), signal);
      const outcome: Outcome = options.settleMs === 0 ? DELIVERED : { kind: 'accepted', acknowledged: settling };
      return messages.map(() => outcome);
    },
    close: connection.close,
  };
}

function byDatagram(url: string, deps: SinkDeps): Collector {
  const socket = openDatagrams(url, deps);
  return { send: (messages) => socket.send(messages.map(datagramOf)), close: async () => socket.close() };
}
