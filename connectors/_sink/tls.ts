// Certificates of a far side that is asked over HTTPS, as files that an owner names.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { OutboundRequest } from '../../outbound/client.ts';

const file = (displayName: string, description: string) =>
  z.string().default('').meta({ displayName, description, group: 'Connection', importance: 'medium', width: 'long' });

export const tlsOptions = {
  caFile: file('Certificate authority', 'Authorities of the far side, PEM. Empty: those that this machine trusts.'),
  certFile: file('Client certificate', 'Certificate chain that is shown to the far side, PEM. Empty: none.'),
  keyFile: file('Client key', 'Private key of the client certificate, PEM.'),
};

export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}
export const areTogether = ({ certFile, keyFile }: TlsFiles): boolean => (certFile === '') === (keyFile === '');
export const TOGETHER = { path: ['keyFile'], error: 'certFile and keyFile go together' };

/** @returns What `outbound` takes; undefined when no file is named. @throws ConfigError SINK_MISCONFIGURED for a file that cannot be read. */
export function readTls({ caFile, certFile, keyFile }: TlsFiles): OutboundRequest['tls'] {
  const read = (option: string, path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new ConfigError('SINK_MISCONFIGURED', `${option}: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { option }, { cause });
    }
  };
  if (caFile === '' && certFile === '' && keyFile === '') return undefined;
  return {
    ...(caFile !== '' && { ca: read('caFile', caFile) }),
    ...(certFile !== '' && { cert: read('certFile', certFile) }),
    ...(keyFile !== '' && { key: read('keyFile', keyFile) }),
  };
}
