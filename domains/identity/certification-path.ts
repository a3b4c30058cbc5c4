// From a certificate to an authority that is trusted, as RFC 5280 (section 6) has it. What is not understood does not hold.
import 'reflect-metadata'; // before @peculiar/x509, which fails without
import type { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export { x509 };

/** Authorities between a certificate and the one that is trusted. */
const MAX_BETWEEN = 4;
/** Of certificates that a stranger sends, made to lead everywhere: no more signatures are checked. */
const MAX_SIGNATURES = 32;
const MIN_RSA_BITS = 2_048;

/** Whose meaning is heeded here, or changes nothing: constraints, key usage, purposes, names, policies. */
const UNDERSTOOD = new Set(['2.5.29.19', '2.5.29.15', '2.5.29.37', '2.5.29.17', '2.5.29.32']);
/** Names that an authority may sign: not heeded here, so whoever has them vouches for nobody, critical or not. */
const NAME_CONSTRAINTS = '2.5.29.30';
const CLIENT = '1.3.6.1.5.5.7.3.2';
const ANY_PURPOSE = '2.5.29.37.0';

/**
 * @param chain Certificates of authorities in between, in any order.
 * @param nowMs Of the wall clock.
 * @returns When the first certificate on the way runs out, in ms since 1970; null when no way leads to one of `authorities`: signatures (SHA-2, or Ed25519; RSA
 *   from 2,048 bits), validity, who may sign, how many may stand between, and that all of them are for clients.
 */
export function pathUntil(leaf: X509Certificate, chain: readonly X509Certificate[], authorities: readonly X509Certificate[], nowMs: number): number | null {
  let left = MAX_SIGNATURES;
  const isIssued = (below: X509Certificate, above: X509Certificate): boolean => {
    if (!below.checkIssued(above) || left === 0) return false;
    left -= 1;
    return below.verify(above.publicKey);
  };
  /** @param between How many authorities stand between the leaf and who has signed `below`. */
  const upward = (below: X509Certificate, between: number): number | null => {
    const vouches = (above: X509Certificate) => isIssued(below, above) && mayIssue(above, between, nowMs);
    const trusted = authorities.find(vouches);
    if (trusted !== undefined) return endOf(trusted);
    if (between >= MAX_BETWEEN) return null;
    for (const above of chain) {
      const end = vouches(above) ? upward(above, between + 1) : null;
      if (end !== null) return Math.min(end, endOf(above));
    }
    return null;
  };
  if (!isUsable(leaf, nowMs)) return null;
  const end = upward(leaf, 0);
  return end === null ? null : Math.min(end, endOf(leaf));
}

/** The end is exclusive, a second less than RFC 5280 (4.1.2.5) would allow. */
export const isCurrent = ({ validFrom, validTo }: X509Certificate, nowMs: number): boolean => Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validTo);

/** Null when it cannot be read. */
export function readCertificate({ raw }: X509Certificate): x509.X509Certificate | null {
  try {
    return new x509.X509Certificate(raw);
  } catch {
    return null;
  }
}

const endOf = ({ validTo }: X509Certificate): number => Date.parse(validTo);

/** Node's `ca` is true where basic constraints and key usage both say so. */
function mayIssue(above: X509Certificate, between: number, nowMs: number): boolean {
  if (!above.ca || !isUsable(above, nowMs)) return false;
  const { pathLength } = readCertificate(above)?.getExtension(x509.BasicConstraintsExtension) ?? {};
  return pathLength === undefined || between <= pathLength;
}

function isUsable(certificate: X509Certificate, nowMs: number): boolean {
  const read = readCertificate(certificate);
  if (read === null || !isCurrent(certificate, nowMs) || !isStrong(certificate, read)) return false;
  const purposes = read.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String);
  const isForClients = purposes === undefined || purposes.includes(CLIENT) || purposes.includes(ANY_PURPOSE);
  return isForClients && read.extensions.every(({ type, critical }) => type !== NAME_CONSTRAINTS && (!critical || UNDERSTOOD.has(type)));
}

function isStrong({ publicKey }: X509Certificate, { signatureAlgorithm }: x509.X509Certificate): boolean {
  const { name, hash } = signatureAlgorithm as { readonly name: string; readonly hash?: { readonly name: string } };
  const isSignedWell = name === 'Ed25519' || /^SHA-(256|384|512)$/.test(hash?.name ?? '');
  const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  return isSignedWell && (modulusLength === undefined || modulusLength >= MIN_RSA_BITS);
}
