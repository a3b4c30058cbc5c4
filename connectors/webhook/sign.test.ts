// Our signatures before the verifier of the specification's own library.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { parseSigningKeys, signatureHeaders, webhookId } from './sign.ts';

const secretOf = (bytes: number, fill = 7) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;

describe('signatures', () => {
  it('are what the specification shows', () => {
    const keys = parseSigningKeys('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const headers = signatureHeaders(keys, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, Buffer.from('{"test": 2432232314}'));
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('hold before the library of the specification, for any body and id', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), fc.json(), fc.stringMatching(/^[\x21-\x7e]{1,64}$/), (secret, body, id) => {
        const key = `whsec_${Buffer.from(secret).toString('base64')}`;
        const headers = signatureHeaders(parseSigningKeys(key), webhookId(id), Date.now(), Buffer.from(body));
        expect(new Webhook(key).verify(body, headers)).toEqual(JSON.parse(body));
      }),
    );
  });

  it('of an old and a new key together hold for a receiver of either, and for no third', () => {
    const headers = signatureHeaders(parseSigningKeys(`${secretOf(32, 1)}, ${secretOf(32, 2)}`), 'a', Date.now(), Buffer.from('{}'));
    for (const fill of [1, 2]) expect(new Webhook(secretOf(32, fill)).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(secretOf(32, 3)).verify('{}', headers)).toThrow('No matching signature');
  });

  it.each(['seed', 'both halves'])('of an ed25519 key given as %s hold for its public half', (form) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
    const bytes = Buffer.concat([Buffer.from(d, 'base64url'), form === 'seed' ? Buffer.alloc(0) : Buffer.from(x, 'base64url')]);
    const { 'webhook-signature': signature = '' } = signatureHeaders(parseSigningKeys(`whsk_${bytes.toString('base64')}`), 'id', 5_000, Buffer.from('{"a":1}'));
    expect(signature).toMatch(/^v1a,/);
    expect(
      verify(null, Buffer.from('id.5.{"a":1}'), createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })), Buffer.from(signature.slice(4), 'base64')),
    ).toBe(true);
  });
});

describe('keys', () => {
  it.each([
    ['nothing', ' , ', 'key 1 is missing'],
    ['another prefix', 'secret_abcd', 'neither whsec_'],
    ['no base64', 'whsec_****', 'neither whsec_'],
    ['a short secret', secretOf(23), 'has 23 bytes'],
    ['a long secret', secretOf(65), 'has 65 bytes'],
    ['an ed25519 key of another length', 'whsk_AAAA', 'has 3 bytes'],
    ['a second key that is wrong', `${secretOf(32)} ${secretOf(8)}`, 'key 2 has 8 bytes'],
  ])('refuses %s without showing it', (_name, text, sentence) => {
    expect(() => parseSigningKeys(text)).toThrow(expect.objectContaining({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining(sentence) as string }));
    expect(() => parseSigningKeys(text)).not.toThrow(text.trim() === ',' ? 'whsec_' : text);
  });
});

describe('ids', () => {
  it('have no dots, and no two become one', () => {
    const id = fc.string({ unit: fc.constantFrom('.', '%', '2', 'e', '5', 'a'), minLength: 1, maxLength: 8 });
    fc.assert(fc.property(id, id, (a, b) => !webhookId(a).includes('.') && (a === b || webhookId(a) !== webhookId(b))));
  });
});
