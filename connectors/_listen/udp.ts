// Datagrams: nobody can be asked to wait, so they queue within a bound, and what does not fit is counted.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { ConnectorDeps, Source } from '../../pipeline/core/connector.ts';
import { deliverPatiently } from './patience.ts';
import { allowing, bindError, plainAddress, urlOf } from './peers.ts';

export interface UdpOptions {
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  readonly organization: string;
  readonly source: string;
  readonly allowFrom: readonly string[];
  readonly queueBytes: number;
  /** Datagrams above are left out; UDP itself ends at 65,507. */
  readonly maxBytes: number;
  /** Named in an error. */
  readonly option: string;
  /** What to hand on of a datagram; null = leave it out as malformed. The buffer may be kept. */
  readonly read: (datagram: Buffer) => Buffer | null;
}

const BATCH_RECORDS = 500;
/** The system's own queue in front of ours: it takes what comes while the process is busy. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** What a queued datagram costs beside its bytes. */
const OVERHEAD_BYTES = 200;

/** The sensor is the address of the sender, and its key: one sender's datagrams stay in the order in which they arrived. */
export async function listenUdp(options: UdpOptions, deps: ConnectorDeps): Promise<Source> {
  const { host, port, organization, source, queueBytes, maxBytes, read } = options;
  const isAllowed = allowing(options.allowFrom);
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  const ending = new AbortController();
  let queue: { readonly peer: string; readonly value: Buffer }[] = [];
  let queuedBytes = 0;
  let pumping: Promise<void> | null = null;

  socket.on('message', (datagram, { address }) => {
    const peer = plainAddress(address);
    if (!isAllowed(peer)) return deps.countDropped('not-allowed', 1);
    if (datagram.length > maxBytes) return deps.countDropped('too-large', 1);
    const value = read(datagram);
    if (value === null) return deps.countDropped('malformed', 1);
    if (queuedBytes + value.length + OVERHEAD_BYTES > queueBytes) return deps.countDropped('queue-full', 1);
    queue.push({ peer, value });
    queuedBytes += value.length + OVERHEAD_BYTES;
    pumping ??= pump();
  });

  async function pump(): Promise<void> {
    await Promise.resolve(); // what arrived together goes together
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH_RECORDS);
      queue = queue.slice(BATCH_RECORDS);
      const byPeer = Map.groupBy(batch, ({ peer }) => peer);
      await Promise.all(
        [...byPeer].map(([peer, records]) =>
          deliverPatiently(
            deps,
            records.map(({ value }) => value),
            { organization, source, sensor: peer, key: peer },
            ending.signal,
          ),
        ),
      );
      // Bytes count until the broker has them: what is under way is memory, too.
      for (const { value } of batch) queuedBytes -= value.length + OVERHEAD_BYTES;
    }
    pumping = null;
  }

  socket.bind(port, host);
  try {
    await once(socket, 'listening');
  } catch (error) {
    throw bindError(error as NodeJS.ErrnoException, options.option, host, port);
  }
  socket.on('error', (error) => deps.log.error({ err: error, option: options.option }, 'The socket failed; no datagrams come in any more.'));
  const bound = socket.address();
  return {
    addresses: [urlOf('udp', bound.address, bound.port)],
    async stop() {
      socket.close();
      const giveUp = setTimeout(() => ending.abort(), STOP_MS);
      await pumping;
      clearTimeout(giveUp);
    },
  };
}
/** For what is queued when the source stops. */
const STOP_MS = 5_000;
