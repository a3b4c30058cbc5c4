// A receiver of Standard Webhooks: checks the signature and the clock, remembers ids, keeps what it took.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest, FarSideOptions } from '../../_contract/far-side.ts';
import type { StandIn } from '../../_contract/stand-in.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU';
const TOLERANCE_SECONDS = 300;
const MAX_BYTES = 1_048_576;

export interface WebhookStandIn extends StandIn {
  readonly requests: readonly FarRequest[];
  /** Bodies that were taken, in order, repeated ids left out. */
  readonly bodies: readonly string[];
  /** What is answered instead, until it is null again. */
  answer: FarAnswer | null;
  /** Requests that it takes before it answers 500. */
  failAfter: number;
  /** How far its clock is ahead. */
  aheadMs: number;
}

/** @param now Its clock, milliseconds. */
export async function openStandIn({
  now = Date.now,
  tls,
}: { readonly now?: () => number; readonly tls?: FarSideOptions['tls'] } = {}): Promise<WebhookStandIn> {
  const seen = new Set<string>();
  const taken: string[] = [];
  const bodies: string[] = [];

  const side = await openFarSide({
    ...(tls !== undefined && { tls }),
    throttled: { status: 429, headers: { 'retry-after': '1' } },
    answer: (request, refusedId) => {
      if (standIn.answer !== null) return standIn.answer;
      if (seen.size >= standIn.failAfter) return { status: 500 };
      const { method, headers, body } = request;
      if (method !== 'POST') return { status: 405 };
      if (headers['content-type'] !== 'application/json') return { status: 415 };
      if (body.length > MAX_BYTES) return { status: 413 };
      const id = String(headers['webhook-id']);
      const timestamp = Number(headers['webhook-timestamp']);
      if (!isSigned(id, timestamp, body, String(headers['webhook-signature']))) return { status: 401, body: 'bad signature' };
      if (Math.abs(timestamp - (now() + standIn.aheadMs) / 1_000) > TOLERANCE_SECONDS) return { status: 401, body: 'timestamp out of tolerance' };
      const document = parsed(body);
      if (document === undefined) return { status: 400, body: 'not JSON' };
      const ids = idsOf(document, id);
      if (refusedId !== null && ids.includes(refusedId)) return { status: 422, body: `cannot take ${refusedId}` };
      if (seen.has(id)) return { status: 200 };
      seen.add(id);
      taken.push(...ids);
      bodies.push(body.toString());
      return { status: 200 };
    },
  });

  const standIn: WebhookStandIn = {
    settings: { url: `${side.url}/hook`, signingKeys: SECRET },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    requests: side.requests,
    bodies,
    answer: null,
    failAfter: Number.POSITIVE_INFINITY,
    aheadMs: 0,
    taken: () => taken,
    fail: side.fail,
    close: side.close,
  };
  return standIn;
}

/** Of documents their own, of anything else that of the request. */
function idsOf(body: unknown, id: string): readonly string[] {
  const documents = Array.isArray(body) ? (body as unknown[]) : [body];
  const own = documents.map((document) => {
    const { event, data } = document as { readonly event?: { readonly id?: string }; readonly data?: { readonly event?: { readonly id?: string } } };
    return (event ?? data?.event)?.id;
  });
  return own.every((found) => found !== undefined) ? own : [decodeURIComponent(id)];
}

function isSigned(id: string, timestamp: number, body: Buffer, signatures: string): boolean {
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((signature) => {
    const [version, base64 = ''] = signature.split(',');
    const given = Buffer.from(base64, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
