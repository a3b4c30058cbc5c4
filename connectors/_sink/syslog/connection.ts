// The way to one collector: connected to when something is to be written, and again when it has ended.
import type { DialTls } from '../../../outbound/dial.ts';
import type { ConfigError } from '../../../pipeline/core/errors.ts';
import type { SinkDeps } from '../index.ts';
import { Line } from './line.ts';
import type { Settling } from './line.ts';
import { misconfigured, notConnected, notWritten } from './outcome.ts';

export interface ConnectionOptions {
  /** `tls://host:port` or `tcp://host:port`. */
  readonly url: string;
  readonly tls: DialTls;
  /** How long a connection has to stand after a write, and the far system to acknowledge it, before that counts as delivered. 0: as soon as our system has taken it. */
  readonly settleMs: number;
  /** To connect, and for the far side to take what is written. */
  readonly timeoutMs: number;
}

export interface SyslogConnection {
  /**
   * Resolves when the system has taken all bytes.
   *
   * @throws RetryableError SINK_UNAVAILABLE. ConfigError SINK_MISCONFIGURED.
   */
  readonly write: (bytes: Buffer, signal: AbortSignal) => Promise<{ readonly settling: Settling }>;
  /** Waits a moment for the far side to have read everything. */
  readonly close: () => Promise<void>;
}

const GOODBYE_MS = 2_000;

export function openConnection({ url, tls, settleMs, timeoutMs }: ConnectionOptions, deps: Pick<SinkDeps, 'outbound' | 'allow' | 'log'>): SyslogConnection {
  let standing: Line | null = null;
  let connecting: Promise<Line> | null = null;
  let refusal: ConfigError | null = null;

  const onEnd = (error: Error | null, unsettled: number) => {
    refusal = misconfigured(error, url);
    if (unsettled > 0)
      deps.log.warn({ url, unsettled, reason: error?.message ?? 'closed' }, 'A collector ended its connection. What was written last is sent again.');
  };
  const connect = async (signal: AbortSignal): Promise<Line> => {
    try {
      const socket = await deps.outbound.dial.stream({ purpose: 'sink', endpoint: url, allow: deps.allow, tls, connectMs: timeoutMs, signal });
      return new Line(socket, { url, settleMs, onEnd });
    } catch (error) {
      throw notConnected(error, url);
    }
  };
  /** Calls at the same time share one. */
  const line = async (signal: AbortSignal): Promise<Line> => {
    if (standing?.isOver === false) return standing;
    if (refusal !== null) throw refusal;
    connecting ??= connect(signal).finally(() => {
      connecting = null;
    });
    return (standing = await connecting);
  };

  return {
    async write(bytes, signal) {
      const to = await line(signal);
      const giveUp = (why: string) => to.end(new Error(why));
      const late = setTimeout(giveUp, timeoutMs, `it was not taken within ${timeoutMs} ms`);
      const aborted = () => giveUp('it was given up');
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
      try {
        return await to.write(bytes);
      } catch (error) {
        throw notWritten(error, url);
      } finally {
        clearTimeout(late);
        signal.removeEventListener('abort', aborted);
      }
    },
    close: async () => standing?.close(GOODBYE_MS),
  };
}
