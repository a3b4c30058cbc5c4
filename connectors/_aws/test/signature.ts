// Whether AWS's own signer comes to the same signature.
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { FarRequest } from '../../_contract/far-side.ts';

class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

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

const SIGNED = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$/;

/** Null: it is signed with this key, for that service. Else the code that AWS has for it. */
export async function signatureProblem(
  { method, path, headers, body }: FarRequest,
  {
    accessKeyId,
    secretAccessKey,
    region,
    service,
  }: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly region: string; readonly service: string },
): Promise<'InvalidAccessKeyId' | 'AuthorizationHeaderMalformed' | 'SignatureDoesNotMatch' | null> {
  const [, key, , signedRegion, signedService, names = ''] = SIGNED.exec(headers.authorization ?? '') ?? [];
  if (key !== accessKeyId) return 'InvalidAccessKeyId';
  if (signedRegion !== region || signedService !== service) return 'AuthorizationHeaderMalformed';
  const isS3 = service === 's3';
  const signer = new SignatureV4({ service, region, credentials: { accessKeyId, secretAccessKey }, sha256: Sha256, uriEscapePath: !isS3, applyChecksum: isS3 });
  const [pathname = '', search = ''] = path.split('?');
  const query = Object.fromEntries(
    search
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split('=').map(decodeURIComponent) as [string, string]),
  );
  const stamp = String(headers['x-amz-date']);
  const date = new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const given = Object.fromEntries(names.split(';').map((name) => [name, String(headers[name])]));
  const request = { method, protocol: 'http:', hostname: 'x', path: pathname, query, headers: given, body };
  const { headers: right } = await signer.sign(request, { signingDate: date });
  return right.authorization === headers.authorization ? null : 'SignatureDoesNotMatch';
}
