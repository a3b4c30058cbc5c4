import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskOf } from './mask.ts';

describe('a mask', () => {
  const SECRET = 'p@ss/w"ord+1';
  it.each([
    ['as it is', `Error: ${SECRET} refused`],
    ['twice', `${SECRET}${SECRET}`],
    ['in JSON', JSON.stringify({ token: SECRET })],
    ['in a URL', `https://x/?t=${encodeURIComponent(SECRET)}`],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 without its end', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['in a trace', new Error(SECRET).stack!],
  ])('takes a secret out: %s', (_how, text) => {
    const masked = maskOf([SECRET])(text);
    expect(masked).toContain('***');
    expect(masked).not.toContain(SECRET);
    expect(masked).not.toContain(JSON.stringify(SECRET).slice(1, -1));
    expect(masked).not.toContain(encodeURIComponent(SECRET));
  });

  it.each(['', 'u:', 'us:', 'use:', 'user:'])('takes it out of Basic behind %j', (name) => {
    const masked = maskOf(['hunter22hunter22'])(`Basic ${Buffer.from(`${name}hunter22hunter22`).toString('base64')} refused`);
    const [, left = ''] = /Basic (\S*) refused/.exec(masked)!;
    // What is left are the digits that it shares with what is before and behind it.
    expect(left).toContain('***');
    expect(left.replace('***', '').length).toBeLessThanOrEqual(12);
    expect(Buffer.from(left.replace('***', ''), 'base64').toString()).not.toContain('unter');
  });

  it('takes out a secret as large as they may be', () => {
    const secret = Array.from({ length: 1_000 }, (_one, index) => `line ${index} ${'x'.repeat(50)}`).join('\n');
    expect(maskOf([secret])(`before ${secret} after`)).toBe('before *** after');
  });

  it('takes out each line of a key', () => {
    const pem = '-----BEGIN KEY-----\nMIIBVgIBADANBgkq\nhkiG9w0BAQEFAAS\n-----END KEY-----\n';
    const masked = maskOf([pem])('bad line hkiG9w0BAQEFAAS in key');
    expect(masked).toBe('bad line *** in key');
  });

  it('takes the longest out first', () => expect(maskOf(['abcd', 'abcdefgh'])('x abcdefgh y')).toBe('x *** y'));
  it('takes short ones out where they stand alone', () => expect(maskOf(['on'])('on or long, on')).toBe('*** or long, ***'));
  it('leaves all else', () => expect(maskOf([])('anything')).toBe('anything'));

  it('lets no secret through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.trim().length >= 4 && !'***'.includes(secret));
        expect(maskOf([secret])(`${before}${secret}${after}`)).toContain('***');
      }),
    );
  });
});
