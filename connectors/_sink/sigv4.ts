// AWS Signature Version 4 for one request that is sent whole.
import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

export interface SignedRequest {
  readonly method: string;
  /** As it is sent: path and query are percent-encoded already (URIError otherwise); a plus sign is a plus sign. */
  readonly url: string;
  /** All of them are signed, beside `host` and those that are added. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `{ sha256 }` where the hash (hex, or `UNSIGNED-PAYLOAD`) is known already. Absent = empty. */
  readonly body?: string | Uint8Array | { readonly sha256: string };
  /** As AWS names it in scopes: `s3`, `sqs`, `securityhub`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Wall clock; AWS refuses what is 5 minutes off (15 for S3). */
  readonly nowMs: number;
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
/** RFC 3986: all but unreserved characters. */
const encode = (text: string) => encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The headers to send, those given included: with `authorization`, `x-amz-date`, for temporary credentials `x-amz-security-token`, and for S3
 * `x-amz-content-sha256`. The HTTP client must send `host` as the URL has it.
 *
 * @see AWS, "Create a signed AWS API request": S3 signs a path as it is, the other services encode it once more.
 */
export function signed({ method, url, headers = {}, body = '', service, region, credentials, nowMs }: SignedRequest): Readonly<Record<string, string>> {
  const { host, pathname, search } = new URL(url);
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const payload = typeof body === 'object' && 'sha256' in body ? body.sha256 : sha256(body);
  const sent: Record<string, string> = { ...lowerCased(headers), 'x-amz-date': stamp };
  if (credentials.sessionToken !== undefined) sent['x-amz-security-token'] = credentials.sessionToken;
  if (service === 's3') sent['x-amz-content-sha256'] = payload;

  const named = Object.entries({ ...sent, host })
    .map(([name, value]) => [name, value.trim().replaceAll(/ +/g, ' ')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = named.map(([name]) => name).join(';');
  const canonical = [method, canonicalPath(pathname, service), canonicalQuery(search), ...named.map((header) => header.join(':')), '', names, payload].join(
    '\n',
  );
  const scope = [stamp.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function canonicalPath(pathname: string, service: string): string {
  const once = pathname
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
  return service === 's3' ? once : once.split('/').map(encode).join('/');
}

function canonicalQuery(search: string): string {
  return search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.join('=')))] as const;
    })
    .sort(([a, v], [b, w]) => (a < b ? -1 : a > b ? 1 : v < w ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

const lowerCased = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
