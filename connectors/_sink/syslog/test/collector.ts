// A collector of syslog, as the tests have it: over TCP or TLS, by the framing of our own input. It keeps what it read, and can be told to fail.
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import type { Fault, FaultOptions } from '../../../_contract/stand-in.ts';
import { Framer } from '../../../syslog/framing.ts';

export interface Collector {
  readonly port: number;
  /** Messages that were whole, in the order in which they were read. */
  readonly messages: readonly Buffer[];
  /** Connections that there were. */
  readonly connections: readonly Socket[];
  /** Resolves when there are so many messages. */
  readonly read: (count: number) => Promise<void>;
  readonly fail: (fault: Fault | null, options?: FaultOptions) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `reject-one` and `throttle` are nothing that a collector could say. */
export const COLLECTOR_FAULTS: readonly Fault[] = ['fail-after-accept', 'cut', 'down', 'slow'];
const MAX_BYTES = 1 << 24;

/** @param tls Absent: plain TCP. */
export async function openCollector(tls?: TlsOptions): Promise<Collector> {
  const messages: Buffer[] = [];
  const connections: Socket[] = [];
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  let current: { readonly fault: Fault; readonly ms: number; left: number } | null = null;

  const take = (found: readonly Buffer[]) => {
    messages.push(...found);
    for (const waiter of waiting) {
      if (messages.length < waiter.count) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };
  /** Whether what is read now shows it. */
  const shows = (fault: Fault): boolean => {
    if (current?.fault !== fault || current.left <= 0) return false;
    current.left -= 1;
    return true;
  };
  const serve = (socket: Socket) => {
    connections.push(socket);
    const framer = new Framer(MAX_BYTES);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (shows('cut')) {
        take(framer.push(chunk.subarray(0, Math.floor(chunk.length / 2))).messages);
        socket.destroy();
        return;
      }
      take(framer.push(chunk).messages);
      if (shows('fail-after-accept')) socket.destroy();
      if (!shows('slow')) return;
      socket.pause();
      setTimeout(() => socket.resume(), current?.ms ?? 0);
    });
  };
  const server = tls === undefined ? createTcpServer(serve) : createTlsServer(tls, serve);
  server.on('tlsClientError', () => {});
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of connections) socket.destroy();
    await closed;
  };
  const port = await listen(0);

  return {
    port,
    messages,
    connections,
    read: (count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add({ count, resolve });
      take([]);
      return promise;
    },
    async fail(fault, { ms = 1_000, times = Number.POSITIVE_INFINITY } = {}) {
      current = fault === null ? null : { fault, ms, left: times };
      if (fault === 'down' && server.listening) await stop();
      if (fault !== 'down' && !server.listening) await listen(port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}
