// Kafka clusters of others, for the sink that writes to one: the runtime's client over connections that are guarded like all that a user names.
import type { Logger } from 'pino';
import type { OpenCluster } from '../connectors/_sink/cluster.ts';
import type { Outbound } from '../outbound/client.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';
import type { SocketFactory } from '../pipeline/runtime/kafka/library.ts';

export const openClusters =
  (outbound: Outbound, log: Logger): OpenCluster =>
  ({ brokers, tls, sasl, compression, allow }) => {
    const { promise: refused, reject } = Promise.withResolvers<never>();
    refused.catch(() => {}); // whether anybody waits for it is theirs to choose
    const note = (error: unknown) => {
      if (error instanceof ConfigError) reject(error);
    };
    const socketFactory: SocketFactory = ({ host, port, onConnect }) => {
      const place = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
      try {
        const socket = outbound.dial.socket({ endpoint: `${tls === null ? 'tcp' : 'tls'}://${place}`, allow, ...(tls !== null && { tls }) });
        return socket.once(tls === null ? 'connect' : 'secureConnect', onConnect).once('error', note);
      } catch (error) {
        note(error);
        throw error;
      }
    };
    const broker = kafkaBroker({ brokers, clientId: 'goshawk-connect', sasl: sasl ?? undefined, compression, socketFactory, log });
    return { broker, refused };
  };
