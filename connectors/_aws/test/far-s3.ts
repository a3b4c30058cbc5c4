// MemoryS3 behind HTTP, one bucket in the path. Only requests with the right key are let in.
import { openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest, FarSide } from '../../_contract/far-side.ts';
import { error, MemoryS3 } from './memory-s3.ts';
import type { StoreAnswer } from './memory-s3.ts';

export const BUCKET = 'telemetry';
export const KEY_ID = 'AKIDEXAMPLE';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

export interface FarS3 {
  readonly store: MemoryS3;
  readonly side: FarSide;
  /** Of every connector that speaks to it. */
  readonly settings: Readonly<Record<string, string>>;
}

/** @param other What is served beside the bucket; undefined = nothing is there. */
export async function openFarS3(
  other: (request: FarRequest) => FarAnswer | Promise<FarAnswer> | undefined = () => undefined,
  store = new MemoryS3(),
): Promise<FarS3> {
  const side = await openFarSide({
    answer: async (request) => (await other(request)) ?? asFar(answered(store, request)),
    throttled: asFar(error(503, 'SlowDown', 'Please reduce your request rate.')),
  });
  return { store, side, settings: { url: side.url, bucket: BUCKET, pathStyle: 'true', region: 'eu-central-1', accessKeyId: KEY_ID, secretAccessKey: SECRET } };
}

function answered(store: MemoryS3, { method, path, headers, body }: FarRequest): StoreAnswer {
  const authorization = headers.authorization ?? '';
  if (!authorization.startsWith(`AWS4-HMAC-SHA256 Credential=${KEY_ID}/`)) return error(403, 'InvalidAccessKeyId');
  if (!authorization.includes('/eu-central-1/s3/aws4_request')) return error(400, 'AuthorizationHeaderMalformed');
  const { pathname, searchParams } = new URL(path.replaceAll('+', '%2B'), 'http://store');
  const [, bucket = '', ...rest] = pathname.split('/');
  if (bucket !== BUCKET) return error(404, 'NoSuchBucket');
  return store.answer({ method, key: decodeURIComponent(rest.join('/')), query: new Map(searchParams), headers, body });
}

const asFar = ({ status, headers = {}, body = '' }: StoreAnswer): FarAnswer => ({ status, headers, body });
