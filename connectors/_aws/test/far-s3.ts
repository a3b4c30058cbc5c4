// MemoryS3 behind HTTP, one bucket in the path. Only requests with the right key are let in.
import { openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest, FarSide } from '../../_contract/far-side.ts';
import { error, MemoryS3 } from './memory-s3.ts';
import type { StoreAnswer } from './memory-s3.ts';
import { signatureProblem } from './signature.ts';

export const BUCKET = 'telemetry';
export const REGION = 'eu-central-1';
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
    answer: async (request) => (await other(request)) ?? asFar(await answered(store, request)),
    throttled: asFar(error(503, 'SlowDown', 'Please reduce your request rate.')),
  });
  return { store, side, settings: { url: side.url, bucket: BUCKET, pathStyle: 'true', region: REGION, accessKeyId: KEY_ID, secretAccessKey: SECRET } };
}

async function answered(store: MemoryS3, request: FarRequest): Promise<StoreAnswer> {
  const problem = await signatureProblem(request, { accessKeyId: KEY_ID, secretAccessKey: SECRET, region: REGION, service: 's3' });
  if (problem !== null) return error(problem === 'AuthorizationHeaderMalformed' ? 400 : 403, problem);
  const { pathname, searchParams } = new URL(request.path.replaceAll('+', '%2B'), 'http://store');
  const [, bucket = '', ...rest] = pathname.split('/');
  if (bucket !== BUCKET) return error(404, 'NoSuchBucket');
  return store.answer({ ...request, key: decodeURIComponent(rest.join('/')), query: new Map(searchParams) });
}

const asFar = ({ status, headers = {}, body = '' }: StoreAnswer): FarAnswer => ({ status, headers, body });
