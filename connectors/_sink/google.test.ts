// Tokens of a service account, before an endpoint that checks assertions with a library of its own.
import { generateKeyPairSync } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { openFarSide } from '../_contract/far-side.ts';
import { testDeps } from '../_contract/test-sink.ts';
import { googleError, serviceAccountTokens } from './google.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** @param aheadMs Of its clock before ours. */
async function open(aheadMs = 0) {
  const side = await openFarSide({
    throttled: { status: 503 },
    answer: async ({ body }) => {
      const nowMs = test.nowMs + aheadMs;
      const headers = { date: new Date(nowMs).toUTCString() };
      const form = new URLSearchParams(body.toString());
      try {
        if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
          return { status: 400, headers, body: { error: 'unsupported_grant_type' } };
        const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', publicKey, {
          issuer: 'sink@project.iam.gserviceaccount.com',
          audience: `${side.url}/token`,
          currentDate: new Date(nowMs),
          maxTokenAge: '1h',
        });
        return { status: 200, headers, body: { access_token: `for ${String(payload.scope)} by ${protectedHeader.kid}`, expires_in: 3_599 } };
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        return {
          status: 400,
          headers,
          body: { error: 'invalid_grant', error_description: 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.' },
        };
      }
    },
  });
  const test = testDeps(side.outboundAllow);
  closing.push(test.close, side.close);
  const keyFile = {
    type: 'service_account',
    client_email: 'sink@project.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: pem,
    token_uri: `${side.url}/token`,
  };
  return { side, test, keyFile };
}

describe('a service account', () => {
  it('gets a token for its assertion', async () => {
    const { test, keyFile } = await open();
    const tokens = await serviceAccountTokens(JSON.stringify(keyFile), test.deps);
    expect(await tokens.get()).toBe('for https://www.googleapis.com/auth/cloud-platform by k1');
  });

  it.each([7_200_000, -7_200_000])('gets one with a clock that is %i ms off, at the second try', async (aheadMs) => {
    const { test, side, keyFile } = await open(aheadMs);
    const tokens = await serviceAccountTokens(JSON.stringify(keyFile), test.deps);
    expect(await tokens.get()).toContain('by k1');
    expect(side.requests).toHaveLength(2);
  });

  it('that was deleted is said to be refused, once', async () => {
    const { test, side, keyFile } = await open();
    const tokens = await serviceAccountTokens(JSON.stringify({ ...keyFile, client_email: 'gone@project.iam.gserviceaccount.com' }), test.deps);
    await expect(tokens.get()).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining('invalid_grant') as string });
    expect(side.requests).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'AIza-key', /not the key file/],
    ['a file of another kind', JSON.stringify({ type: 'authorized_user' }), /not the key file of a service account \(type, /],
    ['no key', JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'not-a-key' }), /no RSA key/],
  ])('is refused for %s, without its text', async (_name, text, sentence) => {
    const { test } = await open();
    const error = await serviceAccountTokens(text, test.deps).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringMatching(sentence) as string });
    expect((error as Error).message).not.toMatch(/AIza|not-a-key/);
  });
});

describe('errors of Google', () => {
  it.each([
    ['of the API', '{"error":{"code":404,"status":"NOT_FOUND","message":"No source."}}', { code: 'NOT_FOUND', message: 'No source.' }],
    ['of a proxy', '<html>', { code: 'HTTP 404', message: 'Answered 404.' }],
    ['without a status', '{"error":{"code":404}}', { code: 'HTTP 404', message: 'Answered 404.' }],
  ])('%s', (_name, body, said) => {
    expect(googleError({ status: 404, headers: {}, body: Buffer.from(body) })).toEqual(said);
  });
});
