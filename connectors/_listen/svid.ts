// X.509 SVIDs: client certificates that say a SPIFFE ID. The TLS layer has verified the certificate against all authorities that it was given; here it is
// verified that the authorities of the ID's own trust domain stand behind it, for any other could sign a certificate with any ID.
import 'reflect-metadata'; // before @peculiar/x509, which fails without
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { ConfigError } from '../../pipeline/core/errors.ts';

/** A trust domain and who may sign for it. */
export interface TrustDomain {
  readonly name: string;
  readonly authorities: readonly X509Certificate[];
}

/** `none`: the certificate says no SPIFFE ID, and is known by its fingerprint. */
export type Svid = { readonly kind: 'none' } | { readonly kind: 'svid'; readonly id: string } | { readonly kind: 'refused'; readonly reason: string };

const ID = /^spiffe:\/\/([a-z0-9._-]{1,255})(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/;
const MAX_ID = 2_048;
const MAX_DEPTH = 5;

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

/**
 * @param chain What the peer sent above its certificate, in any order; empty when only the authorities themselves may have signed it.
 * @param nowMs Of the wall clock.
 * @see X509-SVID, sections 2, 4 and 5: one URI, no authority itself, a path below the trust domain.
 */
export function svidOf(leaf: X509Certificate, chain: readonly X509Certificate[], trusted: TrustDomain, nowMs: number): Svid {
  const uris = urisOf(leaf.subjectAltName ?? '');
  if (uris !== null && !uris.some((uri) => uri.startsWith('spiffe:'))) return { kind: 'none' };
  const [id = '', ...more] = uris ?? [];
  if (uris === null || more.length > 0) return refused('an SVID names one URI');
  const [, domain] = id.length <= MAX_ID ? (ID.exec(id) ?? []) : [];
  if (domain === undefined) return refused('its URI is no SPIFFE ID of a workload');
  if (domain !== trusted.name) return refused(`it is of the trust domain ${domain}`);
  if (!isCurrent(leaf, nowMs)) return refused('it has expired, or is not valid yet');
  if (mayVouch(leaf)) return refused('it may sign certificates or lists itself');
  return isBacked(leaf, chain, trusted, nowMs) ? { kind: 'svid', id } : refused(`no authority of ${domain} has signed it`);
}

/** By its constraints and by its key usage, each by itself: Node tells of an authority only where both agree. */
function mayVouch({ raw }: X509Certificate): boolean {
  try {
    const certificate = new x509.X509Certificate(raw);
    const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
    const isAuthority = certificate.getExtension(x509.BasicConstraintsExtension)?.ca ?? false;
    return isAuthority || (usages & (x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign)) !== 0;
  } catch {
    return true; // what cannot be read is not trusted
  }
}

const refused = (reason: string): Svid => ({ kind: 'refused', reason });

/** Null when the text cannot be read for certain: OpenSSL's names are quoted where they hold what could be taken for another. */
function urisOf(names: string): readonly string[] | null {
  const entries = [...names.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g)];
  if (entries.map(([all]) => all).join('') !== names) return null;
  return entries.filter(([, kind]) => kind === 'URI').map(([, , value]) => value!);
}

function isBacked(leaf: X509Certificate, chain: readonly X509Certificate[], { authorities }: TrustDomain, nowMs: number): boolean {
  const isIssuerOf = (below: X509Certificate) => (above: X509Certificate) =>
    above.ca && isCurrent(above, nowMs) && below.checkIssued(above) && below.verify(above.publicKey);
  let at = leaf;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    if (authorities.some(isIssuerOf(at))) return true;
    const above = chain.find(isIssuerOf(at));
    if (above === undefined) return false;
    at = above;
  }
  return false;
}

const isCurrent = ({ validFrom, validTo }: X509Certificate, nowMs: number): boolean => Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validTo);
