// Slack: audit logs (Enterprise Grid), access logs and integration logs, https://api.slack.com/admins/audit-logs
import type { Draft, JsonObject } from '../kit.ts';
import { actionMeaning, isObject, jsonLogs, LIKELY, mapping, table, text, user } from '../kit.ts';

const setAudit = mapping({
  '@timestamp': 'date_create',
  'event.action': 'action',
  'user.name': ['actor.user.email', 'actor.user.name'],
  'user.id': 'actor.user.id',
  'user.full_name': 'actor.user.name',
  'source.ip': 'context.ip_address',
  'user_agent.original': 'context.ua',
  'event.reason': 'details.reason',
});
const setAccess = mapping({
  '@timestamp': 'date_last',
  'event.start': 'date_first',
  'event.end': 'date_last',
  'user.name': 'username',
  'user.id': 'user_id',
  'source.ip': 'ip',
  'source.geo.country_iso_code': 'country',
  'source.as.organization.name': 'isp',
  'user_agent.original': 'user_agent',
});
const setIntegration = mapping({
  '@timestamp': 'date',
  'event.action': 'change_type',
  'user.name': 'user_name',
  'user.id': 'user_id',
  'service.name': ['app_type', 'service_type'],
  'event.reason': 'reason',
});

const LOGINS = table({ user_login: 'start', user_logout: 'end', user_session_invalidated: 'end', user_login_failed: 'start', guest_login: 'start' });
function audit(event: Draft, json: JsonObject): void {
  const login = LOGINS.get(event.action ?? '');
  const about = isObject(json.entity) ? (text(json.entity.type) ?? '') : '';
  const { category, type } = login === undefined ? actionMeaning(event.action ?? '', about) : { category: ['authentication'], type: [login] };
  event.category = category;
  event.type = type;
  event.outcome = event.action === 'user_login_failed' ? 'failure' : 'success';
  const target = isObject(json.entity) && isObject(json.entity.user) ? json.entity.user : undefined;
  if (target !== undefined && target.id !== event.user?.id) event.targetUser = user(text(target.email) ?? text(target.name), null, text(target.id));
}
function access(event: Draft): void {
  event.action = 'access';
  event.category = ['session'];
  event.type = ['info'];
}
function integration(event: Draft): void {
  event.category = ['configuration'];
  event.type = [event.action === 'added' ? 'creation' : event.action === 'removed' ? 'deletion' : 'change'];
}

const SLACK = { product: 'slack' } as const;
export default jsonLogs({
  name: 'slack',
  version: 1,
  reads: 'Slack: audit, access and integration logs, also as answers of the interface',
  recognisedBy: 'an actor with type user and a context with ip_address, ua or location; date_first and date_last; change_type with user_id',
  arrays: ['entries', 'logins', 'logs'],
  logs: [
    {
      ...SLACK,
      dataset: 'slack.audit',
      service: 'audit',
      has: ['context', 'actor', 'action'],
      when: ({ actor, context, action }) =>
        typeof action === 'string' &&
        isObject(actor) &&
        isObject(actor.user) &&
        isObject(context) &&
        (context.ua !== undefined || context.location !== undefined || context.ip_address !== undefined),
      exportedAs: 'Slack.AuditLogs',
      id: 'id',
      set: setAudit,
      mean: audit,
    },
    {
      ...SLACK,
      dataset: 'slack.access',
      service: 'access',
      has: ['date_first', 'date_last', 'user_id', 'username'],
      exportedAs: 'Slack.AccessLogs',
      set: setAccess,
      mean: access,
    },
    {
      ...SLACK,
      dataset: 'slack.integration',
      service: 'integration',
      has: ['change_type', 'user_id', 'user_name', 'date'],
      confidence: LIKELY,
      exportedAs: 'Slack.IntegrationLogs',
      set: setIntegration,
      mean: integration,
    },
  ],
});
