import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import type { Certificates } from '../../test/certificates.ts';
import { readTrustDomain } from './spiffe-options.ts';

describe.skipIf(!hasOpenssl())('the bundle of a trust domain', () => {
  let folder: string;
  let certificates: Certificates;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-bundle-'));
    certificates = makeCertificates(folder, ['leaf']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives its authorities, and nobody else', () => {
    const { authorities } = readTrustDomain('prod.test', certificates.pem('ca.pem') + certificates.pem('leaf.pem'), 'x');
    expect(authorities.map(({ subject }) => subject)).toEqual(['CN=ca']);
  });

  it('needs an authority in it', () => {
    for (const text of ['', 'x', certificates.pem('leaf.pem'), '-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----'])
      expect(() => readTrustDomain('prod.test', text, 'syslog.spiffeBundleFile')).toThrow(
        expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining('syslog.spiffeBundleFile') }),
      );
  });
});
