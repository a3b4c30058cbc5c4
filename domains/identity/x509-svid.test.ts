import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificates } from '../../test/certificates.ts';
import { svidOf } from './x509-svid.ts';
import type { Svid, TrustDomain } from './x509-svid.ts';

const ID = 'spiffe://prod.test/agent/7';
const DAY_MS = 86_400_000;

describe.skipIf(!hasOpenssl())('an SVID', () => {
  let folder: string;
  let trusted: TrustDomain;
  const read = (file: string) => new X509Certificate(readFileSync(join(folder, file)));
  /** Writes `<name>.pem`, signed by `<by>.pem`. */
  const sign = (name: string, by: string, extensions: string, ...more: readonly string[]) => {
    const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    writeFileSync(join(folder, 'extensions'), `${extensions}\n`);
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'extensions',
      ...more,
    );
    return read(`${name}.pem`);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-svid-'));
    makeCertificates(folder, [], 'domain');
    makeCertificates(folder, [], 'stranger');
    sign('between', 'domain', 'basicConstraints=critical,CA:TRUE');
    sign('last', 'domain', 'basicConstraints=critical,CA:TRUE,pathlen:0');
    sign('below-last', 'last', 'basicConstraints=critical,CA:TRUE');
    sign('for-servers', 'domain', 'basicConstraints=critical,CA:TRUE\nextendedKeyUsage=serverAuth');
    sign('constrained', 'domain', 'basicConstraints=critical,CA:TRUE\nnameConstraints=permitted;URI:other.test');
    sign('peculiar', 'domain', 'basicConstraints=critical,CA:TRUE\n1.2.3.4=critical,ASN1:UTF8String:x');
    sign('leaf', 'domain', 'basicConstraints=CA:FALSE\nsubjectAltName=DNS:leaf');
    trusted = { name: 'prod.test', authorities: [read('domain.pem')] };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const judge = (leaf: X509Certificate, chain: readonly X509Certificate[] = [], nowMs = Date.now()): Svid => svidOf(leaf, chain, trusted, nowMs);

  it.each<[name: string, by: string, extensions: string, chain: readonly string[], outcome: object]>([
    ['is known when an authority of its domain has signed it', 'domain', `subjectAltName=URI:${ID}`, [], { kind: 'svid', id: ID }],
    ['may have DNS names beside its URI', 'domain', `subjectAltName=DNS:a.test,URI:${ID}`, [], { kind: 'svid', id: ID }],
    ['may be signed by an authority in between that it brings along', 'between', `subjectAltName=URI:${ID}`, ['between'], { kind: 'svid', id: ID }],
    ['is refused when what is in between is not shown', 'between', `subjectAltName=URI:${ID}`, [], { kind: 'refused' }],
    ['may be signed by an authority that has none below it', 'last', `subjectAltName=URI:${ID}`, ['last'], { kind: 'svid', id: ID }],
    ['is refused when more stand between than one of them allows', 'below-last', `subjectAltName=URI:${ID}`, ['last', 'below-last'], { kind: 'refused' }],
    ['is refused when who has signed it is for servers alone', 'for-servers', `subjectAltName=URI:${ID}`, ['for-servers'], { kind: 'refused' }],
    ['is refused when who has signed it may sign certain names', 'constrained', `subjectAltName=URI:${ID}`, ['constrained'], { kind: 'refused' }],
    ['is refused when who has signed it says what nobody understands', 'peculiar', `subjectAltName=URI:${ID}`, ['peculiar'], { kind: 'refused' }],
    ['that is for servers alone is refused', 'domain', `extendedKeyUsage=serverAuth\nsubjectAltName=URI:${ID}`, [], { kind: 'refused' }],
    ['that is for servers and clients is known', 'domain', `extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=URI:${ID}`, [], { kind: 'svid', id: ID }],
    ['that says what nobody understands is refused', 'domain', `1.2.3.4=critical,ASN1:UTF8String:x\nsubjectAltName=URI:${ID}`, [], { kind: 'refused' }],
    ['is refused when another authority has signed it', 'stranger', `subjectAltName=URI:${ID}`, ['stranger'], { kind: 'refused' }],
    ['is refused when another certificate of the domain has signed it', 'leaf', `subjectAltName=URI:${ID}`, ['leaf'], { kind: 'refused' }],
    [
      'that says to be an authority is refused, although its key usage does not',
      'domain',
      `basicConstraints=CA:TRUE\nkeyUsage=digitalSignature\nsubjectAltName=URI:${ID}`,
      [],
      { kind: 'refused' },
    ],
    ['that may sign certificates is refused', 'domain', `keyUsage=digitalSignature,keyCertSign\nsubjectAltName=URI:${ID}`, [], { kind: 'refused' }],
    ['that may sign lists is refused', 'domain', `keyUsage=digitalSignature,cRLSign\nsubjectAltName=URI:${ID}`, [], { kind: 'refused' }],
    ['with dots for a segment of its path is refused', 'domain', 'subjectAltName=URI:spiffe://prod.test/agent/../admin', [], { kind: 'refused' }],
    ['with segments that begin with dots is known', 'domain', 'subjectAltName=URI:spiffe://prod.test/...', [], { kind: 'svid', id: 'spiffe://prod.test/...' }],
    ['of another domain is refused', 'domain', 'subjectAltName=URI:spiffe://other.test/agent/7', [], { kind: 'refused' }],
    ['of the domain itself is refused', 'domain', 'subjectAltName=URI:spiffe://prod.test', [], { kind: 'refused' }],
    ['with two URIs is refused', 'domain', `subjectAltName=URI:${ID},URI:https://a.test/`, [], { kind: 'refused' }],
    ['that is an authority is refused', 'domain', `basicConstraints=critical,CA:TRUE\nsubjectAltName=URI:${ID}`, [], { kind: 'refused' }],
    ['is none where only another name holds one', 'domain', `subjectAltName=@names\n[names]\nDNS.1=a\\, URI:${ID}`, [], { kind: 'none' }],
    ['is none without a SPIFFE URI', 'domain', 'subjectAltName=DNS:a.test,URI:https://a.test/', [], { kind: 'none' }],
    ['is none without names', 'domain', 'basicConstraints=CA:FALSE', [], { kind: 'none' }],
  ])('%s', (_name, by, extensions, chain, outcome) => {
    expect(
      judge(
        sign('asked', by, extensions),
        chain.map((name) => read(`${name}.pem`)),
      ),
    ).toMatchObject(outcome);
  });

  it('is refused before its time', () => {
    expect(judge(sign('asked', 'domain', `subjectAltName=URI:${ID}`), [], Date.now() - DAY_MS)).toMatchObject({ kind: 'refused' });
  });

  it('holds until the first on the way runs out', () => {
    const leaf = sign('asked', 'between', `subjectAltName=URI:${ID}`);
    const ends = [leaf, read('between.pem'), read('domain.pem')].map(({ validTo }) => Date.parse(validTo));
    expect(judge(leaf, [read('between.pem')])).toMatchObject({ untilMs: Math.min(...ends) });
  });

  it('is refused when its signature is by SHA-1, or the key of its authority is short', () => {
    const leaf = sign('asked', 'domain', `subjectAltName=URI:${ID}`, '-sha1');
    expect(judge(leaf)).toMatchObject({ kind: 'refused' });
    execFileSync('openssl', 'req -x509 -newkey rsa:1024 -nodes -keyout short.key -out short.pem -subj /CN=short -days 2'.split(' '), {
      cwd: folder,
      stdio: 'ignore',
    });
    const byShort = sign('asked', 'short', `subjectAltName=URI:${ID}`);
    expect(svidOf(byShort, [], { name: 'prod.test', authorities: [read('short.pem')] }, Date.now())).toMatchObject({ kind: 'refused' });
  });

  it('costs a bounded number of signatures, whatever is sent along', () => {
    const maze = Array.from({ length: 40 }, () => read('stranger.pem'));
    expect(judge(sign('asked', 'stranger', `subjectAltName=URI:${ID}`), maze)).toMatchObject({ kind: 'refused' });
  });

  it('is refused when its authority has run out', () => {
    expect(judge(sign('asked', 'domain', `subjectAltName=URI:${ID}`), [], Date.now() + 3 * DAY_MS)).toMatchObject({ kind: 'refused' });
  });
});

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: { readonly chain: readonly string[]; readonly bundles: string; readonly now: number };
  readonly outcome: 'accept' | 'reject' | 'either';
  readonly spiffe_id?: string;
}
it.skipIf(!process.env.GOSHAWK_TEST_DATA)('SVIDs of the cases of others are told apart', () => {
  const file = join(process.env.GOSHAWK_TEST_DATA!, 'spiffe/cases.json');
  const { cases, shared }: { readonly cases: readonly Case[]; readonly shared: Readonly<Record<string, Record<string, readonly string[]>>> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const decided = cases.filter(({ kind, outcome }) => kind === 'x509_svid' && outcome !== 'either');
  const outcomeOf = ({ input: { chain, bundles, now } }: Case): string => {
    const certificateOf = (text: string) => new X509Certificate(Buffer.from(text, 'base64'));
    try {
      const [leaf, ...above] = chain.map(certificateOf);
      const [, name = ''] = /URI:spiffe:\/\/([^/,]+)/.exec(leaf!.subjectAltName ?? '') ?? [];
      const verdict = svidOf(leaf!, above, { name, authorities: (shared[bundles]?.[name] ?? []).map(certificateOf) }, now * 1_000);
      return verdict.kind === 'svid' ? verdict.id : 'reject';
    } catch {
      return 'reject'; // no certificate: the TLS layer would not have come so far
    }
  };
  expect(decided.length).toBeGreaterThan(25);
  expect(decided.map((each) => [each.id, outcomeOf(each)])).toEqual(decided.map((each) => [each.id, each.outcome === 'accept' ? each.spiffe_id : 'reject']));
});
