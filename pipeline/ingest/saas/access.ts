// Ways into machines and networks, and clouds beside the three that have formats of their own.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { byWhom, actionMeaning, always, count, isObject, lastPart, mapping, setField, text, texts, via } from '../kit.ts';

/** Codes end in W where something failed. https://goteleport.com/docs/reference/monitoring/audit/ */
function teleport(event: Draft, json: JsonObject): void {
  const action = event.action ?? '';
  const isFailure = json.success === false || (event.code?.endsWith('W') === true && json.success !== true) || (count(json.return_code) ?? 0) > 0;
  event.outcome = isFailure ? 'failure' : 'success';
  if (action === 'session.command' || action === 'exec') {
    const path = text(json.path) ?? text(json.program) ?? null;
    setField(event, 'process.executable', path);
    setField(event, 'process.command_line', text(json.command) ?? [path ?? '', ...texts(json.argv)].join(' ').trim());
    setField(event, 'process.args', texts(json.argv));
    event.category = ['process'];
    event.type = ['start'];
  } else if (action === 'session.network') {
    event.category = ['network'];
    event.type = ['connection'];
  } else if (action === 'session.disk') {
    setField(event, 'file.path', text(json.path));
    event.category = ['file'];
    event.type = ['access'];
  } else if (action.startsWith('session.') || action === 'resize') {
    event.category = ['session'];
    event.type = [action === 'session.start' ? 'start' : action === 'session.end' || action === 'session.leave' ? 'end' : 'info'];
  } else if (action === 'user.login' || action === 'auth') {
    event.category = ['authentication'];
    event.type = ['start'];
  } else {
    const { category, type } = actionMeaning(action);
    event.category = category;
    event.type = type;
  }
  const where = text(json.server_hostname) ?? text(json.cluster_name);
  event.message = `${action}${byWhom(event)}${where === null ? '' : ` on ${where}`}${isFailure ? ' failed' : ''}`;
}

function tailscale(event: Draft, json: JsonObject): void {
  const told = isObject(json.event) ? json.event : json;
  const target = isObject(told.target) ? told.target : {};
  const { category, type } = actionMeaning(event.action ?? '', `${text(target.type) ?? ''} ${text(target.property) ?? ''}`);
  event.category = category;
  event.type = type;
  event.message =
    `${event.action ?? ''} ${text(target.type) ?? ''} ${text(target.name) ?? ''}${text(target.property) === null ? '' : `: ${text(target.property)}`}`
      .replaceAll('\n', ' ')
      .trim();
}
const isTailscale = (told: unknown): boolean => isObject(told) && told.eventGroupID !== undefined && typeof told.action === 'string';
const TAILSCALE = { dataset: 'tailscale.audit', product: 'tailscale', service: 'audit', mean: tailscale } as const;

function aliyun(event: Draft, json: JsonObject): void {
  const { category, type } = actionMeaning(event.action ?? '');
  event.category = category[0] === 'configuration' || category[0] === 'file' ? ['api'] : category;
  event.type = type;
  event.outcome = json.errorCode === undefined ? 'success' : 'failure';
}

export const ACCESS: readonly JsonLog[] = [
  {
    dataset: 'teleport.audit',
    product: 'teleport',
    service: 'audit',
    has: ['uid', 'code', 'event', 'time'],
    when: ({ code, event }) => typeof event === 'string' && typeof code === 'string' && /^T[A-Z0-9]{3,8}[IWE]$/.test(code),
    exportedAs: 'Gravitational.TeleportAudit',
    id: 'uid',
    set: mapping({
      '@timestamp': 'time',
      'event.action': 'event',
      'event.code': 'code',
      'event.reason': 'error',
      'user.name': 'user',
      'user.effective.name': 'login',
      'user.target.name': 'name',
      'user.roles': 'roles',
      'host.id': 'server_id',
      'host.name': 'server_hostname',
      'source.ip': ['src_addr', 'addr.remote'],
      'destination.ip': 'dst_addr',
      'destination.port': 'dst_port',
      'process.pid': 'pid',
      'process.parent.pid': 'ppid',
      'process.exit_code': 'return_code',
    }),
    mean: teleport,
  },
  {
    // https://tailscale.com/kb/1203/audit-logging
    ...TAILSCALE,
    has: ['event'],
    when: ({ event }) => isTailscale(event),
    exportedAs: ['Tailscale.Audit', 'Custom.TailscaleAudit'],
    set: mapping({
      '@timestamp': ['time', 'fields.recorded'],
      'event.action': 'event.action',
      'event.provider': 'event.origin',
      'user.name': 'event.actor.loginName',
      'user.id': 'event.actor.id',
      'user.full_name': 'event.actor.displayName',
    }),
  },
  {
    ...TAILSCALE,
    has: ['eventGroupID', 'action', 'actor'],
    set: mapping({
      '@timestamp': 'eventTime',
      'event.action': 'action',
      'event.provider': 'origin',
      'user.name': 'actor.loginName',
      'user.id': 'actor.id',
      'user.full_name': 'actor.displayName',
    }),
  },
  {
    // https://www.alibabacloud.com/help/en/actiontrail/user-guide/management-event-schema
    dataset: 'aliyun.actiontrail',
    product: 'aliyun',
    service: 'actiontrail',
    has: ['eventSource', 'eventName', 'eventTime'],
    when: ({ eventSource: source, acsRegion: region }) => region !== undefined || (typeof source === 'string' && source.endsWith('.aliyuncs.com')),
    exportedAs: 'AliCloud.ActionTrail',
    id: 'eventId',
    set: mapping({
      '@timestamp': 'eventTime',
      'event.action': 'eventName',
      'event.provider': 'eventSource',
      'error.code': 'errorCode',
      'error.message': 'errorMessage',
      'user.name': ['userIdentity.userName', 'userIdentity.principalId'],
      'user.id': 'userIdentity.principalId',
      'user.target.name': 'requestParameters.UserName',
      'user.target.roles': via('requestParameters.RoleArn', (arn) => lastPart(String(arn))),
      'source.ip': 'sourceIpAddress',
      'user_agent.original': 'userAgent',
      'cloud.provider': always('aliyun'),
      'cloud.account.id': ['recipientAccountId', 'userIdentity.accountId'],
      'cloud.region': 'acsRegion',
      'cloud.service.name': 'serviceName',
    }),
    mean: aliyun,
  },
];
