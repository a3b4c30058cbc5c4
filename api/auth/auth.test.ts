import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import type { Role } from '../gate/roles.ts';
import { openKeys } from './keys.ts';
import { Tickets } from './mfa/ticket.ts';
import { hashPassword, isCheaper, isPassword, randomPassword } from './passwords.ts';
import { Tokens } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the signing key', () => {
  it('is made once, for its owner only, whoever comes first', async () => {
    const place = join(folder, 'new', 'keys');
    const [one, two] = await Promise.all([openKeys(place), openKeys(place)]);
    expect(one.kid).toBe(two.kid);
    expect((await openKeys(place)).kid).toBe(one.kid);
    expect(statSync(join(place, 'token-signing.jwk')).mode & 0o777).toBe(0o600);
  });

  it('is published without its private half', async () => {
    const { jwks, kid } = await openKeys(join(folder, 'public'));
    expect(jwks(0).keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid, alg: 'EdDSA', use: 'sig' }]);
  });

  it.each([
    ['no JSON', 'x'],
    ['another kind of key', '{"kty":"EC","crv":"P-256"}'],
    ['no key', '{}'],
  ])('is refused when its file holds %s, with what to do', async (name, text) => {
    const place = mkdtempSync(join(folder, name.replaceAll(' ', '-')));
    writeFileSync(join(place, 'token-signing.jwk'), text);
    await expect(openKeys(place)).rejects.toMatchObject({ code: 'DATA_FOLDER', message: expect.stringMatching(/Restore it from a backup, or delete it/) });
  });
});

describe('a token', async () => {
  const keys = await openKeys(join(folder, 'tokens'));
  let now = 1_000;
  const tokens = new Tokens(keys, 'installation-1', () => now);
  const subject = { user: 'ada', organization: 'default', roles: ['analyst'] as readonly Role[] };
  const forged = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT({ iss: 'urn:goshawk:installation-1', aud: 'goshawk-api', sub: 'ada', org: 'default', roles: ['admin'], iat: now, exp: now + 60, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.kid, ...header })
      .sign(keys.privateKey);

  /** HS256 under what everybody can read in /.well-known/jwks.json. */
  const confused = () =>
    new SignJWT({ iss: 'urn:goshawk:installation-1', aud: 'goshawk-api', sub: 'ada', org: 'default', roles: ['admin'], iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: keys.kid })
      .sign(Buffer.from(keys.jwks(now).keys[0]!.x!, 'base64url'));
  const withOwnKey = async () => {
    const own = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    return new SignJWT({ iss: 'urn:goshawk:installation-1', aud: 'goshawk-api', sub: 'ada', org: 'default', roles: ['admin'], iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.kid, jwk: await exportJWK(own.publicKey) })
      .sign(own.privateKey);
  };

  it('says who asks', async () => {
    const { token, expiresAt } = await tokens.sign(subject, 60);
    expect(await tokens.verify(token)).toEqual({ ...subject, expiresAt });
    expect(expiresAt).toBe(1_060);
  });

  it('expires, and says so', async () => {
    const { token } = await tokens.sign(subject, 60);
    now += 61;
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('expired') });
    now -= 61;
  });

  it('of another installation is refused, although the key is the same', async () => {
    const { token } = await new Tokens(keys, 'installation-2', () => now).sign(subject, 60);
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('signed with another key is refused', async () => {
    const { token } = await new Tokens(await openKeys(join(folder, 'others')), 'installation-1', () => now).sign(subject, 60);
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each<[name: string, token: () => Promise<string>]>([
    ['for another audience', () => forged({ aud: 'elsewhere' })],
    ['without organization', () => forged({ org: undefined })],
    ['with an organization that is none', () => forged({ org: '../default' })],
    ['without roles', () => forged({ roles: undefined })],
    ['with roles that are no list', () => forged({ roles: 'admin' })],
    ['without end', () => forged({ exp: undefined })],
    ['of another type', () => forged({}, { typ: 'JWT' })],
    [
      'without signature',
      async () =>
        `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${Buffer.from(JSON.stringify({ iss: 'urn:goshawk:installation-1', aud: 'goshawk-api', sub: 'ada', org: 'default', roles: ['admin'], exp: now + 60 })).toString('base64url')}.`,
    ],
    ['signed with the public key as if it were a secret', () => confused()],
    ['with a key of its own in its header', () => withOwnKey()],
    ['of a key that nobody knows', () => forged({}, { kid: 'x' })],
    ['whose key id is a path', () => forged({}, { kid: '../../../../dev/null' })],
    ['without key id', () => forged({}, { kid: undefined })],
    [
      'of the second factor',
      () => new Tickets(keys, 'installation-1', () => now).sign({ organization: 'default', userId: 'ada', methods: ['password'], mustEnrol: false }),
    ],
    ['that is no token', async () => 'x'],
  ])('%s is refused', async (_name, token) => {
    await expect(tokens.verify(await token())).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  it('passes on what can be the name of a role, and nothing else', async () => {
    expect((await tokens.verify(await forged({ roles: ['admin', 'night-shift', 7, 'a b', '__proto__', ''] }))).roles).toEqual(['admin', 'night-shift']);
  });
});

describe('a password', () => {
  it('is kept as argon2id and found right or wrong', async () => {
    const hash = await hashPassword('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect([await isPassword(hash, 'correct horse'), await isPassword(hash, 'wrong'), await isPassword(null, 'correct horse')]).toEqual([true, false, false]);
  });

  it.each([
    ['of a user', () => hashPassword('correct horse')],
    ['of nobody', async () => null],
  ])('%s costs one hash to try: the time does not say which names there are', async (_name, stored) => {
    const verified: string[] = [];
    const result = await isPassword(await stored(), 'wrong', async (hash) => {
      verified.push(String(hash));
      return false;
    });
    expect([result, verified]).toEqual([false, [expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)]]);
  });

  it.each([
    ['as they are made now', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', false],
    ['of more memory', '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA', false],
    ['of less memory', '$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA', true],
    ['of fewer passes', '$argon2id$v=19$m=19456,t=1,p=1$c2FsdA$aGFzaA', true],
    ['of another kind', '$argon2i$v=19$m=65536,t=9,p=1$c2FsdA$aGFzaA', true],
  ])('is hashed anew when its hash is one %s: %s is %s', (_name, stored, expected) => {
    expect(isCheaper(stored)).toBe(expected);
  });

  it('of the administrator is long, and another each time', () => {
    expect(randomPassword()).toMatch(/^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){3}$/);
    expect(randomPassword()).not.toBe(randomPassword());
  });
});
