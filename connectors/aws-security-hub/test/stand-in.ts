// Security Hub's BatchImportFindings: signatures, the format of findings by AWS's service model, limits, and one finding of each Id. Beside it STS, which lends
// keys of a role.
import { assumeRoleAnswer } from '../../_aws/test/sts.ts';
import { openFarSide } from '../../_contract/far-side.ts';
import type { FarAnswer, FarRequest } from '../../_contract/far-side.ts';
import type { StandIn } from '../../_contract/stand-in.ts';
import { findingShape, problemsOf } from './model.ts';
import { amzDate, expectedAuthorization } from './signature.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const CREDENTIALS = { accessKeyId: 'AKIDSTANDIN', secretAccessKey: 'standin/secret+key' };
export const ROLE = { roleArn: `arn:aws:iam::${ACCOUNT}:role/goshawk`, externalId: 'ours' };
const SKEW_MS = 300_000;

export interface Held extends Readonly<Record<string, unknown>> {
  readonly Id: string;
  readonly UpdatedAt: string;
}
export interface SecurityHubStandIn extends StandIn {
  readonly requests: readonly FarRequest[];
  /** By Id, as they stand now. */
  readonly findings: ReadonlyMap<string, Held>;
  /** Every update that was taken, in order: `<Id> <UpdatedAt>`. */
  readonly updates: readonly string[];
  /** What is answered instead, until it is null again. */
  answer: FarAnswer | null;
  /** How far its clock is ahead. */
  aheadMs: number;
  /** Whether an update that is not newer is refused by an error, or passed over. */
  refusesStale: boolean;
  /** Access keys that STS has lent, in order. */
  readonly lent: readonly string[];
  /** They are worth nothing any more. */
  readonly endLent: () => void;
  /** Codes that findings fail with, by Id. */
  readonly failing: Map<string, string>;
}

const error = (status: number, code: string, message: string): FarAnswer => ({
  status,
  headers: { 'x-amzn-errortype': `${code}:http://internal.amazon.com/` },
  body: { message, code },
});

export async function openStandIn({ now = Date.now }: { readonly now?: () => number } = {}): Promise<SecurityHubStandIn> {
  const findings = new Map<string, Held>();
  const updates: string[] = [];

  const lent: string[] = [];
  const valid = new Set<string>();
  const authenticated = async (request: FarRequest, service: string): Promise<FarAnswer | null> => {
    const { headers } = request;
    if (headers.authorization === undefined) return error(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    const [, accessKeyId = ''] = /Credential=([^/]+)\//.exec(headers.authorization) ?? [];
    const isLent = lent.includes(accessKeyId);
    if (isLent && (!valid.has(accessKeyId) || headers['x-amz-security-token'] !== `session of ${accessKeyId}`))
      return error(403, 'ExpiredTokenException', 'The security token included in the request is expired');
    if (!isLent && accessKeyId !== CREDENTIALS.accessKeyId)
      return error(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
    if (Math.abs(amzDate(String(headers['x-amz-date'])).getTime() - now() - standIn.aheadMs) > SKEW_MS)
      return error(403, 'InvalidSignatureException', 'Signature expired.');
    const expected = await expectedAuthorization(request, {
      service,
      region: REGION,
      accessKeyId,
      secretAccessKey: isLent ? `secret of ${accessKeyId}` : CREDENTIALS.secretAccessKey,
    });
    return headers.authorization === expected
      ? null
      : error(403, 'InvalidSignatureException', 'The request signature we calculated does not match the signature you provided.');
  };
  const assumed = async (request: FarRequest): Promise<FarAnswer> => {
    const refusal = await authenticated(request, 'sts');
    if (refusal !== null) return stsError(refusal.status, 'SignatureDoesNotMatch', 'Signature expired or wrong.');
    const form = Object.fromEntries(new URLSearchParams(request.body.toString()));
    if (form.Action !== 'AssumeRole' || form.Version !== '2011-06-15' || !/^[\w+=,.@-]{2,64}$/.test(form.RoleSessionName ?? ''))
      return stsError(400, 'ValidationError', 'Invalid request.');
    if (form.RoleArn !== ROLE.roleArn || form.ExternalId !== ROLE.externalId)
      return stsError(403, 'AccessDenied', 'User is not authorized to perform: sts:AssumeRole');
    const key = `ASIA${lent.length + 1}`;
    lent.push(key);
    valid.add(key);
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: assumeRoleAnswer(key) };
  };

  const imported = ({ body }: FarRequest, refusedId: string | null): FarAnswer => {
    if (body.length > 6_291_456) return error(413, 'RequestEntityTooLarge', 'Request too long.');
    const given = (JSON.parse(body.toString()) as { readonly Findings?: readonly Held[] }).Findings ?? [];
    if (given.length < 1 || given.length > 100) return error(400, 'InvalidInputException', 'Findings must have 1 to 100 members.');
    if (new Set(given.map(({ Id: id }) => id)).size < given.length) return error(400, 'InvalidInputException', 'A finding occurs twice.');
    const failed: object[] = [];
    for (const finding of given) {
      const { Id: id, UpdatedAt: updatedAt } = finding;
      const before = findings.get(id);
      const isStale = before !== undefined && updatedAt <= before.UpdatedAt;
      const code = standIn.failing.get(id);
      const [problem] = wrongWith(finding);
      if (code !== undefined) failed.push({ Id: id, ErrorCode: code, ErrorMessage: 'As told.' });
      else if (documentId(finding) === refusedId || problem !== undefined)
        failed.push({ Id: id, ErrorCode: 'InvalidInput', ErrorMessage: `Finding does not adhere to Amazon Finding Format. ${problem ?? 'As told.'}` });
      else if (isStale && standIn.refusesStale)
        failed.push({ Id: id, ErrorCode: 'InvalidInput', ErrorMessage: 'UpdatedAt must be later than that of the finding.' });
      else if (!isStale) {
        findings.set(id, finding);
        updates.push(`${id} ${updatedAt}`);
      }
    }
    return { status: 200, body: { FailedCount: failed.length, SuccessCount: given.length - failed.length, FailedFindings: failed } };
  };

  const side = await openFarSide({
    isSubject: ({ path }) => path !== '/sts',
    throttled: { ...error(429, 'TooManyRequestsException', 'Rate exceeded'), headers: { 'retry-after': '1', 'x-amzn-errortype': 'TooManyRequestsException' } },
    answer: async (request, refusedId) => {
      const isHub = request.path === '/findings/import' && request.method === 'POST';
      const unknown = error(404, 'HttpResponseNotFoundException', 'Not found');
      const hub = async () => (isHub ? ((await authenticated(request, 'securityhub')) ?? imported(request, refusedId)) : unknown);
      const answer = request.path === '/sts' ? await assumed(request) : (standIn.answer ?? (await hub()));
      return { ...answer, headers: { date: new Date(now() + standIn.aheadMs).toUTCString(), ...answer.headers } };
    },
  });

  const standIn: SecurityHubStandIn = {
    settings: { url: side.url, region: REGION, accountId: ACCOUNT, ...CREDENTIALS },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    requests: side.requests,
    findings,
    updates,
    answer: null,
    aheadMs: 0,
    refusesStale: true,
    lent,
    endLent: () => valid.clear(),
    failing: new Map(),
    taken: () => [...findings.values()].map(documentId),
    fail: side.fail,
    close: side.close,
  };
  return standIn;
}

const stsError = (status: number, code: string, message: string): FarAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});
/** Of the document that it was last told by: findings are told of in revisions. */
const documentId = ({ Id: id, ProductFields: fields = {} }: Held & { readonly ProductFields?: Readonly<Record<string, string>> }): string =>
  `${id}-${fields['goshawk/goshawk/revision']}`;

/** Beyond the shape: what AWS documents of attributes. */
function wrongWith(finding: Held): readonly string[] {
  const {
    Id: id,
    Title: title,
    Description: description,
    Resources: resources,
    ProductFields: fields = {},
    FindingProviderFields: provided,
  } = finding as Held & {
    readonly Title: string;
    readonly Description: string;
    readonly Resources: readonly unknown[];
    readonly ProductFields?: Readonly<Record<string, string>>;
    readonly FindingProviderFields: { readonly Types: readonly string[]; readonly Severity: { readonly Label: string } };
  };
  const shape = problemsOf(finding, findingShape);
  if (shape.length > 0) return shape;
  const checks: readonly (readonly [boolean, string])[] = [
    [finding.SchemaVersion === '2018-10-08', 'SchemaVersion'],
    [finding.AwsAccountId === ACCOUNT, 'AwsAccountId'],
    [finding.ProductArn === `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`, 'ProductArn'],
    [id.length > 0 && id.length <= 512, 'Id'],
    [title.length > 0 && title.length <= 256, 'Title'],
    [description.length > 0 && description.length <= 1_024, 'Description'],
    [resources.length > 0 && resources.length <= 32, 'Resources'],
    [Object.keys(fields).length <= 50 && Object.values(fields).every((value) => value.length > 0 && value.length <= 2_048), 'ProductFields'],
    [
      ['CreatedAt', 'UpdatedAt', 'FirstObservedAt', 'LastObservedAt'].every((name) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(finding[name]))),
      'times',
    ],
    [
      provided.Types.every((type) =>
        /^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)(\/[^/]+){0,2}$/.test(type),
      ),
      'Types',
    ],
    [['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'].includes(provided.Severity.Label), 'Severity'],
    [!['Note', 'UserDefinedFields', 'VerificationState', 'Workflow'].some((name) => name in finding), 'attributes that an import cannot change'],
    [Buffer.byteLength(JSON.stringify(finding)) <= 245_760, 'size'],
  ];
  return checks.filter(([isRight]) => !isRight).map(([, name]) => `data.${name}`);
}
