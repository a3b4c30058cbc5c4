// Azure Monitor's Logs Ingestion API and its token endpoint, with the limits of the service.
import { unpacked, openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest, FarSideOptions } from '../../_contract/far-side.ts';
import type { StandIn } from '../../_contract/stand-in.ts';

const TENANT = '11111111-2222-3333-4444-555555555555';
const SECRET = 'standin~secret.value';
export const RULE = 'dcr-00000000000000000000000000000001';
export const STREAM = 'Custom-Goshawk_CL';
const MAX_BYTES = 1_048_576;
const FIELD_BYTES = 65_536;

export interface SentinelStandIn extends StandIn {
  readonly requests: readonly FarRequest[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Columns that were cut, since they were too long. */
  readonly cut: readonly string[];
  /** Tokens that were given, in order. */
  readonly tokens: readonly string[];
  /** Tokens that were given so far are worth nothing any more. */
  readonly endTokens: () => void;
  /** What is answered to rows instead, until it is null again. */
  answer: FarAnswer | null;
}

const error = (status: number, code: string, message: string): FarAnswer => ({
  status,
  headers: { 'x-ms-error-code': code },
  body: { error: { code, message } },
});

export async function openStandIn({
  tls,
  tokenSeconds = 3_599,
}: { readonly tls?: FarSideOptions['tls']; readonly tokenSeconds?: number } = {}): Promise<SentinelStandIn> {
  const rows: Record<string, unknown>[] = [];
  const cut: string[] = [];
  const tokens: string[] = [];
  const valid = new Set<string>();

  const token = ({ method, headers, body }: FarRequest): FarAnswer => {
    const form = new URLSearchParams(body.toString());
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded') return { status: 400, body: { error: 'invalid_request' } };
    if (form.get('grant_type') !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type' } };
    if (form.get('scope') !== 'https://monitor.azure.com/.default') return { status: 400, body: { error: 'invalid_scope' } };
    if (form.get('client_id') !== 'app' || form.get('client_secret') !== SECRET)
      return {
        status: 401,
        body: { error: 'invalid_client', error_description: `AADSTS7000215: Invalid client secret provided (${form.get('client_secret')}).` },
      };
    const made = `token-${tokens.length + 1}`;
    tokens.push(made);
    valid.add(made);
    return { status: 200, body: { token_type: 'Bearer', expires_in: tokenSeconds, access_token: made } };
  };

  const ingest = (request: FarRequest, refusedId: string | null): FarAnswer => {
    const { method, path, headers, body } = request;
    const { pathname, searchParams } = new URL(path, 'http://host');
    if (!valid.has((headers.authorization ?? '').replace(/^Bearer /, ''))) return error(401, 'InvalidToken', 'The authentication token is invalid.');
    if (standIn.answer !== null) return standIn.answer;
    if (method !== 'POST') return { status: 405 };
    if (pathname !== `/dataCollectionRules/${RULE}/streams/${STREAM}`) return error(404, 'NotFound', 'Data collection rule not found.');
    if (searchParams.get('api-version') !== '2023-01-01') return error(400, 'InvalidApiVersion', 'Invalid API version.');
    if (headers['content-type'] !== 'application/json') return error(415, 'UnsupportedMediaType', 'JSON only.');
    if (!['gzip', undefined].includes(headers['content-encoding'])) return error(415, 'UnsupportedMediaType', 'gzip only.');
    const json = unpacked(request);
    if (body.length > MAX_BYTES || json.length > MAX_BYTES) return error(413, 'ContentLengthLimitExceeded', 'Maximum allowed content length: 1048576 bytes.');
    let parsed: unknown;
    try {
      parsed = JSON.parse(json.toString());
    } catch {
      return error(400, 'InvalidRequestContent', 'No JSON.');
    }
    if (!Array.isArray(parsed)) return { status: 204 }; // and nothing is kept
    const given = parsed as Record<string, unknown>[];
    if (given.some(({ GoshawkId: id }) => id === refusedId)) return error(400, 'InvalidRecord', 'A record is invalid.');
    for (const row of given) {
      for (const [name, value] of Object.entries(row)) {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        if (Buffer.byteLength(text) > FIELD_BYTES) cut.push(name);
      }
      rows.push(row);
    }
    return { status: 204 };
  };

  const side = await openFarSide({
    ...(tls !== undefined && { tls }),
    isSubject: ({ path }) => path.startsWith('/dataCollectionRules/'),
    throttled: { ...error(429, 'TooManyRequests', 'Slow down.'), headers: { 'retry-after': '1', 'x-ms-error-code': 'TooManyRequests' } },
    answer: (request, refusedId) => (request.path === `/${TENANT}/oauth2/v2.0/token` ? token(request) : ingest(request, refusedId)),
  });

  const standIn: SentinelStandIn = {
    settings: { endpoint: side.url, authority: `${side.url}/`, ruleId: RULE, stream: STREAM, tenantId: TENANT, clientId: 'app', clientSecret: SECRET },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    requests: side.requests,
    rows,
    cut,
    tokens,
    endTokens: () => valid.clear(),
    answer: null,
    taken: () => rows.map(({ GoshawkId: id }) => String(id)),
    fail: side.fail,
    close: side.close,
  };
  return standIn;
}
