// What administrators do in security tools: audit logs of scanners, gateways and automation.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { actionMeaning, isObject, mapping, objectOf, table, text, via } from '../kit.ts';

const OUTCOMES = table({ SUCCESS: 'success', SUCCEEDED: 'success', FAILURE: 'failure', FAILED: 'failure', ERROR: 'failure', ACCESS_DENIED: 'failure' });
const outcome = (value: unknown): string | null => OUTCOMES.get(String(value).toUpperCase()) ?? null;
/** `AuditAction.AddExternalUser` is AddExternalUser. */
const afterDot = (value: unknown): string => String(value).slice(String(value).lastIndexOf('.') + 1);

/** Meaning by the action, and by what stands at a path beside it. */
const about =
  (subject: (json: JsonObject) => unknown) =>
  (event: Draft, json: JsonObject): void => {
    const { category, type } = actionMeaning(event.action ?? '', text(subject(json)) ?? '');
    event.category = category;
    event.type = type;
  };

/** Names of the audit trail of BSM say what a call was about. */
function trailed(event: Draft): void {
  const action = event.action ?? '';
  const isNetwork = /^AUE_(?:CONNECT|ACCEPT|BIND|LISTEN|SENDTO|RECVFROM|SOCKET)/.test(action);
  const isLogon = /^AUE_(?:lw_login|logout|ssh|auth_user|su|SESSION)/i.test(action);
  const isProcess = /^AUE_(?:EXEC|POSIX_SPAWN|FORK|EXIT|KILL)/.test(action);
  event.category = isNetwork ? ['network'] : isLogon ? ['authentication'] : isProcess ? ['process'] : ['host'];
  event.type = isNetwork
    ? ['connection']
    : isLogon
      ? [/logout|END/i.test(action) ? 'end' : 'start']
      : isProcess && /EXEC|SPAWN|FORK/.test(action)
        ? ['start']
        : ['info'];
  event.message = `${action}${event.outcome === null ? '' : `: ${event.outcome}`}`;
}

function push(event: Draft, json: JsonObject): void {
  const isActivity = json.type === undefined;
  const object = text(json.object)?.toLowerCase() ?? 'object';
  event.action = `${object}.${(text(objectOf(json.new).action) ?? text(json.type) ?? 'activity').toLowerCase()}`;
  event.category = isActivity ? ['web'] : actionMeaning(event.action, object).category;
  event.type = isActivity ? ['info'] : actionMeaning(event.action, object).type;
}
const PUSH = {
  '@timestamp': 'timestamp',
  'user.name': ['new.employee.email', 'new.email'],
  'user.id': ['new.employee.id', 'new.employeeId'],
  'source.ip': 'new.sourceIpAddress',
  'user_agent.original': 'new.userAgent',
  'host.os.full': 'new.os',
  'service.name': ['new.appType', 'new.type'],
} as const;

export const SECURITY: readonly JsonLog[] = [
  {
    // https://docs.snyk.io/snyk-api/reference/audit-logs
    dataset: 'snyk.audit',
    product: 'snyk',
    service: 'audit',
    has: ['groupId', 'event', 'content'],
    exportedAs: ['Snyk.GroupAudit', 'Snyk.OrgAudit'],
    set: mapping({
      '@timestamp': 'created',
      'event.action': 'event',
      'event.provider': 'content.interface',
      'user.id': 'userId',
      'url.original': 'content.url',
    }),
  },
  {
    dataset: 'wiz.audit',
    product: 'wiz',
    service: 'audit',
    has: ['action', 'status', 'timestamp', 'id'],
    when: (json) => json.actionParameters !== undefined || json.actionparameters !== undefined,
    exportedAs: 'Wiz.Audit',
    id: 'id',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': 'action',
      'event.outcome': via('status', outcome),
      'user.name': ['user.name', 'serviceAccount.name', 'serviceaccount.name'],
      'user.id': ['user.id', 'serviceAccount.id', 'serviceaccount.id'],
      'user.target.name': ['actionParameters.input.email', 'actionparameters.input.email'],
      'source.ip': ['sourceIP', 'sourceip'],
      'user_agent.original': ['userAgent', 'useragent'],
    }),
  },
  {
    // https://docs.panther.com/panther-developer-workflows/audit-logs
    dataset: 'panther.audit',
    product: 'panther',
    service: 'audit',
    has: ['actionName', 'actionResult', 'actor', 'actionParams'],
    exportedAs: 'Panther.Audit',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': 'actionName',
      'event.outcome': via('actionResult', outcome),
      'error.message': 'errors.0.message',
      'user.name': ['actor.attributes.email', 'actor.name'],
      'user.id': 'actor.id',
      'user.full_name': 'actor.name',
      'source.ip': 'sourceIP',
      'user_agent.original': 'userAgent',
    }),
  },
  {
    // https://www.tines.com/api/audit-logs/list/
    dataset: 'tines.audit',
    product: 'tines',
    service: 'audit',
    has: ['operation_name', 'tenant_id', 'request_ip'],
    exportedAs: 'Tines.Audit',
    id: 'id',
    set: mapping({
      '@timestamp': 'created_at',
      'event.action': 'operation_name',
      'user.name': ['user_email', 'user_name'],
      'user.id': 'user_id',
      'user.full_name': 'user_name',
      'source.ip': 'request_ip',
      'user_agent.original': 'request_user_agent',
    }),
  },
  {
    dataset: 'axonius.activity',
    product: 'axonius',
    service: 'activity',
    has: ['event', 'source', 'time'],
    when: ({ event }) => isObject(event) && typeof event.action === 'string' && event.action.startsWith('AuditAction.'),
    exportedAs: 'Axonius.Activity',
    set: mapping({
      '@timestamp': 'time',
      'event.action': via('event.action', afterDot),
      'event.provider': via('event.category', afterDot),
      'log.level': 'event.type',
      'user.name': 'event.user',
      'user.target.name': 'event.params.user_name',
    }),
  },
  {
    // https://help.zscaler.com/zia/nss-feed-output-format-admin-audit-logs
    dataset: 'zscaler.admin_audit',
    product: 'zscaler',
    service: 'admin_audit',
    has: ['event'],
    when: ({ event }) => isObject(event) && event.auditlogtype !== undefined && event.adminid !== undefined,
    exportedAs: 'Zscaler.ZIA.AdminAuditLog',
    id: ['event.recordid', 'event.time'],
    set: mapping({
      '@timestamp': 'event.time',
      'event.action': 'event.action',
      'event.provider': 'event.category',
      'event.outcome': via('event.result', outcome),
      'error.code': via('event.errorcode', (code) => (code === 'None' ? null : code)),
      'user.name': 'event.adminid',
      'user.target.name': ['event.postaction.email', 'event.preaction.email', 'event.postaction.loginName', 'event.preaction.loginName'],
      'source.ip': 'event.clientip',
    }),
    mean: about((json) => `${text(objectOf(json.event).category) ?? ''} ${text(objectOf(json.event).subcategory) ?? ''}`),
  },
  {
    // https://docs.netskope.com/en/get-audit-data
    dataset: 'netskope.audit',
    product: 'netskope',
    service: 'audit',
    has: ['audit_log_event'],
    exportedAs: 'Netskope.Audit',
    id: '_id',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': 'audit_log_event',
      'event.severity': 'severity_level',
      'user.name': 'user',
      'organization.name': 'organization_unit',
    }),
  },
  {
    dataset: 'sublime.audit',
    product: 'sublime',
    service: 'audit',
    has: ['created_by', 'data', 'created_at', 'type', 'id'],
    when: ({ data, created_by: by }) => isObject(by) && isObject(data) && data.request !== undefined,
    exportedAs: 'Sublime.Audit',
    id: 'id',
    set: mapping({
      '@timestamp': 'created_at',
      'event.action': 'type',
      'user.name': 'created_by.email_address',
      'user.id': 'created_by.id',
      'source.ip': 'data.request.ip',
      'http.request.method': 'data.request.method',
      'url.path': 'data.request.path',
      'user_agent.original': 'data.request.user_agent',
    }),
  },
  {
    // https://pushsecurity.redoc.ly/webhooks
    dataset: 'push.event',
    product: 'push',
    service: 'event',
    has: ['object', 'new', 'timestamp', 'version'],
    when: ({ new: now, object }) => isObject(now) && typeof object === 'string' && /^[A-Z_]+$/.test(object),
    exportedAs: ['PushSecurity.Activity', 'PushSecurity.Entities', 'PushSecurity.AttackDetection'],
    id: 'id',
    set: mapping(PUSH),
    mean: push,
  },
  {
    // https://learn.jamf.com/en-US/bundle/jamf-protect-documentation/page/Telemetry.html: records of the audit trail of macOS
    dataset: 'jamf.telemetry',
    product: 'macos',
    has: ['header', 'subject', 'return'],
    when: (json) => typeof objectOf(json.header).event_name === 'string' && objectOf(json.header).time_seconds_epoch !== undefined,
    set: mapping({
      '@timestamp': via(
        'header.time_seconds_epoch',
        (seconds, fields) => Number(seconds) + Number(objectOf(objectOf(fields).header).time_milliseconds_offset ?? 0) / 1000,
      ),
      'event.action': 'header.event_name',
      'event.code': 'header.event_id',
      'event.outcome': via('return.description', (said) => (/^success/i.test(String(said)) ? 'success' : /^failure/i.test(String(said)) ? 'failure' : null)),
      'event.reason': via('return.description', (said) => /^failure : (.{1,256})/.exec(String(said))?.[1] ?? null),
      'host.id': ['host_info.host_uuid', 'host_info.serial_number'],
      'host.name': 'host_info.host_name',
      'host.os.version': 'host_info.osversion',
      'user.name': ['subject.audit_user_name', 'subject.user_name'],
      'user.id': ['subject.audit_id', 'subject.user_id'],
      'user.effective.name': 'subject.effective_user_name',
      'user.effective.id': 'subject.effective_user_id',
      'process.executable': 'subject.process_name',
      'process.pid': 'subject.process_id',
      'process.code_signature.signing_id': 'identity.signer_id',
      'process.code_signature.team_id': 'identity.team_id',
      'source.ip': via('subject.terminal_id.ip_address', (ip) => (ip === '0.0.0.0' ? null : ip)),
      'destination.ip': 'socket_inet.ip_address',
      'destination.port': 'socket_inet.port',
    }),
    mean: trailed,
  },
];
