import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSensorAuthority } from './authority.ts';

const NOON = Date.UTC(2026, 2, 1, 12) * 1_000;
const DAY = 86_400_000_000;
const WEB = { organization: 'default', sensor: 'web-01' };

describe('the authority of sensors', () => {
  let folder: string;
  const open = () => openSensorAuthority(folder, () => NOON);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-authority-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is made once, for the owner only', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    expect(other.certificate).toBe(one.certificate);
    expect((await open()).certificate).toBe(one.certificate);
    expect(readFileSync(join(folder, 'sensor-authority.crt'), 'utf8').trim()).toBe(one.certificate.trim());
    expect(statSync(join(folder, 'sensor-authority.pem')).mode & 0o777).toBe(0o600);
  });

  it('issues certificates that it vouches for, with their key', async () => {
    const authority = await open();
    const issued = await authority.issue(WEB, 90, null);
    const read = new X509Certificate(issued.certificate);
    const above = new X509Certificate(authority.certificate);
    expect([read.verify(above.publicKey), read.checkIssued(above), read.ca]).toEqual([true, true, false]);
    expect(read.checkPrivateKey(createPrivateKey(issued.key ?? ''))).toBe(true);
    expect([read.subject.split('\n').sort(), read.fingerprint256.replaceAll(':', '').toLowerCase()]).toEqual([['CN=web-01', 'O=default'], issued.sha256]);
    expect([issued.expiresAt, read.validToDate.getTime() * 1_000]).toEqual([NOON + 90 * DAY, NOON + 90 * DAY]);
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']); // client authentication, nothing else
  });

  it('refuses a file that it cannot use, and says what to do', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'goshawk-authority-'));
    writeFileSync(join(broken, 'sensor-authority.pem'), 'x');
    await expect(openSensorAuthority(broken, () => NOON)).rejects.toMatchObject({ code: 'DATA_FOLDER' });
    rmSync(broken, { recursive: true, force: true });
  });

  it('refuses what is no request', async () => {
    await expect((await open()).issue(WEB, 90, 'x')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it.skipIf(!hasOpenssl())('takes the key of a request of openssl, and no more of it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keyFile = join(folder, 'sensor.key');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const csr = execFileSync('openssl', ['req', '-new', '-key', keyFile, '-subj', '/CN=somebody-else/O=other'], { encoding: 'utf8' });
    const issued = await (await open()).issue(WEB, 1, csr);
    const read = new X509Certificate(issued.certificate);
    expect([issued.key, read.checkPrivateKey(privateKey), read.subject.includes('somebody-else')]).toEqual([null, true, false]);
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
