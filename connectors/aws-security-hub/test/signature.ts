// Checks a request as AWS does, by the signer of AWS's own client.
import { createHash, createHmac } from 'node:crypto';
import type { Hash, Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { FarRequest } from '../../_contract/far-side.ts';

class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {}
}

/** What the authorization of a request should be, signed by the same headers at the time that it names. */
export async function expectedAuthorization(
  { method, path, headers, body }: FarRequest,
  {
    service,
    region,
    accessKeyId,
    secretAccessKey,
  }: { readonly service: string; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<string | undefined> {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.filter((name) => name !== 'x-amz-date').map((name) => [name, String(headers[name])]));
  const token = headers['x-amz-security-token'];
  const credentials = { accessKeyId, secretAccessKey, ...(typeof token === 'string' && { sessionToken: token }) };
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const { headers: sent } = await signer.sign(
    { method, protocol: 'http:', hostname: 'host', path, query: {}, headers: signed, body },
    { signingDate: amzDate(String(headers['x-amz-date'])) },
  );
  return sent.authorization;
}

/** `20261121T230000Z`. */
export const amzDate = (text: string): Date => new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
