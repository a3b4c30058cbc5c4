// OTLP logs over gRPC. The HTTP form is a route of the API. Source: OpenTelemetry Protocol Specification 1.x, section OTLP/gRPC.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Connector } from '../../pipeline/core/connector.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { areTogether, readSpiffe, spiffeOptions, TOGETHER } from '../_listen/spiffe-options.ts';

export const config = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address to listen on.' }),
    port: z.int().min(0).max(65_535).default(0).meta({ description: 'Port for OTLP/gRPC (4317 is usual). 0: off.' }),
    tlsCertFile: z.string().default('').meta({ description: 'Certificate chain, PEM. Empty: without TLS, for this machine only.' }),
    tlsKeyFile: z.string().default('').meta({ description: 'Its private key, PEM.' }),
    tlsClientCaFile: z
      .string()
      .default('')
      .meta({ description: 'Authority of client certificates, PEM. Then a sender shows one that a sensor was enrolled with, in place of a token.' }),
    ...spiffeOptions,
    maxRequestBytes: z.int().min(65_536).max(268_435_456).default(16_777_216).meta({ description: 'Largest request, unpacked.' }),
  })
  .refine(({ tlsCertFile, tlsKeyFile }) => (tlsCertFile === '') === (tlsKeyFile === ''), { path: ['tlsCertFile'], error: 'goes together with tlsKeyFile' })
  .refine(({ tlsClientCaFile, tlsCertFile }) => tlsClientCaFile === '' || tlsCertFile !== '', { path: ['tlsClientCaFile'], error: 'needs tlsCertFile' })
  .refine(areTogether, TOGETHER)
  .refine(({ spiffeTrustDomain, tlsCertFile }) => spiffeTrustDomain === '' || tlsCertFile !== '', { path: ['spiffeTrustDomain'], error: 'needs tlsCertFile' });
export type OtlpGrpcConfig = z.infer<typeof config>;

const otlpGrpc: Connector<OtlpGrpcConfig> = {
  name: 'otlp-grpc',
  config,
  async source(options, deps) {
    if (options.port === 0) return null;
    const { listenGrpc } = await import('./server.ts'); // the package behind it is needed by few
    const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = options;
    const read = (option: string, file: string): Buffer => {
      try {
        return readFileSync(file);
      } catch (error) {
        throw new ConfigError('INVALID_CONFIG', `otlpGrpc.${option}: ${file} cannot be read.`, {}, { cause: error });
      }
    };
    const tls =
      tlsCertFile === ''
        ? null
        : {
            cert: read('tlsCertFile', tlsCertFile),
            key: read('tlsKeyFile', tlsKeyFile),
            clientCa: tlsClientCaFile === '' ? null : read('tlsClientCaFile', tlsClientCaFile),
            spiffe: readSpiffe(options, 'otlpGrpc'),
          };
    return listenGrpc({ ...options, tls }, deps);
  },
};
export default otlpGrpc;
