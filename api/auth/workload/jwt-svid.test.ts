import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysOf, parseBundle, verifyJwtSvid } from './jwt-svid.ts';
import { parseSpiffeId } from '../../../domains/identity/spiffe-id.ts';
import { rolesOf } from './workloads.ts';

const NOW = 1_800_000_000;
const AUDIENCE = 'urn:goshawk:1:default';
const ID = 'spiffe://prod.test/ns/soc/sa/shipper';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (key: KeyObject, kid: string | undefined, more: object = {}) => ({
  ...key.export({ format: 'jwk' }),
  use: 'jwt-svid',
  ...(kid !== undefined && { kid }),
  ...more,
});
const bundle = { keys: [jwk(ec.publicKey, 'ec'), jwk(rsa.publicKey, 'rsa'), jwk(stranger.publicKey, 'x509', { use: 'x509-svid' })] };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Signed as the header says, or as `by` does. */
function token(claims: object = {}, header: object = {}, by?: (input: string) => Buffer): string {
  const head = { alg: 'ES256', kid: 'ec', ...header };
  const input = `${part(head)}.${part({ sub: ID, aud: [AUDIENCE], exp: NOW + 300, ...claims })}`;
  const es = (text: string) => sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const rs = (text: string) => sign('sha256', Buffer.from(text), rsa.privateKey);
  return `${input}.${(by ?? (head.alg === 'RS256' ? rs : es))(input).toString('base64url')}`;
}
const es256 = (key: KeyObject) => (text: string) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
const outcomeOf = async (text: string, keys: { readonly keys: readonly unknown[] } = bundle) => (await verifyJwtSvid(text, AUDIENCE, keys, NOW)).kind;

describe('a JWT-SVID', () => {
  it.each<[name: string, token: string]>([
    ['as SPIRE makes them', token()],
    ['signed with RSA', token({}, { alg: 'RS256', kid: 'rsa' })],
    ['with a type', token({}, { typ: 'JWT' })],
    ['with one audience', token({ aud: AUDIENCE })],
    ['with several audiences', token({ aud: ['other', AUDIENCE] })],
    ['that has expired within a minute', token({ exp: NOW - 59 })],
    ['without the name of a key, when one alone fits', token({}, { kid: undefined })],
    ['with further claims', token({ jti: 'x', iat: NOW })],
  ])('%s holds', async (_name, text) => {
    expect(await verifyJwtSvid(text, AUDIENCE, bundle, NOW)).toMatchObject({ kind: 'svid', id: { id: ID, trustDomain: 'prod.test' } });
  });

  it.each<[name: string, token: string]>([
    ['without signature', token({}, { alg: 'none' }, () => Buffer.alloc(0))],
    ['without signature, but with a last part', token({}, { alg: 'none' })],
    [
      'signed with the public key for a secret',
      token({}, { alg: 'HS256', kid: 'rsa' }, (text) =>
        createHmac('sha256', rsa.publicKey.export({ type: 'spki', format: 'pem' }))
          .update(text)
          .digest(),
      ),
    ],
    [
      'signed with the public key in DER for a secret',
      token({}, { alg: 'HS256', kid: 'ec' }, (text) =>
        createHmac('sha256', ec.publicKey.export({ type: 'spki', format: 'der' }))
          .update(text)
          .digest(),
      ),
    ],
    ['signed by a stranger', token({}, {}, es256(stranger.privateKey))],
    ['with a key of its own in the header', token({}, { jwk: createPublicKey(stranger.privateKey).export({ format: 'jwk' }) }, es256(stranger.privateKey))],
    ['with an address of keys in the header', token({}, { jku: 'https://evil.example/keys' }, es256(stranger.privateKey))],
    ['with a certificate in the header', token({}, { x5c: ['MII'] }, es256(stranger.privateKey))],
    ['with something critical in the header', token({}, { crit: ['exp'] })],
    ['with a path for the name of a key', token({}, { kid: '../../etc/passwd' })],
    ['with a list for the name of a key', token({}, { kid: ['ec'] })],
    ['with an Edwards curve', token({}, { alg: 'EdDSA' })],
    ['with an algorithm of another kind of key', token({}, { alg: 'RS256', kid: 'ec' })],
    ['of another type', token({}, { typ: 'at+jwt' })],
    ['for another audience', token({ aud: 'urn:goshawk:1:other' })],
    ['for an audience that begins so', token({ aud: `${AUDIENCE}x` })],
    ['for no audience', token({ aud: [] })],
    ['without an audience', token({ aud: undefined })],
    ['that has expired', token({ exp: NOW - 61 })],
    ['without an end', token({ exp: undefined })],
    ['with an end that is text', token({ exp: String(NOW + 300) })],
    ['that is not valid yet', token({ nbf: NOW + 61 })],
    ['of no subject', token({ sub: undefined })],
    ['of a subject that is no SPIFFE ID', token({ sub: 'ada' })],
    ['of a SPIFFE ID with a user', token({ sub: 'spiffe://a@prod.test/x' })],
    ['of a SPIFFE ID with dots for a segment', token({ sub: 'spiffe://prod.test/ns/../admin' })],
    ['whose claims were changed', token().replace(/\.[^.]+\./, `.${part({ sub: 'spiffe://prod.test/admin', aud: [AUDIENCE], exp: NOW + 300 })}.`)],
    ['whose signature was cut', token().slice(0, -4)],
    ['of two parts', token().split('.').slice(0, 2).join('.')],
    ['of four parts', `${token()}.x`],
    ['of another alphabet', token().replace('.', '=.')],
    ['that is too long', token({ x: 'y'.repeat(20_000) })],
    ['that is none', 'x'],
    ['that is empty', ''],
  ])('%s does not', async (_name, text) => {
    expect(await outcomeOf(text)).not.toBe('svid');
  });

  it('signed with a key that is not there may be of a newer bundle', async () => {
    expect(await outcomeOf(token({}, { kid: 'new' }))).toBe('unknown-key');
  });

  it('is not checked with a key that is for certificates', async () => {
    expect(await outcomeOf(token({}, { kid: 'x509' }, es256(stranger.privateKey)))).toBe('unknown-key');
  });

  it('without the name of a key is refused when two fit', async () => {
    expect(await outcomeOf(token({}, { kid: undefined }), { keys: [...bundle.keys, jwk(stranger.publicKey, 'other')] })).toBe('unknown-key');
  });

  it('is nothing without keys', async () => {
    expect(await outcomeOf(token(), { keys: [] })).toBe('unknown-key');
  });
});

describe('the roles of a workload', () => {
  const workloads = [
    { id: 'spiffe://prod.test/*', roles: ['viewer'] },
    { id: 'spiffe://prod.test/ns/soc/*', roles: ['analyst'] },
    { id: 'spiffe://prod.test/ns/soc/sa/shipper', roles: ['sensor'] },
  ];
  it.each([
    ['spiffe://prod.test/ns/soc/sa/shipper', ['sensor']],
    ['spiffe://prod.test/ns/soc/sa/other', ['analyst']],
    ['spiffe://prod.test/ns/social', ['viewer']],
    ['spiffe://prod.test/ns/soc', ['viewer']],
    ['spiffe://prod.test', []],
    ['spiffe://prod.testing/ns/soc/sa/shipper', []],
  ])('%s: %j', (id, roles) => {
    expect(rolesOf({ workloads }, id)).toEqual(roles);
  });
});

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: { readonly token: string; readonly audience: readonly string[]; readonly now: number; readonly bundles: string };
  readonly outcome: 'accept' | 'reject' | 'either';
  readonly spiffe_id?: string;
  readonly trust_domain?: string;
  readonly path?: string;
  readonly jwt_authorities?: number;
}
describe.skipIf(!process.env.GOSHAWK_TEST_DATA)('the cases of others', () => {
  const read = (): { readonly cases: readonly Case[]; readonly shared: Readonly<Record<string, Record<string, { keys: unknown[] }>>> } =>
    JSON.parse(readFileSync(join(process.env.GOSHAWK_TEST_DATA!, 'spiffe/cases.json'), 'utf8'));
  const { cases, shared } = process.env.GOSHAWK_TEST_DATA ? read() : { cases: [], shared: {} };
  const of = (kind: string) => cases.filter((each) => each.kind === kind && each.outcome !== 'either');

  it.each(of('jwt_svid').map((each) => [each.id, each] as const))('%s', async (_id, { input, outcome, spiffe_id }) => {
    const named = parseSpiffeId(claimOf(input.token, 'sub'))?.trustDomain ?? '';
    const verdict = await verifyJwtSvid(input.token, input.audience[0]!, shared[input.bundles]?.[named] ?? { keys: [] }, input.now);
    expect(verdict.kind === 'svid' ? verdict.id.id : 'reject').toBe(outcome === 'accept' ? spiffe_id : 'reject');
  });

  it('of SPIFFE IDs are told apart', () => {
    const wrong = of('spiffe_id').filter(({ input, outcome, trust_domain, path }) => {
      const found = parseSpiffeId(input as unknown as string);
      return outcome === 'reject' ? found !== null : found === null || found.trustDomain !== trust_domain || (path !== undefined && found.path !== path);
    });
    expect(of('spiffe_id').length).toBeGreaterThan(200);
    expect(wrong.map(({ id, input }) => [id, input])).toEqual([]);
  });

  it('of bundles have so many keys', () => {
    const wrong = of('bundle').filter(({ input, outcome, jwt_authorities }) => {
      const found = parseBundle(parseJson(input as unknown as string));
      return outcome === 'reject' ? found !== null : found === null || keysOf(found).length !== jwt_authorities;
    });
    expect(of('bundle').length).toBeGreaterThan(10);
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
const claimOf = (text: string, name: string): string => {
  const claims = parseJson(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
  const value = typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : '';
};
