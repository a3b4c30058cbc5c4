// The Chronicle API's logs:import: names of fields, times, and sizes as Google documents them; all logs of a request or none.
import { openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest } from '../../_contract/far-side.ts';
import { googleAccount, googleProblem, TOKEN_PATH } from '../../_contract/google-account.ts';
import type { GoogleAccount } from '../../_contract/google-account.ts';
import type { StandIn } from '../../_contract/stand-in.ts';

export const INSTANCE = 'projects/stand-in/locations/eu/instances/01234567-89ab-cdef-0123-456789abcdef';
export const LOG_TYPE = 'GOSHAWK_ECS';
const MAX_BYTES = 4_000_000;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const LOG_FIELDS = new Set(['data', 'logEntryTime', 'collectionTime', 'environmentNamespace', 'labels', 'additionals']);

export interface Log {
  readonly data: string;
  readonly logEntryTime: string;
  readonly collectionTime: string;
  readonly environmentNamespace?: string;
  readonly labels?: Readonly<Record<string, { readonly value: string }>>;
}
export interface SecOpsStandIn extends StandIn {
  readonly requests: readonly FarRequest[];
  readonly account: GoogleAccount;
  readonly logs: readonly Log[];
  /** What is answered to calls of the API instead, until it is null again. */
  answer: FarAnswer | null;
}

export async function openStandIn(): Promise<SecOpsStandIn> {
  const logs: Log[] = [];
  const account = googleAccount();
  const path = `/v1alpha/${INSTANCE}/logTypes/${LOG_TYPE}/logs:import`;

  const imported = ({ headers, body }: FarRequest, refusedId: string | null): FarAnswer => {
    if (!String(headers['content-type']).startsWith('application/json')) return googleProblem(400, 'INVALID_ARGUMENT', 'JSON only.');
    if (body.length > MAX_BYTES) return googleProblem(413, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit.');
    const { inlineSource, ...others } = JSON.parse(body.toString()) as {
      readonly inlineSource?: { readonly logs?: readonly Log[]; readonly forwarder?: string };
    };
    const { logs: given = [], forwarder = '', ...rest } = inlineSource ?? {};
    const unknown = [...Object.keys(others), ...Object.keys(rest)][0] ?? given.flatMap((log) => Object.keys(log)).find((name) => !LOG_FIELDS.has(name));
    if (unknown !== undefined) return googleProblem(400, 'INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name "${unknown}".`);
    if (given.length === 0) return googleProblem(400, 'INVALID_ARGUMENT', 'logs is required.');
    if (forwarder !== '' && !forwarder.startsWith(`${INSTANCE}/forwarders/`)) return googleProblem(404, 'NOT_FOUND', 'Forwarder not found.');
    const bad = given.find((log) => !isRight(log) || idOf(log) === refusedId);
    if (bad !== undefined) return googleProblem(400, 'INVALID_ARGUMENT', 'A log is invalid.');
    logs.push(...given);
    return { status: 200, body: {} };
  };

  const side = await openFarSide({
    isSubject: (request) => request.path !== TOKEN_PATH,
    throttled: { ...googleProblem(429, 'RESOURCE_EXHAUSTED', 'Burst limit exceeded.'), headers: { 'retry-after': '1' } },
    answer: async (request, refusedId) => {
      if (request.path === TOKEN_PATH) return account.token(request, side.url);
      const refusal = account.refusal(request) ?? standIn.answer;
      if (refusal !== null) return refusal;
      return request.method === 'POST' && request.path === path
        ? imported(request, refusedId)
        : googleProblem(404, 'NOT_FOUND', 'Instance or log type not found.');
    },
  });

  const standIn: SecOpsStandIn = {
    settings: { instance: INSTANCE, logType: LOG_TYPE, url: side.url, credentials: account.credentials(side.url) },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    requests: side.requests,
    account,
    logs,
    answer: null,
    taken: () => logs.map(idOf),
    fail: side.fail,
    close: side.close,
  };
  return standIn;
}

export const documentOf = ({ data }: Log): unknown => JSON.parse(Buffer.from(data, 'base64').toString());
const idOf = ({ labels }: Log): string => labels?.goshawk_id?.value ?? '';
const isRight = ({ data, logEntryTime, collectionTime, labels = {} }: Log): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(data) &&
  TIME.test(logEntryTime) &&
  TIME.test(collectionTime) &&
  Date.parse(collectionTime) >= Date.parse(logEntryTime) &&
  Object.values(labels).every(({ value }) => typeof value === 'string');
