// Security Command Center, version 2: findings by PATCH and setState, by the names and behaviours of Google's own description.
import { readFileSync } from 'node:fs';
import { openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest } from '../../_contract/far-side.ts';
import { googleAccount, googleProblem, TOKEN_PATH } from '../../_contract/google-account.ts';
import type { GoogleAccount } from '../../_contract/google-account.ts';
import type { StandIn } from '../../_contract/stand-in.ts';

export const PARENT = 'organizations/123456789012/sources/4567/locations/global';

interface Field {
  readonly type: string;
  readonly rule?: string;
  readonly keyType?: string;
  readonly behavior?: string;
}
const model = JSON.parse(readFileSync(new URL('finding-model.json', import.meta.url), 'utf8')) as {
  readonly Finding: Readonly<Record<string, Field>>;
  readonly MitreAttack: Readonly<Record<string, Field>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
};

type Finding = Readonly<Record<string, unknown>>;
export interface SccStandIn extends StandIn {
  readonly requests: readonly FarRequest[];
  readonly account: GoogleAccount;
  /** By id, as they stand now. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** What is answered to calls of the API instead, until it is null again. */
  answer: FarAnswer | null;
}

export async function openStandIn(): Promise<SccStandIn> {
  const findings = new Map<string, Finding>();
  const account = googleAccount();

  const patched = (id: string, given: Finding, refusedId: string | null): FarAnswer => {
    if (!/^[A-Za-z0-9]{1,32}$/.test(id)) return googleProblem(400, 'INVALID_ARGUMENT', 'Invalid finding id.');
    const [problem] = problemsOf(given);
    if (problem !== undefined || documentId(given) === refusedId) return googleProblem(400, 'INVALID_ARGUMENT', problem ?? 'As told.');
    const before = findings.get(id);
    const changed = ['category', 'resourceName'].find((name) => before !== undefined && given[name] !== before[name]);
    if (changed !== undefined) return googleProblem(400, 'INVALID_ARGUMENT', `${changed} is immutable.`);
    const finding = {
      name: `${PARENT}/findings/${id}`,
      state: 'ACTIVE',
      createTime: '2026-11-21T23:00:00Z',
      ...(before !== undefined && { state: before.state }),
      ...writable(given),
    };
    findings.set(id, finding);
    return { status: 200, body: finding };
  };

  const side = await openFarSide({
    isSubject: ({ path }) => path !== TOKEN_PATH,
    throttled: { ...googleProblem(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.'), headers: { 'retry-after': '1' } },
    answer: async (request, refusedId) => {
      const { method, path, body } = request;
      if (path === TOKEN_PATH) return account.token(request, side.url);
      const refusal = account.refusal(request) ?? standIn.answer;
      if (refusal !== null) return refusal;
      const [, id = '', verb = ''] = new RegExp(`^/v2/${PARENT}/findings/([^/:?]+)(:setState)?$`).exec(path) ?? [];
      if (method === 'GET' && path.startsWith(`/v2/${PARENT}/findings?`)) return { status: 200, body: { listFindingsResults: [] } };
      if (id === '') return googleProblem(404, 'NOT_FOUND', 'Source not found.');
      const given = JSON.parse(body.toString()) as Finding;
      if (method === 'PATCH' && verb === '') return patched(id, given, refusedId);
      if (method !== 'POST' || verb === '') return googleProblem(404, 'NOT_FOUND', 'Method not found.');
      const before = findings.get(id);
      if (before === undefined) return googleProblem(404, 'NOT_FOUND', 'Finding not found.');
      if (!model.enums.State!.includes(String(given.state))) return googleProblem(400, 'INVALID_ARGUMENT', 'Invalid state.');
      findings.set(id, { ...before, state: given.state });
      return { status: 200, body: findings.get(id)! };
    },
  });

  const standIn: SccStandIn = {
    settings: { parent: PARENT, url: side.url, credentials: account.credentials(side.url) },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    requests: side.requests,
    account,
    findings,
    answer: null,
    taken: () => [...findings.values()].map(documentId),
    fail: side.fail,
    close: side.close,
  };
  return standIn;
}

/** Of the document that it was last told by. */
function documentId({ sourceProperties }: Finding): string {
  const { id, revision } = sourceProperties as { readonly id: string; readonly revision: number };
  return `${id}-${revision}`;
}

/** Fields that Google alone sets are passed over. */
const writable = (given: Finding): Finding => Object.fromEntries(Object.entries(given).filter(([name]) => model.Finding[name]?.behavior !== 'OUTPUT_ONLY'));

export function problemsOf(finding: Finding): readonly string[] {
  const {
    sourceProperties = {},
    eventTime,
    externalUri,
    mitreAttack = {},
  } = finding as Finding & { readonly sourceProperties?: object; readonly externalUri?: string; readonly mitreAttack?: Finding };
  const required = ['resourceName', 'category', 'eventTime']
    .filter((name) => typeof finding[name] !== 'string' || finding[name] === '')
    .map((name) => `${name} is missing.`);
  const badKeys = Object.keys(sourceProperties).filter((key) => !/^[A-Za-z]\w{0,254}$/.test(key));
  const isTime = Number.isNaN(Date.parse(String(eventTime))) ? ['Invalid eventTime.'] : [];
  const isFuture = Date.parse(String(eventTime)) > Date.now() + 60_000 ? ['eventTime is in the future.'] : [];
  const isLink = externalUri === undefined || URL.canParse(externalUri) ? [] : ['Invalid externalUri.'];
  return [
    ...shapeProblems(finding, model.Finding, 'finding'),
    ...shapeProblems(mitreAttack, model.MitreAttack, 'mitreAttack'),
    ...required,
    ...isTime,
    ...isFuture,
    ...isLink,
    ...badKeys.map((key) => `Invalid source property ${key}.`),
  ];
}

function shapeProblems(value: Finding, fields: Readonly<Record<string, Field>>, of: string): readonly string[] {
  return Object.entries(value).flatMap(([name, each]) => {
    const field = fields[name];
    if (field === undefined) return [`Unknown name "${name}" at '${of}'.`];
    const all = field.rule === 'repeated' ? each : [each];
    if (!Array.isArray(all)) return [`${name} is no list.`];
    const names = model.enums[field.type];
    return all.flatMap((one: unknown) => {
      if (names !== undefined) return names.includes(String(one)) ? [] : [`Invalid value at '${of}.${name}'.`];
      return field.type !== 'string' || typeof one === 'string' ? [] : [`${name} is no text.`];
    });
  });
}
