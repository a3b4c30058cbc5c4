// Syslog over UDP, TCP and TLS. Messages are handed on as they are: ingest reads RFC 5424, RFC 3164 and what is neither.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Connector, Source } from '../../pipeline/core/connector.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { peerOptions, sourceName } from '../_listen/peers.ts';
import { areTogether, readSpiffe, spiffeOptions, TOGETHER } from '../_listen/spiffe-options.ts';
import { listenUdp } from '../_listen/udp.ts';
import { messageIn } from './datagram.ts';
import { listenTcp } from './tcp.ts';
import type { TlsOptions } from './tcp.ts';

const port = (what: string) =>
  z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .meta({ description: `${what} 0: off.` });

export const config = z
  .strictObject({
    ...peerOptions,
    source: sourceName('syslog'),
    udpPort: port('Port for datagrams (RFC 5426 assigns 514).'),
    tcpPort: port('Port for plain TCP (RFC 6587, both framings).'),
    tlsPort: port('Port for TLS (RFC 5425 assigns 6514).'),
    tlsCertFile: z.string().default('').meta({ description: 'Certificate chain of the TLS port, PEM.' }),
    tlsKeyFile: z.string().default('').meta({ description: 'Its private key, PEM.' }),
    tlsClientCaFile: z
      .string()
      .default('')
      .meta({
        description:
          'Authority of client certificates, PEM. Then each sender must show one, and is the sensor that was enrolled with it. Empty: none is asked for.',
      }),
    ...spiffeOptions,
    maxMessageBytes: z.int().min(480).max(1_044_480).default(65_536).meta({ description: 'Larger messages are left out and counted, never held whole.' }),
    idleTimeoutMs: z.int().min(1_000).max(86_400_000).default(600_000).meta({ description: 'Silence after which a connection is closed.' }),
    maxConnections: z.int().min(1).max(100_000).default(1_000).meta({ description: 'Connections of each of the two ports at the same time.' }),
    queueBytes: z
      .int()
      .min(1_048_576)
      .max(1_073_741_824)
      .default(33_554_432)
      .meta({ description: 'Datagrams that may wait for the broker; what comes beyond is lost, and counted.' }),
  })
  .refine(({ tlsPort, tlsCertFile, tlsKeyFile }) => tlsPort === 0 || (tlsCertFile !== '' && tlsKeyFile !== ''), {
    path: ['tlsPort'],
    error: 'needs tlsCertFile and tlsKeyFile',
  })
  .refine(areTogether, TOGETHER);
export type SyslogConfig = z.infer<typeof config>;

const syslog: Connector<SyslogConfig> = {
  name: 'syslog',
  config,
  async source(options, deps) {
    const { udpPort, tcpPort, tlsPort, maxMessageBytes } = options;
    const open: Source[] = [];
    const stop = async () => void (await Promise.all(open.map((source) => source.stop())));
    try {
      if (udpPort !== 0) open.push(await listenUdp({ ...options, port: udpPort, maxBytes: maxMessageBytes, option: 'syslog.udpPort', read: messageIn }, deps));
      if (tcpPort !== 0) open.push(await listenTcp({ ...options, port: tcpPort, tls: null, option: 'syslog.tcpPort' }, deps));
      if (tlsPort !== 0) open.push(await listenTcp({ ...options, port: tlsPort, tls: tlsOf(options), option: 'syslog.tlsPort' }, deps));
    } catch (error) {
      await stop();
      throw error;
    }
    return open.length === 0 ? null : { addresses: open.flatMap(({ addresses }) => addresses), stop };
  },
};
export default syslog;

function tlsOf({ tlsCertFile, tlsKeyFile, tlsClientCaFile, ...options }: SyslogConfig): TlsOptions {
  const read = (option: string, file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new ConfigError('INVALID_CONFIG', `syslog.${option}: ${file} cannot be read.`, {}, { cause: error });
    }
  };
  return {
    cert: read('tlsCertFile', tlsCertFile),
    key: read('tlsKeyFile', tlsKeyFile),
    clientCa: tlsClientCaFile === '' ? null : read('tlsClientCaFile', tlsClientCaFile),
    spiffe: readSpiffe(options, 'syslog'),
  };
}
