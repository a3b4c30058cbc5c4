// S3 in memory: objects, conditional writes, uploads in parts, lists. It refuses what S3 refuses, as far as our requests can come near it.
import { createHash } from 'node:crypto';

export interface StoreRequest {
  readonly method: string;
  /** Empty = the bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
export interface StoreAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}
interface Stored {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

const MIN_PART_BYTES = 5 << 20;
const PAGE = 1_000;

export class MemoryS3 {
  readonly objects = new Map<string, Stored>();
  readonly #uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();
  readonly #now: () => number;
  readonly #pageKeys: number;
  readonly #minPartBytes: number;
  #next = 1;

  constructor({
    now = Date.now,
    pageKeys = PAGE,
    minPartBytes = MIN_PART_BYTES,
  }: { readonly now?: () => number; readonly pageKeys?: number; readonly minPartBytes?: number } = {}) {
    this.#now = now;
    this.#pageKeys = pageKeys;
    this.#minPartBytes = minPartBytes;
  }

  get openUploads(): number {
    return this.#uploads.size;
  }

  put(key: string, body: Buffer, headers: Readonly<Record<string, string>> = {}): string {
    const etag = `"${createHash('md5').update(body).digest('hex')}-${this.#next++}"`;
    this.objects.set(key, { body, etag, modifiedMs: this.#now(), headers });
    return etag;
  }

  answer({ method, key, query, headers, body }: StoreRequest): StoreAnswer {
    const sha256 = headers['x-amz-content-sha256'];
    if (sha256 !== createHash('sha256').update(body).digest('hex')) return error(400, 'XAmzContentSHA256Mismatch');
    if (key === '') return method === 'GET' && query.get('list-type') === '2' ? this.#list(query) : error(405, 'MethodNotAllowed');
    if (query.has('uploads')) return this.#begin(key);
    const uploadId = query.get('uploadId');
    if (uploadId !== undefined) return this.#ofUpload(method, key, uploadId, query, headers, body);
    const found = this.objects.get(key);
    switch (method) {
      case 'PUT': {
        const refused = precondition(headers, found);
        if (refused !== null) return refused;
        return { status: 200, headers: { etag: this.put(key, body, kept(headers)) } };
      }
      case 'GET':
      case 'HEAD': {
        if (found === undefined) return method === 'HEAD' ? { status: 404 } : error(404, 'NoSuchKey');
        if (headers['if-match'] !== undefined && headers['if-match'] !== found.etag) return error(412, 'PreconditionFailed');
        return {
          status: 200,
          headers: { ...found.headers, etag: found.etag, 'content-length': String(found.body.length) },
          ...(method === 'GET' && { body: found.body }),
        };
      }
      case 'DELETE':
        this.objects.delete(key);
        return { status: 204 };
      default:
        return error(405, 'MethodNotAllowed');
    }
  }

  #begin(key: string): StoreAnswer {
    const uploadId = `upload-${this.#next++}`;
    this.#uploads.set(uploadId, { key, parts: new Map() });
    return {
      status: 200,
      body: `<?xml version="1.0"?><InitiateMultipartUploadResult><Key>${escaped(key)}</Key><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`,
    };
  }

  #ofUpload(method: string, key: string, uploadId: string, query: StoreRequest['query'], headers: StoreRequest['headers'], body: Buffer): StoreAnswer {
    const upload = this.#uploads.get(uploadId);
    if (upload === undefined || upload.key !== key) return error(404, 'NoSuchUpload');
    if (method === 'DELETE') {
      this.#uploads.delete(uploadId);
      return { status: 204 };
    }
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: `"${createHash('md5').update(body).digest('hex')}"` } };
    }
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(?:&quot;|")?([0-9a-f]+)/g)];
    const parts = named.map(([, number, md5]) => {
      const part = upload.parts.get(Number(number));
      return part !== undefined && createHash('md5').update(part).digest('hex') === md5 ? part : null;
    });
    if (parts.length === 0 || parts.includes(null)) return error(400, 'InvalidPart');
    if (parts.slice(0, -1).some((part) => part!.length < this.#minPartBytes)) return error(400, 'EntityTooSmall');
    const refused = precondition(headers, this.objects.get(key));
    if (refused !== null) return refused;
    this.#uploads.delete(uploadId);
    const etag = this.put(key, Buffer.concat(parts as Buffer[]));
    return { status: 200, body: `<?xml version="1.0"?><CompleteMultipartUploadResult><ETag>${escaped(etag)}</ETag></CompleteMultipartUploadResult>` };
  }

  #list(query: StoreRequest['query']): StoreAnswer {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const bytes = (text: string) => Buffer.from(text);
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && bytes(key).compare(bytes(after)) > 0)
      .sort((a, b) => bytes(a).compare(bytes(b)));
    const page = keys.slice(0, Math.min(this.#pageKeys, Number(query.get('max-keys') ?? PAGE)));
    const contents = page.map((key) => {
      const { body, etag, modifiedMs } = this.objects.get(key)!;
      const named = query.get('encoding-type') === 'url' ? encodeURIComponent(key) : escaped(key);
      return `<Contents><Key>${named}</Key><LastModified>${new Date(modifiedMs).toISOString()}</LastModified><ETag>${escaped(etag)}</ETag><Size>${body.length}</Size></Contents>`;
    });
    const isTruncated = page.length < keys.length;
    const encoding = query.get('encoding-type') === 'url' ? '<EncodingType>url</EncodingType>' : '';
    const next = isTruncated ? `<NextContinuationToken>${escaped(page.at(-1)!)}</NextContinuationToken>` : '';
    return {
      status: 200,
      body: `<?xml version="1.0"?><ListBucketResult>${encoding}<IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    };
  }
}

function precondition(headers: StoreRequest['headers'], found: Stored | undefined): StoreAnswer | null {
  if (headers['if-none-match'] === '*' && found !== undefined) return error(412, 'PreconditionFailed');
  if (headers['if-match'] === undefined) return null;
  if (found === undefined) return error(404, 'NoSuchKey');
  return headers['if-match'] === found.etag ? null : error(412, 'PreconditionFailed');
}

const kept = (headers: StoreRequest['headers']) =>
  Object.fromEntries(
    ['content-type', 'content-encoding', 'x-amz-server-side-encryption'].flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  ) as Readonly<Record<string, string>>;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
export const error = (status: number, code: string, message = 'As it was told.'): StoreAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
