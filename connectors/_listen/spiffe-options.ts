// Options of inputs that take SVIDs.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TrustDomain } from '../../domains/identity/x509-svid.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';

export const spiffeOptions = {
  spiffeTrustDomain: z
    .string()
    .regex(/^([a-z0-9._-]{1,255})?$/, 'The name of a trust domain, without spiffe://.')
    .default('')
    .meta({
      description: 'Trust domain whose X.509 SVIDs are taken as client certificates: a sender is the sensor that was enrolled with its SPIFFE ID. Empty: none.',
    }),
  spiffeBundleFile: z.string().default('').meta({ description: 'Authorities of that trust domain, PEM (`spire-server bundle show`). Read at the start.' }),
};

interface Chosen {
  readonly spiffeTrustDomain: string;
  readonly spiffeBundleFile: string;
}
/** For the schema: one of the two does not do. */
export const areTogether = ({ spiffeTrustDomain, spiffeBundleFile }: Chosen): boolean => (spiffeTrustDomain === '') === (spiffeBundleFile === '');
export const TOGETHER = { path: ['spiffeBundleFile'], error: 'goes together with spiffeTrustDomain' };

/** Null when no SVIDs are taken. @param section Of the options, for errors. @throws ConfigError INVALID_CONFIG */
export function readSpiffe({ spiffeTrustDomain, spiffeBundleFile }: Chosen, section: string): { readonly bundle: string; readonly domain: TrustDomain } | null {
  if (spiffeTrustDomain === '') return null;
  const option = `${section}.spiffeBundleFile`;
  let bundle: string;
  try {
    bundle = readFileSync(spiffeBundleFile, 'utf8');
  } catch (error) {
    throw new ConfigError('INVALID_CONFIG', `${option}: ${spiffeBundleFile} cannot be read.`, {}, { cause: error });
  }
  return { bundle, domain: readTrustDomain(spiffeTrustDomain, bundle, option) };
}

/** @throws ConfigError INVALID_CONFIG when the bundle holds no certificate that can be read. @param option Named in the error. */
export function readTrustDomain(name: string, bundle: string, option: string): TrustDomain {
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const authorities = blocks.map((block) => new X509Certificate(block)).filter(({ ca }) => ca);
    if (authorities.length === 0) throw new Error('it holds no certificate of an authority');
    return { name, authorities };
  } catch (error) {
    throw new ConfigError(
      'INVALID_CONFIG',
      `${option}: ${(error as Error).message}. It takes the X.509 authorities of the trust domain, PEM.`,
      {},
      { cause: error },
    );
  }
}
