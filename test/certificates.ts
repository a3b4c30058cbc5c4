// Certificates for tests, made by openssl: an authority of the test's own, and who it signed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** PEM of a file in the folder: `ca.pem`, `<name>.pem`, `<name>.key`. */
  readonly pem: (file: string) => string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * Writes `<authority>.pem` and a `<name>.pem` and `<name>.key` for each of the names, which stand for DNS names too, into the folder.
 * Call it again for another authority. @throws when there is no openssl: ask `hasOpenssl` first.
 */
export function makeCertificates(folder: string, names: readonly string[], authority = 'ca'): Certificates {
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  openssl('req', '-x509', ...KEY, '-keyout', `${authority}.key`, '-out', `${authority}.pem`, '-subj', `/CN=${authority}`, '-days', '2');
  for (const name of names) {
    openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(join(folder, 'extensions'), `subjectAltName=DNS:${name}\n`);
    const signed = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed);
  }
  return { pem: (file) => readFileSync(join(folder, file), 'utf8') };
}

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
