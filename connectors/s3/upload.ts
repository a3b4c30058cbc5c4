// One file into the store, in parts where it is large.
import { RetryableError } from '../../pipeline/core/errors.ts';
import { asError, failureOf } from '../_aws/failure.ts';
import type { S3 } from '../_aws/s3.ts';
import { parseXml, textOf } from '../_aws/xml.ts';
import type { Answer } from '../_sink/http.ts';

/** S3 takes parts from 5 MiB, but for the last. */
const PART_BYTES = 8 << 20;

export interface Upload {
  readonly key: string;
  readonly body: Buffer;
  /** Of the object: media type, encryption. */
  readonly headers: Readonly<Record<string, string>>;
}

/** All of it, or nothing. @throws RetryableError SINK_UNAVAILABLE; ConfigError SINK_MISCONFIGURED. */
export async function upload(s3: S3, file: Upload, now: () => number, signal: AbortSignal, partBytes = PART_BYTES): Promise<void> {
  const { key, body, headers } = file;
  if (body.length > partBytes) return uploadInParts(s3, file, now, signal, partBytes);
  const answer = await s3.call({ method: 'PUT', key, body, headers, signal });
  if (answer.status !== 200) throw refusedWrite(answer, key, now);
}

async function uploadInParts(s3: S3, { key, body, headers }: Upload, now: () => number, signal: AbortSignal, partBytes: number): Promise<void> {
  const begun = await s3.call({ method: 'POST', key, query: { uploads: '' }, headers, signal });
  const uploadId = begun.status === 200 ? textOf(parseXml(begun.body.toString('utf8')) ?? NOTHING, 'UploadId') : undefined;
  if (uploadId === undefined) throw asError(begun, `Writing ${key}`, now());
  try {
    const etags: string[] = [];
    for (let from = 0; from < body.length; from += partBytes) {
      const query = { partNumber: String(etags.length + 1), uploadId };
      const part = await s3.call({ method: 'PUT', key, query, body: body.subarray(from, from + partBytes), signal });
      if (part.status !== 200 || part.headers.etag === undefined) throw refusedWrite(part, key, now);
      etags.push(part.headers.etag);
    }
    const parts = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`);
    const manifest = Buffer.from(`<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`);
    const done = await s3.call({ method: 'POST', key, query: { uploadId }, body: manifest, headers: { 'content-type': 'application/xml' }, signal });
    // A status that was sent before the parts were joined says nothing: the body does.
    if (done.status !== 200 || parseXml(done.body.toString('utf8'))?.name !== 'CompleteMultipartUploadResult') throw refusedWrite(done, key, now);
  } catch (error) {
    await s3.call({ method: 'DELETE', key, query: { uploadId } }).catch(() => {}); // what stays costs until a lifecycle rule takes it
    throw error;
  }
}

const NOTHING = { name: '', children: [], text: '' };
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function refusedWrite(answer: Answer, key: string, now: () => number): Error {
  const { verdict, message, code } = failureOf(answer);
  const isWithinSuccess = answer.status === 200;
  if (verdict === 'conflict' || verdict === 'gone' || (isWithinSuccess && code === 'http_200'))
    return new RetryableError('SINK_UNAVAILABLE', `Writing ${key}: ${message}`, { code, isAmbiguous: false });
  return asError(answer, `Writing ${key}`, now());
}
