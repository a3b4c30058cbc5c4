// X.509-SVIDs for tests: authorities of a test's own, and what they sign.
import 'reflect-metadata'; // before @peculiar/x509, which fails without
import { createPrivateKey } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** PEM, as a client shows it: the certificate and those above it, and the key. */
export interface Shown {
  readonly cert: string;
  readonly key: string;
}
export interface SignOptions {
  /** Beside the key usage of a leaf. */
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  /** Hours from now. */
  readonly from?: number;
  readonly until?: number;
}
export interface TestAuthority {
  /** As an entry of a bundle. */
  readonly key: { readonly kty: string; readonly use: 'x509-svid'; readonly x5c: readonly [string] };
  readonly sign: (uris: readonly string[], options?: SignOptions) => Promise<Shown>;
  readonly below: (options?: SignOptions) => Promise<TestAuthority>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
let serial = 1;

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
}

async function make(
  name: string,
  uris: readonly string[],
  { isAuthority = false, pathLength, from = -1, until = 1 }: SignOptions,
  issuer?: Issuer,
): Promise<Issuer> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const usages = isAuthority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: (serial += 1).toString(16).padStart(4, '0'),
      subject: `CN=${name}`,
      issuer: issuer?.certificate.subject ?? `CN=${name}`,
      notBefore: new Date(Date.now() + from * HOUR_MS),
      notAfter: new Date(Date.now() + until * HOUR_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(isAuthority, pathLength, true),
        new x509.KeyUsagesExtension(usages, true),
        ...(uris.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(uris.map((value) => ({ type: 'url' as const, value })))]),
      ],
    },
    crypto,
  );
  return { certificate, keys };
}

const authorityOf = (issuer: Issuer, chain: readonly string[]): TestAuthority => ({
  key: { kty: 'EC', use: 'x509-svid', x5c: [Buffer.from(issuer.certificate.rawData).toString('base64')] },
  async sign(uris, options = {}) {
    const { certificate, keys } = await make('workload', uris, options, issuer);
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
    return { cert: [certificate.toString('pem'), ...chain].join('\n'), key: String(key) };
  },
  async below(options = {}) {
    const below = await make(`between ${serial}`, [], { isAuthority: true, ...options }, issuer);
    return authorityOf(below, [below.certificate.toString('pem'), ...chain]);
  },
});

export const makeAuthority = async (name: string, options: SignOptions = {}): Promise<TestAuthority> =>
  authorityOf(await make(name, [], { isAuthority: true, ...options }), []);
