// Syslog over UDP (RFC 5426): a message a datagram. Whether one arrives, nobody knows.
import type { Socket } from 'node:dgram';
import type { Outcome, SinkDeps } from '../index.ts';
import { DELIVERED } from '../index.ts';
import { datagramFailed, notConnected } from './outcome.ts';

export interface Datagrams {
  /** @returns An outcome for each: delivered when the system has taken it. @throws RetryableError SINK_UNAVAILABLE, ConfigError SINK_MISCONFIGURED */
  readonly send: (datagrams: readonly Buffer[]) => Promise<readonly Outcome[]>;
  readonly close: () => void;
}

/** @param url `udp://host:port` */
export function openDatagrams(url: string, { outbound, allow }: Pick<SinkDeps, 'outbound' | 'allow'>): Datagrams {
  let opening: Promise<Socket> | null = null;
  const open = () =>
    (opening ??= outbound.dial.datagrams({ purpose: 'sink', endpoint: url, allow }).catch((error: unknown) => {
      opening = null;
      throw notConnected(error, url);
    }));

  return {
    async send(datagrams) {
      const socket = await open();
      const outcomes = await Promise.all(
        datagrams.map(
          (bytes) =>
            new Promise<Outcome>((resolve) => {
              socket.send(bytes, (error) => resolve(error === null ? DELIVERED : datagramFailed(error, url)));
            }),
        ),
      );
      // Its name may lead elsewhere now.
      if (outcomes.some(({ kind }) => kind === 'retry')) close();
      return outcomes;
    },
    close,
  };

  function close(): void {
    void opening?.then((socket) => socket.close()).catch(() => {});
    opening = null;
  }
}
