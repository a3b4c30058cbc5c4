// The TLS options that sinks have in common. Their values are PEM: a sink opens no file by a name that a user gave.
import { z } from 'zod';
import type { OutboundRequest } from '../../outbound/client.ts';

const pem = z
  .string()
  .regex(/^\s*(#[^\n]*\n|\s)*-----BEGIN [A-Z0-9 ]+-----/, 'PEM is expected. Refer to its file: ${file:/etc/goshawk/secrets/name.pem}.')
  .optional();

/** Spread into a sink's config. */
export const tlsOptions = {
  caFile: pem.meta({
    displayName: 'Authorities',
    description: 'Certificates of the authorities that the far side is checked against, in place of those that this machine trusts. PEM, as `${file:/path}`.',
    group: 'TLS',
    importance: 'low',
  }),
  certFile: pem.meta({
    displayName: 'Certificate',
    description: 'Certificate that is shown to the far side, with its chain. PEM, as `${file:/path}`.',
    group: 'TLS',
    importance: 'low',
    dependents: ['keyFile'],
  }),
  keyFile: pem.meta({
    displayName: 'Private key',
    description: 'Private key of `certFile`. PEM, as `${file:/path}`.',
    group: 'TLS',
    importance: 'low',
    secret: true,
  }),
};

interface TlsConfig {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** For `OutboundRequest.tls`. */
export const tlsOf = ({ caFile, certFile, keyFile }: TlsConfig): NonNullable<OutboundRequest['tls']> => ({
  ...(caFile !== undefined && { ca: caFile }),
  ...(certFile !== undefined && { cert: certFile }),
  ...(keyFile !== undefined && { key: keyFile }),
});
