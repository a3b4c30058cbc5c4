// What a client has shown in the TLS handshake, and who may sign X.509-SVIDs of a trust domain.
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { DetailedPeerCertificate } from 'node:tls';
import { z } from 'zod';
import type { Bundle } from './jwt-svid.ts';

/** A certificate whose key the client has, and what it sent above it. */
export interface ShownCertificate {
  readonly leaf: X509Certificate;
  readonly chain: readonly X509Certificate[];
}

const MAX_CHAIN = 8;
/** One certificate; what follows it says nothing. */
const authorityKey = z.looseObject({ use: z.literal('x509-svid'), x5c: z.tuple([z.base64()], z.unknown()) });

/** Null when the connection is not TLS, or nothing that can be read was shown. Nothing is verified yet but that the client has the key. */
export function shownOn(socket: Socket): ShownCertificate | null {
  if (!(socket instanceof TLSSocket)) return null;
  const peer: Partial<DetailedPeerCertificate> = socket.getPeerCertificate(true);
  if (peer.raw === undefined) return null;
  try {
    const chain: X509Certificate[] = [];
    let at = peer as DetailedPeerCertificate;
    // The last one is its own issuer, or has none.
    for (; at.issuerCertificate !== undefined && at.issuerCertificate !== at && chain.length < MAX_CHAIN; at = at.issuerCertificate)
      chain.push(new X509Certificate(at.issuerCertificate.raw));
    return { leaf: new X509Certificate(peer.raw), chain };
  } catch {
    return null;
  }
}

/** That X.509-SVIDs can be checked with: of the keys of this use, those whose certificate is an authority's. */
export const authoritiesOf = ({ keys }: Bundle): readonly X509Certificate[] =>
  keys.flatMap((key) => {
    const { data } = authorityKey.safeParse(key);
    return data === undefined ? [] : authorityIn(data.x5c[0]);
  });

function authorityIn(base64: string): readonly X509Certificate[] {
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    return certificate.ca ? [certificate] : [];
  } catch {
    return [];
  }
}
