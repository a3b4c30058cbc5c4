// X.509 SVIDs: client certificates that say a SPIFFE ID. Whoever shows one has proved to the TLS layer that the key is theirs; whether the certificate
// holds is said here, by the authorities of the ID's own trust domain: any other could sign a certificate with any ID.
import type { X509Certificate } from 'node:crypto';
import { isCurrent, pathUntil, readCertificate, x509 } from './certification-path.ts';
import { parseSpiffeId } from './spiffe-id.ts';
import type { SpiffeId } from './spiffe-id.ts';

/** A trust domain and who may sign for it. */
export interface TrustDomain {
  readonly name: string;
  readonly authorities: readonly X509Certificate[];
}
interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
}
/** `none`: the certificate says no SPIFFE ID, and is known by its fingerprint. */
interface None {
  readonly kind: 'none';
}
/** `untilMs`: since 1970, when the first certificate between leaf and authority runs out. */
export type Svid = None | { readonly kind: 'svid'; readonly id: string; readonly untilMs: number } | Refused;

/**
 * What a certificate says to be, before anything is believed.
 * @see X509-SVID, sections 2 and 5: one URI, with a path below the trust domain.
 */
export function saidByCertificate(leaf: X509Certificate): None | { readonly kind: 'said'; readonly id: SpiffeId } | Refused {
  const uris = urisOf(leaf.subjectAltName ?? '');
  if (uris !== null && !uris.some((uri) => /^spiffe:/i.test(uri))) return { kind: 'none' };
  const [uri = '', ...more] = uris ?? [];
  if (uris === null || more.length > 0) return refused('an SVID names one URI');
  const id = parseSpiffeId(uri);
  return id === null || id.path === '' ? refused('its URI is no SPIFFE ID of a workload') : { kind: 'said', id };
}

/**
 * @param chain What the peer sent above its certificate, in any order; empty when only the authorities themselves may have signed it.
 * @param nowMs Of the wall clock.
 * @see X509-SVID, sections 2, 4 and 5: one URI, no authority itself, a path below the trust domain.
 */
export function svidOf(leaf: X509Certificate, chain: readonly X509Certificate[], trusted: TrustDomain, nowMs: number): Svid {
  const said = saidByCertificate(leaf);
  if (said.kind !== 'said') return said;
  const { id, trustDomain } = said.id;
  if (trustDomain !== trusted.name) return refused(`it is of the trust domain ${trustDomain}`);
  if (!isCurrent(leaf, nowMs)) return refused('it has expired, or is not valid yet');
  if (mayVouch(leaf)) return refused('it may sign certificates or lists itself');
  const untilMs = pathUntil(leaf, chain, trusted.authorities, nowMs);
  return untilMs === null ? refused(`no authority of ${trustDomain} has signed it, or may have signed it`) : { kind: 'svid', id, untilMs };
}

/** By its constraints and by its key usage, each by itself: Node tells of an authority only where both agree. */
function mayVouch(leaf: X509Certificate): boolean {
  const certificate = readCertificate(leaf);
  if (certificate === null) return true; // what cannot be read is not trusted
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const isAuthority = certificate.getExtension(x509.BasicConstraintsExtension)?.ca ?? false;
  return isAuthority || (usages & (x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign)) !== 0;
}

const refused = (reason: string): Refused => ({ kind: 'refused', reason });

/** Null when the text cannot be read for certain: OpenSSL's names are quoted where they hold what could be taken for another. */
function urisOf(names: string): readonly string[] | null {
  const entries = [...names.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g)];
  if (entries.map(([all]) => all).join('') !== names) return null;
  return entries.filter(([, kind]) => kind === 'URI').map(([, , value]) => value!);
}
