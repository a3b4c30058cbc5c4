// The installation's own certificate authority: signs what sensors show over TLS. Its key lies beside the other keys of the installation.
import 'reflect-metadata'; // before the package, which needs it at load time
import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { FatalError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import { ApiProblem } from '../gate/problem.ts';

const FILE = 'sensor-authority.pem';
/** The certificate alone, for `syslog.tlsClientCaFile`. */
const PUBLIC_FILE = 'sensor-authority.crt';
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MICROS = 86_400_000_000;
const AUTHORITY_DAYS = 3_650;
/** Clocks of sensors are behind ours now and then. */
const EARLIER_MICROS = 3_600_000_000;
const MAX_CSR_BYTES = 8_192;

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8: to be shown once and kept nowhere. Null when the sensor made its key itself. */
  readonly key: string | null;
  /** Of the certificate's DER, lower-case hex. */
  readonly sha256: string;
  readonly expiresAt: Micros;
}

export interface SensorAuthority {
  /** PEM: what servers of the installation trust as authority of client certificates. */
  readonly certificate: string;
  /**
   * @param csr PKCS #10 in PEM, from a key that never leaves the sensor; null = a key is made here. Of a request only the key is taken.
   * @throws ApiProblem INVALID_REQUEST when the request cannot be read or is not signed with its own key.
   */
  readonly issue: (subject: { readonly organization: string; readonly sensor: string }, days: number, csr: string | null) => Promise<IssuedCertificate>;
}

/** Node's types of keys know algorithms that those of the package do not. */
const subtle = webcrypto.subtle as unknown as SubtleCrypto;
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

/**
 * Reads `<folder>/sensor-authority.pem`, or makes it (0600, P-256, ten years); its certificate alone lies beside it as `.crt`. Two processes that start at once end with the same one.
 * @throws FatalError DATA_FOLDER when the file is there and cannot be used.
 */
export async function openSensorAuthority(folder: string, wallMicros: () => Micros): Promise<SensorAuthority> {
  const file = join(folder, FILE);
  if (!existsSync(file)) await makeAuthority(folder, file, wallMicros());
  const { certificate, key } = await readAuthority(file);
  const publicFile = join(folder, PUBLIC_FILE);
  if (!existsSync(publicFile)) writeFileSync(publicFile, `${certificate.toString('pem')}\n`);
  return {
    certificate: certificate.toString('pem'),
    async issue({ organization, sensor }, days, csr) {
      const pair = csr === null ? await subtle.generateKey(CURVE, true, ['sign', 'verify']) : null;
      const now = wallMicros();
      const expiresAt = now + days * DAY_MICROS;
      const issued = await x509.X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: `CN=${sensor}, O=${organization}`,
        issuer: certificate.subject,
        notBefore: new Date((now - EARLIER_MICROS) / 1_000),
        notAfter: new Date(expiresAt / 1_000),
        signingAlgorithm: CURVE,
        publicKey: pair === null ? await keyOfRequest(csr ?? '') : pair.publicKey,
        signingKey: key,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        ],
      });
      return {
        certificate: issued.toString('pem'),
        key: pair === null ? null : pem('PRIVATE KEY', await subtle.exportKey('pkcs8', pair.privateKey)),
        sha256: Buffer.from(await issued.getThumbprint('SHA-256')).toString('hex'),
        expiresAt,
      };
    },
  };
}

async function makeAuthority(folder: string, file: string, now: Micros): Promise<void> {
  const keys = await subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Goshawk sensors',
    notBefore: new Date((now - EARLIER_MICROS) / 1_000),
    notAfter: new Date((now + AUTHORITY_DAYS * DAY_MICROS) / 1_000),
    signingAlgorithm: CURVE,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${pem('PRIVATE KEY', await subtle.exportKey('pkcs8', keys.privateKey))}\n${certificate.toString('pem')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file); // unlike rename, does not replace one that another process has just put there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

async function readAuthority(file: string): Promise<{ readonly certificate: x509.X509Certificate; readonly key: CryptoKey }> {
  try {
    const text = readFileSync(file, 'utf8');
    const part = (label: string): string => {
      const found = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text)?.[0];
      if (found === undefined) throw new Error(`it has no ${label}`);
      return found;
    };
    const der = Buffer.from(part('PRIVATE KEY').replace(/-----[^-]+-----|\s/g, ''), 'base64');
    return { certificate: new x509.X509Certificate(part('CERTIFICATE')), key: await subtle.importKey('pkcs8', der, CURVE, false, ['sign']) };
  } catch (error) {
    throw new FatalError(
      'DATA_FOLDER',
      `${file} cannot be used as the authority of sensors (${(error as Error).message}). Restore it from a backup, or delete it: a new one is made, and sensors with certificates are rotated.`,
      { file },
      { cause: error },
    );
  }
}

async function keyOfRequest(csr: string): Promise<CryptoKey> {
  try {
    if (csr.length > MAX_CSR_BYTES) throw new Error('too long');
    const request = new x509.Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) throw new Error('not signed with its own key');
    return await request.publicKey.export();
  } catch (error) {
    throw new ApiProblem('INVALID_REQUEST', 'Send a certificate request (PKCS #10) in PEM, signed with its own key: openssl req -new ...', {
      errors: [{ pointer: '/body/csr', detail: (error as Error).message }],
    });
  }
}

/** Positive, 16 random bytes. */
const serial = (): string => `4${randomBytes(16).toString('hex').slice(1)}`;
const pem = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----`;
