// Against AWS's published example, and against its own signer for whatever comes.
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signed } from './sigv4.ts';
import type { SignedRequest } from './sigv4.ts';

/** Of the AWS documentation; opens nothing. */
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

class Sha256 {
  readonly #hash: ReturnType<typeof createHash>;

  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : (createHmac('sha256', secret as string) as unknown as ReturnType<typeof createHash>);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {}
}

/** As the SDK's client does it. */
async function byAmazon({ method, url, headers = {}, body, service, region, nowMs, ...rest }: SignedRequest): Promise<string | undefined> {
  const isS3 = service === 's3';
  const signer = new SignatureV4({ service, region, credentials: rest.credentials, sha256: Sha256, uriEscapePath: !isS3, applyChecksum: isS3 });
  const { host, hostname, protocol, pathname, search } = new URL(url);
  const query: Record<string, string[]> = {};
  for (const pair of search.slice(1).split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split('=').map(decodeURIComponent);
    query[name] = [...(Object.hasOwn(query, name) ? query[name]! : []), value];
  }
  const request = { method, protocol, hostname, path: pathname, query, headers: { ...headers, host }, body };
  const { headers: sent } = await signer.sign(request, { signingDate: new Date(nowMs), unsignableHeaders: new Set() });
  return sent.authorization;
}

describe('signed', () => {
  it("is what AWS's documentation shows", () => {
    const { authorization } = signed({
      method: 'GET',
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
      service: 'iam',
      region: 'us-east-1',
      credentials,
      nowMs: Date.UTC(2015, 7, 30, 12, 36),
    });
    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  it('says the hash of the body and the token where they are asked for', () => {
    const request = { method: 'PUT', url: 'https://b.s3.amazonaws.com/k', body: 'x', region: 'eu-west-1', nowMs: 0 };
    const headers = signed({ ...request, service: 's3', credentials: { ...credentials, sessionToken: 'token' } });
    expect(headers).toMatchObject({
      'x-amz-date': '19700101T000000Z',
      'x-amz-security-token': 'token',
      'x-amz-content-sha256': createHash('sha256').update('x').digest('hex'),
    });
    expect(signed({ ...request, service: 's3', credentials, body: { sha256: 'UNSIGNED-PAYLOAD' } })['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    expect(Object.keys(signed({ ...request, service: 'sqs', credentials }))).toEqual(['x-amz-date', 'authorization']);
  });

  const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => text.isWellFormed() && text !== '.' && text !== '..');
  it.each(['s3', 'securityhub', 'sqs'])('agrees with the signer of Amazon on any path, query, header and body of %s', async (service) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.dictionary(word, word, { maxKeys: 4 }),
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '=', ',', ';'), maxLength: 12 }),
        fc.string(),
        fc.constantFrom(undefined, 'session/token+='),
        fc.integer({ min: 0, max: 4e12 }),
        async (path, query, header, body, sessionToken, nowMs) => {
          const search = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
          const request = {
            method: 'POST',
            url: `https://host.example:8443/${path.map(encodeURIComponent).join('/')}?${search.join('&')}`,
            headers: { 'Content-Type': 'application/json', 'X-Given': header },
            body,
            service,
            region: 'eu-central-1',
            credentials: sessionToken === undefined ? credentials : { ...credentials, sessionToken },
            nowMs,
          };
          expect(signed(request).authorization).toBe(await byAmazon(request));
        },
      ),
    );
  });
});
