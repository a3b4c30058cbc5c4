// The few requests of S3 that we need, signed, through the guard of `outbound`. https://docs.aws.amazon.com/AmazonS3/latest/API/
import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import { RetryableError } from '../../pipeline/core/errors.ts';
import { exchange } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { RoleDeps } from './assume-role.ts';
import { failureOf } from './failure.ts';
import { awsHost } from './options.ts';
import type { StoreConfig } from './options.ts';
import { openSigner } from './signer.ts';
import { childrenOf, parseXml, textOf } from './xml.ts';

export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  /** Empty = the bucket. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}
export interface S3Object {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}
export interface S3 {
  /** Any status is an answer. @throws as `exchange`. */
  readonly call: (request: S3Request) => Promise<Answer>;
  /** As `call`, the body as it comes, packed as it lies there. The caller reads it to its end or destroys it. */
  readonly stream: (
    request: S3Request,
    maxBytes: number,
  ) => Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Readable }>;
}

/** An hour: a body is read as fast as its records are kept. */
const STREAM_MS = 3_600_000;

/** @param bucket Where it is not that of the configuration. */
export function openS3(config: StoreConfig, deps: RoleDeps, timeoutMs: number, bucket: string = config.bucket): S3 {
  const signer = openSigner(config, 's3', deps);
  const base = baseOf(config, bucket);
  const signable = ({ method, key = '', query = {}, headers = {}, body }: S3Request) => {
    const search = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
    const url = `${base}/${key.split('/').map(encoded).join('/')}${search.length === 0 ? '' : `?${search.join('&')}`}`;
    return { method, url, headers, ...(body !== undefined && { body }) };
  };
  const limits = { wholeMs: timeoutMs, firstByteMs: timeoutMs };
  return {
    call(request) {
      const asked = signable(request);
      const send = (headers: Readonly<Record<string, string>>) =>
        exchange(deps, { ...asked, headers, ...(request.signal && { signal: request.signal }), limits, purpose: 'store' });
      return signer.send(asked, send, (answer) => failureOf(answer).code);
    },
    async stream(request, maxBytes) {
      const { outbound, allow } = deps;
      const asked = signable({ ...request, query: { ...request.query, 'response-content-encoding': 'identity' } });
      const headers = await signer.headers(asked);
      try {
        return await outbound.request({
          ...asked,
          headers,
          purpose: 'store',
          allow,
          limits: { ...limits, wholeMs: STREAM_MS, bodyMaxBytes: maxBytes },
          ...(request.signal && { signal: request.signal }),
        });
      } catch (error) {
        if (error instanceof RetryableError) throw new RetryableError('SINK_UNAVAILABLE', error.message, error.details, { cause: error });
        throw error;
      }
    },
  };
}

function baseOf({ url, region, pathStyle }: StoreConfig, bucket: string): string {
  const { protocol, host } = new URL(url === '' ? `https://${awsHost('s3', region)}` : url);
  // A certificate for *.s3... does not hold for a bucket with a dot in its name.
  return pathStyle || bucket.includes('.') ? `${protocol}//${host}/${bucket}` : `${protocol}//${bucket}.${host}`;
}

/** RFC 3986, as S3 signs it. */
const encoded = (text: string) => encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
/** A URL has no segments `.` and `..`: they are taken out before it is sent. */
export const canBeAsked = (key: string): boolean => key !== '' && !key.split('/').some((segment) => segment === '.' || segment === '..');

export interface Listing {
  readonly objects: readonly S3Object[];
  /** Null: it was the last page. */
  readonly next: string | null;
}
/** ListObjectsV2, in the order of the keys' bytes. @throws RetryableError SINK_UNAVAILABLE for an answer that is none. */
export function listingOf({ body }: Answer): Listing {
  const xml = parseXml(body.toString('utf8'));
  if (xml?.name !== 'ListBucketResult') throw new RetryableError('SINK_UNAVAILABLE', 'The store answered a request for a list with something else.');
  const isEncoded = textOf(xml, 'EncodingType') === 'url';
  const objects = childrenOf(xml, 'Contents').map((object) => ({
    key: isEncoded ? decodeURIComponent((textOf(object, 'Key') ?? '').replaceAll('+', ' ')) : (textOf(object, 'Key') ?? ''),
    etag: textOf(object, 'ETag') ?? '',
    bytes: Number(textOf(object, 'Size') ?? 0),
    modifiedMs: Date.parse(textOf(object, 'LastModified') ?? '') || 0,
  }));
  const token = textOf(xml, 'NextContinuationToken');
  return { objects, next: textOf(xml, 'IsTruncated') === 'true' && token !== undefined ? token : null };
}
