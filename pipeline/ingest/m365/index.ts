// Microsoft 365 unified audit log: https://learn.microsoft.com/en-us/office/office-365-management-api/office-365-management-activity-api-schema
import type { Draft, JsonObject } from '../kit.ts';
import { byWhom, actionMeaning, always, hostAndPort, isObject, jsonLogs, mapping, setField, table, text, user, via } from '../kit.ts';

const OUTCOMES = table({
  success: 'success',
  succeeded: 'success',
  true: 'success',
  partiallysucceeded: 'success',
  failed: 'failure',
  failure: 'failure',
  false: 'failure',
} as const);

/** Times are UTC and do not say so. */
const utc = (time: unknown): string => (/(?:Z|[+-]\d\d:?\d\d)$/i.test(String(time)) ? String(time) : `${String(time)}Z`);
const set = mapping({
  '@timestamp': via('CreationTime', utc),
  'event.action': 'Operation',
  'event.code': 'RecordType',
  'event.provider': 'Workload',
  'event.reason': ['LogonError', 'ResultStatusDetail'],
  'user.name': 'UserId',
  'user.id': 'UserKey',
  'user_agent.original': ['UserAgent', 'ClientInfoString'],
  'file.name': 'SourceFileName',
  'file.extension': 'SourceFileExtension',
  'file.path': 'SourceRelativeUrl',
  'url.original': via('ObjectId', (id) => (/^https?:\/\//.test(String(id)) ? id : null)),
  'organization.name': 'OrganizationName',
  'cloud.provider': always('azure'),
  'cloud.account.id': 'OrganizationId',
  'cloud.service.name': 'Workload',
});

const LOGINS = table({ UserLoggedIn: 'success', UserLoginFailed: 'failure', MailboxLogin: 'success', TeamsSessionStarted: 'success' } as const);
/** Services of rules: by workload. */
const SERVICES = table({ Exchange: 'exchange', SecurityComplianceCenter: 'threat_management', ThreatIntelligence: 'threat_management' });
const FILES = new Set(['SharePoint', 'OneDrive']);

function mean(event: Draft, json: JsonObject): void {
  const workload = text(json.Workload) ?? '';
  const service = SERVICES.get(workload);
  event.logsource = { category: [], service: service === undefined ? ['audit'] : ['audit', service] };
  const login = LOGINS.get(event.action ?? '');
  event.outcome = login ?? OUTCOMES.get((text(json.ResultStatus) ?? '').toLowerCase()) ?? null;
  const { category, type } =
    login === undefined
      ? actionMeaning(event.action ?? '', FILES.has(workload) ? (text(json.ItemType) ?? 'file') : workload)
      : { category: ['authentication'], type: ['start'] };
  event.category = category;
  event.type = type;
  if (workload === 'SecurityComplianceCenter' && json.AlertId !== undefined) event.kind = 'alert';
  const { domain, port } = hostAndPort((text(json.ClientIP) ?? text(json.ClientIPAddress) ?? text(json.ActorIpAddress) ?? '').trim());
  setField(event, 'source.ip', domain?.replace(/^\[|\]$/g, ''));
  if ((event.source?.ip ?? null) !== null) setField(event, 'source.port', port);
  target(event, json);
  setField(event, 'user_agent.original', property(json.ExtendedProperties, 'UserAgent'));
  event.message = `${event.action ?? ''}${text(json.ObjectId) === null ? '' : ` ${text(json.ObjectId)}`}${byWhom(event)}${event.outcome === 'failure' ? ' failed' : ''}`;
}

/** Entra ID says who it was done to in ObjectId, others in fields of their own. */
function target(event: Draft, json: JsonObject): void {
  const name = text(json.TargetUserOrGroupName) ?? (text(json.Workload) === 'AzureActiveDirectory' ? text(json.ObjectId) : null);
  if (name !== null && name.includes('@') && name !== event.user?.name) event.targetUser = user(name, null, null, name);
}
/** Of a list of names and values. */
function property(list: unknown, name: string): string | null {
  const found: unknown = Array.isArray(list) ? list.find((one: unknown) => isObject(one) && one.Name === name) : undefined;
  return isObject(found) ? text(found.Value) : null;
}

export default jsonLogs({
  name: 'm365',
  version: 1,
  reads: 'Microsoft 365 unified audit log: single records, answers of the interface',
  recognisedBy: 'CreationTime, Operation, Workload and RecordType or OrganizationId',
  arrays: ['value', 'records'],
  logs: [
    {
      dataset: 'm365.audit',
      product: 'm365',
      service: 'audit',
      has: ['CreationTime', 'Operation', 'Workload'],
      when: ({ RecordType: kind, OrganizationId: organization }) => kind !== undefined || organization !== undefined,
      exportedAs: ['AzureActiveDirectory', 'SharePoint', 'Exchange', 'General', 'DLP.All'].map((one) => `Microsoft365.Audit.${one}`),
      id: 'Id',
      set,
      mean,
    },
  ],
});
